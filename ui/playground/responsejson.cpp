#include "ui/playground/responsejson.h"

#include "core/base/json.h"

namespace tollgate::ui {

namespace {

void writeUsage(JsonWriter &json, const Usage &usage)
{
    json.key("usage").beginObject();
    json.member("input_tokens", usage.inputTokens()).member("cached_input_tokens", usage.cachedInput);
    json.member("output_tokens", usage.outputTokens()).member("reasoning_tokens", usage.reasoning);
    json.member("estimated", usage.estimated).endObject();
}

void writeFailure(JsonWriter &json, const Failure &failure)
{
    json.key("failure").beginObject();
    json.member("kind", failureName(failure.kind)).member("phase", phaseName(failure.phase)).member("message", failure.message);
    if (!failure.providerCode.isEmpty())
        json.member("provider_code", failure.providerCode);
    if (failure.httpStatus > 0)
        json.member("http_status", failure.httpStatus);
    json.endObject();
}

} // namespace

QByteArray responseJson(const Outcome &outcome)
{
    const Completion &answer = outcome.completion;
    QByteArray out;
    JsonWriter json(out);
    json.beginObject();
    json.member("id", outcome.record.id.toString()).member("provider", outcome.record.provider).member("model", outcome.record.model);
    if (!answer.model.isEmpty())
        json.member("answered_model", answer.model);
    if (!answer.responseId.isEmpty())
        json.member("response_id", answer.responseId);
    if (!answer.requestId.isEmpty())
        json.member("request_id", answer.requestId);
    json.member("text", answer.text);
    if (!answer.reasoning.isEmpty())
        json.member("reasoning", answer.reasoning);
    if (!answer.refusal.isEmpty())
        json.member("refusal", answer.refusal);
    if (!answer.toolCalls.isEmpty()) {
        json.key("tool_calls").beginArray();
        for (const ToolCall &call : answer.toolCalls)
            json.beginObject().member("id", call.id).member("name", call.name).member("arguments", call.arguments).endObject();
        json.endArray();
    }
    json.member("finish_reason", finishReasonName(answer.finishReason)).member("complete", answer.complete);
    if (answer.usage.present)
        writeUsage(json, answer.usage);
    json.member("cache", cacheOutcomeName(outcome.record.cache));
    json.key("cost_usd");
    if (outcome.record.cost.amount)
        json.raw(outcome.record.cost.amount->toDecimal().toUtf8());
    else
        json.null();
    json.member("cost_state", costStateName(outcome.record.cost.state));
    if (outcome.failure)
        writeFailure(json, *outcome.failure);
    json.endObject();
    return out;
}

} // namespace tollgate::ui
