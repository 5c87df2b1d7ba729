// What calls of a serverless function cost: tokens at one blended rate, and the function itself by the time it ran and by the call.
// Integers only, as money.h has it; values, any thread.
#pragma once

#include "core/base/money.h"
#include "core/settings/providerconfig.h"

#include <optional>

namespace tollgate {

// Decimal USD as in FunctionPrice; nothing when the text is no such number or out of range.
// Per million tokens: as Rate, at most 6 decimals and 1,000,000 USD.
std::optional<Rate> tokenRateFromDecimal(QStringView usdPerMillion);
// Per GB-second and per call, in pico-USD: at most 12 decimals ("0.0000166667", "0.0000002") and 1,000 USD.
std::optional<qint64> picoUsdFromDecimal(QStringView usd);

// What was used. Runs are requests that reached the function, whatever they came to.
struct FunctionUse {
    qint64 tokens = 0;       // prompt and answer together
    qint64 milliseconds = 0; // of all runs; each rounded up to whole milliseconds, as platforms bill them
    qint64 runs = 0;
};

// The rates of a FunctionPrice that are set. One that is empty or cannot be read adds nothing, and neither does a GB-second without
// memory.
class FunctionRates
{
public:
    explicit FunctionRates(const FunctionPrice &price);

    // False: nothing is known, so a cost is unknown too, never 0.
    bool any() const { return m_token || m_picoPerGbSecond || m_picoPerCall; }
    // tokens x rate + milliseconds x memory x rate + runs x rate, rounded up once.
    Money cost(const FunctionUse &use) const;

private:
    std::optional<Rate> m_token;
    std::optional<qint64> m_picoPerGbSecond;
    std::optional<qint64> m_picoPerCall;
    qint64 m_memoryMib = 0;
};

} // namespace tollgate
