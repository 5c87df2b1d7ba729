#include "core/providers/openaiusage.h"

#include <QLocale>

#include <cmath>

namespace tollgate {

namespace {

// Above any context window by far; keeps sums and products in range whatever a server claims.
constexpr qint64 maxTokens = 1'000'000'000'000;

std::optional<qint64> count(JsonValue value)
{
    if (const std::optional<qint64> integer = value.integer())
        return qBound<qint64>(0, *integer, maxTokens);
    const std::optional<double> number = value.number(); // some servers write 12.0
    if (!number || !std::isfinite(*number))
        return std::nullopt;
    return std::llround(qBound(0.0, *number, double(maxTokens)));
}

// Cached tokens stand in different places; where a vendor fills several they agree.
qint64 cachedTokens(JsonValue usage)
{
    const JsonValue places[] = {usage["prompt_tokens_details"]["cached_tokens"], usage["prompt_cache_hit_tokens"],
                                usage["num_cached_tokens"]};
    for (const JsonValue &place : places) {
        if (const qint64 tokens = count(place).value_or(0))
            return tokens;
    }
    return 0;
}

// To the nearest nano-dollar: the double behind the number can carry digits that the provider never meant.
std::optional<Money> moneyOf(JsonValue value)
{
    const std::optional<double> number = value.number();
    if (!number || !std::isfinite(*number) || *number < 0)
        return std::nullopt;
    QString text = QString::number(*number, 'f', QLocale::FloatingPointShortest);
    const qsizetype point = text.indexOf(u'.');
    bool roundUp = false;
    if (point >= 0 && text.size() > point + 10) {
        roundUp = text[point + 10] >= u'5';
        text.truncate(point + 10);
    }
    std::optional<Money> money = Money::fromDecimal(text);
    if (money && roundUp)
        *money += Money::fromNanoUsd(1);
    return money;
}

// With the user's own key at the vendor ("byok") `cost` is OpenRouter's fee alone; the vendor's bill stands beside it.
std::optional<Money> openRouterCost(JsonValue usage)
{
    std::optional<Money> cost = moneyOf(usage["cost"]);
    if (cost && usage["is_byok"].boolean().value_or(false)) {
        if (const std::optional<Money> upstream = moneyOf(usage["cost_details"]["upstream_inference_cost"]))
            *cost += *upstream;
    }
    return cost;
}

} // namespace

void applyOpenAiUsage(Dialect dialect, JsonValue usage, Completion &completion)
{
    const std::optional<qint64> prompt = count(usage["prompt_tokens"]);
    const std::optional<qint64> output = count(usage["completion_tokens"]);
    const qint64 total = count(usage["total_tokens"]).value_or(0);
    // Two of the three give the third.
    const qint64 allOutput = output.value_or(qMax<qint64>(0, total - prompt.value_or(total)));
    const qint64 allPrompt = prompt.value_or(qMax<qint64>(0, total - allOutput));
    if (allPrompt == 0 && allOutput == 0)
        return;

    // Parts can exceed their total (prices.md, edge cases); the total wins.
    Usage disjoint;
    disjoint.cachedInput = qMin(cachedTokens(usage), allPrompt);
    disjoint.cacheWrite = qMin(count(usage["prompt_tokens_details"]["cache_write_tokens"]).value_or(0),
                               allPrompt - disjoint.cachedInput);
    disjoint.uncachedInput = allPrompt - disjoint.cachedInput - disjoint.cacheWrite;
    disjoint.reasoning = qMin(count(usage["completion_tokens_details"]["reasoning_tokens"]).value_or(0), allOutput);
    disjoint.visibleOutput = allOutput - disjoint.reasoning;
    disjoint.present = true;
    completion.usage = disjoint;
    completion.rawUsage = usage.toJson();
    if (dialect == Dialect::OpenRouter)
        completion.providerCost = openRouterCost(usage);
}

} // namespace tollgate
