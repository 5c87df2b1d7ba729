#include "core/providers/anthropicusage.h"

#include "core/providers/tokencounts.h"
#include "core/providers/wiretext.h"

#include <QStringList>

#include <algorithm>

namespace tollgate {

namespace {

void take(JsonValue value, qint64 &count)
{
    if (const std::optional<qint64> tokens = tokenCount(value))
        count = *tokens;
}

void take(JsonValue value, QString &word)
{
    if (value.isString())
        word = plainExcerpt(value.utf8()).left(64);
}

// The tier and what multiplies its price (prices.md rule 6): "standard", "standard us", "priority fast us".
QString tierWords(const QString &tier, const QString &speed, const QString &geo)
{
    QStringList words;
    if (!tier.isEmpty())
        words << tier;
    if (!speed.isEmpty() && speed != u"standard")
        words << speed;
    if (!geo.isEmpty() && geo != u"global" && geo != u"not_available")
        words << geo;
    return words.join(u' ');
}

} // namespace

void AnthropicUsage::merge(JsonValue usage, Part part, Completion &completion)
{
    if (!usage.isObject())
        return;
    take(usage["input_tokens"], m_input);
    take(usage["cache_read_input_tokens"], m_cached);
    take(usage["cache_creation_input_tokens"], m_written);
    take(usage["output_tokens"], m_output);
    take(usage["output_tokens_details"]["thinking_tokens"], m_thinking);
    const JsonValue creation = usage["cache_creation"];
    take(creation["ephemeral_1h_input_tokens"], m_written1h);
    if (creation.isObject() && !usage["cache_creation_input_tokens"].exists())
        m_written = tokenCount(creation["ephemeral_5m_input_tokens"]).value_or(0) + m_written1h;
    takeIterations(usage["iterations"]);
    take(usage["service_tier"], m_tier);
    take(usage["inference_geo"], m_geo);
    take(usage["speed"], m_speed);
    m_counted = m_counted || (part == Part::Last && usage["output_tokens"].exists());
    mergeRaw(usage, completion);
    completion.usage = disjoint();
    completion.serviceTier = tierWords(m_tier, m_speed, m_geo);
}

// The top-level counts leave out what compaction cost, which the same model did, and what an advisor cost, whose model has a price of
// its own: counted at this model's, and said to be an estimate.
void AnthropicUsage::takeIterations(JsonValue iterations)
{
    if (!iterations.isArray())
        return;
    m_besides = {};
    iterations.forEach([this](JsonValue iteration) {
        const QByteArrayView type = iteration["type"].utf8();
        if (type != "compaction" && type != "advisor_message")
            return;
        const auto count = [&iteration](const char *name) { return tokenCount(iteration[name]).value_or(0); };
        m_besides.uncachedInput += count("input_tokens");
        m_besides.cachedInput += count("cache_read_input_tokens");
        m_besides.cacheWrite += count("cache_creation_input_tokens");
        m_besides.visibleOutput += count("output_tokens");
        m_besides.estimated = m_besides.estimated || type == "advisor_message";
    });
}

Usage AnthropicUsage::disjoint() const
{
    Usage usage = m_besides;
    const qint64 written1h = std::min(m_written1h, m_written);
    const qint64 thinking = std::min(m_thinking, m_output);
    usage.uncachedInput += m_input;
    usage.cachedInput += m_cached;
    usage.cacheWrite += m_written - written1h;
    usage.cacheWrite1h += written1h;
    usage.reasoning += thinking;
    usage.visibleOutput += m_output - thinking;
    // Nothing but zeros is a usage that was not reported.
    usage.present = m_counted && (usage.inputTokens() > 0 || usage.outputTokens() > 0);
    return usage;
}

// One object that says what all parts said, so that a later price can be applied to it.
void AnthropicUsage::mergeRaw(JsonValue usage, Completion &completion)
{
    if (completion.rawUsage.isEmpty()) {
        completion.rawUsage = usage.toJson();
        return;
    }
    JsonDocument document;
    const Result<JsonValue> before = document.parse(completion.rawUsage);
    if (!before.ok())
        return;
    const auto says = [](JsonValue object, QByteArrayView name) { return object[name].exists() && !object[name].isNull(); };
    QByteArray merged;
    JsonWriter writer(merged);
    writer.beginObject();
    before->forEachMember([&](QByteArrayView name, JsonValue value) {
        writer.key(name).raw((says(usage, name) ? usage[name] : value).toJson());
    });
    usage.forEachMember([&](QByteArrayView name, JsonValue value) {
        if (!(*before)[name].exists())
            writer.key(name).raw(value.toJson());
    });
    writer.endObject();
    completion.rawUsage = merged;
}

} // namespace tollgate
