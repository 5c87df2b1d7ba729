// The one vocabulary of failure: the closed kinds of definitions.md, and one table for retry, breaker, billing and exit code.
#pragma once

#include <QString>

#include <chrono>
#include <optional>

namespace tollgate {

enum class FailureKind : quint8 {
    Usage,
    Storage,
    Budget,
    BreakerOpen,
    NoKey,
    BadKey,
    Quota,
    RateLimited,
    Overloaded,
    ServerError,
    Rejected,
    Filtered,
    Unreachable,
    Certificate,
    Ambiguous,
    Incomplete,
    Protocol,
    Cancelled,
    Queued, // not a failure: 202 accepted by a serverless endpoint
};
inline constexpr int failureKindCount = 19;

// How far an attempt had come when it ended.
enum class Phase : quint8 { Route, Cache, Reserve, Gate, Connect, Tls, Send, FirstByte, Stream, Settle };

enum class Billing : quint8 { None, Billed, PresumedUnbilled, Unconfirmed };

enum class RetryRule : quint8 { Never, Always, Once, NextTarget };
enum class BreakerEffect : quint8 { Ignored, Counts, BlocksKey, BlocksQuota, Success };

struct FailureRule {
    FailureKind kind;
    const char *name; // as in JSON: "rateLimited"
    RetryRule retry;
    BreakerEffect breaker;
    Billing billing; // of an attempt that ends so, unless usage says more
    int exitCode;
};

// The row of definitions.md's table.
const FailureRule &ruleOf(FailureKind kind);
QString failureName(FailureKind kind);
std::optional<FailureKind> failureFromName(QStringView name);
QString phaseName(Phase phase);     // "connect", "firstByte", ...
QString billingName(Billing value); // "none", "billed", "presumed_unbilled", "unconfirmed"
std::optional<Billing> billingFromName(QStringView name);

struct Failure {
    FailureKind kind = FailureKind::Protocol;
    Phase phase = Phase::Route;
    QString message;      // plain text, redacted; what the provider said or what we saw, at most 2 KiB
    QString providerCode; // "context_length_exceeded"
    int httpStatus = 0;   // only when a provider sent one
    // What the provider asked us to wait; empty: it did not say.
    std::optional<std::chrono::milliseconds> retryAfter;
    std::optional<bool> shouldRetry; // x-should-retry, which overrides the table
    QString parameter;               // request field a 400 named, if any
};

} // namespace tollgate
