#include "core/pricing/pricetable.h"

#include <QStringList>

#include <algorithm>
#include <limits>

namespace tollgate {

namespace {

// Used for a model whose row names neither its longest answer nor its window.
constexpr qint64 unknownMaxOutput = 131'072;

Rate dearer(Rate a, Rate b)
{
    return a < b ? b : a;
}

std::optional<Rate> dearer(const std::optional<Rate> &a, const std::optional<Rate> &b)
{
    return a && b ? std::optional(dearer(*a, *b)) : a ? a : b;
}

RateSet dearer(const RateSet &a, const RateSet &b)
{
    return {dearer(a.input, b.input),           dearer(a.output, b.output),
            dearer(a.cachedInput, b.cachedInput), dearer(a.cacheWrite, b.cacheWrite),
            dearer(a.cacheWrite1h, b.cacheWrite1h), dearer(a.reasoning, b.reasoning)};
}

struct Chosen {
    RateSet rates;
    bool guessed = false;
};

// What a service tier says, word by word: a block of rates, and what the whole cost is multiplied by (rule 6: Anthropic's place and
// speed of inference, "standard fast us").
struct Tier {
    bool flex = false;
    bool priority = false;
    bool guessed = false;
    QList<Multiplier> multipliers;
};

Tier tierOf(const Price &price, const QString &serviceTier)
{
    Tier tier;
    QStringList words = serviceTier.split(u' ', Qt::SkipEmptyParts);
    words.removeDuplicates();
    for (const QString &word : words) {
        const auto factor = price.regions.constFind(word);
        if (word == u"flex") {
            tier.flex = true;
        } else if (word == u"priority") {
            tier.priority = true;
        } else if (factor != price.regions.cend()) {
            tier.multipliers.append(*factor);
        } else if (word == u"fast") { // OpenAI's other word for priority
            tier.priority = true;
        } else if (word == u"us") { // all models cost a tenth more there; a row that does not say so is not sure of it
            tier.multipliers.append(Multiplier{11, 10});
            tier.guessed = true;
        }
    }
    return tier;
}

// Rules 1 and 2 of prices.md. The tier test is strict and counts cached tokens; it replaces the rates of the whole request.
Chosen choose(const Price &price, qint64 promptTokens, const Tier &tier)
{
    const bool over = price.tierOver && promptTokens > *price.tierOver;
    const RateSet standard = over ? price.tier : price.rates;
    if (!tier.flex && !tier.priority)
        return {standard, tier.guessed};
    const std::optional<RateSet> &block = tier.flex ? price.flex : price.priority;
    if (!block)
        return {standard, true};
    // No list says what a service tier costs above the long-prompt threshold: the dearer of both never undercounts.
    return over ? Chosen{dearer(standard, *block), true} : Chosen{*block, tier.guessed};
}

void scaleBy(CostSum &sum, const Price &price, const Tier &tier)
{
    sum.scale(price.multiplier.numerator, price.multiplier.denominator);
    for (const Multiplier &multiplier : tier.multipliers)
        sum.scale(multiplier.numerator, multiplier.denominator);
}

CostState stateOf(bool estimated)
{
    return estimated ? CostState::Estimated : CostState::Priced;
}

} // namespace

QString costStateName(CostState state)
{
    switch (state) {
    case CostState::Priced: return QStringLiteral("priced");
    case CostState::Estimated: return QStringLiteral("estimated");
    case CostState::Unpriced: return QStringLiteral("unpriced");
    case CostState::Free: return QStringLiteral("free");
    }
    return {};
}

Cost costOf(const Usage &usage, const std::optional<Price> &price, const QString &serviceTier, std::optional<Money> providerCost)
{
    Cost cost;
    if (price)
        cost.priceVersion = price->version;
    if (price && price->local) {
        cost.state = CostState::Free;
        cost.amount = Money();
        return cost;
    }
    if (!price || !usage.present) {
        if (providerCost) {
            cost.state = CostState::Priced;
            cost.amount = providerCost;
        }
        return cost;
    }
    const Tier tier = tierOf(*price, serviceTier);
    const Chosen chosen = choose(*price, usage.inputTokens(), tier);
    const RateSet &rates = chosen.rates;
    bool guessed = chosen.guessed;
    // A token kind without a price of its own is billed as plain input, and said to be an estimate.
    const auto rateOr = [&guessed](const std::optional<Rate> &own, Rate otherwise, qint64 tokens) {
        guessed = guessed || (!own && tokens > 0);
        return own.value_or(otherwise);
    };
    const Rate cached = rateOr(rates.cachedInput, rates.input, usage.cachedInput);
    const Rate write = rateOr(rates.cacheWrite, rates.input, usage.cacheWrite);
    const Rate write1h = rateOr(rates.cacheWrite1h, write, usage.cacheWrite1h);
    CostSum sum;
    sum.add(usage.uncachedInput, rates.input);
    sum.add(usage.cachedInput, cached);
    sum.add(usage.cacheWrite, write);
    sum.add(usage.cacheWrite1h, write1h);
    sum.add(usage.visibleOutput, rates.output);
    sum.add(usage.reasoning, rates.reasoning.value_or(rates.output));
    scaleBy(sum, *price, tier);

    CostSum saved;
    saved.add(usage.cachedInput, Rate{std::max<qint64>(rates.input.picoUsdPerToken - cached.picoUsdPerToken, 0)});
    scaleBy(saved, *price, tier);
    cost.savedByProviderCache = saved.total();
    cost.state = providerCost ? CostState::Priced : stateOf(usage.estimated || guessed);
    cost.amount = providerCost ? *providerCost : sum.total();
    return cost;
}

std::optional<Money> worstCase(qint64 inputEstimate, std::optional<qint64> maxTokens, const std::optional<Price> &price)
{
    if (!price)
        return std::nullopt;
    if (price->local)
        return Money();
    // x 1.15, rounded up, without overflow (definitions.md).
    const qint64 estimate = std::clamp<qint64>(inputEstimate, 0, std::numeric_limits<qint64>::max() / 128);
    const qint64 input = (estimate * 115 + 99) / 100;
    const qint64 output = maxTokens.value_or(price->maxOutputTokens.value_or(price->contextTokens.value_or(unknownMaxOutput)));
    const RateSet &rates = price->tierOver && input > *price->tierOver ? price->tier : price->rates;
    CostSum sum;
    sum.add(input, dearer(rates.input, dearer(rates.cacheWrite, rates.cacheWrite1h).value_or(rates.input)));
    sum.add(output, dearer(rates.output, rates.reasoning.value_or(rates.output)));
    sum.scale(price->multiplier.numerator, price->multiplier.denominator);
    return sum.total();
}

} // namespace tollgate
