#include "core/net/ratelimits.h"

#include "core/net/httpdate.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace tollgate {

namespace {

constexpr double millisecondsPerDay = 86'400'000;
// Nothing renews later than this; bigger numbers are noise and would overflow arithmetic.
constexpr double farthestResetMs = 3'660 * millisecondsPerDay;

// A whole decimal number and nothing else; infinities and NaN are none.
std::optional<double> parseNumber(QByteArrayView text)
{
    text = text.trimmed();
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::general);
    if (text.isEmpty() || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    // Too big for a double is still a very long time; too small for one ("1e-999") is none.
    if (error == std::errc::result_out_of_range)
        return text.contains('-') ? std::nullopt : std::optional(std::numeric_limits<double>::max());
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<qint64> parseCount(QByteArrayView text)
{
    text = text.trimmed();
    qint64 count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (text.isEmpty() || end != text.data() + text.size() || error != std::errc() || count < 0)
        return std::nullopt;
    return count;
}

// Milliseconds of one unit of a Go duration; takes the unit off the text.
std::optional<double> takeUnit(QByteArrayView &text)
{
    struct Unit {
        const char *name;
        double milliseconds;
    };
    // Longer names first: "ms" starts with "m".
    static constexpr Unit units[] = {{"ms", 1},          {"us", 1e-3}, {"\xC2\xB5s", 1e-3}, {"\xCE\xBCs", 1e-3},
                                     {"ns", 1e-6},       {"h", 3.6e6}, {"m", 6e4},          {"s", 1e3},
                                     {"d", 86'400'000.0}};
    for (const Unit &unit : units) {
        const QByteArrayView name(unit.name);
        if (text.startsWith(name)) {
            text = text.sliced(name.size());
            return unit.milliseconds;
        }
    }
    return std::nullopt;
}

// "6m0s", "120ms", "2m59.5s": numbers with units, in any order.
std::optional<double> parseDuration(QByteArrayView text)
{
    double total = 0;
    if (text.isEmpty())
        return std::nullopt;
    while (!text.isEmpty()) {
        double number = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
        if (error != std::errc() || !std::isfinite(number) || number < 0 || text.startsWith('-'))
            return std::nullopt;
        text = text.sliced(end - text.data());
        const std::optional<double> unit = takeUnit(text);
        if (!unit)
            return std::nullopt;
        total += number * *unit;
    }
    return total <= farthestResetMs ? std::optional(total) : std::nullopt;
}

std::optional<Milliseconds> capped(double milliseconds)
{
    if (!(milliseconds > 0))
        return std::nullopt;
    return Milliseconds(qint64(std::ceil(std::min(milliseconds, millisecondsPerDay))));
}

RateLimits::Window readWindow(const Headers &headers, qint64 nowWallMs, QByteArrayView limit, QByteArrayView remaining,
                              QByteArrayView reset)
{
    return {parseCount(headers.value(limit)), parseCount(headers.value(remaining)),
            parseReset(headers.value(reset), nowWallMs)};
}

Headers rateLimitHeaders(const Headers &headers)
{
    static constexpr QByteArrayView prefixes[] = {"x-ratelimit-", "anthropic-ratelimit-"};
    Headers found;
    for (const Header &header : headers) {
        const QByteArrayView name(header.name);
        for (const QByteArrayView prefix : prefixes) {
            if (name.size() > prefix.size() && name.first(prefix.size()).compare(prefix, Qt::CaseInsensitive) == 0)
                found.add(name, header.value);
        }
    }
    return found;
}

bool isEmptyWindow(const RateLimits::Window &window)
{
    return !window.limit && !window.remaining && !window.resetWallMs;
}

// The window that leaves less room, when both speak.
void takeStricter(RateLimits::Window &window, const RateLimits::Window &other)
{
    if (isEmptyWindow(other))
        return;
    if (isEmptyWindow(window) || (other.remaining && (!window.remaining || *other.remaining < *window.remaining)))
        window = other;
}

} // namespace

bool RateLimits::isEmpty() const
{
    return isEmptyWindow(requests) && isEmptyWindow(tokens) && isEmptyWindow(inputTokens) && isEmptyWindow(outputTokens);
}

RateLimits parseRateLimits(const Headers &all, qint64 nowWallMs)
{
    RateLimits limits;
    // Asked for every answer: thirty names are looked for among the few headers that can be meant, and mostly there are none.
    const Headers headers = rateLimitHeaders(all);
    if (headers.size() == 0)
        return limits;
    const auto read = [&](QByteArrayView limit, QByteArrayView remaining, QByteArrayView reset) {
        return readWindow(headers, nowWallMs, limit, remaining, reset);
    };
    // OpenAI, Azure, Groq
    takeStricter(limits.requests,
                 read("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"));
    takeStricter(limits.tokens,
                 read("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"));
    takeStricter(limits.tokens, read("x-ratelimit-limit-project-tokens", "x-ratelimit-remaining-project-tokens",
                                     "x-ratelimit-reset-project-tokens"));
    // Mistral
    takeStricter(limits.requests, read("x-ratelimit-limit-req-minute", "x-ratelimit-remaining-req-minute",
                                       "x-ratelimit-reset-req-minute"));
    takeStricter(limits.tokens, read("x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-tokens-minute",
                                     "x-ratelimit-reset-tokens-minute"));
    // OpenRouter
    takeStricter(limits.requests, read("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"));
    // Anthropic
    takeStricter(limits.requests, read("anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
                                       "anthropic-ratelimit-requests-reset"));
    takeStricter(limits.tokens, read("anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
                                     "anthropic-ratelimit-tokens-reset"));
    limits.inputTokens = read("anthropic-ratelimit-input-tokens-limit", "anthropic-ratelimit-input-tokens-remaining",
                              "anthropic-ratelimit-input-tokens-reset");
    limits.outputTokens = read("anthropic-ratelimit-output-tokens-limit", "anthropic-ratelimit-output-tokens-remaining",
                               "anthropic-ratelimit-output-tokens-reset");
    return limits;
}

std::optional<qint64> parseReset(QByteArrayView text, qint64 nowWallMs)
{
    text = text.trimmed();
    if (const std::optional<double> number = parseNumber(text)) {
        if (*number < 0)
            return std::nullopt;
        const double when = *number >= 1e12 ? *number : *number >= 1e9 ? *number * 1e3 : double(nowWallMs) + *number * 1e3;
        return when <= double(nowWallMs) + farthestResetMs ? std::optional(qint64(std::ceil(when))) : std::nullopt;
    }
    if (const std::optional<double> duration = parseDuration(text))
        return nowWallMs + qint64(std::ceil(*duration));
    return parseRfc3339(text);
}

std::optional<Milliseconds> parseRetryAfter(const Headers &headers, qint64 nowWallMs)
{
    if (const std::optional<double> number = parseNumber(headers.value("retry-after-ms"))) {
        if (const std::optional<Milliseconds> delay = capped(*number))
            return delay;
    }
    const QByteArray text = headers.value("retry-after");
    if (const std::optional<double> number = parseNumber(text))
        return capped(*number * 1e3);
    const std::optional<qint64> when = parseHttpDate(text);
    if (!when)
        return std::nullopt;
    // Their clock against their clock: ours may be wrong.
    const qint64 from = parseHttpDate(headers.value("date")).value_or(nowWallMs);
    return capped(double(*when - from));
}

} // namespace tollgate
