#include "core/providers/geminidecoder.h"

#include "core/providers/geminibody.h"
#include "core/providers/geminierror.h"
#include "core/providers/geminiusage.h"
#include "core/providers/openaierror.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

constexpr qsizetype maxToolCalls = 1024; // far above what any model makes; bounds what a hostile server can

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

FinishReason finishReasonOf(QByteArrayView word)
{
    if (word == "STOP")
        return FinishReason::Stop;
    if (word == "MAX_TOKENS")
        return FinishReason::Length;
    for (const char *filter : {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
                               "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"}) {
        if (word == filter)
            return FinishReason::ContentFilter;
    }
    for (const char *failing : {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE",
                                "MISSING_THOUGHT_SIGNATURE"}) {
        if (word == failing)
            return FinishReason::Error;
    }
    return FinishReason::Other; // LANGUAGE, OTHER, IMAGE_OTHER, NO_IMAGE and what comes
}

} // namespace

GeminiDecoder::GeminiDecoder(const Head &head) : JsonReply(head) {}

void GeminiDecoder::takeEvent(QByteArrayView, JsonValue root, DecoderSink &sink)
{
    takeRoot(root, sink);
}

// Without alt=sse, as some gateways ask, a stream is one list of what would be its events.
void GeminiDecoder::takeDocument(JsonValue root, DecoderSink &sink)
{
    if (root.isArray())
        root.forEach([this, &sink](JsonValue item) { takeRoot(item, sink); });
    else
        takeRoot(root, sink);
    if (!failed() && !m_sawCandidate)
        failProtocol(tr("The answer holds no candidates:") + u'\n' + excerptOfDocument());
}

void GeminiDecoder::takeRoot(JsonValue root, DecoderSink &sink)
{
    if (failed())
        return;
    JsonValue feedback;
    JsonValue candidates;
    bool mayBeError = false;
    root.forEachMember([&](QByteArrayView name, JsonValue value) {
        if (name == "candidates")
            candidates = value;
        else if (name == "usageMetadata" && value.isObject())
            applyGeminiUsage(value, m_completion); // grows from event to event: the last one holds
        else if (name == "promptFeedback")
            feedback = value;
        else if (name == "error")
            mayBeError = true;
        else if (name == "modelVersion" && m_completion.model.isEmpty())
            m_completion.model = label(value);
        else if (name == "responseId" && m_completion.responseId.isEmpty())
            m_completion.responseId = label(value);
    });
    candidates.forEach([this, &sink](JsonValue candidate) { takeCandidate(candidate, sink); });
    if (mayBeError && isOpenAiError(root))
        fail(geminiErrorInside(root));
    else if (feedback.isObject())
        takeBlock(feedback);
}

void GeminiDecoder::takeBlock(JsonValue feedback)
{
    const QString reason = label(feedback["blockReason"]);
    if (reason.isEmpty())
        return;
    const QString said = plainText(feedback["blockReasonMessage"].string());
    Failure failure = providerFailure(FailureKind::Filtered,
                                      said.isEmpty() ? tr("The provider's filter refused the prompt (%1).").arg(reason) : said);
    failure.providerCode = reason;
    m_completion.finishReason = FinishReason::ContentFilter;
    m_completion.rawFinishReason = reason;
    fail(failure);
}

void GeminiDecoder::takeCandidate(JsonValue candidate, DecoderSink &sink)
{
    if (failed() || candidate["index"].integer().value_or(0) != 0)
        return; // one answer is asked for; others are not shown
    m_sawCandidate = true;
    candidate["content"]["parts"].forEach([this, &sink](JsonValue part) { takePart(part, sink); });
    const QByteArrayView reason = candidate["finishReason"].utf8();
    if (reason.isEmpty() || reason == "FINISH_REASON_UNSPECIFIED")
        return;
    m_completion.rawFinishReason = plainExcerpt(reason).left(100);
    m_completion.finishReason = finishReasonOf(reason);
    m_finishMessage = plainText(candidate["finishMessage"].string());
}

void GeminiDecoder::takePart(JsonValue part, DecoderSink &sink)
{
    if (failed())
        return;
    const JsonValue text = part["text"];
    const JsonValue call = part["functionCall"];
    const bool isThought = part["thought"].boolean().value_or(false);
    if (isThought || !(text.isString() || call.isObject())) {
        if (isThought)
            emitText(Delta::Kind::Reasoning, text, sink);
        if (part["thoughtSignature"].exists())
            keepPart(part, false);
        return;
    }
    if (text.isString()) {
        const bool isSigned = part["thoughtSignature"].exists();
        if (isSigned)
            keepText(); // what came before stands before it
        emitText(Delta::Kind::Text, text, sink);
        if (isSigned)
            keepPart(part, true);
        return;
    }
    takeCall(call, sink);
    keepPart(part, false);
}

// Calls come whole.
void GeminiDecoder::takeCall(JsonValue call, DecoderSink &sink)
{
    if (m_completion.toolCalls.size() >= maxToolCalls) {
        failProtocol(tr("The answer has more than %1 tool calls.").arg(maxToolCalls));
        return;
    }
    Delta delta;
    delta.kind = Delta::Kind::ToolCall;
    delta.toolIndex = int(m_completion.toolCalls.size());
    delta.toolId = call["id"].string();
    if (delta.toolId.isEmpty()) // older models give none; results are matched by it here
        delta.toolId = geminiOwnCallId + QString::number(delta.toolIndex);
    delta.toolName = call["name"].string();
    const JsonValue arguments = call["args"];
    delta.text = arguments.isObject() ? QString::fromUtf8(arguments.toJson()) : QStringLiteral("{}");
    emitDelta(delta, sink);
}

void GeminiDecoder::keepPart(JsonValue part, bool isText)
{
    if (!isText)
        keepText();
    m_keptText = m_completion.text.size();
    m_signed = m_signed || part["thoughtSignature"].exists();
    m_parts += (m_parts.isEmpty() ? "" : ",") + part.toJson();
}

// The text since the last part that was kept, as one part.
void GeminiDecoder::keepText()
{
    if (m_keptText == m_completion.text.size())
        return;
    QByteArray part;
    JsonWriter(part).beginObject().key("text").value(QStringView(m_completion.text).sliced(m_keptText)).endObject();
    m_parts += (m_parts.isEmpty() ? "" : ",") + part;
    m_keptText = m_completion.text.size();
}

void GeminiDecoder::closeOpaque()
{
    if (!m_signed)
        return;
    keepText();
    m_completion.opaqueJson.clear();
    JsonWriter(m_completion.opaqueJson).beginObject().key(geminiOpaqueKey).raw('[' + m_parts + ']').endObject();
}

DecodeEnd GeminiDecoder::endByReason()
{
    DecodeEnd end = JsonReply::endByReason();
    if (end.kind == DecodeEnd::Kind::Complete)
        closeOpaque();
    else if (!m_finishMessage.isEmpty())
        end.failure.message = m_finishMessage;
    return end;
}

} // namespace tollgate
