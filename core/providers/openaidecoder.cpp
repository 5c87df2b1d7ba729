#include "core/providers/openaidecoder.h"

#include "core/providers/openaierror.h"
#include "core/providers/openaiusage.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

constexpr size_t maxToolCalls = 1024; // far above what any model makes; bounds what a hostile server can

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

FinishReason finishReasonOf(QByteArrayView word)
{
    if (word == "stop")
        return FinishReason::Stop;
    if (word == "length" || word == "model_length") // Mistral: the model's limit, not the caller's
        return FinishReason::Length;
    if (word == "tool_calls" || word == "function_call")
        return FinishReason::ToolCalls;
    if (word == "content_filter")
        return FinishReason::ContentFilter;
    if (word == "error" || word == "insufficient_system_resource")
        return FinishReason::Error;
    return FinishReason::Other;
}

} // namespace

struct OpenAiDecoder::Message {
    JsonValue content;
    JsonValue reasoningContent;
    JsonValue reasoning;
    JsonValue refusal;
    JsonValue toolCalls;
    JsonValue functionCall;
};

OpenAiDecoder::OpenAiDecoder(Dialect dialect, const Head &head) : JsonReply(head), m_dialect(dialect) {}

void OpenAiDecoder::takeEvent(QByteArrayView type, JsonValue root, DecoderSink &sink)
{
    if (type == "error")
        fail(openAiErrorInside(m_dialect, root));
    else
        takeRoot(root, sink);
}

void OpenAiDecoder::takeLateEvent(JsonValue root)
{
    if (root["usage"].isObject())
        applyOpenAiUsage(m_dialect, root["usage"], m_completion);
}

void OpenAiDecoder::takeDocument(JsonValue root, DecoderSink &sink)
{
    if (root.isArray())
        fail(openAiErrorInside(m_dialect, root)); // Google's compatible base lists its errors
    else
        takeRoot(root, sink);
    if (!failed() && !m_sawChoice)
        failProtocol(tr("The answer holds no choices:") + u'\n' + excerptOfDocument());
}

void OpenAiDecoder::takeRoot(JsonValue root, DecoderSink &sink)
{
    struct Root {
        JsonValue choices;
        JsonValue usage;
        JsonValue groq;
        bool mayBeError = false;
    } parts;
    root.forEachMember([this, &parts](QByteArrayView name, JsonValue value) {
        if (name == "choices")
            parts.choices = value;
        else if (name == "usage")
            parts.usage = value;
        else if (name == "error")
            parts.mayBeError = true;
        else if (name == "object")
            parts.mayBeError = parts.mayBeError || value.utf8() == "error";
        else if (name == "id" && m_completion.responseId.isEmpty())
            m_completion.responseId = label(value);
        else if (name == "model" && m_completion.model.isEmpty())
            m_completion.model = label(value);
        else if (name == "service_tier" && value.isString() && !QAnyStringView::equal(value.utf8(), m_completion.serviceTier))
            m_completion.serviceTier = label(value);
        else if (name == "x_groq")
            parts.groq = value;
    });
    parts.choices.forEach([this, &sink](JsonValue choice) { takeChoice(choice, sink); });
    if (parts.groq.exists())
        takeGroq(parts.groq);
    if (parts.usage.isObject())
        applyOpenAiUsage(m_dialect, parts.usage, m_completion);
    // The chunk that breaks off may still carry text and usage, so it is read first.
    if (parts.mayBeError && isOpenAiError(root))
        fail(openAiErrorInside(m_dialect, root));
}

void OpenAiDecoder::takeGroq(JsonValue groq)
{
    if (m_completion.requestId.isEmpty())
        m_completion.requestId = label(groq["id"]);
    if (groq["usage"].isObject())
        applyOpenAiUsage(m_dialect, groq["usage"], m_completion);
    if (isOpenAiError(groq))
        fail(openAiErrorInside(m_dialect, groq));
}

void OpenAiDecoder::takeChoice(JsonValue choice, DecoderSink &sink)
{
    if (failed() || choice["index"].integer().value_or(0) != 0)
        return; // one answer is asked for; others are not shown
    m_sawChoice = true;
    const JsonValue delta = choice["delta"];
    takeMessage(delta.isObject() ? delta : choice["message"], sink);
    takeFinishReason(choice["finish_reason"]);
    if (!failed() && isOpenAiError(choice)) // OpenRouter
        fail(openAiErrorInside(m_dialect, choice));
}

void OpenAiDecoder::takeMessage(JsonValue message, DecoderSink &sink)
{
    Message parts;
    message.forEachMember([&parts](QByteArrayView name, JsonValue value) {
        if (name == "content")
            parts.content = value;
        else if (name == "reasoning_content")
            parts.reasoningContent = value;
        else if (name == "reasoning")
            parts.reasoning = value;
        else if (name == "refusal")
            parts.refusal = value;
        else if (name == "tool_calls")
            parts.toolCalls = value;
        else if (name == "function_call")
            parts.functionCall = value;
    });
    // Some servers send the same reasoning under both names.
    emitText(Delta::Kind::Reasoning, parts.reasoningContent.utf8().isEmpty() ? parts.reasoning : parts.reasoningContent, sink);
    takeContent(parts.content, sink);
    emitText(Delta::Kind::Refusal, parts.refusal, sink);
    parts.toolCalls.forEach([this, &sink](JsonValue call) { takeToolCall(call, sink); });
    if (parts.functionCall.isObject() && !failed()) // the older form of a single call
        takeToolCall(parts.functionCall, sink);
}

void OpenAiDecoder::takeContent(JsonValue content, DecoderSink &sink)
{
    if (content.isArray())
        content.forEach([this, &sink](JsonValue part) { takePart(part, sink); });
    else
        emitText(Delta::Kind::Text, content, sink);
}

void OpenAiDecoder::takePart(JsonValue part, DecoderSink &sink)
{
    if (part.isString()) {
        emitText(Delta::Kind::Text, part, sink);
        return;
    }
    const QByteArrayView type = part["type"].utf8();
    if (type == "thinking") { // Mistral
        const JsonValue thinking = part["thinking"];
        if (thinking.isString())
            emitText(Delta::Kind::Reasoning, thinking, sink);
        thinking.forEach([this, &sink](JsonValue piece) {
            emitText(Delta::Kind::Reasoning, piece.isString() ? piece : piece["text"], sink);
        });
    } else if (type == "refusal") {
        emitText(Delta::Kind::Refusal, part["refusal"], sink);
    } else if (type == "text" || type == "output_text") {
        emitText(Delta::Kind::Text, part["text"], sink);
    }
}

void OpenAiDecoder::takeToolCall(JsonValue call, DecoderSink &sink)
{
    if (failed())
        return;
    const JsonValue function = call["function"].isObject() ? call["function"] : call;
    const QString id = call["id"].string();
    const QString name = function["name"].string();
    const qsizetype slot = callFor(call, id, !name.isEmpty());
    if (slot < 0) {
        failProtocol(tr("The answer has more than %1 tool calls.").arg(maxToolCalls));
        return;
    }
    Call &known = m_calls[size_t(slot)];
    Delta delta;
    delta.kind = Delta::Kind::ToolCall;
    delta.toolIndex = int(slot);
    if (known.id.isEmpty())
        delta.toolId = known.id = id;
    if (!known.named) {
        delta.toolName = name;
        known.named = !name.isEmpty();
    }
    const JsonValue arguments = function["arguments"];
    if (arguments.isString())
        delta.text = arguments.string();
    else if (arguments.isObject() || arguments.isArray()) // some servers do not quote them
        delta.text = QString::fromUtf8(arguments.toJson());
    if (delta.toolId.isEmpty() && delta.toolName.isEmpty() && delta.text.isEmpty())
        return;
    emitDelta(delta, sink);
}

// Which of our calls a piece belongs to. Some servers give no index, or 0 for all: then a new id is a new call.
qsizetype OpenAiDecoder::callFor(JsonValue call, const QString &id, bool named)
{
    const std::optional<qint64> index = call["index"].integer();
    for (qsizetype i = qsizetype(m_calls.size()) - 1; isStream() && i >= 0; --i) {
        const Call &known = m_calls[size_t(i)];
        const bool sameIndex = index && known.index == *index;
        if (!id.isEmpty() && !known.id.isEmpty()) {
            if (known.id == id && (sameIndex || !index))
                return i;
        } else if (sameIndex || (!index && id.isEmpty() && !named)) {
            return i;
        }
    }
    if (m_calls.size() >= maxToolCalls)
        return -1;
    m_calls.push_back({index.value_or(-1), {}, false});
    return qsizetype(m_calls.size()) - 1;
}

void OpenAiDecoder::takeFinishReason(JsonValue reason)
{
    const QByteArrayView word = reason.utf8();
    if (word.isEmpty())
        return;
    m_completion.rawFinishReason = plainExcerpt(word).left(100);
    m_completion.finishReason = finishReasonOf(word);
}

DecodeEnd OpenAiDecoder::endByReason()
{
    if (m_completion.rawFinishReason != u"insufficient_system_resource") // DeepSeek
        return JsonReply::endByReason();
    Failure failure = providerFailure(FailureKind::Overloaded, tr("The provider ran out of resources while answering."));
    failure.providerCode = m_completion.rawFinishReason;
    return {DecodeEnd::Kind::Failed, failure};
}

} // namespace tollgate
