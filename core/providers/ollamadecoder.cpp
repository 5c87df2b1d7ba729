#include "core/providers/ollamadecoder.h"

#include "core/providers/ollamaerror.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

constexpr qsizetype maxLine = 1 << 20;          // reliability.md section 2.1
constexpr int maxToolCalls = 1024;              // far above what any model makes; bounds what a hostile server can
constexpr qint64 maxTokens = 1'000'000'000'000; // above any context window by far; keeps sums and products in range

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

qint64 countOf(JsonValue value)
{
    return qBound<qint64>(0, value.integer().value_or(0), maxTokens);
}

} // namespace

OllamaDecoder::OllamaDecoder(const Head &head) : JsonReply(head, maxLine, maxLine, Framing::Lines) {}

void OllamaDecoder::takeEvent(QByteArrayView, JsonValue root, DecoderSink &sink)
{
    takeRoot(root, sink);
}

void OllamaDecoder::takeDocument(JsonValue root, DecoderSink &sink)
{
    takeRoot(root, sink);
    if (!failed() && !root["message"].isObject())
        failProtocol(tr("The answer holds no message:") + u'\n' + excerptOfDocument());
}

void OllamaDecoder::takeRoot(JsonValue root, DecoderSink &sink)
{
    JsonValue message;
    JsonValue error;
    JsonValue reason;
    bool done = false;
    root.forEachMember([&](QByteArrayView name, JsonValue value) {
        if (name == "message")
            message = value;
        else if (name == "done")
            done = value.boolean().value_or(false);
        else if (name == "done_reason")
            reason = value;
        else if (name == "error")
            error = value;
        else if (name == "model" && m_completion.model.isEmpty())
            m_completion.model = label(value);
    });
    takeMessage(message, sink);
    if (done)
        takeEnd(root, reason);
    // The line that breaks off may still carry text, so that is read first.
    if (error.isObject() ? error.size() > 0 : !error.utf8().isEmpty())
        fail(ollamaErrorInside(root));
}

void OllamaDecoder::takeMessage(JsonValue message, DecoderSink &sink)
{
    JsonValue content;
    JsonValue thinking;
    JsonValue calls;
    message.forEachMember([&](QByteArrayView name, JsonValue value) {
        if (name == "content")
            content = value;
        else if (name == "thinking")
            thinking = value;
        else if (name == "tool_calls")
            calls = value;
    });
    emitText(Delta::Kind::Reasoning, thinking, sink);
    emitText(Delta::Kind::Text, content, sink);
    calls.forEach([this, &sink](JsonValue call) { takeToolCall(call, sink); });
}

// A call comes whole. Most versions give it no id; ours is only used to match the result with its call.
void OllamaDecoder::takeToolCall(JsonValue call, DecoderSink &sink)
{
    if (failed())
        return;
    const int index = int(m_completion.toolCalls.size());
    if (index >= maxToolCalls)
        return failProtocol(tr("The answer has more than %1 tool calls.").arg(maxToolCalls));
    const JsonValue function = call["function"];
    const JsonValue arguments = function["arguments"];
    Delta delta;
    delta.kind = Delta::Kind::ToolCall;
    delta.toolIndex = index;
    delta.toolId = label(call["id"]);
    if (delta.toolId.isEmpty())
        delta.toolId = QStringLiteral("call_%1").arg(index);
    delta.toolName = function["name"].string();
    if (arguments.isString())
        delta.text = arguments.string();
    else if (arguments.exists())
        delta.text = QString::fromUtf8(arguments.toJson());
    if (!delta.toolName.isEmpty() || !delta.text.isEmpty())
        emitDelta(delta, sink);
}

void OllamaDecoder::takeEnd(JsonValue root, JsonValue reason)
{
    // Counts that stand there twice could be read either way.
    if (hasDuplicateKeys(root))
        return failProtocol(tr("A field of the answer is there twice."));
    const QByteArrayView word = reason.utf8();
    m_completion.rawFinishReason = plainExcerpt(word).left(100);
    if (word.isEmpty() || word == "stop") // older versions give no reason
        m_completion.finishReason = FinishReason::Stop;
    else if (word == "length")
        m_completion.finishReason = FinishReason::Length;
    else if (word == "load" || word == "unload") // the model came or went, and answered nothing
        m_completion.finishReason = FinishReason::Error;
    else
        m_completion.finishReason = FinishReason::Other;
    takeCounts(root);
    endStream();
}

void OllamaDecoder::takeCounts(JsonValue root)
{
    const qint64 prompt = countOf(root["prompt_eval_count"]);
    const qint64 output = countOf(root["eval_count"]);
    if (prompt == 0 && output == 0)
        return;
    Usage usage;
    usage.uncachedInput = prompt;
    usage.visibleOutput = output;
    usage.estimated = prompt == 0 || (output == 0 && sawContent());
    usage.present = true;
    m_completion.usage = usage;
    m_completion.rawUsage.clear();
    JsonWriter writer(m_completion.rawUsage);
    writer.beginObject();
    for (const char *name : {"prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration", "load_duration", "total_duration"}) {
        if (const JsonValue value = root[name]; value.isNumber())
            writer.key(name).raw(value.toJson());
    }
    writer.endObject();
}

} // namespace tollgate
