// Decodes one answer of the Gemini wire. A stream has no end marker: it is whole when HTTP ends properly after a finish reason.
#pragma once

#include "core/providers/jsonreply.h"

namespace tollgate {

class GeminiDecoder final : public JsonReply
{
public:
    explicit GeminiDecoder(const Head &head);

private:
    void takeEvent(QByteArrayView type, JsonValue root, DecoderSink &sink) override;
    void takeDocument(JsonValue root, DecoderSink &sink) override;
    bool takesUnfinished(JsonValue) const override { return true; }
    bool endsWithHttp() const override { return m_completion.finishReason != FinishReason::None; }
    DecodeEnd endByReason() override;

    void takeRoot(JsonValue root, DecoderSink &sink);
    void takeBlock(JsonValue feedback);
    void takeCandidate(JsonValue candidate, DecoderSink &sink);
    void takePart(JsonValue part, DecoderSink &sink);
    void takeCall(JsonValue call, DecoderSink &sink);
    void keepPart(JsonValue part, bool isText);
    void keepText();
    void closeOpaque();

    // The parts of the answer as JSON, those without a signature joined: signed ones go back in the next turn as they came.
    QByteArray m_parts;
    qsizetype m_keptText = 0; // characters of the completion's text that m_parts holds
    bool m_signed = false;
    bool m_sawCandidate = false;
    QString m_finishMessage;
};

} // namespace tollgate
