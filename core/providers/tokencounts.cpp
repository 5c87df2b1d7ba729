#include "core/providers/tokencounts.h"

#include <cmath>

namespace tollgate {

namespace {

constexpr qint64 maxTokens = 1'000'000'000'000;

} // namespace

std::optional<qint64> tokenCount(JsonValue value)
{
    if (const std::optional<qint64> integer = value.integer())
        return qBound<qint64>(0, *integer, maxTokens);
    const std::optional<double> number = value.number();
    if (!number || !std::isfinite(*number))
        return std::nullopt;
    return std::llround(qBound(0.0, *number, double(maxTokens)));
}

Usage disjointUsage(const ReportedTokens &reported)
{
    Usage usage;
    if (reported.prompt == 0 && reported.output == 0)
        return usage;
    usage.cachedInput = qMin(reported.cached, reported.prompt);
    usage.cacheWrite = qMin(reported.cacheWrite, reported.prompt - usage.cachedInput);
    usage.uncachedInput = reported.prompt - usage.cachedInput - usage.cacheWrite;
    usage.reasoning = qMin(reported.reasoning, reported.output);
    usage.visibleOutput = reported.output - usage.reasoning;
    usage.present = true;
    return usage;
}

} // namespace tollgate
