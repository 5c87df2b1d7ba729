#include "core/providers/openaidecoder.h"

#include "core/providers/openaierror.h"
#include "core/providers/openaiusage.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

#include <algorithm>

namespace tollgate {

namespace {

constexpr qsizetype maxDocument = 32 * 1024 * 1024; // reliability.md section 2.1
constexpr size_t maxToolCalls = 1024;               // far above what any model makes; bounds what a hostile server can
constexpr QByteArrayView whiteSpace = " \t\r\n";

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

// Ids and names of a provider go into tables and exports, so they are plain and short.
QString label(JsonValue text)
{
    return plainExcerpt(text.utf8()).left(256);
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

OpenAiDecoder::OpenAiDecoder(Dialect dialect, bool streamed, int status, QByteArrayView contentType, const QString &requestId)
    : m_dialect(dialect), m_status(status),
      m_declared([&] {
          const QByteArray type = contentType.toByteArray().split(';').front().trimmed().toLower();
          if (status != 200) // 202, 204 and 206 carry no answer on this wire
              return Form::Foreign;
          if (type.isEmpty())
              return Form::Undecided;
          if (type == "text/event-stream")
              return Form::Events;
          return type == "application/json" || type.endsWith("+json") ? Form::Document : Form::Foreign;
      }()),
      m_streamed(streamed), m_contentType(contentType.toByteArray())
{
    m_completion.requestId = requestId;
}

bool OpenAiDecoder::feed(QByteArrayView bytes, DecoderSink &sink)
{
    return (m_mayHold && hold(bytes)) || feedForm(bytes, sink);
}

// True when the bytes end no line and found room.
bool OpenAiDecoder::hold(QByteArrayView bytes)
{
    if (bytes.size() > 64 || m_heldSize + size_t(bytes.size()) > m_held.size())
        return false;
    size_t end = m_heldSize;
    for (const char c : bytes) {
        if (c == '\n' || c == '\r')
            return false;
        m_held[end++] = c;
    }
    m_heldSize = end;
    return true;
}

bool OpenAiDecoder::feedForm(QByteArrayView bytes, DecoderSink &sink)
{
    if (m_failed)
        return false;
    if (m_form == Form::Undecided) {
        // DeepSeek sends blank lines while a request is queued.
        qsizetype start = 0;
        while (start < bytes.size() && whiteSpace.contains(bytes[start]))
            ++start;
        bytes = bytes.sliced(start);
        if (bytes.isEmpty())
            return true;
        m_form = formOf(bytes.front());
    }
    switch (m_form) {
    case Form::Events:
        return feedEvents(bytes, sink);
    case Form::Document:
        return feedDocument(bytes);
    case Form::Undecided:
    case Form::Foreign:
        break;
    }
    return feedForeign(bytes);
}

OpenAiDecoder::Form OpenAiDecoder::formOf(char first) const
{
    if (m_declared == Form::Foreign || m_declared == Form::Document)
        return m_declared;
    // Errors come as bare JSON or HTML under the header of a stream; no line of a stream starts so.
    if (first == '{' || first == '[')
        return Form::Document;
    if (first == '<')
        return Form::Foreign;
    return m_declared == Form::Events || m_streamed || first == 'd' || first == ':' ? Form::Events : Form::Document;
}

bool OpenAiDecoder::feedEvents(QByteArrayView bytes, DecoderSink &sink)
{
    const auto take = [this, &sink](const SseEvent &event) { return takeEvent(event, sink); };
    bool ok = true;
    if (m_heldSize > 0) {
        const size_t joined = std::min(size_t(bytes.size()), m_held.size() - m_heldSize);
        std::copy_n(bytes.begin(), joined, m_held.begin() + m_heldSize);
        bytes = bytes.sliced(qsizetype(joined));
        const QByteArrayView held(m_held.data(), qsizetype(m_heldSize + joined));
        m_heldSize = 0;
        ok = m_events.feed(held, take);
    }
    ok = ok && !m_failed && (bytes.isEmpty() || m_events.feed(bytes, take));
    if (!ok && !m_failed && !m_done)
        failProtocol(tr("A line or event of the answer is longer than Tollgate accepts."));
    m_mayHold = ok && !m_failed && !m_done;
    return m_mayHold;
}

bool OpenAiDecoder::feedDocument(QByteArrayView bytes)
{
    if (m_body.size() + bytes.size() > maxDocument) {
        m_body.clear();
        failProtocol(tr("The answer is larger than 32 MiB."));
        return false;
    }
    m_body.append(bytes);
    return true;
}

bool OpenAiDecoder::feedForeign(QByteArrayView bytes)
{
    m_body.append(bytes.first(qMin(bytes.size(), failureTextBytes + 4 - m_body.size())));
    return m_body.size() < failureTextBytes + 4;
}

bool OpenAiDecoder::takeEvent(const SseEvent &event, DecoderSink &sink)
{
    const QByteArrayView data = event.data.trimmed();
    if (data.isEmpty())
        return true;
    if (data == "[DONE]") {
        m_done = true;
        m_sawEvent = true;
        return true;
    }
    if (m_flushing)
        return true;
    if (m_done) {
        takeLateUsage(data);
        return true;
    }
    const Result<JsonValue> root = m_json.parse(data);
    if (!root.ok() || !root->isObject()) {
        failProtocol(tr("An event of the answer is not a JSON object:") + u'\n' + plainExcerpt(data));
        return false;
    }
    m_sawEvent = true;
    if (event.type == "error")
        fail(openAiErrorInside(m_dialect, *root));
    else
        takeRoot(*root, sink);
    return !m_failed;
}

void OpenAiDecoder::takeLateUsage(QByteArrayView data)
{
    const Result<JsonValue> root = m_json.parse(data);
    if (root.ok() && (*root)["usage"].isObject())
        applyOpenAiUsage(m_dialect, (*root)["usage"], m_completion);
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
    if (m_failed || choice["index"].integer().value_or(0) != 0)
        return; // one answer is asked for; others are not shown
    m_sawChoice = true;
    const JsonValue delta = choice["delta"];
    takeMessage(delta.isObject() ? delta : choice["message"], sink);
    takeFinishReason(choice["finish_reason"]);
    if (!m_failed && isOpenAiError(choice)) // OpenRouter
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
    if (parts.functionCall.isObject() && !m_failed) // the older form of a single call
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

void OpenAiDecoder::emitText(Delta::Kind kind, JsonValue text, DecoderSink &sink)
{
    if (text.utf8().isEmpty())
        return;
    Delta delta;
    delta.kind = kind;
    delta.text = text.string();
    m_completion.append(delta);
    sink.deltaDecoded(delta);
}

void OpenAiDecoder::takeToolCall(JsonValue call, DecoderSink &sink)
{
    if (m_failed)
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
    m_completion.append(delta);
    sink.deltaDecoded(delta);
}

// Which of our calls a piece belongs to. Some servers give no index, or 0 for all: then a new id is a new call.
qsizetype OpenAiDecoder::callFor(JsonValue call, const QString &id, bool named)
{
    const std::optional<qint64> index = call["index"].integer();
    for (qsizetype i = qsizetype(m_calls.size()) - 1; m_form == Form::Events && i >= 0; --i) {
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

DecodeEnd OpenAiDecoder::finish(bool httpComplete, DecoderSink &sink)
{
    if (!m_failed && m_form == Form::Events && !m_done && httpComplete && (m_heldSize > 0 || m_events.hasPartial())) {
        m_flushing = true; // some servers end right after "data: [DONE]"
        feedEvents("\n\n", sink);
    } else if (!m_failed && m_form == Form::Document && httpComplete) {
        endDocument(sink);
    }
    DecodeEnd end = endOf(httpComplete);
    if (end.kind != DecodeEnd::Kind::Complete && end.failure.phase == Phase::Route)
        end.failure.phase = Phase::Stream;
    return end;
}

void OpenAiDecoder::endDocument(DecoderSink &sink)
{
    const Result<JsonValue> root = m_json.parse(m_body);
    if (!root.ok() || !(root->isObject() || root->isArray())) {
        failProtocol(tr("The answer is not valid JSON:") + u'\n' + plainExcerpt(m_body));
        return;
    }
    m_sawEvent = true;
    if (root->isArray())
        fail(openAiErrorInside(m_dialect, *root)); // Google's compatible base lists its errors
    else
        takeRoot(*root, sink);
    if (!m_failed && !m_sawChoice)
        failProtocol(tr("The answer holds no choices:") + u'\n' + plainExcerpt(m_body));
    m_done = !m_failed;
    m_body.clear();
}

DecodeEnd OpenAiDecoder::endOf(bool httpComplete)
{
    if (m_form == Form::Foreign || m_status != 200 || (m_form == Form::Undecided && httpComplete)) {
        const QString excerpt = plainExcerpt(m_body);
        const QString what = m_status != 200 ? tr("The answer has the status %1, which this provider does not use.").arg(m_status)
            : excerpt.isEmpty()              ? tr("The answer is empty.")
                                             : tr("The answer is neither JSON nor an event stream (%1):")
                                      .arg(m_contentType.isEmpty() ? tr("no content type") : plainExcerpt(m_contentType).left(100));
        failProtocol(excerpt.isEmpty() ? what : what + u'\n' + excerpt);
    }
    if (m_failed)
        return {DecodeEnd::Kind::Failed, m_failure};
    if (m_done)
        return endByReason();
    // Without any content nothing is known of what the provider did; with content, or a proper HTTP end, the answer is partial.
    const bool nothing = !httpComplete && !sawContent();
    Failure failure = providerFailure(nothing ? FailureKind::Ambiguous : FailureKind::Incomplete,
                                      nothing ? tr("The connection ended before an answer came.")
                                              : tr("The answer ended without its end marker."));
    failure.phase = m_sawEvent ? Phase::Stream : Phase::FirstByte;
    return {DecodeEnd::Kind::Incomplete, failure};
}

// The end marker was seen: what the finish reason makes of the answer.
DecodeEnd OpenAiDecoder::endByReason()
{
    switch (m_completion.finishReason) {
    case FinishReason::None:
        return {DecodeEnd::Kind::Incomplete,
                providerFailure(FailureKind::Incomplete, tr("The answer ended without saying why it finished."))};
    case FinishReason::ContentFilter: {
        Failure failure = providerFailure(FailureKind::Filtered, tr("The provider's content filter stopped the answer."));
        failure.providerCode = m_completion.rawFinishReason;
        return {DecodeEnd::Kind::Failed, failure};
    }
    case FinishReason::Error: {
        const bool resources = m_completion.rawFinishReason == u"insufficient_system_resource";
        Failure failure = providerFailure(resources ? FailureKind::Overloaded : FailureKind::ServerError,
                                          resources ? tr("The provider ran out of resources while answering.")
                                                    : tr("The provider ended the answer with an error."));
        failure.providerCode = m_completion.rawFinishReason;
        return {DecodeEnd::Kind::Failed, failure};
    }
    case FinishReason::Stop:
        if (!m_completion.refusal.isEmpty())
            m_completion.finishReason = FinishReason::Refusal;
        else if (!m_completion.toolCalls.isEmpty()) // some servers, and OpenAI for a forced call, say "stop"
            m_completion.finishReason = FinishReason::ToolCalls;
        break;
    default:
        break;
    }
    m_completion.complete = true;
    return {DecodeEnd::Kind::Complete, {}};
}

void OpenAiDecoder::fail(Failure failure)
{
    if (m_failed)
        return;
    m_failed = true;
    m_failure = std::move(failure);
}

void OpenAiDecoder::failProtocol(const QString &message)
{
    fail(providerFailure(FailureKind::Protocol, plainText(message), m_status));
}

} // namespace tollgate
