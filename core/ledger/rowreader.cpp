#include "core/ledger/rowreader.h"

#include "core/base/json.h"
#include "core/ledger/counting.h"
#include "core/ledger/percentile.h"
#include "core/store/zip.h"

#include <vector>

namespace tollgate {

namespace {

// Reads one column after the other.
class Columns
{
public:
    explicit Columns(const Statement &statement) : m_statement(statement) {}
    qint64 number() { return m_statement.integer(m_next++); }
    bool flag() { return number() != 0; }
    template <class E>
    E enumerator()
    {
        return E(quint8(number()));
    }
    QString text() { return m_statement.text(m_next++); }
    QByteArray blob() { return m_statement.blob(m_next++); }
    std::optional<qint64> optional()
    {
        const int column = m_next++;
        return m_statement.isNull(column) ? std::nullopt : std::optional(m_statement.integer(column));
    }
    qint64 nanoseconds()
    {
        const auto microseconds = optional();
        return microseconds ? *microseconds * 1000 : -1;
    }
    std::optional<Money> money()
    {
        const auto nano = optional();
        return nano ? std::optional(Money::fromNanoUsd(*nano)) : std::nullopt;
    }
    std::optional<FailureKind> failure()
    {
        const auto kind = optional();
        return kind ? std::optional(FailureKind(quint8(*kind))) : std::nullopt;
    }
    QStringList list()
    {
        QStringList values;
        const QByteArray json = blob();
        if (json.isEmpty())
            return values;
        if (auto parsed = m_json.parse(json))
            parsed->forEach([&values](JsonValue value) { values.append(value.string()); });
        return values;
    }
    RateLimits limits()
    {
        RateLimits limits;
        const QByteArray json = blob();
        auto parsed = json.isEmpty() ? Result<JsonValue>(JsonValue()) : m_json.parse(json);
        if (!parsed)
            return limits;
        const auto read = [&](QByteArrayView name, RateLimits::Window &window) {
            const JsonValue value = (*parsed)[name];
            window = {value["limit"].integer(), value["remaining"].integer(), value["reset_ms"].integer()};
        };
        read("requests", limits.requests);
        read("tokens", limits.tokens);
        read("input_tokens", limits.inputTokens);
        read("output_tokens", limits.outputTokens);
        return limits;
    }

private:
    const Statement &m_statement;
    int m_next = 0;
    JsonDocument m_json;
};

// In the order of the table's columns.
RequestRecord readRequest(const Statement &statement)
{
    Columns c(statement);
    RequestRecord r;
    r.id = {c.number()};
    r.acceptedWallMs = c.number();
    r.provider = c.text();
    r.model = c.text();
    r.answeredModel = c.text();
    r.source = c.enumerator<Source>();
    r.client = c.text();
    r.tags = c.list();
    r.streamed = c.flag();
    r.cache = c.enumerator<CacheOutcome>();
    r.cachedFrom = {c.optional().value_or(0)};
    r.failure = c.failure();
    r.phase = c.enumerator<Phase>();
    r.httpStatus = int(c.number());
    r.message = c.text();
    r.finishReason = c.text();
    r.complete = c.flag();
    r.usage.uncachedInput = c.number();
    r.usage.cachedInput = c.number();
    r.usage.cacheWrite = c.number();
    r.usage.cacheWrite1h = c.number();
    r.usage.visibleOutput = c.number();
    r.usage.reasoning = c.number();
    r.usage.present = c.flag();
    r.usage.estimated = c.flag();
    r.rawUsage = c.blob();
    r.cost.amount = c.money();
    r.cost.state = c.enumerator<CostState>();
    r.cost.priceVersion = c.text();
    c.flag(); // chargeable, derived from the attempts
    r.savedByCache = c.money();
    r.cost.savedByProviderCache = Money::fromNanoUsd(c.number());
    r.serviceTier = c.text();
    r.responseId = c.text();
    r.requestId = c.text();
    c.number(); // estimated_input, for the ratios only
    r.cacheLookedUp = c.nanoseconds();
    r.permitted = c.nanoseconds();
    r.firstReasoning = c.nanoseconds();
    r.firstContent = c.nanoseconds();
    r.settled = c.nanoseconds();
    r.decisions = c.list();
    return r;
}

AttemptRecord readAttempt(const Statement &statement)
{
    Columns c(statement);
    AttemptRecord a;
    c.number(); // request
    a.number = int(c.number());
    a.provider = c.text();
    a.model = c.text();
    a.keyName = c.text();
    a.startedWallMs = c.number();
    AttemptStamps &s = a.stamps;
    for (qint64 *stamp : {&s.permitted, &s.connectStart, &s.connected, &s.tlsDone, &s.sent, &s.firstByte, &s.firstEvent,
                          &s.firstReasoning, &s.firstContent, &s.lastByte, &s.ended})
        *stamp = c.nanoseconds();
    s.reusedConnection = c.flag();
    a.failure = c.failure();
    a.phase = c.enumerator<Phase>();
    a.httpStatus = int(c.number());
    a.message = c.text();
    a.providerCode = c.text();
    a.requestId = c.text();
    a.billing = c.enumerator<Billing>();
    a.retryAfterMs = c.optional();
    a.backoffMs = c.number();
    a.limits = c.limits();
    return a;
}

// Collects conditions with the values that go with them.
class Where
{
public:
    void add(const char *condition) { m_sql += m_sql.isEmpty() ? QByteArray(" WHERE ") + condition : QByteArray(" AND ") + condition; }
    void add(const char *condition, qint64 value)
    {
        add(condition);
        m_values.push_back({value, {}, false});
    }
    void add(const char *condition, const QString &value)
    {
        add(condition);
        m_values.push_back({0, value, true});
    }
    const QByteArray &sql() const { return m_sql; }
    int bind(Statement &statement) const
    {
        int index = 1;
        for (const Value &value : m_values)
            value.isText ? statement.bind(index++, value.text) : statement.bind(index++, value.number);
        return index;
    }

private:
    struct Value {
        qint64 number;
        QString text;
        bool isText;
    };
    QByteArray m_sql;
    std::vector<Value> m_values;
};

Where conditions(const LedgerFilter &filter)
{
    Where where;
    if (filter.from)
        where.add("accepted_ms >= ?", *filter.from);
    if (filter.to)
        where.add("accepted_ms < ?", *filter.to);
    if (!filter.provider.isEmpty())
        where.add("provider = ?", filter.provider);
    if (!filter.model.isEmpty())
        where.add("model = ?", filter.model);
    if (filter.source)
        where.add("source = ?", qint64(*filter.source));
    if (!filter.tag.isEmpty()) {
        // A whole tag, or the key of a key=value tag.
        where.add("EXISTS (SELECT 1 FROM json_each(tags), (SELECT ? AS wanted) WHERE value = wanted"
                  " OR substr(value, 1, length(wanted) + 1) = wanted || '=')",
                  filter.tag);
    }
    if (filter.failure)
        where.add("failure = ?", qint64(*filter.failure));
    if (filter.errorsOnly) {
        where.add("failure IS NOT NULL AND failure <> ?", qint64(FailureKind::Cancelled));
        where.add("failure <> ?", qint64(FailureKind::Budget));
        where.add("failure <> ?", qint64(FailureKind::Queued));
    }
    if (filter.cache)
        where.add("cache = ?", qint64(*filter.cache));
    return where;
}

Result<void> readAttempts(Database &database, RequestRecord &record)
{
    auto statement = database.prepare("SELECT * FROM attempts WHERE request = ? ORDER BY n");
    if (!statement)
        return statement.error();
    statement->bind(1, record.id.value);
    for (;;) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            return {};
        record.attempts.append(readAttempt(*statement));
    }
}

Result<bool> exists(Database &database, RequestId id)
{
    auto statement = database.prepare("SELECT 1 FROM requests WHERE id = ?");
    if (!statement)
        return statement.error();
    return statement->bind(1, id.value).step();
}

Result<void> readPayload(Database &database, RequestRecord &record)
{
    auto statement = database.prepare("SELECT prompt, answer FROM payloads WHERE request = ?");
    if (!statement)
        return statement.error();
    auto row = statement->bind(1, record.id.value).step();
    if (!row)
        return row.error();
    if (*row) {
        record.promptJson = unpack(statement->blob(0)).value_or(QByteArray());
        record.answerJson = unpack(statement->blob(1)).value_or(QByteArray());
    }
    return {};
}

} // namespace

Result<QList<RequestRecord>> listRequests(Database &database, const LedgerFilter &filter, RequestId before, int limit)
{
    Where where = conditions(filter);
    if (before.isValid()) {
        // A row that is not there (in flight, or removed by retention) has only its number to go by.
        auto stands = exists(database, before);
        if (!stands)
            return stands.error();
        if (*stands)
            where.add("(accepted_ms, id) < (SELECT accepted_ms, id FROM requests WHERE id = ?)", before.value);
        else
            where.add("id < ?", before.value);
    }
    const QByteArray sql = "SELECT * FROM requests" + where.sql() + " ORDER BY accepted_ms DESC, id DESC LIMIT ?";
    auto statement = database.prepare(sql.constData());
    if (!statement)
        return statement.error();
    const int next = where.bind(*statement);
    statement->bind(next, qint64(limit));
    QList<RequestRecord> records;
    for (;;) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            return records;
        records.append(readRequest(*statement));
    }
}

Result<std::optional<RequestRecord>> findRequest(Database &database, RequestId id)
{
    std::optional<RequestRecord> record;
    {
        auto statement = database.prepare("SELECT * FROM requests WHERE id = ?");
        if (!statement)
            return statement.error();
        auto row = statement->bind(1, id.value).step();
        if (!row)
            return row.error();
        if (!*row)
            return std::optional<RequestRecord>();
        record = readRequest(*statement);
    }
    if (auto done = readAttempts(database, *record); !done)
        return done.error();
    if (auto done = readPayload(database, *record); !done)
        return done.error();
    return record;
}

Result<qint64> countRequests(Database &database)
{
    auto statement = database.prepare("SELECT count(*) FROM requests");
    if (!statement)
        return statement.error();
    if (auto row = statement->step(); !row)
        return row.error();
    return statement->integer(0);
}

Result<RecentFigures> recentFigures(Database &database, const QString &provider, const QString &model, int runs)
{
    auto statement = database.prepare("SELECT ttft_us, latency_us FROM requests WHERE model = ? AND provider = ? AND failure IS NULL"
                                      " AND cache NOT IN (?, ?) ORDER BY accepted_ms DESC LIMIT ?");
    if (!statement)
        return statement.error();
    statement->bind(1, model).bind(2, provider).bind(3, qint64(CacheOutcome::Hit)).bind(4, qint64(CacheOutcome::Coalesced));
    statement->bind(5, qint64(runs));
    RecentFigures figures;
    std::vector<qint64> ttft;
    std::vector<qint64> latency;
    for (;;) {
        auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            break;
        ++figures.runs;
        if (!statement->isNull(0))
            ttft.push_back(statement->integer(0));
        if (!statement->isNull(1))
            latency.push_back(statement->integer(1));
    }
    figures.ttftP50Ms = percentileMs(ttft, 50);
    figures.latencyP50Ms = percentileMs(latency, 50);
    return figures;
}

} // namespace tollgate
