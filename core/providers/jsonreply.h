// What the decoders of all JSON wires share: telling a stream (SSE, or one object per line) from a document by what came, holding
// small pieces, caps, and the failures of answers that are neither. A wire says what its events mean and how its answers end.
// Never does I/O; holds at most one event, or a document of 32 MiB.
#pragma once

#include "core/base/json.h"
#include "core/net/ndjson.h"
#include "core/net/sse.h"
#include "core/providers/provider.h"

#include <array>

namespace tollgate {

class JsonReply : public ReplyDecoder
{
public:
    // What is known before the body.
    struct Head {
        bool streamed = false; // as asked
        int status = 200;      // only 200 carries an answer
        QByteArray contentType;
        QString requestId;
    };

    // How a stream of this wire is made up. An event of Lines is a line; it has no type.
    enum class Framing : quint8 { ServerSentEvents, Lines };

    bool feed(QByteArrayView bytes, DecoderSink &sink) final;
    DecodeEnd finish(bool httpComplete, DecoderSink &sink) final;
    const Completion &completion() const final { return m_completion; }
    bool sawEnd() const final { return m_ended; }
    bool sawEvent() const final { return m_sawEvent; }

protected:
    // Caps of a stream in bytes, those of reliability.md section 2.1 unless a wire has reason for others.
    explicit JsonReply(const Head &head, qsizetype maxLine = 1 << 20, qsizetype maxEvent = 4 << 20,
                       Framing framing = Framing::ServerSentEvents);

    // An event of a stream that has not ended; root is an object.
    virtual void takeEvent(QByteArrayView type, JsonValue root, DecoderSink &sink) = 0;
    // The whole answer; root is an object or an array. It ends the answer, unless it fails it.
    virtual void takeDocument(JsonValue root, DecoderSink &sink) = 0;
    // Event data that is no JSON and ends the stream.
    virtual bool isEndMark(QByteArrayView) const { return false; }
    // An object after the end: only a usage may be taken from it.
    virtual void takeLateEvent(JsonValue) {}
    // Whether an event that lacks its blank line, or a line that lacks its end, is taken at a proper HTTP end, because some servers end so.
    virtual bool takesUnfinished(JsonValue) const { return false; }
    // Whether a proper HTTP end is the end of the stream, for wires that have no marker.
    virtual bool endsWithHttp() const { return false; }
    // The end came: what the finish reason makes of the answer.
    virtual DecodeEnd endByReason();

    void emitDelta(const Delta &delta, DecoderSink &sink);
    void emitText(Delta::Kind kind, JsonValue text, DecoderSink &sink); // empty and absent text says nothing
    void endStream() { m_ended = true; }
    void fail(Failure failure); // the first failure stays
    void failProtocol(const QString &message);
    bool failed() const { return m_failed; }
    bool isStream() const { return m_form == Form::Events; }
    QString excerptOfDocument() const; // its beginning, safe to show

    // Ids and names of a provider go into tables and exports, so they are plain and short.
    static QString label(JsonValue text);

    Completion m_completion;

private:
    enum class Form : quint8 { Undecided, Events, Document, Foreign };

    static Form declaredForm(const Head &head, Framing framing);
    bool hold(QByteArrayView bytes);
    bool feedForm(QByteArrayView bytes, DecoderSink &sink);
    Form formOf(char first) const;
    bool feedEvents(QByteArrayView bytes, DecoderSink &sink);
    bool split(QByteArrayView bytes, DecoderSink &sink);
    bool hasUnfinished() const;
    bool feedDocument(QByteArrayView bytes);
    bool feedForeign(QByteArrayView bytes);
    bool dispatch(const SseEvent &event, DecoderSink &sink);
    void dispatchUnfinished(QByteArrayView type, QByteArrayView data, DecoderSink &sink);
    void endDocument(DecoderSink &sink);
    DecodeEnd endOf(bool httpComplete);

    const Head m_head;
    const Framing m_framing;
    const Form m_declared; // by content type; Undecided: the header is missing
    Form m_form = Form::Undecided;
    // Small pieces wait here for the blank line or line end of their event, because nothing can come of them before it: a server
    // that sends byte by byte must not cost a parser's round for each.
    std::array<char, 4096> m_held;
    size_t m_heldSize = 0;
    bool m_mayHold = false; // a stream that goes on
    SseParser m_events;
    NdjsonSplitter m_lines;
    JsonDocument m_json;
    QByteArray m_body; // Document: all of it; Foreign: its beginning
    Failure m_failure;
    bool m_failed = false;
    bool m_ended = false; // end marker, or a whole document
    bool m_sawEvent = false;
    bool m_flushing = false; // at the HTTP end: what lacks its blank line or line end is looked at
};

} // namespace tollgate
