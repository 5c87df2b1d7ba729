// Every wire end to end against the simulator that speaks it: answers, streams, tools, limits, lists, cancels and fails, with as many
// attempts as the simulator saw requests. A new wire is one row of wires().
#include "core/engine/engine.h"

#include "tests/support/engineworld.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

using Fault = SimulatorStep::Fault;

namespace {

struct Wire {
    const char *name;
    ProviderType type;
    const char *path; // of the base URL on the simulator
    bool reasons = true;
    bool callsTools = true;
    bool limitsTokens = true; // takes max_tokens and says when it cut an answer
    bool lists = true;
    bool streams = true;
    bool countsTokens = true; // its usage tells input from output
    void (*adjust)(ProviderConfig &config) = nullptr;
};

const QList<Wire> &wires()
{
    static const QList<Wire> rows{
        {.name = "openai", .type = ProviderType::OpenAi, .path = "/v1"},
        {.name = "openai-compatible", .type = ProviderType::OpenAiCompatible, .path = "/v1"},
        {.name = "anthropic", .type = ProviderType::Anthropic, .path = ""},
        {.name = "anthropic, bearer, new version", .type = ProviderType::Anthropic, .path = "/v1",
         .adjust = [](ProviderConfig &config) {
             config.keyHeader = QStringLiteral("Authorization");
             config.apiVersion = QStringLiteral("2026-10-21");
         }},
        {.name = "openai-responses", .type = ProviderType::OpenAiResponses, .path = "/v1"},
        {.name = "gemini", .type = ProviderType::Gemini, .path = "/"},
        {.name = "azure, v1", .type = ProviderType::Azure, .path = "/"},
        {.name = "azure, classic", .type = ProviderType::Azure, .path = "/openai",
         .adjust = [](ProviderConfig &config) { config.apiVersion = QStringLiteral("2024-10-21"); }},
        {.name = "ollama", .type = ProviderType::Ollama, .path = "/"},
        {.name = "serverless", .type = ProviderType::Serverless, .path = "/invoke", .reasons = false, .callsTools = false,
         .limitsTokens = false, .lists = false, .streams = false, .countsTokens = false},
    };
    return rows;
}

SimulatorStep fault(Fault kind, int afterEvents = 0)
{
    SimulatorStep step;
    step.fault = kind;
    step.afterEvents = afterEvents;
    return step;
}

SimulatorStep status(int code, const QByteArray &retryAfter = {})
{
    SimulatorStep step = fault(Fault::Status);
    step.status = code;
    if (!retryAfter.isEmpty())
        step.headers = {{"Retry-After", retryAfter}};
    return step;
}

// A world with the provider "wire" and its key.
class WireWorld : public EngineWorld
{
public:
    explicit WireWorld(const Wire &wire, Time time = Time::System) : EngineWorld(time), m_wire(wire)
    {
        edit([this](SettingsData &data) { data.providers.append(config()); });
    }

    ProviderConfig config() const
    {
        ProviderConfig config;
        config.id = config.name = QStringLiteral("wire");
        config.type = m_wire.type;
        config.baseUrl = simulator.baseUrl().section(u'/', 0, 2) + QString::fromLatin1(m_wire.path);
        config.keyEnv = QStringLiteral("WIRE_KEY");
        config.defaultModel = QStringLiteral("sim-fast");
        if (m_wire.adjust)
            m_wire.adjust(config);
        return config;
    }

    static ChatRequest request(bool stream, const QByteArray &key = "sk-0123456789abcdef")
    {
        ChatRequest request = EngineWorld::request(QStringLiteral("Name a river."));
        request.provider = QStringLiteral("wire");
        request.stream = stream;
        request.environment.insert(QStringLiteral("WIRE_KEY"), key);
        return request;
    }

    ProviderTest list(const QByteArray &key)
    {
        std::optional<ProviderTest> result;
        QObject context;
        engine->test(config(), {}, {{QStringLiteral("WIRE_KEY"), key}}, &context, [&](ProviderTest test) { result = std::move(test); });
        waitFor([&] { return result.has_value(); });
        return result.value_or(ProviderTest{Failure(), {}, {}});
    }

private:
    const Wire &m_wire;
};

enum class Ways { Both, Whole, Streamed };

void addWires(bool (*fits)(const Wire &wire) = nullptr, Ways ways = Ways::Both)
{
    QTest::addColumn<int>("wire");
    QTest::addColumn<bool>("stream");
    for (qsizetype i = 0; i < wires().size(); ++i) {
        const Wire &wire = wires()[i];
        if (fits && !fits(wire))
            continue;
        if (ways != Ways::Streamed)
            QTest::addRow("%s, in one piece", wire.name) << int(i) << false;
        if (wire.streams && ways != Ways::Whole)
            QTest::addRow("%s, streamed", wire.name) << int(i) << true;
    }
}

} // namespace

class TstEngineWires : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answers_data() { addWires(); }
    void answers();
    void saysTheSameOnEveryWire_data() { addWires(); }
    void saysTheSameOnEveryWire();
    void tellsReasoning_data() { addWires([](const Wire &w) { return w.reasons; }); }
    void tellsReasoning();
    void callsTools_data() { addWires([](const Wire &w) { return w.callsTools; }); }
    void callsTools();
    void tellsThatTheLimitCutIt_data() { addWires([](const Wire &w) { return w.limitsTokens; }); }
    void tellsThatTheLimitCutIt();
    void listsModels_data() { addWires([](const Wire &w) { return w.lists; }, Ways::Whole); }
    void listsModels();
    void stops_data() { addWires(); }
    void stops();
    void isRefusedWithABadKey_data() { addWires(); }
    void isRefusedWithABadKey();
    void waitsAsToldAndTriesAgain_data() { addWires(); }
    void waitsAsToldAndTriesAgain();
    void namesEveryFault_data();
    void namesEveryFault();
    void keepsThePartOfACutAnswer_data() { addWires(nullptr, Ways::Streamed); }
    void keepsThePartOfACutAnswer();
};

void TstEngineWires::answers()
{
    QFETCH(int, wire);
    QFETCH(bool, stream);
    WireWorld world(wires()[wire]);
    const std::unique_ptr<Heard> heard = world.send(WireWorld::request(stream));
    const Outcome outcome = world.finish(*heard);
    QVERIFY2(outcome.ok(), outcome.failure ? qPrintable(outcome.failure->message) : "");
    const Completion &answer = outcome.completion;
    QVERIFY(!answer.text.isEmpty());
    QCOMPARE(heard->text(), answer.text);
    QCOMPARE(answer.finishReason, FinishReason::Stop);
    QVERIFY(answer.complete && answer.usage.present);
    if (wires()[wire].countsTokens) {
        QVERIFY(!answer.usage.estimated);
        QCOMPARE(answer.usage.inputTokens(), 3 + 4 + 4);
        QCOMPARE(answer.usage.outputTokens(), 12);
        QVERIFY(!answer.rawUsage.isEmpty());
        QCOMPARE(answer.model, QStringLiteral("sim-fast"));
        QVERIFY(!answer.requestId.isEmpty() || wires()[wire].type == ProviderType::Ollama);
        QVERIFY(!outcome.record.attempts.first().limits.isEmpty() || wires()[wire].type == ProviderType::Gemini
                || wires()[wire].type == ProviderType::Ollama);
    }
    QCOMPARE(outcome.record.streamed, stream);
    QCOMPARE(outcome.record.attempts.size(), 1);
    QCOMPARE(outcome.record.attempts.first().billing, Billing::Billed);
    QCOMPARE(world.wire(), 1);
    QVERIFY(world.isAtRest());
}

// The simulator decides on an answer before it knows how to write it: a wire that loses or adds a letter shows.
void TstEngineWires::saysTheSameOnEveryWire()
{
    QFETCH(int, wire);
    QFETCH(bool, stream);
    SimulatorStep step;
    step.text = QStringLiteral("Größe \"5\" \\ 10\n\tRhein → Donau 🏞️ \u2028 </script>");
    WireWorld world(wires()[wire]);
    world.script({step});
    QCOMPARE(world.run(WireWorld::request(stream)).completion.text, *step.text);
}

void TstEngineWires::tellsReasoning()
{
    QFETCH(int, wire);
    QFETCH(bool, stream);
    WireWorld world(wires()[wire]);
    ChatRequest request = WireWorld::request(stream);
    request.model = QStringLiteral("sim-reasoner");
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.ok());
    QVERIFY(outcome.completion.reasoning.size() > 20);
    QVERIFY(!outcome.completion.text.isEmpty());
    QVERIFY(outcome.completion.usage.outputTokens() > 12);
}

void TstEngineWires::callsTools()
{
    QFETCH(int, wire);
    QFETCH(bool, stream);
    WireWorld world(wires()[wire]);
    ChatRequest request = WireWorld::request(stream);
    request.parameters.tools = {{QStringLiteral("find_river"), QStringLiteral("Finds a river"),
                                 R"({"type":"object","properties":{"name":{"type":"string"},"count":{"type":"integer"}}})"}};
    const Outcome outcome = world.run(request);
    QVERIFY2(outcome.ok(), outcome.failure ? qPrintable(outcome.failure->message) : "");
    QCOMPARE(outcome.completion.finishReason, FinishReason::ToolCalls);
    QCOMPARE(outcome.completion.toolCalls.size(), 1);
    const ToolCall call = outcome.completion.toolCalls.first();
    QCOMPARE(call.name, QStringLiteral("find_river"));
    QVERIFY(!call.id.isEmpty());
    const QJsonDocument arguments = QJsonDocument::fromJson(call.arguments.toUtf8());
    QVERIFY2(arguments.isObject() && arguments.object().contains(QStringLiteral("count")), qPrintable(call.arguments));

    // The next turn, with what the tool said.
    Message assistant;
    assistant.role = Role::Assistant;
    assistant.text = outcome.completion.text;
    assistant.toolCalls = outcome.completion.toolCalls;
    assistant.opaqueJson = outcome.completion.opaqueJson;
    Message tool;
    tool.role = Role::Tool;
    tool.toolCallId = call.id;
    tool.text = QStringLiteral("Rhine");
    request.messages << assistant << tool;
    const Outcome next = world.run(request);
    QVERIFY2(next.ok(), next.failure ? qPrintable(next.failure->message) : "");
    QCOMPARE(next.completion.finishReason, FinishReason::Stop);
    QVERIFY(!next.completion.text.isEmpty());
}

void TstEngineWires::tellsThatTheLimitCutIt()
{
    QFETCH(int, wire);
    QFETCH(bool, stream);
    WireWorld world(wires()[wire]);
    ChatRequest request = WireWorld::request(stream);
    request.parameters.maxTokens = 5;
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.ok());
    QCOMPARE(outcome.completion.finishReason, FinishReason::Length);
    QCOMPARE(outcome.completion.usage.outputTokens(), 5);
}

void TstEngineWires::listsModels()
{
    QFETCH(int, wire);
    WireWorld world(wires()[wire]);
    const ProviderTest listed = world.list("sk-0123456789abcdef");
    QVERIFY2(!listed.failure, qPrintable(listed.failure ? listed.failure->message : QString()));
    QStringList ids;
    for (const ModelInfo &model : listed.models)
        ids << model.id;
    QCOMPARE(ids, simulatorModels());
    const ProviderTest refused = world.list("sk-bad-0123456789");
    QVERIFY(refused.failure);
    QCOMPARE(refused.failure->kind, FailureKind::BadKey);
}

void TstEngineWires::stops()
{
    QFETCH(int, wire);
    QFETCH(bool, stream);
    WireWorld world(wires()[wire]);
    world.script({stream ? fault(Fault::HangStream, 4) : fault(Fault::Hang)});
    const std::unique_ptr<Heard> heard = world.send(WireWorld::request(stream));
    QVERIFY(EngineWorld::waitFor([&] { return stream ? !heard->deltas.isEmpty() : world.wire() == 1; }));
    heard->call->cancel();
    const Outcome outcome = world.finish(*heard);
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::Cancelled);
    QCOMPARE(outcome.completion.text, heard->text());
    QVERIFY(outcome.record.usage.estimated && outcome.record.usage.inputTokens() > 0);
    QCOMPARE(outcome.record.attempts.size(), 1);
    QCOMPARE(outcome.record.attempts.first().billing, Billing::Unconfirmed);
    QCOMPARE(world.wire(), 1);
    QVERIFY(EngineWorld::waitFor([&] { return world.simulator.openConnections() == 0; }));
    QVERIFY(world.isAtRest());
}

void TstEngineWires::isRefusedWithABadKey()
{
    QFETCH(int, wire);
    QFETCH(bool, stream);
    WireWorld world(wires()[wire]);
    const QByteArray key = "sk-bad-0123456789abcdef";
    const Outcome outcome = world.run(WireWorld::request(stream, key));
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::BadKey);
    QCOMPARE(outcome.failure->httpStatus, 401);
    QVERIFY(!outcome.failure->message.isEmpty() && !outcome.failure->message.contains(QLatin1String(key)));
    QCOMPARE(outcome.record.attempts.size(), 1);
    QCOMPARE(world.wire(), 1);
}

void TstEngineWires::waitsAsToldAndTriesAgain()
{
    QFETCH(int, wire);
    QFETCH(bool, stream);
    WireWorld world(wires()[wire], EngineWorld::Time::Fake);
    world.script({status(429, "2")});
    const std::unique_ptr<Heard> heard = world.send(WireWorld::request(stream));
    const Outcome outcome = world.finish(*heard);
    QVERIFY(outcome.ok());
    QCOMPARE(heard->notices.size(), 1);
    QVERIFY(heard->notices.first().delay.count() >= 2'000 && heard->notices.first().delay.count() <= 2'200);
    QCOMPARE(outcome.record.attempts.size(), 2);
    QVERIFY(outcome.record.attempts.first().failure == FailureKind::RateLimited);
    QCOMPARE(world.wire(), 2);
}

void TstEngineWires::namesEveryFault_data()
{
    QTest::addColumn<int>("wire");
    QTest::addColumn<SimulatorStep>("step");
    QTest::addColumn<bool>("stream");
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<int>("attempts");
    using enum FailureKind;
    static const struct {
        const char *name;
        SimulatorStep step;
        FailureKind kind;
        int attempts;
        bool streamedOnly = false;
    } rows[] = {
        {"close before headers", fault(Fault::CloseBeforeHeaders), Ambiguous, 1},
        {"reset", fault(Fault::Reset), Ambiguous, 1},
        {"garbage", fault(Fault::Garbage), Protocol, 1},
        {"html", fault(Fault::Html), Protocol, 1},
        {"truncated json", fault(Fault::TruncatedJson, 2), Protocol, 1},
        {"invalid utf-8", fault(Fault::InvalidUtf8), Protocol, 1},
        {"redirect", fault(Fault::Redirect), Protocol, 1},
        {"error in a 200", fault(Fault::ErrorIn200), ServerError, 2},
        {"error in the stream", fault(Fault::ErrorInStream, 3), ServerError, 1, true},
        {"cut after content", fault(Fault::CutStream, 4), Incomplete, 1, true},
        {"cut at a chunk border", fault(Fault::CutAtChunkBorder, 4), Incomplete, 1, true},
        {"reset after content", fault(Fault::ResetStream, 4), Incomplete, 1, true},
        {"no end marker", fault(Fault::NoEndMarker), Incomplete, 1, true},
        {"400", status(400), Rejected, 1},
        {"402", status(402), Quota, 1},
        {"404", status(404), Rejected, 1},
        {"413", status(413), Rejected, 1},
        {"429 with hint", status(429, "1"), RateLimited, 3},
        {"500", status(500), ServerError, 2},
        {"503", status(503), Overloaded, 3},
        {"529", status(529), Overloaded, 3},
    };
    for (qsizetype i = 0; i < wires().size(); ++i) {
        const Wire &wire = wires()[i];
        for (const auto &row : rows) {
            if (wire.streams)
                QTest::addRow("%s, %s, streamed", wire.name, row.name) << int(i) << row.step << true << row.kind << row.attempts;
            if (!row.streamedOnly)
                QTest::addRow("%s, %s, in one piece", wire.name, row.name) << int(i) << row.step << false << row.kind << row.attempts;
        }
    }
}

void TstEngineWires::namesEveryFault()
{
    QFETCH(int, wire);
    QFETCH(SimulatorStep, step);
    QFETCH(bool, stream);
    QFETCH(FailureKind, kind);
    QFETCH(int, attempts);
    WireWorld world(wires()[wire], EngineWorld::Time::Fake);
    world.script({step, step, step, step});
    const Outcome outcome = world.run(WireWorld::request(stream));
    QVERIFY(outcome.failure.has_value());
    QVERIFY2(outcome.failure->kind == kind,
             qPrintable(failureName(outcome.failure->kind) + QStringLiteral(": ") + outcome.failure->message));
    QVERIFY(!outcome.failure->message.isEmpty());
    QCOMPARE(outcome.record.attempts.size(), attempts);
    QCOMPARE(world.wire(), attempts);
    if (step.fault == Fault::Status)
        QCOMPARE(outcome.failure->httpStatus, step.status);
    const auto row = world.row(outcome.record.id);
    QVERIFY(row.has_value());
    QCOMPARE(row->attempts.size(), attempts);
    for (const AttemptRecord &attempt : row->attempts)
        QVERIFY(attempt.failure == kind);
    QVERIFY(world.isAtRest());
}

void TstEngineWires::keepsThePartOfACutAnswer()
{
    QFETCH(int, wire);
    WireWorld world(wires()[wire]);
    world.script({fault(Fault::CutStream, 5)});
    const std::unique_ptr<Heard> heard = world.send(WireWorld::request(true));
    const Outcome outcome = world.finish(*heard);
    QCOMPARE(outcome.failure->kind, FailureKind::Incomplete);
    QVERIFY(!outcome.completion.text.isEmpty() && !outcome.completion.complete);
    QCOMPARE(outcome.completion.text, heard->text());
    QVERIFY(outcome.record.usage.estimated && outcome.record.usage.inputTokens() > 0 && outcome.record.usage.outputTokens() > 0);
    QCOMPARE(outcome.record.attempts.first().billing, Billing::Unconfirmed);
}

TOLLGATE_TEST(TstEngineWires)

#include "tst_enginewires.moc"
