// `--filter EXPR` of requests: words key:value joined by spaces, e.g. "model:sim-fast status:error source:cli tag:env=prod cache:hit since:24h".
#pragma once

#include "core/base/result.h"
#include "core/ledger/ledger.h"

namespace tollgate::app {

Result<LedgerFilter> parseFilter(const QString &expression, qint64 nowWallMs);

// "15m", "1h", "24h", "7d", ... counted back from now, or FROM..TO as dates or RFC 3339 times (local when no zone is given).
struct TimeRange {
    qint64 from = 0;
    qint64 to = 0;
};
Result<TimeRange> parseRange(const QString &text, qint64 nowWallMs, bool utc);

} // namespace tollgate::app
