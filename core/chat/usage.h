// Tokens of one answer, stored disjoint as definitions.md demands: each token is counted in exactly one field.
#pragma once

#include <QtGlobal>

namespace tollgate {

struct Usage {
    qint64 uncachedInput = 0;
    qint64 cachedInput = 0;
    qint64 cacheWrite = 0;   // 5-minute or unspecified lifetime
    qint64 cacheWrite1h = 0; // Anthropic's 1-hour lifetime
    qint64 visibleOutput = 0;
    qint64 reasoning = 0;
    bool estimated = false; // true when no provider reported it
    bool present = false;   // false: nothing known yet

    qint64 inputTokens() const { return uncachedInput + cachedInput + cacheWrite + cacheWrite1h; }
    qint64 outputTokens() const { return visibleOutput + reasoning; }
    friend bool operator==(const Usage &, const Usage &) = default;
};

} // namespace tollgate
