#include "core/providers/jsonreply.h"

#include "core/providers/wiretext.h"

#include <QCoreApplication>

#include <algorithm>

namespace tollgate {

namespace {

constexpr qsizetype maxDocument = 32 * 1024 * 1024; // reliability.md section 2.1
constexpr QByteArrayView whiteSpace = " \t\r\n";

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

bool isLineEnd(char c)
{
    return c == '\n' || c == '\r';
}

} // namespace

JsonReply::JsonReply(const Head &head, qsizetype maxLine, qsizetype maxEvent, Framing framing)
    : m_head(head), m_framing(framing), m_declared(declaredForm(head, framing)), m_events(maxLine, maxEvent), m_lines(maxLine)
{
    m_completion.requestId = head.requestId;
}

JsonReply::Form JsonReply::declaredForm(const Head &head, Framing framing)
{
    const QByteArray type = head.contentType.split(';').front().trimmed().toLower();
    if (head.status != 200) // 202, 204 and 206 carry no answer
        return Form::Foreign;
    if (type.isEmpty())
        return Form::Undecided;
    if (framing == Framing::Lines ? type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl"
                                  : type == "text/event-stream")
        return Form::Events;
    return type == "application/json" || type.endsWith("+json") ? Form::Document : Form::Foreign;
}

QString JsonReply::label(JsonValue text)
{
    return plainExcerpt(text.utf8()).left(256);
}

bool JsonReply::feed(QByteArrayView bytes, DecoderSink &sink)
{
    if (m_mayHold && bytes.size() == 1 && m_heldSize < m_held.size() && !isLineEnd(bytes.front())) {
        m_held[m_heldSize++] = bytes.front();
        return true;
    }
    return (m_mayHold && hold(bytes)) || feedForm(bytes, sink);
}

// True when the bytes end no event and found room.
bool JsonReply::hold(QByteArrayView bytes)
{
    if (bytes.size() > 64 || m_heldSize + size_t(bytes.size()) > m_held.size())
        return false;
    size_t end = m_heldSize;
    for (const char c : bytes) {
        if (isLineEnd(c)) {
            const char last = end > 0 ? m_held[end - 1] : '\n';
            const bool blank = last == '\n' || (last == '\r' && c == '\r');
            if (blank || m_framing == Framing::Lines)
                return false;
        }
        m_held[end++] = c;
    }
    m_heldSize = end;
    return true;
}

bool JsonReply::feedForm(QByteArrayView bytes, DecoderSink &sink)
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

JsonReply::Form JsonReply::formOf(char first) const
{
    if (m_declared == Form::Foreign || m_declared == Form::Document)
        return m_declared;
    if (m_framing == Framing::Lines) {
        if (first != '{')
            return Form::Foreign;
        return m_declared == Form::Events || m_head.streamed ? Form::Events : Form::Document;
    }
    // Errors come as bare JSON or HTML under the header of a stream; no line of a stream starts so.
    if (first == '{' || first == '[')
        return Form::Document;
    if (first == '<')
        return Form::Foreign;
    const bool looksStreamed = first == 'd' || first == 'e' || first == ':';
    return m_declared == Form::Events || m_head.streamed || looksStreamed ? Form::Events : Form::Document;
}

bool JsonReply::feedEvents(QByteArrayView bytes, DecoderSink &sink)
{
    bool ok = true;
    if (m_heldSize > 0) {
        const size_t joined = std::min(size_t(bytes.size()), m_held.size() - m_heldSize);
        std::copy_n(bytes.begin(), joined, m_held.begin() + m_heldSize);
        bytes = bytes.sliced(qsizetype(joined));
        const QByteArrayView held(m_held.data(), qsizetype(m_heldSize + joined));
        m_heldSize = 0;
        ok = split(held, sink);
    }
    ok = ok && !m_failed && (bytes.isEmpty() || split(bytes, sink));
    if (!ok && !m_failed && !m_ended)
        failProtocol(tr("A line or event of the answer is longer than Tollgate accepts."));
    m_mayHold = ok && !m_failed && !m_ended;
    return m_mayHold;
}

bool JsonReply::split(QByteArrayView bytes, DecoderSink &sink)
{
    if (m_framing == Framing::Lines)
        return m_lines.feed(bytes, [this, &sink](QByteArrayView line) { return dispatch({{}, line}, sink); });
    return m_events.feed(bytes, [this, &sink](const SseEvent &event) { return dispatch(event, sink); });
}

bool JsonReply::hasUnfinished() const
{
    return m_heldSize > 0 || (m_framing == Framing::Lines ? !m_lines.unfinished().isEmpty() : m_events.hasPartial());
}

bool JsonReply::feedDocument(QByteArrayView bytes)
{
    if (m_body.size() + bytes.size() > maxDocument) {
        m_body.clear();
        failProtocol(tr("The answer is larger than 32 MiB."));
        return false;
    }
    m_body.append(bytes);
    return true;
}

bool JsonReply::feedForeign(QByteArrayView bytes)
{
    m_body.append(bytes.first(qMin(bytes.size(), failureTextBytes + 4 - m_body.size())));
    return m_body.size() < failureTextBytes + 4;
}

bool JsonReply::dispatch(const SseEvent &event, DecoderSink &sink)
{
    const QByteArrayView data = event.data.trimmed();
    if (data.isEmpty())
        return true;
    if (isEndMark(data)) {
        m_ended = true;
        m_sawEvent = true;
        return true;
    }
    if (m_flushing) {
        dispatchUnfinished(event.type, data, sink);
        return true;
    }
    const Result<JsonValue> root = m_json.parse(data);
    const bool isObject = root.ok() && root->isObject();
    if (m_ended) {
        if (isObject)
            takeLateEvent(*root);
        return true;
    }
    if (!isObject) {
        failProtocol(tr("An event of the answer is not a JSON object:") + u'\n' + plainExcerpt(data));
        return false;
    }
    if (hasDuplicateKeys(*root)) { // two readers would take it differently
        failProtocol(tr("An event of the answer holds a member twice:") + u'\n' + plainExcerpt(data));
        return false;
    }
    m_sawEvent = true;
    takeEvent(event.type, *root, sink);
    return !m_failed;
}

// The stream is over inside an event: half a document is a cut and no fault of its own.
void JsonReply::dispatchUnfinished(QByteArrayView type, QByteArrayView data, DecoderSink &sink)
{
    const Result<JsonValue> root = m_json.parse(data);
    if (m_ended || !root.ok() || !root->isObject() || hasDuplicateKeys(*root) || !takesUnfinished(*root))
        return;
    m_sawEvent = true;
    takeEvent(type, *root, sink);
}

void JsonReply::emitDelta(const Delta &delta, DecoderSink &sink)
{
    m_completion.append(delta);
    sink.deltaDecoded(delta);
}

void JsonReply::emitText(Delta::Kind kind, JsonValue text, DecoderSink &sink)
{
    if (text.utf8().isEmpty())
        return;
    Delta delta;
    delta.kind = kind;
    delta.text = text.string();
    emitDelta(delta, sink);
}

DecodeEnd JsonReply::finish(bool httpComplete, DecoderSink &sink)
{
    if (!m_failed && m_form == Form::Events && !m_ended && httpComplete && hasUnfinished()) {
        m_flushing = true;
        feedEvents("\n\n", sink);
    } else if (!m_failed && m_form == Form::Document && httpComplete) {
        endDocument(sink);
    }
    if (!m_failed && m_form == Form::Events && httpComplete && endsWithHttp())
        m_ended = true;
    DecodeEnd end = endOf(httpComplete);
    if (end.kind != DecodeEnd::Kind::Complete && end.failure.phase == Phase::Route)
        end.failure.phase = Phase::Stream;
    m_completion.complete = end.kind == DecodeEnd::Kind::Complete;
    return end;
}

void JsonReply::endDocument(DecoderSink &sink)
{
    const Result<JsonValue> root = m_json.parse(m_body);
    if (!root.ok() || !(root->isObject() || root->isArray())) {
        failProtocol(tr("The answer is not valid JSON:") + u'\n' + excerptOfDocument());
        return;
    }
    m_sawEvent = true;
    if (hasDuplicateKeys(*root)) {
        failProtocol(tr("The answer holds a member twice:") + u'\n' + excerptOfDocument());
        return;
    }
    takeDocument(*root, sink);
    m_ended = !m_failed;
    m_body.clear();
}

DecodeEnd JsonReply::endOf(bool httpComplete)
{
    if (m_form == Form::Foreign || m_head.status != 200 || (m_form == Form::Undecided && httpComplete)) {
        const QString excerpt = excerptOfDocument();
        const QByteArray &type = m_head.contentType;
        const QString what = m_head.status != 200
            ? tr("The answer has the status %1, which this provider does not use.").arg(m_head.status)
            : excerpt.isEmpty() ? tr("The answer is empty.")
                                : (m_framing == Framing::Lines ? tr("The answer is neither JSON nor lines of JSON (%1):")
                                                             : tr("The answer is neither JSON nor an event stream (%1):"))
                                      .arg(type.isEmpty() ? tr("no content type") : plainExcerpt(type).left(100));
        failProtocol(excerpt.isEmpty() ? what : what + u'\n' + excerpt);
    }
    if (m_failed)
        return {DecodeEnd::Kind::Failed, m_failure};
    if (m_ended)
        return endByReason();
    // Without any content nothing is known of what the provider did; with content, or a proper HTTP end, the answer is partial.
    const bool nothing = !httpComplete && !sawContent();
    Failure failure = providerFailure(nothing ? FailureKind::Ambiguous : FailureKind::Incomplete,
                                      nothing ? tr("The connection ended before an answer came.")
                                              : tr("The answer ended without its end marker."));
    failure.phase = m_sawEvent ? Phase::Stream : Phase::FirstByte;
    return {DecodeEnd::Kind::Incomplete, failure};
}

DecodeEnd JsonReply::endByReason()
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
        Failure failure = providerFailure(FailureKind::ServerError, tr("The provider ended the answer with an error."));
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
    return {DecodeEnd::Kind::Complete, {}};
}

QString JsonReply::excerptOfDocument() const
{
    return plainExcerpt(m_body);
}

void JsonReply::fail(Failure failure)
{
    if (m_failed)
        return;
    m_failed = true;
    m_failure = std::move(failure);
}

void JsonReply::failProtocol(const QString &message)
{
    fail(providerFailure(FailureKind::Protocol, plainText(message), m_head.status));
}

} // namespace tollgate
