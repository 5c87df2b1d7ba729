// Reads requests back as values. On the thread of the database; every call is one short read.
#pragma once

#include "core/ledger/ledger.h"
#include "core/store/database.h"

namespace tollgate {

// Newest first by the time of acceptance; `before` excluded.
Result<QList<RequestRecord>> listRequests(Database &database, const LedgerFilter &filter, RequestId before, int limit);
// With attempts and payloads.
Result<std::optional<RequestRecord>> findRequest(Database &database, RequestId id);
Result<qint64> countRequests(Database &database);
Result<RecentFigures> recentFigures(Database &database, const QString &provider, const QString &model, int runs);

} // namespace tollgate
