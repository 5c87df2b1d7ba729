#include "core/engine/retrypolicy.h"

#include <QCoreApplication>

#include <algorithm>

namespace tollgate {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("RetryPolicy", text);
}

// "429", or the kind's name for failures without a status.
QString subject(const Failure &failure)
{
    return failure.httpStatus > 0 ? QString::number(failure.httpStatus) : failureName(failure.kind);
}

QString seconds(Milliseconds time)
{
    return QString::number(double(time.count()) / 1000.0, 'g', 4) + QStringLiteral(" s");
}

RetryDecision refuse(QString why)
{
    return {false, Milliseconds(0), std::move(why)};
}

// Only positive waits are a hint; zero says nothing.
std::optional<Milliseconds> hint(const Failure &failure)
{
    return failure.retryAfter && failure.retryAfter->count() > 0 ? failure.retryAfter : std::nullopt;
}

bool isThrottle(const Failure &failure)
{
    return failure.kind == FailureKind::RateLimited
           || (failure.kind == FailureKind::Overloaded && failure.httpStatus != 503);
}

// 408 and 409 arrive as server errors, yet the request was turned away before any work: they retry like an overload.
bool isTurnedAway(const Failure &failure)
{
    return failure.httpStatus == 408 || failure.httpStatus == 409;
}

// What the table of definitions.md says, in words when it says no.
std::optional<QString> refusedByTable(const RetryPolicy &policy, const RetryHistory &history, const Failure &failure)
{
    switch (failure.kind) {
    case FailureKind::Unreachable:
    case FailureKind::Overloaded:
        return {};
    case FailureKind::RateLimited:
        if (!hint(failure) && history.unhintedRateLimitRetries >= policy.maxUnhintedRateLimitRetries)
            return words("%1 again without a hint when to retry").arg(subject(failure));
        return {};
    case FailureKind::ServerError:
        if (!isTurnedAway(failure) && history.serverErrorRetries >= policy.maxServerErrorRetries)
            return words("%1: one retry is the limit for server errors").arg(subject(failure));
        return {};
    case FailureKind::Ambiguous:
        if (!policy.retryAmbiguous)
            return words("the request was sent and may be charged: no automatic retry");
        if (history.attempts > 1)
            return words("the request was sent and may be charged: one retry is the limit");
        return {};
    default:
        return words("%1 is not retried").arg(subject(failure));
    }
}

// Kinds that no header can make worth another attempt: nothing about them changes by asking again, or asking again could be charged twice.
bool isFinal(FailureKind kind)
{
    switch (kind) {
    case FailureKind::Usage:
    case FailureKind::Storage:
    case FailureKind::Budget:
    case FailureKind::BreakerOpen:
    case FailureKind::NoKey:
    case FailureKind::Quota:
    case FailureKind::Certificate:
    case FailureKind::Incomplete:
    case FailureKind::Protocol:
    case FailureKind::Filtered:
    case FailureKind::Cancelled:
    case FailureKind::Queued:
        return true;
    default:
        return false;
    }
}

RetryDecision accept(const RetryPolicy &policy, const RetryHistory &history, const Failure &failure, Random &random)
{
    if (const auto wanted = hint(failure)) {
        const double spread = std::min(double(wanted->count()) * 0.1, 1000.0);
        const Milliseconds delay = *wanted + Milliseconds(qint64(random.unit() * spread));
        return {true, delay, words("%1, Retry-After %2").arg(subject(failure), seconds(*wanted))};
    }
    const Milliseconds base = isThrottle(failure) ? policy.throttledBase : policy.base;
    const int doublings = std::clamp(history.attempts - 1, 0, 20);
    const Milliseconds ceiling = std::min(policy.cap, Milliseconds(base.count() << doublings));
    const Milliseconds delay(qint64(random.unit() * double(ceiling.count())));
    return {true, delay, words("%1, backing off").arg(subject(failure))};
}

} // namespace

RetryDecision decideRetry(const RetryPolicy &policy, const RetryHistory &history, const Failure &failure, Random &random)
{
    if (history.contentDelivered)
        return refuse(words("part of the answer was delivered: no retry"));
    if (isFinal(failure.kind))
        return refuse(words("%1 is not retried").arg(subject(failure)));
    // A provider may decide about answers it gave; it cannot decide about a connection that broke.
    const bool told = failure.shouldRetry.has_value() && failure.kind != FailureKind::Ambiguous;
    if (told && !*failure.shouldRetry)
        return refuse(words("%1: the provider says not to retry").arg(subject(failure)));
    if (!told) {
        if (const auto reason = refusedByTable(policy, history, failure))
            return refuse(*reason);
    }
    if (history.attempts >= policy.maxAttempts)
        return refuse(words("attempts used up"));
    if (const auto wanted = hint(failure); wanted && *wanted > policy.maxRetryAfter)
        return refuse(words("%1, Retry-After %2 is longer than %3")
                          .arg(subject(failure), seconds(*wanted), seconds(policy.maxRetryAfter)));
    return accept(policy, history, failure, random);
}

void countRetry(RetryHistory &history, const Failure &failure)
{
    if (failure.kind == FailureKind::ServerError && !isTurnedAway(failure))
        ++history.serverErrorRetries;
    if (failure.kind == FailureKind::RateLimited && !hint(failure))
        ++history.unhintedRateLimitRetries;
}

} // namespace tollgate
