// `report`: figures of a range, computed from rows.
#include "app/application.h"
#include "app/cli/commands.h"
#include "app/cli/filter.h"
#include "core/ledger/ledger.h"

#include <QDateTime>

namespace tollgate::app {

namespace {

class ReportCommand final : public Command
{
public:
    using Command::Command;
    void start() override;

private:
    void printText(const Report &report);
};

void writeRow(JsonWriter &json, const ReportRow &row)
{
    json.beginObject();
    json.member("group", row.group);
    json.member("requests", row.requests).member("errors", row.errors).member("cache_hits", row.cacheHits);
    json.member("input_tokens", row.inputTokens).member("cached_input_tokens", row.cachedInputTokens);
    json.member("output_tokens", row.outputTokens).member("reasoning_tokens", row.reasoningTokens);
    const std::optional<Money> cost = row.knownCost();
    json.member("cost_usd", cost ? std::optional(cost->toDecimal()) : std::nullopt).member("saved_usd", row.saved.toDecimal()).member("unpriced", row.unpriced);
    json.member("latency_p50_ms", row.latencyP50Ms).member("latency_p95_ms", row.latencyP95Ms).member("latency_p99_ms", row.latencyP99Ms);
    json.member("ttft_p50_ms", row.ttftP50Ms);
    json.endObject();
}

bool setGroup(ReportQuery &query, const QString &name)
{
    static const std::pair<const char *, GroupBy> groups[] = {{"none", GroupBy::None},     {"model", GroupBy::Model}, {"provider", GroupBy::Provider},
                                                              {"source", GroupBy::Source}, {"client", GroupBy::Client}, {"day", GroupBy::Day},
                                                              {"hour", GroupBy::Hour}};
    if (name.startsWith(u"tag:") && name.size() > 4) {
        query.groupBy = GroupBy::Tag;
        query.tagKey = name.mid(4);
        return true;
    }
    for (const auto &[word, group] : groups) {
        if (name == QLatin1StringView(word)) {
            query.groupBy = group;
            return true;
        }
    }
    return false;
}

void ReportCommand::start()
{
    QCommandLineParser parser;
    parser.addOption({QStringLiteral("range"), QString(), QStringLiteral("RANGE"), QStringLiteral("24h")});
    parser.addOption({QStringLiteral("group-by"), QString(), QStringLiteral("GROUP"), QStringLiteral("none")});
    parser.addOption({QStringLiteral("utc"), QString()});
    if (!parse(parser, 1, 1))
        return;
    ReportQuery query;
    query.utc = parser.isSet(QStringLiteral("utc"));
    const QString range = parser.value(QStringLiteral("range"));
    const Result<TimeRange> time = parseRange(range, QDateTime::currentMSecsSinceEpoch(), query.utc);
    if (!time)
        return fail(time.error());
    query.from = time->from;
    query.to = time->to;
    if (!setGroup(query, parser.value(QStringLiteral("group-by"))))
        return failUsage(tr("--group-by %1: use none, model, provider, source, client, tag:KEY, day or hour").arg(parser.value(QStringLiteral("group-by"))));
    m_app.ledger().flush(this, [this, query](const Result<void> &) {
        m_app.ledger().report(query, this, [this, query](const Result<Report> &report) {
            if (!report)
                return fail(report.error());
            if (json())
                object([&](JsonWriter &writer) {
                    writer.key("range").beginObject();
                    writer.member("from", rfc3339(query.from)).member("to", rfc3339(query.to)).endObject();
                    writer.key("rows").beginArray();
                    for (const ReportRow &row : report->rows)
                        writeRow(writer, row);
                    writer.endArray();
                    writer.key("total");
                    writeRow(writer, report->total);
                });
            else
                printText(*report);
            finish(ExitDone);
        });
    });
}

void ReportCommand::printText(const Report &report)
{
    QList<QStringList> rows;
    const auto optional = [](std::optional<qint64> value) { return value ? QString::number(*value) : QStringLiteral("–"); };
    const auto add = [&](const ReportRow &row, const QString &name) {
        rows.append({name, QString::number(row.requests), QString::number(row.errors), QString::number(row.cacheHits), QString::number(row.inputTokens),
                     QString::number(row.outputTokens), row.knownCost() ? u'$' + row.cost.toDecimal() : tr("price unknown"), u'$' + row.saved.toDecimal(), QString::number(row.unpriced),
                     optional(row.latencyP50Ms), optional(row.latencyP95Ms), optional(row.latencyP99Ms), optional(row.ttftP50Ms)});
    };
    for (const ReportRow &row : report.rows)
        add(row, row.group.isEmpty() ? QStringLiteral("–") : row.group);
    add(report.total, tr("total"));
    line(textTable({tr("GROUP"), tr("REQUESTS"), tr("ERRORS"), tr("HITS"), tr("IN"), tr("OUT"), tr("COST"), tr("SAVED"), tr("UNPRICED"), tr("P50 MS"), tr("P95 MS"),
                    tr("P99 MS"), tr("TTFT P50")},
                   rows, {false, true, true, true, true, true, true, true, true, true, true, true, true}));
}

} // namespace

constinit const CommandInfo reportCommand = {
    "report", "[--range 24h] [--group-by model|provider|source|client|tag:KEY|day|hour] [--utc]", "Requests, tokens, spend and latency of a range",
    [](Application &app, const Invocation &invocation, CommandOutput &output) -> std::unique_ptr<Command> {
        return std::make_unique<ReportCommand>(app, invocation, output);
    }};

} // namespace tollgate::app
