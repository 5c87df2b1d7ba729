// Decodes one answer of Ollama's wire, streamed (one JSON object per line) or whole (one document).
#pragma once

#include "core/providers/jsonreply.h"

namespace tollgate {

// Usage: Ollama counts prompt and answer, thinking included, and splits neither. It leaves a count out when it is 0 and, depending on
// its version, when the prompt was in its cache: a count that is missing and cannot be 0 stays 0 here with Usage::estimated set, and
// is estimated when the request is settled. Counts and durations are kept as sent in Completion::rawUsage.
class OllamaDecoder final : public JsonReply
{
public:
    explicit OllamaDecoder(const Head &head);

private:
    void takeEvent(QByteArrayView type, JsonValue root, DecoderSink &sink) override;
    void takeDocument(JsonValue root, DecoderSink &sink) override;
    bool takesUnfinished(JsonValue) const override { return true; } // a last line is whole as soon as it is JSON

    void takeRoot(JsonValue root, DecoderSink &sink);
    void takeMessage(JsonValue message, DecoderSink &sink);
    void takeToolCall(JsonValue call, DecoderSink &sink);
    void takeEnd(JsonValue root, JsonValue reason);
    void takeCounts(JsonValue root);
};

} // namespace tollgate
