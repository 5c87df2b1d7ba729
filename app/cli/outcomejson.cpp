#include "app/cli/outcomejson.h"

#include "app/cli/command.h"

#include <QCoreApplication>

namespace tollgate::app {

namespace {

QString tr(const char *text, int n = -1) { return QCoreApplication::translate("Outcome", text, nullptr, n); }

std::optional<qint64> milliseconds(qint64 ns)
{
    return ns < 0 ? std::nullopt : std::optional((ns + 500'000) / 1'000'000);
}

void writeMoney(JsonWriter &json, QByteArrayView name, std::optional<Money> amount)
{
    json.key(name);
    if (amount)
        json.value(amount->toDecimal());
    else
        json.null();
}

void writeUsage(JsonWriter &json, const Usage &usage)
{
    json.key("usage").beginObject();
    json.member("input_tokens", usage.inputTokens());
    json.member("cached_input_tokens", usage.cachedInput);
    json.member("cache_write_tokens", usage.cacheWrite + usage.cacheWrite1h);
    json.member("output_tokens", usage.outputTokens());
    json.member("reasoning_tokens", usage.reasoning);
    json.member("estimated", usage.estimated);
    json.endObject();
}

void writeFigures(JsonWriter &json, const RequestRecord &record)
{
    writeUsage(json, record.usage);
    writeMoney(json, "cost_usd", record.cost.amount);
    json.member("cost_state", costStateName(record.cost.state));
    // Nothing is saved by an answer that was paid for; what a hit saved is unknown when its first cost is.
    const bool fromCache = record.cache == CacheOutcome::Hit || record.cache == CacheOutcome::Coalesced;
    writeMoney(json, "saved_usd", record.savedByCache || fromCache ? record.savedByCache : Money());
    json.member("cache", cacheOutcomeName(record.cache));
    json.member("latency_ms", milliseconds(record.settled));
    json.member("ttft_ms", milliseconds(record.firstContent));
    json.member("complete", record.complete);
    json.member("request_id", record.requestId);
}

void writeAttempts(JsonWriter &json, const RequestRecord &record)
{
    json.key("attempts").beginArray();
    for (const AttemptRecord &attempt : record.attempts) {
        json.beginObject();
        json.member("n", attempt.number);
        json.member("provider", attempt.provider);
        json.member("model", attempt.model);
        json.member("outcome", !attempt.failure                                ? QStringLiteral("ok")
                               : *attempt.failure == FailureKind::Queued ? QStringLiteral("queued")
                                                                               : QStringLiteral("failed"));
        json.key("kind");
        if (attempt.failure)
            json.value(failureName(*attempt.failure));
        else
            json.null();
        json.member("http_status", attempt.httpStatus > 0 ? std::optional(attempt.httpStatus) : std::nullopt);
        json.member("started", rfc3339(attempt.startedWallMs));
        json.member("latency_ms", milliseconds(attempt.stamps.ended));
        json.member("billing", billingName(attempt.billing));
        json.endObject();
    }
    json.endArray();
}

// Accepted is no error: there is nothing but an id to ask for the answer by.
void writeQueued(JsonWriter &json, const RequestRecord &record)
{
    json.member("queued", true).member("message_id", record.responseId);
}

} // namespace

void writeOutcome(JsonWriter &json, const Outcome &outcome)
{
    const RequestRecord &record = outcome.record;
    const Completion &completion = outcome.completion;
    json.member("id", record.id.toString());
    json.member("provider", record.provider);
    json.member("model", completion.model.isEmpty() ? record.model : completion.model);
    json.member("text", completion.text);
    json.member("reasoning", completion.reasoning);
    json.key("tool_calls").beginArray();
    for (const ToolCall &call : completion.toolCalls) {
        json.beginObject();
        json.member("id", call.id);
        json.member("name", call.name);
        json.member("arguments", call.arguments);
        json.endObject();
    }
    json.endArray();
    json.member("finish_reason", finishReasonName(completion.finishReason));
    writeFigures(json, record);
    writeAttempts(json, record);
    if (!outcome.warning.isEmpty())
        json.member("warning", outcome.warning);
    if (outcome.failure && outcome.failure->kind == FailureKind::Queued)
        writeQueued(json, record);
    else if (outcome.failure)
        writeError(json, *outcome.failure);
}

void writeRecord(JsonWriter &json, const RequestRecord &record, bool withAttempts)
{
    json.member("id", record.id.toString());
    json.member("accepted", rfc3339(record.acceptedWallMs));
    json.member("provider", record.provider);
    json.member("model", record.model);
    json.member("answered_model", record.answeredModel);
    json.member("source", sourceName(record.source));
    json.member("client", record.client);
    json.key("tags").beginArray();
    for (const QString &tag : record.tags)
        json.value(tag);
    json.endArray();
    json.member("stream", record.streamed);
    json.member("status", record.failure ? failureName(*record.failure) : QStringLiteral("ok"));
    json.member("finish_reason", record.finishReason);
    writeFigures(json, record);
    if (withAttempts)
        writeAttempts(json, record);
    if (record.failure == FailureKind::Queued)
        writeQueued(json, record);
    else if (record.failure)
        writeError(json, *record.failure, record.phase, record.message, {}, record.httpStatus, {});
}

QString costText(const Cost &cost)
{
    switch (cost.state) {
    case CostState::Unpriced:
        return tr("price unknown");
    case CostState::Free:
        return QStringLiteral("$0");
    case CostState::Estimated:
        return tr("$%1 est.").arg(cost.amount.value_or(Money()).toDecimal());
    case CostState::Priced:
        break;
    }
    return u'$' + cost.amount.value_or(Money()).toDecimal();
}

QString figuresLine(const Outcome &outcome)
{
    const RequestRecord &record = outcome.record;
    QStringList parts;
    if (const auto latency = milliseconds(record.settled))
        parts.append(tr("%1 ms").arg(*latency));
    if (const auto ttft = milliseconds(record.firstContent))
        parts.append(tr("first token %1 ms").arg(*ttft));
    const QString est = record.usage.estimated ? tr(" est.") : QString();
    parts.append(tr("%1 in (%2 cached)%3").arg(record.usage.inputTokens()).arg(record.usage.cachedInput).arg(est));
    parts.append(tr("%1 out%2").arg(record.usage.outputTokens()).arg(est));
    parts.append(costText(record.cost));
    if (record.savedByCache && !record.savedByCache->isZero())
        parts.append(tr("$%1 saved").arg(record.savedByCache->toDecimal()));
    parts.append(cacheOutcomeName(record.cache));
    parts.append(record.attempts.size() == 1 ? tr("1 attempt") : tr("%1 attempts").arg(record.attempts.size()));
    parts.append(record.id.toString());
    return record.model + QStringLiteral("  ") + parts.join(QStringLiteral(", "));
}

} // namespace tollgate::app
