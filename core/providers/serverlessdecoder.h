// Decodes one answer of a serverless endpoint: a small JSON document, whatever its Content-Type says. Never does I/O.
#pragma once

#include "core/base/json.h"
#include "core/providers/provider.h"

namespace tollgate {

// Usage: "tokens" is one total of prompt and answer. It is split by what the answer's text counts to, with Usage::estimated set: the
// parts are estimates, their sum is what the endpoint reported. An answer from the endpoint's own cache ("cached": true) used none.
// Without either the usage is not present. What was said is kept in Completion::rawUsage.
class ServerlessDecoder final : public ReplyDecoder
{
public:
    // 200 carries an answer; 202 says that one will come later (an empty body is enough for that). `announced`: the body's length, as
    // far as it is known; 0: not.
    ServerlessDecoder(int status, qint64 announced, const QString &requestId);

    bool feed(QByteArrayView bytes, DecoderSink &sink) override;
    DecodeEnd finish(bool httpComplete, DecoderSink &sink) override;
    const Completion &completion() const override { return m_completion; }
    bool sawEnd() const override { return m_completion.complete; }
    bool sawEvent() const override { return m_sawDocument; }

private:
    DecodeEnd endOf(bool httpComplete, DecoderSink &sink);
    DecodeEnd takeDocument(JsonValue root, DecoderSink &sink);
    DecodeEnd queued(JsonValue root);
    void takeUsage(JsonValue root);
    DecodeEnd protocol(const QString &message) const;

    const int m_status;
    QByteArray m_body;
    bool m_tooLarge = false;
    bool m_sawDocument = false;
    Completion m_completion;
};

} // namespace tollgate
