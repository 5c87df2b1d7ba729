// What counts as what (definitions.md "Counting"), in one place for sums, reports and SQL.
#pragma once

#include "core/ledger/records.h"

namespace tollgate {

// No usable answer and not the user's doing; an accepted (202) request is none either.
constexpr bool isError(FailureKind kind)
{
    return kind != FailureKind::Cancelled && kind != FailureKind::Budget && kind != FailureKind::Queued;
}
inline bool isError(const std::optional<FailureKind> &failure)
{
    return failure && isError(*failure);
}

// Answers that a provider gave to this very request: what percentiles speak of. Hits and followers are series of their own.
constexpr bool isProviderAnswer(CacheOutcome cache)
{
    return cache != CacheOutcome::Hit && cache != CacheOutcome::Coalesced;
}

// Whether a provider may charge for it: only then is a missing price a hole in the sums.
inline bool isChargeable(const RequestRecord &record)
{
    for (const AttemptRecord &attempt : record.attempts) {
        if (attempt.billing == Billing::Billed || attempt.billing == Billing::Unconfirmed)
            return true;
    }
    return false;
}

} // namespace tollgate
