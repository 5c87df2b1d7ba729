// Puts records into the ledger's tables. Inside a transaction of the caller's, on the thread of the database.
#pragma once

#include "core/ledger/recordcodec.h"
#include "core/store/database.h"

namespace tollgate {

class RowWriter
{
public:
    explicit RowWriter(Database &database) : m_database(database) {}

    // The request with its attempts and payloads. False: a row of this id was there already and stays as it is (a replay).
    Result<bool> insert(const SettledRecord &settled);
    // Attempts that outlive their place in the journal, and their end.
    Result<void> insertOpen(const AttemptIntent &intent);
    Result<void> removeOpen(RequestId request);

private:
    Result<void> insertAttempt(RequestId request, const AttemptRecord &attempt);
    Result<void> insertPayload(const RequestRecord &record);
    Database &m_database;
};

// Days since 1970-01-01 UTC: what payloads are dated with.
qint64 dayOf(qint64 wallMs);

} // namespace tollgate
