// Money in nano-USD (1e-9 USD) and prices in pico-USD (1e-12 USD) per token: integers only, never a double.
#pragma once

#include <QString>

#include <compare>
#include <optional>

namespace tollgate {

class Money
{
public:
    constexpr Money() = default;
    static constexpr Money fromNanoUsd(qint64 nanoUsd) { return Money(nanoUsd); }
    // Decimal USD such as "12.5" or "0.000123450"; up to 9 decimals, at most 9e9 USD; empty when it is anything else.
    static std::optional<Money> fromDecimal(QStringView usd);

    constexpr qint64 nanoUsd() const { return m_nano; }
    constexpr bool isZero() const { return m_nano == 0; }
    // All nine decimals, as cli.md promises: "0.000123450".
    QString toDecimal() const;

    // Saturates instead of overflowing.
    Money &operator+=(Money other);
    Money &operator-=(Money other);
    friend Money operator+(Money a, Money b) { return a += b; }
    friend Money operator-(Money a, Money b) { return a -= b; }
    friend constexpr auto operator<=>(const Money &, const Money &) = default;

private:
    constexpr explicit Money(qint64 nano) : m_nano(nano) {}
    qint64 m_nano = 0;
};

// A price per token in pico-USD: 1 USD per million tokens is 1'000'000.
struct Rate {
    qint64 picoUsdPerToken = 0;

    // Decimal USD per million tokens, e.g. "0.075"; at most 6 decimals and 1,000,000 USD.
    static std::optional<Rate> fromUsdPerMillion(QStringView usd);
    QString toUsdPerMillion() const; // shortest decimal: "0.075", "3"
    friend constexpr auto operator<=>(const Rate &, const Rate &) = default;
};

// Sums tokens x rate in 128 bits and rounds up once, as architecture.md demands ("rounded up once per request").
class CostSum
{
public:
    void add(qint64 tokens, Rate rate);
    // Multiplies what was added so far by numerator / denominator (regional multipliers such as 11 / 10).
    void scale(qint64 numerator, qint64 denominator);
    Money total() const;

private:
    __extension__ typedef __int128 Wide;
    Wide m_pico = 0;
    qint64 m_denominator = 1;
};

} // namespace tollgate
