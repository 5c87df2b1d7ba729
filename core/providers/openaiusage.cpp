#include "core/providers/openaiusage.h"

#include "core/providers/tokencounts.h"

#include <QLocale>

#include <cmath>

namespace tollgate {

namespace {

qint64 count(JsonValue value)
{
    return tokenCount(value).value_or(0);
}

// Cached tokens stand in different places; where a vendor fills several they agree.
qint64 cachedTokens(JsonValue usage)
{
    const JsonValue places[] = {usage["prompt_tokens_details"]["cached_tokens"], usage["prompt_cache_hit_tokens"],
                                usage["num_cached_tokens"]};
    for (const JsonValue &place : places) {
        if (const qint64 tokens = count(place))
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
    const std::optional<qint64> prompt = tokenCount(usage["prompt_tokens"]);
    const std::optional<qint64> output = tokenCount(usage["completion_tokens"]);
    const qint64 total = count(usage["total_tokens"]);
    // Two of the three give the third.
    const qint64 allOutput = output.value_or(qMax<qint64>(0, total - prompt.value_or(total)));
    const qint64 allPrompt = prompt.value_or(qMax<qint64>(0, total - allOutput));
    const Usage disjoint = disjointUsage({allPrompt, cachedTokens(usage), count(usage["prompt_tokens_details"]["cache_write_tokens"]),
                                          allOutput, count(usage["completion_tokens_details"]["reasoning_tokens"])});
    if (!disjoint.present)
        return;
    completion.usage = disjoint;
    completion.rawUsage = usage.toJson();
    if (dialect == Dialect::OpenRouter)
        completion.providerCost = openRouterCost(usage);
}

} // namespace tollgate
