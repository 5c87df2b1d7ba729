#include "core/engine/functioncost.h"

#include "core/chat/tokenestimate.h"
#include "core/engine/settlement.h"
#include "core/engine/words.h"
#include "core/pricing/functionprice.h"

#include <algorithm>
#include <cmath>

namespace tollgate {

namespace {

// As for models whose longest answer is not listed: an endpoint does not say which model it asks.
constexpr qint64 longestAnswer = 131'072;

bool isPlatformsOwn(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 404:
    case 405:
    case 413:
    case 429:
    case 503:
        return true;
    default:
        return status >= 300 && status <= 399;
    }
}

// Splits the total of a whole answer; its sum does not change.
void splitTotal(Usage &usage, qint64 input, qint64 output)
{
    const qint64 total = usage.inputTokens() + usage.outputTokens();
    const qint64 counted = std::max<qint64>(input, 0) + std::max<qint64>(output, 0);
    if (counted <= 0)
        return;
    // In doubles, because the counts are estimates and their product need not fit.
    usage.uncachedInput = std::clamp<qint64>(std::llround(double(total) * double(input) / double(counted)), 0, total);
    usage.visibleOutput = total - usage.uncachedInput;
    usage.cachedInput = usage.cacheWrite = usage.cacheWrite1h = usage.reasoning = 0;
}

bool mayHaveUsedTokens(const AttemptRecord &attempt)
{
    return attempt.billing == Billing::Billed || attempt.billing == Billing::Unconfirmed;
}

} // namespace

bool ranFunction(const AttemptRecord &attempt)
{
    const AttemptStamps &stamps = attempt.stamps;
    const bool arrived = stamps.sent >= 0 || stamps.firstByte >= 0 || attempt.httpStatus > 0;
    return arrived && !isPlatformsOwn(attempt.httpStatus);
}

qint64 functionMilliseconds(const AttemptRecord &attempt)
{
    const AttemptStamps &stamps = attempt.stamps;
    qint64 start = std::max(stamps.tlsDone, stamps.connected);
    if (start < 0)
        start = stamps.permitted;
    const qint64 end = stamps.lastByte >= 0 ? stamps.lastByte : stamps.ended;
    constexpr qint64 perMillisecond = 1'000'000;
    return std::max<qint64>((end - std::max<qint64>(start, 0) + perMillisecond - 1) / perMillisecond, 1);
}

FunctionBill functionBill(const FunctionPrice &price, const AttemptRecord &attempt, Completion &answer, qint64 estimatedInputTokens,
                          QStringView model)
{
    FunctionUse use;
    if (mayHaveUsedTokens(attempt)) {
        const bool isTotal = answer.complete && answer.usage.present && answer.usage.estimated;
        if (isTotal)
            splitTotal(answer.usage, estimatedInputTokens, answer.text.isEmpty() ? 0 : estimateTokens(answer.text, model));
        else
            answer.usage = settledUsage(answer, answer.complete, estimatedInputTokens, model);
        use.tokens = answer.usage.inputTokens() + answer.usage.outputTokens();
    }
    if (ranFunction(attempt)) {
        use.runs = 1;
        use.milliseconds = functionMilliseconds(attempt);
    }
    FunctionBill bill;
    if (use.runs == 0 && use.tokens == 0) {
        bill.cost = {CostState::Free, Money(), Money(), {}};
        return bill;
    }
    const FunctionRates rates(price);
    bill.note = use.runs == 0 ? engineWords("cost: %1 tokens, the function did not run").arg(use.tokens)
                              : engineWords("cost: %1 tokens, the function ran %2 ms").arg(use.tokens).arg(use.milliseconds);
    if (!rates.any()) {
        bill.note += engineWords("; no price is set for this endpoint");
        return bill;
    }
    bill.cost = {CostState::Estimated, rates.cost(use), Money(), QStringLiteral("function price")};
    return bill;
}

std::optional<Money> functionWorstCase(const ProviderConfig &config, qint64 estimatedInputTokens, std::chrono::milliseconds timeLimit,
                                       int attempts)
{
    const FunctionRates rates(config.functionPrice);
    if (config.type != ProviderType::Serverless || !rates.any())
        return std::nullopt;
    constexpr qint64 most = 1'000'000'000'000; // tokens and milliseconds; keeps the sums in range
    FunctionUse use;
    use.tokens = (std::clamp<qint64>(estimatedInputTokens, 0, most) * 115 + 99) / 100 + longestAnswer;
    // The time limit holds for all attempts together.
    use.milliseconds = std::clamp<qint64>(timeLimit.count(), 0, most);
    use.runs = std::clamp(attempts, 1, 10);
    return rates.cost(use);
}

} // namespace tollgate
