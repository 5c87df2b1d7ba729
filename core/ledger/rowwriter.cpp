#include "core/ledger/rowwriter.h"

#include "core/base/json.h"
#include "core/ledger/counting.h"
#include "core/store/zip.h"

namespace tollgate {

namespace {

// Binds one column after the other.
class Binder
{
public:
    explicit Binder(Statement &statement) : m_statement(statement) {}
    void number(qint64 value) { m_statement.bind(m_next++, value); }
    template <class E>
        requires std::is_enum_v<E>
    void number(E value) { number(qint64(value)); }
    void text(const QString &value) { m_statement.bind(m_next++, value); }
    void null() { m_statement.bindNull(m_next++); }
    void microseconds(qint64 nanoseconds)
    {
        if (nanoseconds < 0)
            null();
        else
            number(nanoseconds / 1000);
    }
    void money(const std::optional<Money> &value)
    {
        if (value)
            number(value->nanoUsd());
        else
            null();
    }
    void failure(const std::optional<FailureKind> &value)
    {
        if (value)
            number(*value);
        else
            null();
    }
    void list(const QStringList &values)
    {
        if (values.isEmpty())
            return null();
        QByteArray json;
        JsonWriter writer(json);
        writer.beginArray();
        for (const QString &value : values)
            writer.value(value);
        writer.endArray();
        utf8(json);
    }
    void utf8(const QByteArray &value) { m_statement.bind(m_next++, QString::fromUtf8(value)); }
    void blobOrNull(const QByteArray &value)
    {
        if (value.isEmpty())
            null();
        else
            m_statement.bindBlob(m_next++, value);
    }

private:
    Statement &m_statement;
    int m_next = 1;
};

void writeWindow(JsonWriter &json, QByteArrayView name, const RateLimits::Window &window)
{
    if (!window.limit && !window.remaining && !window.resetWallMs)
        return;
    json.key(name).beginObject();
    json.member("limit", window.limit).member("remaining", window.remaining).member("reset_ms", window.resetWallMs);
    json.endObject();
}

QByteArray limitsJson(const RateLimits &limits)
{
    QByteArray text;
    JsonWriter json(text);
    json.beginObject();
    writeWindow(json, "requests", limits.requests);
    writeWindow(json, "tokens", limits.tokens);
    writeWindow(json, "input_tokens", limits.inputTokens);
    writeWindow(json, "output_tokens", limits.outputTokens);
    json.endObject();
    return text;
}

void bindRequest(Binder &b, const RequestRecord &r, qint64 estimatedInput)
{
    b.number(r.id.value);
    b.number(r.acceptedWallMs);
    b.text(r.provider);
    b.text(r.model);
    b.text(r.answeredModel);
    b.number(r.source);
    b.text(r.client);
    b.list(r.tags);
    b.number(qint64(r.streamed));
    b.number(r.cache);
    if (r.cachedFrom.isValid())
        b.number(r.cachedFrom.value);
    else
        b.null();
    b.failure(r.failure);
    b.number(r.phase);
    b.number(qint64(r.httpStatus));
    b.text(r.message);
    b.text(r.finishReason);
    b.number(qint64(r.complete));
    b.number(r.usage.uncachedInput);
    b.number(r.usage.cachedInput);
    b.number(r.usage.cacheWrite);
    b.number(r.usage.cacheWrite1h);
    b.number(r.usage.visibleOutput);
    b.number(r.usage.reasoning);
    b.number(qint64(r.usage.present));
    b.number(qint64(r.usage.estimated));
    b.blobOrNull(r.rawUsage);
    b.money(r.cost.amount);
    b.number(r.cost.state);
    b.text(r.cost.priceVersion);
    b.number(qint64(isChargeable(r)));
    b.money(r.savedByCache);
    b.number(r.cost.savedByProviderCache.nanoUsd());
    b.text(r.serviceTier);
    b.text(r.responseId);
    b.text(r.requestId);
    b.number(estimatedInput);
    b.microseconds(r.cacheLookedUp);
    b.microseconds(r.permitted);
    b.microseconds(r.firstReasoning);
    b.microseconds(r.firstContent);
    b.microseconds(r.settled);
    b.list(r.decisions);
}

} // namespace

qint64 dayOf(qint64 wallMs)
{
    return wallMs / 86'400'000;
}

Result<bool> RowWriter::insert(const SettledRecord &settled)
{
    const RequestRecord &record = settled.record;
    {
        auto statement = m_database.prepare("INSERT INTO requests VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
                                            "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING");
        if (!statement)
            return statement.error();
        Binder binder(*statement);
        bindRequest(binder, record, settled.estimatedInputTokens);
        if (auto done = statement->run(); !done)
            return done.error();
    }
    if (m_database.changes() == 0)
        return false;
    for (const AttemptRecord &attempt : record.attempts) {
        if (auto done = insertAttempt(record.id, attempt); !done)
            return done.error();
    }
    if (!record.promptJson.isEmpty() || !record.answerJson.isEmpty()) {
        if (auto done = insertPayload(record); !done)
            return done.error();
    }
    return true;
}

Result<void> RowWriter::insertAttempt(RequestId request, const AttemptRecord &a)
{
    auto statement = m_database.prepare("INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
    if (!statement)
        return statement.error();
    Binder b(*statement);
    b.number(request.value);
    b.number(qint64(a.number));
    b.text(a.provider);
    b.text(a.model);
    b.text(a.keyName);
    b.number(a.startedWallMs);
    const AttemptStamps &s = a.stamps;
    for (const qint64 stamp : {s.permitted, s.connectStart, s.connected, s.tlsDone, s.sent, s.firstByte, s.firstEvent, s.firstReasoning,
                               s.firstContent, s.lastByte, s.ended})
        b.microseconds(stamp);
    b.number(qint64(s.reusedConnection));
    b.failure(a.failure);
    b.number(a.phase);
    b.number(qint64(a.httpStatus));
    b.text(a.message);
    b.text(a.providerCode);
    b.text(a.requestId);
    b.number(a.billing);
    if (a.retryAfterMs)
        b.number(*a.retryAfterMs);
    else
        b.null();
    b.number(a.backoffMs);
    if (a.limits.isEmpty())
        b.null();
    else
        b.utf8(limitsJson(a.limits));
    return statement->run();
}

Result<void> RowWriter::insertPayload(const RequestRecord &record)
{
    auto statement = m_database.prepare("INSERT INTO payloads VALUES (?,?,?,?) ON CONFLICT DO NOTHING");
    if (!statement)
        return statement.error();
    statement->bind(1, record.id.value).bind(2, dayOf(record.acceptedWallMs));
    statement->bindBlob(3, pack(record.promptJson)).bindBlob(4, pack(record.answerJson));
    return statement->run();
}

Result<void> RowWriter::insertOpen(const AttemptIntent &intent)
{
    auto statement = m_database.prepare("INSERT OR REPLACE INTO open_attempts VALUES (?,?,?)");
    if (!statement)
        return statement.error();
    QByteArray bytes;
    encode(intent, bytes);
    return statement->bind(1, intent.request.value).bind(2, qint64(intent.number)).bindBlob(3, bytes).run();
}

Result<void> RowWriter::removeOpen(RequestId request)
{
    auto statement = m_database.prepare("DELETE FROM open_attempts WHERE request = ?");
    if (!statement)
        return statement.error();
    return statement->bind(1, request.value).run();
}

} // namespace tollgate
