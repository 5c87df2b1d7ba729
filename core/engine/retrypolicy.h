// When to try again and how long to wait: policy as data, decisions as pure functions (reliability.md section 2.1).
#pragma once

#include "core/async/clock.h"
#include "core/async/random.h"
#include "core/chat/failure.h"

#include <optional>

namespace tollgate {

struct RetryPolicy {
    int maxAttempts = 3;
    Milliseconds base{500};
    Milliseconds throttledBase{1'000};        // 429 and 529
    Milliseconds cap{8'000};                  // 20 s for jobs
    Milliseconds maxRetryAfter{120'000};      // longer: no in-line retry
    int maxServerErrorRetries = 1;            // 500, 502, 504
    int maxUnhintedRateLimitRetries = 1;      // 429 without any hint
    bool retryAmbiguous = false;              // jobs that allow duplicate billing
};

struct RetryDecision {
    bool retry = false;
    Milliseconds delay{0};
    QString why; // "429, Retry-After 2 s", "attempts used up", ... for the decision trace
};

// What came before, counted over one request.
struct RetryHistory {
    int attempts = 0; // including the one that just failed
    int serverErrorRetries = 0;
    int unhintedRateLimitRetries = 0;
    bool contentDelivered = false;
};

// Pure. `random` is drawn at most twice (full jitter; Retry-After gets rand(0, 10 %, at most 1 s) on top).
RetryDecision decideRetry(const RetryPolicy &policy, const RetryHistory &history, const Failure &failure, Random &random);
// Notes that `failure` is being retried, against the limits that count per kind.
void countRetry(RetryHistory &history, const Failure &failure);

} // namespace tollgate
