#include "tests/core/providers/replay.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonDocument>

namespace tollgate::test {

namespace {

class Collector final : public DecoderSink
{
public:
    explicit Collector(Replayed &out) : m_out(out) {}
    void deltaDecoded(const Delta &delta) override
    {
        switch (delta.kind) {
        case Delta::Kind::Text: m_out.text += delta.text; return;
        case Delta::Kind::Reasoning: m_out.reasoning += delta.text; return;
        case Delta::Kind::Refusal: m_out.refusal += delta.text; return;
        case Delta::Kind::ToolCall: break;
        }
        while (m_calls.size() <= delta.toolIndex)
            m_calls.append(ToolCall());
        ToolCall &call = m_calls[delta.toolIndex];
        call.id += delta.toolId; // += : an id that is told twice would show
        call.name += delta.toolName;
        call.arguments += delta.text;
    }
    void close()
    {
        for (const ToolCall &call : m_calls)
            m_out.toolCalls.append(call.id + u'|' + call.name + u'|' + call.arguments);
    }

private:
    Replayed &m_out;
    QList<ToolCall> m_calls;
};

QByteArray read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Replayed run(const ReplayFixture &fixture, const std::function<void(ReplyDecoder &, DecoderSink &)> &feed, bool httpComplete)
{
    Replayed out;
    Collector sink(out);
    const std::unique_ptr<ReplyDecoder> decoder =
        providerFor(fixture.config.type)->decoder(fixture.config, fixture.streamed, fixture.status, fixture.headers);
    feed(*decoder, sink);
    out.end = decoder->finish(httpComplete, sink);
    sink.close();
    out.completion = decoder->completion();
    out.sawEnd = decoder->sawEnd();
    out.sawEvent = decoder->sawEvent();
    return out;
}

} // namespace

QString Replayed::summary() const
{
    QStringList lines;
    lines << QStringLiteral("end %1 failure %2 http %3 code %4 parameter %5 message %6")
                 .arg(int(end.kind)).arg(int(end.failure.kind)).arg(end.failure.httpStatus)
                 .arg(end.failure.providerCode, end.failure.parameter, end.failure.message);
    lines << text << reasoning << refusal << toolCalls;
    const Completion &c = completion;
    lines << finishReasonName(c.finishReason) << c.rawFinishReason << c.model << c.responseId << c.requestId << c.serviceTier;
    const Usage &u = c.usage;
    lines << QStringLiteral("%1 %2 %3 %4 %5 %6").arg(int(u.present) + 2 * int(u.estimated)).arg(u.uncachedInput).arg(u.cachedInput).arg(u.cacheWrite)
                 .arg(u.visibleOutput).arg(u.reasoning);
    lines << QString::number(u.cacheWrite1h) << QString::number(u.estimated) << QString::fromUtf8(c.opaqueJson);
    lines << QString::fromUtf8(c.rawUsage) << (c.providerCost ? c.providerCost->toDecimal() : QString());
    lines << QString::number(c.complete) << QString::number(sawEnd) << QString::number(sawEvent);
    return lines.join(u'\n');
}

Message messageOf(Role role, const QString &text)
{
    Message message;
    message.role = role;
    message.text = text;
    return message;
}

ProviderConfig configOfDialect(const QString &dialect)
{
    static const QHash<QString, QString> hosts{
        {QStringLiteral("mistral"), QStringLiteral("https://api.mistral.ai/v1")},
        {QStringLiteral("groq"), QStringLiteral("https://api.groq.com/openai/v1")},
        {QStringLiteral("deepseek"), QStringLiteral("https://api.deepseek.com")},
        {QStringLiteral("openrouter"), QStringLiteral("https://openrouter.ai/api/v1")},
        {QStringLiteral("vllm"), QStringLiteral("http://127.0.0.1:8000/v1")},
        {QStringLiteral("llamacpp"), QStringLiteral("http://127.0.0.1:8080/v1")},
        {QStringLiteral("azure"), QStringLiteral("https://res.openai.azure.com")},
        {QStringLiteral("ollama"), QStringLiteral("http://127.0.0.1:11434")},
        {QStringLiteral("serverless"), QStringLiteral("https://f.example/prod/run")},
    };
    static const QHash<QString, ProviderType> wires{
        {QStringLiteral("openai"), ProviderType::OpenAi},
        {QStringLiteral("anthropic"), ProviderType::Anthropic},
        {QStringLiteral("responses"), ProviderType::OpenAiResponses},
        {QStringLiteral("gemini"), ProviderType::Gemini},
        {QStringLiteral("azure"), ProviderType::Azure},
        {QStringLiteral("ollama"), ProviderType::Ollama},
        {QStringLiteral("serverless"), ProviderType::Serverless},
    };
    ProviderConfig config;
    config.id = config.name = dialect;
    config.type = wires.value(dialect, ProviderType::OpenAiCompatible);
    config.baseUrl = hosts.value(dialect, defaultBaseUrl(config.type));
    return config;
}

QList<ReplayFixture> replayFixtures()
{
    QList<ReplayFixture> fixtures;
    const QDir root(QStringLiteral(TOLLGATE_FIXTURES "/providers"));
    QDirIterator files(root.path(), {QStringLiteral("*.sse"), QStringLiteral("*.ndjson"), QStringLiteral("*.json")}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        ReplayFixture fixture;
        fixture.name = root.relativeFilePath(path);
        fixture.config = configOfDialect(fixture.name.section(u'/', 0, 0));
        fixture.streamed = !path.endsWith(u".json");
        fixture.headers.set("Content-Type", path.endsWith(u".sse")      ? "text/event-stream; charset=utf-8"
                                            : path.endsWith(u".ndjson") ? "application/x-ndjson"
                                                                        : "application/json");
        if (fixture.name.contains(u"_202"))
            fixture.status = 202;
        fixture.body = read(path);
        fixture.expected = QJsonDocument::fromJson(read(path.left(path.lastIndexOf(u'.')) + QStringLiteral(".expected"))).object();
        fixtures.append(fixture);
    }
    return fixtures;
}

Replayed replay(const ReplayFixture &fixture, const QList<qsizetype> &cuts, bool httpComplete)
{
    return run(fixture, [&](ReplyDecoder &decoder, DecoderSink &sink) {
        qsizetype from = 0;
        for (const qsizetype cut : cuts) {
            decoder.feed(QByteArrayView(fixture.body).sliced(from, cut - from), sink);
            from = cut;
        }
        decoder.feed(QByteArrayView(fixture.body).sliced(from), sink);
    }, httpComplete);
}

Replayed replayBytewise(const ReplayFixture &fixture)
{
    return run(fixture, [&](ReplyDecoder &decoder, DecoderSink &sink) {
        for (qsizetype i = 0; i < fixture.body.size(); ++i)
            decoder.feed(QByteArrayView(fixture.body).sliced(i, 1), sink);
    }, true);
}

} // namespace tollgate::test
