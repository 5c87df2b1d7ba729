#include "core/ledger/reportquery.h"

#include "core/base/json.h"
#include "core/ledger/counting.h"
#include "core/ledger/percentile.h"

#include <QDateTime>
#include <QHash>

#include <algorithm>
#include <vector>

namespace tollgate {

namespace {

struct Sums {
    ReportRow row;
    std::vector<qint64> latency; // microseconds
    std::vector<qint64> ttft;
};

// Names the local or UTC day or hour of a time. Rows come in order of time, so the period of the last one nearly always fits.
class Periods
{
public:
    Periods(bool hours, bool utc) : m_hours(hours), m_utc(utc) {}

    const QString &nameAt(qint64 wallMs)
    {
        if (wallMs < m_start || wallMs >= m_end)
            find(wallMs);
        return m_name;
    }

private:
    void find(qint64 wallMs)
    {
        const QDateTime time = m_utc ? QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC) : QDateTime::fromMSecsSinceEpoch(wallMs);
        if (!m_hours) {
            const QDate day = time.date();
            m_start = (m_utc ? day.startOfDay(Qt::UTC) : day.startOfDay()).toMSecsSinceEpoch();
            m_end = (m_utc ? day.addDays(1).startOfDay(Qt::UTC) : day.addDays(1).startOfDay()).toMSecsSinceEpoch();
            m_name = day.toString(Qt::ISODate);
            return;
        }
        // By the clock of the zone, which need not be a whole hour away from UTC. With its offset, because an hour comes twice in autumn;
        // up to the next quarter of an hour only, because that is where zones change.
        m_start = wallMs - wallMs % quarter;
        m_end = m_start + quarter;
        const int offset = time.offsetFromUtc();
        m_name = time.toString(QStringLiteral("yyyy-MM-ddTHH:00")) + (m_utc ? QStringLiteral("Z") : offsetName(offset));
    }
    static QString offsetName(int seconds)
    {
        const int minutes = std::abs(seconds) / 60;
        return QStringLiteral("%1%2:%3").arg(QChar(seconds < 0 ? u'-' : u'+')).arg(minutes / 60, 2, 10, QChar(u'0')).arg(minutes % 60, 2, 10, QChar(u'0'));
    }

    static constexpr qint64 quarter = 900'000;
    bool m_hours;
    bool m_utc;
    qint64 m_start = 0;
    qint64 m_end = 0;
    QString m_name;
};

enum Column {
    AcceptedMs,
    Failure,
    Cache,
    Uncached,
    Cached,
    Write,
    Write1h,
    Visible,
    Reasoning,
    Cost,
    CostStateColumn,
    Chargeable,
    Saved,
    Ttft,
    Latency,
    Group,
};

void addRow(Sums &sums, const Statement &s)
{
    ReportRow &row = sums.row;
    const auto cache = CacheOutcome(quint8(s.integer(Cache)));
    const bool failed = !s.isNull(Failure);
    ++row.requests;
    row.errors += failed && isError(FailureKind(quint8(s.integer(Failure)))) ? 1 : 0;
    row.cacheHits += cache == CacheOutcome::Hit ? 1 : 0;
    row.inputTokens += s.integer(Uncached) + s.integer(Cached) + s.integer(Write) + s.integer(Write1h);
    row.cachedInputTokens += s.integer(Cached);
    row.outputTokens += s.integer(Visible) + s.integer(Reasoning);
    row.reasoningTokens += s.integer(Reasoning);
    row.cost += Money::fromNanoUsd(s.integer(Cost));
    row.saved += Money::fromNanoUsd(s.integer(Saved));
    if (s.integer(Chargeable) != 0)
        ++(CostState(quint8(s.integer(CostStateColumn))) == CostState::Unpriced ? row.unpriced : row.priced);
    if (failed || !isProviderAnswer(cache))
        return;
    if (!s.isNull(Ttft))
        sums.ttft.push_back(s.integer(Ttft));
    if (!s.isNull(Latency))
        sums.latency.push_back(s.integer(Latency));
}

ReportRow finish(Sums &sums)
{
    sums.row.latencyP50Ms = percentileMs(sums.latency, 50);
    sums.row.latencyP95Ms = percentileMs(sums.latency, 95);
    sums.row.latencyP99Ms = percentileMs(sums.latency, 99);
    sums.row.ttftP50Ms = percentileMs(sums.ttft, 50);
    return sums.row;
}

const char *groupColumn(GroupBy by)
{
    switch (by) {
    case GroupBy::Model:
        return "model";
    case GroupBy::Provider:
        return "provider";
    case GroupBy::Source:
        return "source";
    case GroupBy::Client:
        return "client";
    case GroupBy::Tag:
        return "tags";
    case GroupBy::None:
    case GroupBy::Day:
    case GroupBy::Hour:
        break;
    }
    return "NULL";
}

// The groups of one row.
class Grouper
{
public:
    explicit Grouper(const ReportQuery &query) : m_query(query), m_periods(query.groupBy == GroupBy::Hour, query.utc) {}

    QStringList groupsOf(const Statement &s)
    {
        switch (m_query.groupBy) {
        case GroupBy::None:
            return {QStringLiteral("all")};
        case GroupBy::Source:
            return {sourceName(Source(quint8(s.integer(Group))))};
        case GroupBy::Tag:
            return tagValues(s);
        case GroupBy::Day:
        case GroupBy::Hour:
            return {m_periods.nameAt(s.integer(AcceptedMs))};
        case GroupBy::Model:
        case GroupBy::Provider:
        case GroupBy::Client:
            break;
        }
        return {s.text(Group)};
    }

private:
    QStringList tagValues(const Statement &s)
    {
        QStringList values;
        const auto tags = s.isNull(Group) ? Result<JsonValue>(JsonValue()) : m_json.parse(s.blob(Group));
        if (tags) {
            tags->forEach([&](JsonValue value) {
                const QString tag = value.string();
                if (tag == m_query.tagKey)
                    values.append(tag);
                else if (tag.startsWith(m_query.tagKey + u'='))
                    values.append(tag.sliced(m_query.tagKey.size() + 1));
            });
        }
        values.removeDuplicates();
        return values.isEmpty() ? QStringList{QString()} : values;
    }

    const ReportQuery &m_query;
    Periods m_periods;
    JsonDocument m_json;
};

void sortRows(QList<ReportRow> &rows, GroupBy by)
{
    if (by == GroupBy::Day || by == GroupBy::Hour)
        return; // rows were met in order of time
    std::sort(rows.begin(), rows.end(), [](const ReportRow &a, const ReportRow &b) {
        if (a.cost != b.cost)
            return a.cost > b.cost;
        return a.requests != b.requests ? a.requests > b.requests : a.group < b.group;
    });
}

} // namespace

Result<Report> runReport(Database &database, const ReportQuery &query)
{
    const QByteArray sql = QByteArray("SELECT accepted_ms, failure, cache, uncached_input, cached_input, cache_write, cache_write_1h,"
                                      " visible_output, reasoning, cost_nano, cost_state, chargeable, saved_cache_nano, ttft_us, latency_us, ")
                           + groupColumn(query.groupBy) + " FROM requests WHERE accepted_ms >= ? AND accepted_ms < ? ORDER BY accepted_ms";
    auto statement = database.prepare(sql.constData());
    if (!statement)
        return statement.error();
    statement->bind(1, query.from).bind(2, query.to);

    Grouper grouper(query);
    QHash<QString, size_t> places;
    std::vector<Sums> groups;
    Sums total;
    const auto sumsOf = [&](const QString &group) -> Sums & {
        const auto place = places.constFind(group);
        if (place != places.cend())
            return groups[*place];
        places.insert(group, groups.size());
        groups.emplace_back().row.group = group;
        return groups.back();
    };
    if (query.groupBy == GroupBy::None)
        sumsOf(QStringLiteral("all"));
    for (;;) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            break;
        for (const QString &group : grouper.groupsOf(*statement))
            addRow(sumsOf(group), *statement);
        addRow(total, *statement);
    }
    Report report;
    for (Sums &sums : groups)
        report.rows.append(finish(sums));
    sortRows(report.rows, query.groupBy);
    report.total = finish(total);
    report.total.group = QStringLiteral("total");
    return report;
}

} // namespace tollgate
