#include "core/engine/settlement.h"

#include "core/base/json.h"
#include "core/base/redactor.h"
#include "core/chat/tokenestimate.h"
#include "core/engine/words.h"

#include <algorithm>

namespace tollgate {

bool hasContent(const Completion &completion)
{
    return !completion.text.isEmpty() || !completion.reasoning.isEmpty() || !completion.refusal.isEmpty()
           || !completion.toolCalls.isEmpty();
}

Billing billingOf(const std::optional<Failure> &failure, bool sent, const Completion *answer)
{
    if (!sent)
        return Billing::None;
    if (failure && failure->kind == FailureKind::Queued)
        return Billing::Unconfirmed;
    // A provider that reports usage bills it, whatever became of the answer.
    if (answer && (answer->complete || answer->usage.present))
        return Billing::Billed;
    if (!failure || (answer && hasContent(*answer)))
        return Billing::Unconfirmed;
    switch (failure->kind) {
    case FailureKind::BadKey:
    case FailureKind::Quota:
    case FailureKind::RateLimited:
    case FailureKind::Overloaded:
    case FailureKind::ServerError:
    case FailureKind::Filtered:
        return Billing::PresumedUnbilled;
    case FailureKind::Rejected:
        return Billing::None;
    default:
        return Billing::Unconfirmed;
    }
}

namespace {

qint64 estimated(const QString &text, QStringView model)
{
    return text.isEmpty() ? 0 : estimateTokens(text, model);
}

} // namespace

Usage settledUsage(const Completion &completion, bool whole, qint64 estimatedInputTokens, QStringView model)
{
    const Usage &reported = completion.usage;
    if (whole && reported.present && (!reported.estimated || (reported.inputTokens() > 0 && reported.outputTokens() > 0)))
        return reported;
    qint64 visible = estimated(completion.text, model) + estimated(completion.refusal, model);
    for (const ToolCall &call : completion.toolCalls)
        visible += estimated(call.name, model) + estimated(call.arguments, model);
    Usage usage = reported;
    if (usage.inputTokens() == 0)
        usage.uncachedInput = std::max<qint64>(estimatedInputTokens, 0);
    usage.estimated = true;
    usage.present = true;
    if (whole && reported.present && reported.outputTokens() > 0)
        return usage; // only the prompt's count was left out
    usage.visibleOutput = std::max(usage.visibleOutput, visible);
    usage.reasoning = std::max(usage.reasoning, estimated(completion.reasoning, model));
    return usage;
}

Usage usageSum(Usage a, const Usage &b)
{
    a.uncachedInput += b.uncachedInput;
    a.cachedInput += b.cachedInput;
    a.cacheWrite += b.cacheWrite;
    a.cacheWrite1h += b.cacheWrite1h;
    a.visibleOutput += b.visibleOutput;
    a.reasoning += b.reasoning;
    a.estimated = a.estimated || b.estimated;
    a.present = a.present || b.present;
    return a;
}

Cost costSum(Cost a, const Cost &b)
{
    const auto either = [&](CostState state) { return a.state == state || b.state == state; };
    for (const CostState state : {CostState::Unpriced, CostState::Estimated, CostState::Priced, CostState::Free}) {
        if (either(state)) {
            a.state = state;
            break;
        }
    }
    a.amount = a.amount && b.amount ? std::optional(*a.amount + *b.amount) : std::nullopt;
    a.savedByProviderCache += b.savedByProviderCache;
    if (a.priceVersion.isEmpty())
        a.priceVersion = b.priceVersion;
    return a;
}

QString whyNotCached(const Completion &completion)
{
    if (!completion.complete)
        return engineWords("the answer is not whole");
    // A count that was reported in part, or as one total, is a report.
    if (!completion.usage.present || (completion.usage.estimated && completion.rawUsage.isEmpty()))
        return engineWords("the provider reported no usage");
    switch (completion.finishReason) {
    case FinishReason::Stop:
        break;
    case FinishReason::ToolCalls: {
        JsonDocument document;
        for (const ToolCall &call : completion.toolCalls) {
            if (!call.arguments.isEmpty() && !document.parse(call.arguments.toUtf8()).ok())
                return engineWords("a tool call's arguments are not whole");
        }
        break;
    }
    case FinishReason::Length:
        return engineWords("the answer was cut by the token limit");
    case FinishReason::ContentFilter:
    case FinishReason::Refusal:
        return engineWords("the answer was filtered");
    default:
        return engineWords("the finish reason is \"%1\"").arg(completion.rawFinishReason);
    }
    return {};
}

Failure withContentSeen(Failure failure)
{
    if (failure.kind == FailureKind::Ambiguous)
        failure.kind = FailureKind::Incomplete;
    failure.phase = Phase::Stream;
    return failure;
}

Failure redacted(Failure failure, const Redactor &redactor)
{
    for (QString *words : {&failure.message, &failure.providerCode, &failure.parameter}) {
        if (!words->isEmpty())
            *words = redactor.redact(*words);
    }
    return failure;
}

void redactDetails(Completion &completion, const Redactor &redactor)
{
    for (QString *words : {&completion.model, &completion.responseId, &completion.requestId, &completion.serviceTier,
                           &completion.rawFinishReason}) {
        if (!words->isEmpty())
            *words = redactor.redact(*words);
    }
    if (!completion.rawUsage.isEmpty())
        completion.rawUsage = redactor.redact(completion.rawUsage);
}

bool holdsSecret(const Completion &completion, const Redactor &redactor)
{
    const auto found = [&redactor](const QString &text) { return redactor.finds(QStringView(text)); };
    return found(completion.text) || found(completion.reasoning) || found(completion.refusal)
           || redactor.finds(QByteArrayView(completion.opaqueJson))
           || std::any_of(completion.toolCalls.cbegin(), completion.toolCalls.cend(),
                          [&found](const ToolCall &call) { return found(call.arguments) || found(call.name) || found(call.id); });
}

void appendJoined(QList<Delta> &pieces, const Delta &piece)
{
    if (!pieces.isEmpty()) {
        Delta &last = pieces.last();
        const bool newCall = piece.kind == Delta::Kind::ToolCall
                             && (piece.toolIndex != last.toolIndex || !piece.toolId.isEmpty() || !piece.toolName.isEmpty());
        if (last.kind == piece.kind && !newCall) {
            last.text += piece.text;
            return;
        }
    }
    pieces.append(piece);
}

QByteArray answerPayload(const Completion &completion)
{
    QByteArray json;
    json.reserve(completion.text.size() + completion.reasoning.size() + 256);
    JsonWriter writer(json);
    writer.beginObject().member("text", completion.text);
    if (!completion.reasoning.isEmpty())
        writer.member("reasoning", completion.reasoning);
    if (!completion.refusal.isEmpty())
        writer.member("refusal", completion.refusal);
    if (!completion.toolCalls.isEmpty()) {
        writer.key("tool_calls").beginArray();
        for (const ToolCall &call : completion.toolCalls)
            writer.beginObject().member("id", call.id).member("name", call.name).member("arguments", call.arguments).endObject();
        writer.endArray();
    }
    writer.member("finish_reason", finishReasonName(completion.finishReason));
    writer.member("complete", completion.complete);
    if (!completion.opaqueJson.isEmpty())
        writer.key("opaque").raw(completion.opaqueJson);
    writer.endObject();
    return json;
}

} // namespace tollgate
