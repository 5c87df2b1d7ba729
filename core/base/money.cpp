#include "core/base/money.h"

#include <limits>
#include <numeric>

namespace tollgate {

namespace {

constexpr qint64 maxUsd = 9'000'000'000;
constexpr qint64 maxUsdPerMillion = 1'000'000;

// Digits, and optionally a point and at most `decimals` digits; the value times 10^decimals, or nothing.
std::optional<qint64> scaledDecimal(QStringView text, int decimals, qint64 maxWhole)
{
    const qsizetype point = text.indexOf(u'.');
    const QStringView whole = point < 0 ? text : text.first(point);
    const QStringView fraction = point < 0 ? QStringView() : text.sliced(point + 1);
    if (whole.isEmpty() || whole.size() > 18 || (point >= 0 && fraction.isEmpty()) || fraction.size() > decimals)
        return std::nullopt;
    const auto digit = [](QChar c) { return c >= u'0' && c <= u'9'; };
    qint64 value = 0;
    for (const QChar c : whole) {
        if (!digit(c))
            return std::nullopt;
        value = value * 10 + (c.unicode() - u'0');
        if (value > maxWhole)
            return std::nullopt;
    }
    qint64 scale = 1;
    for (int i = 0; i < decimals; ++i) {
        int next = 0;
        if (i < fraction.size()) {
            if (!digit(fraction[i]))
                return std::nullopt;
            next = fraction[i].unicode() - u'0';
        }
        value = value * 10 + next;
        scale *= 10;
    }
    return value <= maxWhole * scale ? std::optional(value) : std::nullopt;
}

__extension__ typedef __int128 Int128;

constexpr Int128 widest()
{
    return (((Int128(1) << 126) - 1) << 1) + 1;
}

} // namespace

std::optional<Money> Money::fromDecimal(QStringView usd)
{
    const std::optional<qint64> nano = scaledDecimal(usd, 9, maxUsd);
    return nano ? std::optional(Money(*nano)) : std::nullopt;
}

QString Money::toDecimal() const
{
    // The magnitude as unsigned, because the smallest qint64 has no positive twin.
    const quint64 magnitude = m_nano < 0 ? 0 - quint64(m_nano) : quint64(m_nano);
    const QString fraction = QString::number(magnitude % 1'000'000'000).rightJustified(9, u'0');
    return (m_nano < 0 ? QStringLiteral("-") : QString()) + QString::number(magnitude / 1'000'000'000) + u'.' + fraction;
}

Money &Money::operator+=(Money other)
{
    if (__builtin_add_overflow(m_nano, other.m_nano, &m_nano))
        m_nano = other.m_nano > 0 ? std::numeric_limits<qint64>::max() : std::numeric_limits<qint64>::min();
    return *this;
}

Money &Money::operator-=(Money other)
{
    if (__builtin_sub_overflow(m_nano, other.m_nano, &m_nano))
        m_nano = other.m_nano < 0 ? std::numeric_limits<qint64>::max() : std::numeric_limits<qint64>::min();
    return *this;
}

std::optional<Rate> Rate::fromUsdPerMillion(QStringView usd)
{
    // 1 USD per million tokens is 10^6 pico-USD per token: six decimals scale to exactly that.
    const std::optional<qint64> pico = scaledDecimal(usd, 6, maxUsdPerMillion);
    return pico ? std::optional(Rate{*pico}) : std::nullopt;
}

QString Rate::toUsdPerMillion() const
{
    const quint64 magnitude = picoUsdPerToken < 0 ? 0 - quint64(picoUsdPerToken) : quint64(picoUsdPerToken);
    QString text = QString::number(magnitude / 1'000'000);
    if (const quint64 rest = magnitude % 1'000'000) {
        QString fraction = QString::number(rest).rightJustified(6, u'0');
        while (fraction.endsWith(u'0'))
            fraction.chop(1);
        text += u'.' + fraction;
    }
    return picoUsdPerToken < 0 ? u'-' + text : text;
}

void CostSum::add(qint64 tokens, Rate rate)
{
    const Wide most = widest();
    if (tokens <= 0 || rate.picoUsdPerToken <= 0)
        return;
    Wide part = Wide(tokens) * rate.picoUsdPerToken; // below 2^126
    if (__builtin_mul_overflow(part, Wide(m_denominator), &part) || __builtin_add_overflow(m_pico, part, &m_pico))
        m_pico = most;
}

void CostSum::scale(qint64 numerator, qint64 denominator)
{
    Q_ASSERT(numerator >= 0 && denominator > 0);
    const Wide most = widest();
    const qint64 common = std::gcd(numerator, denominator);
    if (common > 1) {
        numerator /= common;
        denominator /= common;
    }
    if (__builtin_mul_overflow(m_pico, Wide(numerator), &m_pico))
        m_pico = most;
    qint64 product = 0;
    if (__builtin_mul_overflow(m_denominator, denominator, &product)) {
        m_pico = m_pico / m_denominator + (m_pico % m_denominator != 0); // up, so that nothing is ever undercharged
        product = denominator;
    }
    m_denominator = product;
}

Money CostSum::total() const
{
    const Wide divisor = Wide(m_denominator) * 1000; // pico to nano
    const Wide nano = m_pico / divisor + (m_pico % divisor != 0);
    constexpr Wide most = std::numeric_limits<qint64>::max();
    return Money::fromNanoUsd(nano > most ? std::numeric_limits<qint64>::max() : qint64(nano));
}

} // namespace tollgate
