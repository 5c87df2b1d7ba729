// Token counts as providers report them, made disjoint: what the usage readers of all wires share.
#pragma once

#include "core/base/json.h"
#include "core/chat/usage.h"

#include <optional>

namespace tollgate {

// A count of 0 and more; some servers write 12.0. Bounded far above any context window, so that sums stay in range whatever a
// server claims.
std::optional<qint64> tokenCount(JsonValue value);

// Totals that include their parts.
struct ReportedTokens {
    qint64 prompt = 0; // cached and cache write inside
    qint64 cached = 0;
    qint64 cacheWrite = 0;
    qint64 output = 0; // reasoning inside
    qint64 reasoning = 0;
};

// Parts can exceed their total (prices.md, edge cases); the total wins. Nothing but zeros gives a usage that is not present: a
// missing usage must be estimated, never counted as 0.
Usage disjointUsage(const ReportedTokens &reported);

} // namespace tollgate
