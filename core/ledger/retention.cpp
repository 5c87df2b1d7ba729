#include "core/ledger/retention.h"

#include "core/ledger/rowwriter.h"

namespace tollgate {

namespace {

constexpr qint64 batch = 500;

Result<qint64> deleteBatch(Database &database, const char *sql, qint64 before)
{
    auto statement = database.prepare(sql);
    if (!statement)
        return statement.error();
    if (auto done = statement->bind(1, before).bind(2, batch).run(); !done)
        return done.error();
    return database.changes();
}

} // namespace

Result<bool> Retention::step(Database &database, qint64 nowWallMs) const
{
    auto transaction = Transaction::begin(database);
    if (!transaction)
        return transaction.error();
    qint64 payloads = 0;
    qint64 rows = 0;
    if (m_payloadDays > 0) {
        auto deleted = deleteBatch(
            database, "DELETE FROM payloads WHERE request IN (SELECT request FROM payloads WHERE stored_day < ?1 LIMIT ?2)",
            dayOf(nowWallMs) - m_payloadDays);
        if (!deleted)
            return deleted.error();
        payloads = *deleted;
    }
    if (m_ledgerDays > 0) {
        // Attempts and payloads of a request go with it (ON DELETE CASCADE).
        auto deleted = deleteBatch(
            database, "DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE accepted_ms < ?1 ORDER BY accepted_ms LIMIT ?2)",
            nowWallMs - qint64(m_ledgerDays) * 86'400'000);
        if (!deleted)
            return deleted.error();
        rows = *deleted;
    }
    if (auto done = transaction->commit(); !done)
        return done.error();
    return payloads >= batch || rows >= batch;
}

} // namespace tollgate
