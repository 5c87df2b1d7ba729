#include "core/ledger/schema.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

constexpr const char *version1 = R"(
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    accepted_ms INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    answered_model TEXT NOT NULL,
    source INTEGER NOT NULL,
    client TEXT NOT NULL,
    tags TEXT,
    stream INTEGER NOT NULL,
    cache INTEGER NOT NULL,
    cached_from INTEGER,
    failure INTEGER,
    phase INTEGER NOT NULL,
    http_status INTEGER NOT NULL,
    message TEXT NOT NULL,
    finish_reason TEXT NOT NULL,
    complete INTEGER NOT NULL,
    uncached_input INTEGER NOT NULL,
    cached_input INTEGER NOT NULL,
    cache_write INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    visible_output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    usage_present INTEGER NOT NULL,
    usage_estimated INTEGER NOT NULL,
    raw_usage BLOB,
    cost_nano INTEGER,
    cost_state INTEGER NOT NULL,
    price_version TEXT NOT NULL,
    chargeable INTEGER NOT NULL,
    saved_cache_nano INTEGER,
    saved_provider_nano INTEGER NOT NULL,
    service_tier TEXT NOT NULL,
    response_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    estimated_input INTEGER NOT NULL,
    cache_us INTEGER,
    permitted_us INTEGER,
    reasoning_us INTEGER,
    ttft_us INTEGER,
    latency_us INTEGER,
    decisions TEXT
) STRICT;
CREATE INDEX requests_time ON requests (accepted_ms);
CREATE INDEX requests_model_time ON requests (model, accepted_ms);
CREATE INDEX requests_failures ON requests (accepted_ms) WHERE failure IS NOT NULL;

CREATE TABLE attempts (
    request INTEGER NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    key_name TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    permitted_us INTEGER,
    connect_us INTEGER,
    connected_us INTEGER,
    tls_us INTEGER,
    sent_us INTEGER,
    first_byte_us INTEGER,
    first_event_us INTEGER,
    first_reasoning_us INTEGER,
    first_content_us INTEGER,
    last_byte_us INTEGER,
    ended_us INTEGER,
    reused INTEGER NOT NULL,
    failure INTEGER,
    phase INTEGER NOT NULL,
    http_status INTEGER NOT NULL,
    message TEXT NOT NULL,
    provider_code TEXT NOT NULL,
    request_id TEXT NOT NULL,
    billing INTEGER NOT NULL,
    retry_after_ms INTEGER,
    backoff_ms INTEGER NOT NULL,
    limits TEXT,
    PRIMARY KEY (request, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE payloads (
    request INTEGER PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    stored_day INTEGER NOT NULL,
    prompt BLOB NOT NULL,
    answer BLOB NOT NULL
) STRICT;
CREATE INDEX payloads_day ON payloads (stored_day);

CREATE TABLE open_attempts (
    request INTEGER NOT NULL,
    n INTEGER NOT NULL,
    intent BLOB NOT NULL,
    PRIMARY KEY (request, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE marks (
    id INTEGER PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO marks VALUES (1, 0), (2, 0), (3, 1);
)";

} // namespace

Result<void> migrateLedger(Database &database)
{
    return migrate(database, {{1, version1}});
}

Result<void> checkLedgerVersion(Database &database)
{
    auto statement = database.prepare("PRAGMA user_version");
    if (!statement)
        return statement.error();
    if (auto row = statement->step(); !row)
        return row.error();
    if (statement->integer(0) == 1)
        return {};
    return Error{ErrorKind::Storage, QCoreApplication::translate("Ledger", "The history cannot be read"),
                 QCoreApplication::translate("Ledger", "%1 was written by another version of Tollgate.").arg(database.path()), {}};
}

Result<qint64> readMark(Database &database, LedgerMark mark)
{
    auto statement = database.prepare("SELECT value FROM marks WHERE id = ?");
    if (!statement)
        return statement.error();
    auto row = statement->bind(1, qint64(mark)).step();
    if (!row)
        return row.error();
    return *row ? statement->integer(0) : 0;
}

Result<void> writeMark(Database &database, LedgerMark mark, qint64 value)
{
    auto statement = database.prepare("INSERT INTO marks VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET value = ?2 WHERE value <> ?2");
    if (!statement)
        return statement.error();
    return statement->bind(1, qint64(mark)).bind(2, value).run();
}

} // namespace tollgate
