// Decodes one answer of the OpenAI wire, in any dialect.
#pragma once

#include "core/providers/catalog.h"
#include "core/providers/jsonreply.h"

#include <vector>

namespace tollgate {

class OpenAiDecoder final : public JsonReply
{
public:
    OpenAiDecoder(Dialect dialect, const Head &head);

private:
    // A tool call as the provider numbers it; ours are dense, in order of appearance.
    struct Call {
        qint64 index = -1; // -1: the provider gave none
        QString id;
        bool named = false;
    };
    struct Message; // members of a delta or message, found in one pass

    void takeEvent(QByteArrayView type, JsonValue root, DecoderSink &sink) override;
    void takeDocument(JsonValue root, DecoderSink &sink) override;
    bool isEndMark(QByteArrayView data) const override { return data == "[DONE]"; }
    void takeLateEvent(JsonValue root) override;
    DecodeEnd endByReason() override;

    void takeRoot(JsonValue root, DecoderSink &sink);
    void takeGroq(JsonValue groq);
    void takeChoice(JsonValue choice, DecoderSink &sink);
    void takeMessage(JsonValue message, DecoderSink &sink);
    void takeContent(JsonValue content, DecoderSink &sink);
    void takePart(JsonValue part, DecoderSink &sink);
    void takeToolCall(JsonValue call, DecoderSink &sink);
    qsizetype callFor(JsonValue call, const QString &id, bool named);
    void takeFinishReason(JsonValue reason);

    const Dialect m_dialect;
    std::vector<Call> m_calls;
    bool m_sawChoice = false;
};

} // namespace tollgate
