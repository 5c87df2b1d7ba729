// Rate-limit and Retry-After headers of all providers, parsed by shape (providers.md section 10). Pure.
#pragma once

#include "core/async/clock.h"
#include "core/base/headers.h"

#include <optional>

namespace tollgate {

struct RateLimits {
    struct Window {
        std::optional<qint64> limit;
        std::optional<qint64> remaining;
        std::optional<qint64> resetWallMs; // when the window clears, Unix ms
    };
    Window requests;
    Window tokens;
    Window inputTokens;  // Anthropic
    Window outputTokens; // Anthropic
    bool isEmpty() const;
};

RateLimits parseRateLimits(const Headers &headers, qint64 nowWallMs);

// "1s", "6m0s", "120ms", "7.66s", "2m59.5s", bare seconds, epoch seconds or milliseconds, RFC 3339: when, in Unix ms.
std::optional<qint64> parseReset(QByteArrayView text, qint64 nowWallMs);

// retry-after-ms, then retry-after in seconds (fractions allowed), then an HTTP date against the response's own Date. NaN, negative
// and past values give nothing; the result is capped at 24 h.
std::optional<Milliseconds> parseRetryAfter(const Headers &headers, qint64 nowWallMs);

} // namespace tollgate
