// `requests list | show ID | export`.
#include "app/application.h"
#include "app/cli/commands.h"
#include "app/cli/filter.h"
#include "app/cli/outcomejson.h"
#include "core/ledger/ledger.h"

#include <QDateTime>

namespace tollgate::app {

namespace {

constexpr int pageSize = 500;

// A field of a CSV row that no spreadsheet takes for a formula (reliability.md threat 34).
QString csvField(QString text)
{
    if (!text.isEmpty() && QStringView(u"=+-@\t\r\n").contains(text.front()))
        text.prepend(u'\'');
    if (text.contains(u'"') || text.contains(u',') || text.contains(u'\n') || text.contains(u'\r'))
        text = u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"';
    return text;
}

QString msText(qint64 ns) { return ns < 0 ? QString() : QString::number((ns + 500'000) / 1'000'000); }

class RequestsCommand final : public Command
{
public:
    using Command::Command;
    void start() override;

private:
    void nextPage(RequestId before);
    void pageRead(const Result<QList<RequestRecord>> &page);
    void show(RequestId id);
    void showText(const RequestRecord &record);
    void printCsv(const RequestRecord &record);
    void endList();

    LedgerFilter m_filter;
    qint64 m_left = 0;
    bool m_export = false;
    bool m_csv = false;
    QList<QStringList> m_rows;
};

void RequestsCommand::start()
{
    QCommandLineParser parser;
    for (const char *name : {"limit", "filter", "format"})
        parser.addOption({QString::fromLatin1(name), QString(), QStringLiteral("VALUE")});
    if (!parse(parser, 2, 3))
        return;
    const QString verb = parser.positionalArguments().value(1);
    if (verb == u"show") {
        const std::optional<RequestId> id = RequestId::fromString(parser.positionalArguments().value(2));
        if (!id)
            return failUsage(tr("requests show: \"%1\" is not a request id such as r-12").arg(parser.positionalArguments().value(2)));
        return show(*id);
    }
    if (verb != u"list" && verb != u"export")
        return failUsage(tr("requests %1: use list, show ID or export").arg(verb));
    Result<LedgerFilter> filter = parseFilter(parser.value(QStringLiteral("filter")), QDateTime::currentMSecsSinceEpoch());
    if (!filter)
        return fail(filter.error());
    m_filter = std::move(filter).value();
    m_export = verb == u"export";
    const QString format = parser.value(QStringLiteral("format"));
    if (m_export && format != u"jsonl" && format != u"csv")
        return failUsage(tr("requests export: use --format jsonl or --format csv"));
    m_csv = format == u"csv";
    bool ok = true;
    m_left = parser.isSet(QStringLiteral("limit")) ? parser.value(QStringLiteral("limit")).toLongLong(&ok) : m_export ? std::numeric_limits<qint64>::max() : 50;
    if (!ok || m_left < 1)
        return failUsage(tr("--limit %1: it must be a whole number above 0").arg(parser.value(QStringLiteral("limit"))));
    if (m_csv)
        line(QStringLiteral("id,accepted,provider,model,source,status,http_status,cache,input_tokens,cached_input_tokens,output_tokens,reasoning_tokens,"
                            "cost_usd,cost_state,saved_usd,latency_ms,ttft_ms,attempts,tags,message"));
    m_app.ledger().flush(this, [this](const Result<void> &) { nextPage({}); });
}

void RequestsCommand::nextPage(RequestId before)
{
    m_app.ledger().list(m_filter, before, int(qMin<qint64>(m_left, pageSize)), this, [this](const Result<QList<RequestRecord>> &page) { pageRead(page); });
}

void RequestsCommand::pageRead(const Result<QList<RequestRecord>> &page)
{
    if (hasEnded())
        return;
    if (!page)
        return fail(page.error());
    for (const RequestRecord &record : *page) {
        if (m_csv)
            printCsv(record);
        else if (m_export || json())
            object([&record](JsonWriter &writer) { writeRecord(writer, record, false); });
        else
            m_rows.append({record.id.toString(), localTime(record.acceptedWallMs), record.provider, record.model,
                           record.failure ? (record.httpStatus > 0 ? QString::number(record.httpStatus) : failureName(*record.failure)) : tr("ok"),
                           cacheOutcomeName(record.cache), QString::number(record.usage.inputTokens()), QString::number(record.usage.outputTokens()),
                           costText(record.cost), msText(record.settled), msText(record.firstContent)});
    }
    m_left -= page->size();
    if (page->isEmpty() || m_left <= 0 || page->size() < pageSize)
        return endList();
    m_output.whenTaken([this, last = page->last().id] { nextPage(last); });
}

void RequestsCommand::endList()
{
    if (!m_export && !json()) {
        if (m_rows.isEmpty())
            note(tr("No request matches."));
        else
            line(textTable({tr("ID"), tr("TIME"), tr("PROVIDER"), tr("MODEL"), tr("STATUS"), tr("CACHE"), tr("IN"), tr("OUT"), tr("COST"), tr("MS"), tr("TTFT")},
                           m_rows, {false, false, false, false, false, false, true, true, true, true, true}));
    }
    finish(ExitDone);
}

void RequestsCommand::printCsv(const RequestRecord &record)
{
    const Usage &usage = record.usage;
    QStringList fields{record.id.toString(), rfc3339(record.acceptedWallMs), record.provider, record.model, sourceName(record.source),
                       record.failure ? failureName(*record.failure) : QStringLiteral("ok"),
                       record.httpStatus > 0 ? QString::number(record.httpStatus) : QString(), cacheOutcomeName(record.cache),
                       QString::number(usage.inputTokens()), QString::number(usage.cachedInput), QString::number(usage.outputTokens()),
                       QString::number(usage.reasoning), record.cost.amount ? record.cost.amount->toDecimal() : QString(), costStateName(record.cost.state),
                       record.savedByCache ? record.savedByCache->toDecimal() : QString(), msText(record.settled), msText(record.firstContent),
                       QString::number(record.attempts.size()), record.tags.join(u' '), record.message};
    for (QString &field : fields)
        field = csvField(field);
    line(fields.join(u','));
}

void RequestsCommand::show(RequestId id)
{
    m_app.ledger().flush(this, [this, id](const Result<void> &) {
        m_app.ledger().find(id, this, [this, id](const Result<std::optional<RequestRecord>> &found) {
            if (!found)
                return fail(found.error());
            if (!found->has_value())
                return failUsage(tr("There is no request %1").arg(id.toString()));
            const RequestRecord &record = **found;
            if (!json()) {
                showText(record);
            } else {
                object([&record](JsonWriter &writer) {
                    writeRecord(writer, record, true);
                    writer.key("decisions").beginArray();
                    for (const QString &decision : record.decisions)
                        writer.value(decision);
                    writer.endArray();
                    writer.key("prompt");
                    record.promptJson.isEmpty() ? writer.null() : writer.raw(record.promptJson);
                    writer.key("answer");
                    record.answerJson.isEmpty() ? writer.null() : writer.raw(record.answerJson);
                });
            }
            finish(ExitDone);
        });
    });
}

void RequestsCommand::showText(const RequestRecord &record)
{
    Outcome outcome;
    outcome.record = record;
    line(QStringLiteral("%1  %2  %3 %4  %5").arg(record.id.toString(), localTime(record.acceptedWallMs), record.provider, record.model,
                                                record.failure ? failureName(*record.failure) : tr("ok")));
    line(figuresLine(outcome));
    if (!record.message.isEmpty())
        line(record.message);
    for (const AttemptRecord &attempt : record.attempts) {
        const AttemptStamps &stamps = attempt.stamps;
        QStringList phases;
        const auto phase = [&phases](const QString &name, qint64 from, qint64 to) {
            if (from >= 0 && to >= from)
                phases.append(QStringLiteral("%1 %2 ms").arg(name, QString::number(double(to - from) / 1e6, 'f', 1)));
        };
        phase(tr("connect"), stamps.connectStart, stamps.connected);
        phase(tr("TLS"), stamps.connected, stamps.tlsDone);
        phase(tr("first byte"), stamps.sent, stamps.firstByte);
        phase(tr("first content"), stamps.sent, stamps.firstContent);
        phase(tr("stream"), stamps.firstContent, stamps.lastByte);
        line(QStringLiteral("  attempt %1  %2  %3 ms  %4  %5").arg(QString::number(attempt.number),
             attempt.failure ? failureName(*attempt.failure) + (attempt.httpStatus ? QStringLiteral(" %1").arg(attempt.httpStatus) : QString()) : tr("ok"),
             msText(stamps.ended - qMax<qint64>(stamps.permitted, 0)), billingName(attempt.billing), phases.join(QStringLiteral(", "))));
    }
    for (const QString &decision : record.decisions)
        line(QStringLiteral("  - ") + decision);
    if (!record.promptJson.isEmpty())
        line(tr("Prompt: %1").arg(QString::fromUtf8(record.promptJson)));
    if (!record.answerJson.isEmpty())
        line(tr("Answer: %1").arg(QString::fromUtf8(record.answerJson)));
}

} // namespace

constinit const CommandInfo requestsCommand = {
    "requests", "list [--limit N] [--filter EXPR] | show ID | export --format jsonl|csv [--filter EXPR]", "Every request ever made",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<RequestsCommand>(app, invocation, output);
    }};

} // namespace tollgate::app
