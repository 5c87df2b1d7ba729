#include "core/providers/responsesdecoder.h"

#include "core/providers/openaierror.h"
#include "core/providers/responsesbody.h"
#include "core/providers/responsesusage.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

constexpr size_t maxToolCalls = 1024; // far above what any model makes; bounds what a hostile server can
// The last event repeats the whole answer, so that it can be as long as all others together.
constexpr qsizetype maxEvent = 8 << 20;

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

bool isTerminal(QByteArrayView type)
{
    return type == "response.completed" || type == "response.incomplete" || type == "response.failed"
        || type == "response.cancelled";
}

} // namespace

ResponsesDecoder::ResponsesDecoder(Dialect dialect, const Head &head) : JsonReply(head, maxEvent, maxEvent), m_dialect(dialect) {}

bool ResponsesDecoder::takesUnfinished(JsonValue root) const
{
    return isTerminal(root["type"].utf8());
}

void ResponsesDecoder::takeEvent(QByteArrayView name, JsonValue root, DecoderSink &sink)
{
    const QByteArrayView type = root["type"].utf8();
    if (type == "response.output_text.delta")
        emitText(Delta::Kind::Text, root["delta"], sink);
    else if (type == "response.function_call_arguments.delta")
        takeArguments(root["output_index"].integer().value_or(0), root["delta"], sink);
    else if (type == "response.reasoning_summary_text.delta")
        takeReasoningDelta(root, root["summary_index"], sink);
    else if (type == "response.reasoning_text.delta") // models that show their thoughts themselves
        takeReasoningDelta(root, root["content_index"], sink);
    else if (type == "response.refusal.delta")
        emitText(Delta::Kind::Refusal, root["delta"], sink);
    else if (type == "error" || name == "error" || (type.isEmpty() && isOpenAiError(root)))
        fail(openAiErrorInside(m_dialect, root));
    else
        takeRareEvent(type, root, sink);
}

void ResponsesDecoder::takeRareEvent(QByteArrayView type, JsonValue root, DecoderSink &sink)
{
    const qint64 index = root["output_index"].integer().value_or(0);
    if (isTerminal(type)) {
        takeTerminal(root["response"], sink);
    } else if (type == "response.output_item.added" || type == "response.output_item.done") {
        if (root["item"]["type"].utf8() == "function_call")
            takeCall(root["item"], index, sink);
    } else if (type == "response.function_call_arguments.done") {
        const qsizetype slot = callAt(index);
        if (slot >= 0 && !m_calls[size_t(slot)].hasArguments)
            takeArguments(index, root["arguments"], sink);
    } else if (type == "response.created" || type == "response.in_progress" || type == "response.queued") {
        takeResponse(root["response"]);
    }
}

// A paragraph of thoughts ends where the next part begins; the wire sends no line end between them.
void ResponsesDecoder::separateReasoning(qint64 item, qint64 part, DecoderSink &sink)
{
    const bool isNew = item != m_reasoningItem || part != m_reasoningPart;
    m_reasoningItem = item;
    m_reasoningPart = part;
    if (!isNew || m_completion.reasoning.isEmpty())
        return;
    Delta delta;
    delta.kind = Delta::Kind::Reasoning;
    delta.text = QStringLiteral("\n\n");
    emitDelta(delta, sink);
}

void ResponsesDecoder::takeReasoningDelta(JsonValue root, JsonValue part, DecoderSink &sink)
{
    if (root["delta"].utf8().isEmpty())
        return;
    separateReasoning(root["output_index"].integer().value_or(0), part.integer().value_or(0), sink);
    emitText(Delta::Kind::Reasoning, root["delta"], sink);
}

qsizetype ResponsesDecoder::callAt(qint64 index) const
{
    for (size_t i = m_calls.size(); i-- > 0;) {
        if (m_calls[i].outputIndex == index)
            return qsizetype(i);
    }
    return -1;
}

// The call as its item tells it, when it begins or when it is done.
void ResponsesDecoder::takeCall(JsonValue item, qint64 index, DecoderSink &sink)
{
    qsizetype slot = callAt(index);
    if (slot < 0) {
        if (m_calls.size() >= maxToolCalls) {
            failProtocol(tr("The answer has more than %1 tool calls.").arg(maxToolCalls));
            return;
        }
        slot = qsizetype(m_calls.size());
        m_calls.push_back({index, false});
        Delta delta;
        delta.kind = Delta::Kind::ToolCall;
        delta.toolIndex = int(slot);
        const JsonValue id = item["call_id"].isString() ? item["call_id"] : item["id"];
        delta.toolId = id.string();
        delta.toolName = item["name"].string();
        emitDelta(delta, sink);
    }
    if (!m_calls[size_t(slot)].hasArguments)
        takeArguments(index, item["arguments"], sink);
}

void ResponsesDecoder::takeArguments(qint64 index, JsonValue arguments, DecoderSink &sink)
{
    const qsizetype slot = callAt(index);
    if (slot < 0 || arguments.utf8().isEmpty())
        return;
    m_calls[size_t(slot)].hasArguments = true;
    Delta delta;
    delta.kind = Delta::Kind::ToolCall;
    delta.toolIndex = int(slot);
    delta.text = arguments.string();
    emitDelta(delta, sink);
}

// What every event that carries the response tells of it; the later one knows better.
void ResponsesDecoder::takeResponse(JsonValue response)
{
    if (const QString id = label(response["id"]); !id.isEmpty())
        m_completion.responseId = id;
    if (const QString model = label(response["model"]); !model.isEmpty())
        m_completion.model = model;
    if (const QString tier = label(response["service_tier"]); !tier.isEmpty())
        m_completion.serviceTier = tier;
    if (response["usage"].isObject())
        applyResponsesUsage(response["usage"], m_completion);
}

void ResponsesDecoder::takeTerminal(JsonValue response, DecoderSink &sink)
{
    if (!response.isObject()) {
        failProtocol(tr("The last event of the answer holds no response."));
        return;
    }
    takeResponse(response);
    takeOutput(response["output"], sink);
    if (failed())
        return;
    takeStatus(response);
    if (m_completion.finishReason == FinishReason::Stop)
        keepOpaque(response["output"]);
    endStream();
}

void ResponsesDecoder::takeStatus(JsonValue response)
{
    const QByteArrayView status = response["status"].utf8();
    const QString reason = label(response["incomplete_details"]["reason"]);
    m_completion.rawFinishReason = reason.isEmpty() ? label(response["status"]) : reason;
    if (status == "completed")
        m_completion.finishReason = FinishReason::Stop;
    else if (status == "incomplete" && reason == u"max_output_tokens")
        m_completion.finishReason = FinishReason::Length;
    else if (status == "incomplete" && reason == u"content_filter")
        m_completion.finishReason = FinishReason::ContentFilter;
    else if (status == "incomplete")
        m_completion.finishReason = FinishReason::Other;
    else if (status == "failed" || status == "cancelled")
        m_completion.finishReason = FinishReason::Error;
    if (isOpenAiError(response))
        fail(openAiErrorInside(m_dialect, response));
}

void ResponsesDecoder::takeDocument(JsonValue root, DecoderSink &sink)
{
    if (root.isArray() || (isOpenAiError(root) && !root["output"].isArray())) {
        fail(openAiErrorInside(m_dialect, root));
        return;
    }
    takeTerminal(root, sink);
    if (!failed() && !root["output"].isArray())
        failProtocol(tr("The answer holds no output:") + u'\n' + excerptOfDocument());
}

// The items of the answer. After a stream they repeat what was told already; kinds that a server did not stream are taken here.
void ResponsesDecoder::takeOutput(JsonValue output, DecoderSink &sink)
{
    const bool withText = m_completion.text.isEmpty();
    const bool withRefusal = m_completion.refusal.isEmpty();
    const bool withReasoning = m_completion.reasoning.isEmpty();
    qint64 index = -1;
    output.forEach([&](JsonValue item) {
        ++index;
        const QByteArrayView type = item["type"].utf8();
        if (failed())
            return;
        if (type == "message")
            takeMessage(item, withText, withRefusal, sink);
        else if (type == "reasoning" && withReasoning)
            takeReasoning(item, index, sink);
        else if (type == "function_call")
            takeCall(item, index, sink);
    });
}

void ResponsesDecoder::takeMessage(JsonValue message, bool withText, bool withRefusal, DecoderSink &sink)
{
    message["content"].forEach([&](JsonValue part) {
        const QByteArrayView type = part["type"].utf8();
        if (type == "output_text" && withText)
            emitText(Delta::Kind::Text, part["text"], sink);
        else if (type == "refusal" && withRefusal)
            emitText(Delta::Kind::Refusal, part["refusal"], sink);
    });
}

void ResponsesDecoder::takeReasoning(JsonValue item, qint64 index, DecoderSink &sink)
{
    const JsonValue parts = item["summary"].size() > 0 ? item["summary"] : item["content"];
    qint64 number = -1;
    parts.forEach([&](JsonValue part) {
        ++number;
        if (part["text"].utf8().isEmpty())
            return;
        separateReasoning(index, number, sink);
        emitText(Delta::Kind::Reasoning, part["text"], sink);
    });
}

// Sealed thoughts go back in the next turn together with the items they led to: the provider refuses them alone.
void ResponsesDecoder::keepOpaque(JsonValue output)
{
    bool sealed = false;
    output.forEach([&sealed](JsonValue item) {
        sealed = sealed || (item["type"].utf8() == "reasoning" && !item["encrypted_content"].utf8().isEmpty());
    });
    if (!sealed)
        return;
    m_completion.opaqueJson.clear();
    JsonWriter(m_completion.opaqueJson).beginObject().key(responsesOpaqueKey).raw(output.toJson()).endObject();
}

} // namespace tollgate
