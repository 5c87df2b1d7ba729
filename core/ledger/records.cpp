#include "core/ledger/records.h"

namespace tollgate {

QString cacheOutcomeName(CacheOutcome outcome)
{
    switch (outcome) {
    case CacheOutcome::Miss:
        return QStringLiteral("miss");
    case CacheOutcome::Hit:
        return QStringLiteral("hit");
    case CacheOutcome::Coalesced:
        return QStringLiteral("coalesced");
    case CacheOutcome::Refresh:
        return QStringLiteral("refresh");
    case CacheOutcome::Bypass:
        return QStringLiteral("bypass");
    }
    return {};
}

} // namespace tollgate
