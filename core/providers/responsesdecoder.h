// Decodes one answer of the OpenAI Responses wire.
#pragma once

#include "core/providers/catalog.h"
#include "core/providers/jsonreply.h"

#include <vector>

namespace tollgate {

class ResponsesDecoder final : public JsonReply
{
public:
    ResponsesDecoder(Dialect dialect, const Head &head);

private:
    // A function call by its place in the output; ours are dense, in order of appearance.
    struct Call {
        qint64 outputIndex = -1;
        bool hasArguments = false;
    };

    void takeEvent(QByteArrayView type, JsonValue root, DecoderSink &sink) override;
    void takeDocument(JsonValue root, DecoderSink &sink) override;
    bool takesUnfinished(JsonValue root) const override;

    void takeRareEvent(QByteArrayView type, JsonValue root, DecoderSink &sink);
    void takeReasoningDelta(JsonValue root, JsonValue part, DecoderSink &sink);
    void takeResponse(JsonValue response);
    void takeTerminal(JsonValue response, DecoderSink &sink);
    void takeStatus(JsonValue response);
    void takeOutput(JsonValue output, DecoderSink &sink);
    void takeMessage(JsonValue message, bool withText, bool withRefusal, DecoderSink &sink);
    void takeReasoning(JsonValue item, qint64 index, DecoderSink &sink);
    void takeCall(JsonValue item, qint64 index, DecoderSink &sink);
    void takeArguments(qint64 index, JsonValue arguments, DecoderSink &sink);
    void keepOpaque(JsonValue output);
    qsizetype callAt(qint64 index) const; // -1: none
    void separateReasoning(qint64 item, qint64 part, DecoderSink &sink);

    const Dialect m_dialect;
    std::vector<Call> m_calls;
    qint64 m_reasoningItem = -1; // the part of the thoughts that is being told
    qint64 m_reasoningPart = -1;
};

} // namespace tollgate
