// Decodes one answer of the OpenAI wire, streamed (SSE) or whole (one JSON document), in any dialect. It goes by what came, not by
// what was asked for. Never does I/O; holds at most one event, or a document of 32 MiB.
#pragma once

#include "core/base/json.h"
#include "core/net/sse.h"
#include "core/providers/catalog.h"
#include "core/providers/provider.h"

#include <array>
#include <vector>

namespace tollgate {

class OpenAiDecoder final : public ReplyDecoder
{
public:
    OpenAiDecoder(Dialect dialect, bool streamed, int status, QByteArrayView contentType, const QString &requestId);

    bool feed(QByteArrayView bytes, DecoderSink &sink) override;
    DecodeEnd finish(bool httpComplete, DecoderSink &sink) override;
    const Completion &completion() const override { return m_completion; }
    bool sawEnd() const override { return m_done; }
    bool sawEvent() const override { return m_sawEvent; }

private:
    enum class Form : quint8 { Undecided, Events, Document, Foreign };
    // A tool call as the provider numbers it; ours are dense, in order of appearance.
    struct Call {
        qint64 index = -1; // -1: the provider gave none
        QString id;
        bool named = false;
    };
    struct Message; // members of a delta or message, found in one pass

    bool hold(QByteArrayView bytes);
    bool feedForm(QByteArrayView bytes, DecoderSink &sink);
    Form formOf(char first) const;
    bool feedEvents(QByteArrayView bytes, DecoderSink &sink);
    bool feedDocument(QByteArrayView bytes);
    bool feedForeign(QByteArrayView bytes);

    bool takeEvent(const SseEvent &event, DecoderSink &sink);
    void takeLateUsage(QByteArrayView data);
    void takeRoot(JsonValue root, DecoderSink &sink);
    void takeGroq(JsonValue groq);
    void takeChoice(JsonValue choice, DecoderSink &sink);
    void takeMessage(JsonValue message, DecoderSink &sink);
    void takeContent(JsonValue content, DecoderSink &sink);
    void takePart(JsonValue part, DecoderSink &sink);
    void takeToolCall(JsonValue call, DecoderSink &sink);
    qsizetype callFor(JsonValue call, const QString &id, bool named);
    void takeFinishReason(JsonValue reason);
    void emitText(Delta::Kind kind, JsonValue text, DecoderSink &sink);

    void endDocument(DecoderSink &sink);
    DecodeEnd endOf(bool httpComplete);
    DecodeEnd endByReason();
    void fail(Failure failure);
    void failProtocol(const QString &message);

    const Dialect m_dialect;
    const int m_status;
    const Form m_declared;  // by content type; Undecided: the header is missing
    const bool m_streamed;  // as asked
    const QByteArray m_contentType;
    Form m_form = Form::Undecided;
    // Small pieces wait here for their line end, because nothing can come of them before it: a server that sends byte by byte
    // must not cost a parser's round for each.
    std::array<char, 4096> m_held;
    size_t m_heldSize = 0;
    bool m_mayHold = false; // a stream that goes on
    SseParser m_events;
    JsonDocument m_json;
    QByteArray m_body; // Document: all of it; Foreign: its beginning
    std::vector<Call> m_calls;
    Completion m_completion;
    Failure m_failure;
    bool m_failed = false;
    bool m_done = false; // [DONE], or a whole document
    bool m_sawEvent = false;
    bool m_sawChoice = false;
    bool m_flushing = false; // at the HTTP end: only an end marker that lacks its blank line is still taken
};

} // namespace tollgate
