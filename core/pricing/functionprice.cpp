#include "core/pricing/functionprice.h"

#include <algorithm>
#include <limits>

namespace tollgate {

namespace {

__extension__ typedef __int128 Wide;

constexpr int decimals = 12; // pico-USD
constexpr qint64 maxPico = 1'000 * 1'000'000'000'000LL;
constexpr qint64 maxMemoryMib = 1 << 20; // 1 TiB, a hundred times what platforms give

// GB-seconds count 1024 MiB and 1000 ms.
constexpr Wide perGbSecond = Wide(1024) * 1000;

// a x b x c of counts that are not negative, at most the widest.
Wide product(qint64 a, qint64 b, qint64 c)
{
    constexpr Wide most = (((Wide(1) << 126) - 1) << 1) + 1;
    const Wide ab = Wide(std::max<qint64>(a, 0)) * std::max<qint64>(b, 0); // below 2^126
    Wide result = 0;
    return __builtin_mul_overflow(ab, Wide(std::max<qint64>(c, 0)), &result) ? most : result;
}

Wide sum(Wide a, Wide b)
{
    constexpr Wide most = (((Wide(1) << 126) - 1) << 1) + 1;
    Wide result = 0;
    return __builtin_add_overflow(a, b, &result) ? most : result;
}

} // namespace

std::optional<Rate> tokenRateFromDecimal(QStringView usdPerMillion)
{
    return Rate::fromUsdPerMillion(usdPerMillion);
}

std::optional<qint64> picoUsdFromDecimal(QStringView usd)
{
    const qsizetype point = usd.indexOf(u'.');
    const QStringView whole = point < 0 ? usd : usd.first(point);
    const QStringView fraction = point < 0 ? QStringView() : usd.sliced(point + 1);
    if (whole.isEmpty() || whole.size() > 4 || (point >= 0 && fraction.isEmpty()) || fraction.size() > decimals)
        return std::nullopt;
    const auto isDigit = [](QChar c) { return c >= u'0' && c <= u'9'; };
    if (!std::all_of(whole.begin(), whole.end(), isDigit) || !std::all_of(fraction.begin(), fraction.end(), isDigit))
        return std::nullopt;
    qint64 pico = 0; // at most 9999 x 10^12
    for (const QChar c : whole)
        pico = pico * 10 + (c.unicode() - u'0');
    for (int i = 0; i < decimals; ++i)
        pico = pico * 10 + (i < fraction.size() ? fraction[i].unicode() - u'0' : 0);
    return pico <= maxPico ? std::optional(pico) : std::nullopt;
}

FunctionRates::FunctionRates(const FunctionPrice &price)
    : m_token(tokenRateFromDecimal(price.usdPerMillionTokens)), m_picoPerCall(picoUsdFromDecimal(price.usdPerCall)),
      m_memoryMib(std::clamp<qint64>(price.memoryMib, 0, maxMemoryMib))
{
    if (m_memoryMib > 0)
        m_picoPerGbSecond = picoUsdFromDecimal(price.usdPerGbSecond);
}

Money FunctionRates::cost(const FunctionUse &use) const
{
    // Everything in pico-USD x 1024000, so that time and memory need no division before the end.
    Wide scaled = product(use.tokens, m_token.value_or(Rate()).picoUsdPerToken, qint64(perGbSecond));
    scaled = sum(scaled, product(use.runs, m_picoPerCall.value_or(0), qint64(perGbSecond)));
    const qint64 mibMilliseconds = std::min(std::max<qint64>(use.milliseconds, 0), std::numeric_limits<qint64>::max() / maxMemoryMib) * m_memoryMib;
    scaled = sum(scaled, product(mibMilliseconds, m_picoPerGbSecond.value_or(0), 1));
    const Wide divisor = perGbSecond * 1000; // pico to nano
    const Wide nano = scaled / divisor + (scaled % divisor != 0);
    constexpr Wide most = std::numeric_limits<qint64>::max();
    return Money::fromNanoUsd(nano > most ? std::numeric_limits<qint64>::max() : qint64(nano));
}

} // namespace tollgate
