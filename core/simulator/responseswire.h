// OpenAI Responses, as the simulator speaks it. Model list, errors and headers are those of OpenAI's other wire.
#pragma once

#include "core/simulator/openaichatwire.h"

namespace tollgate {

class ResponsesWire final : public OpenAiChatWire
{
public:
    Route route(const ServerRequest &request) const override;
    std::optional<WireError> readCall(const ServerRequest &request, JsonValue body, ChatCall &call) const override;
    QByteArray whole(const ChatAnswer &answer) const override;
    void appendHead(QByteArray &out, const ChatAnswer &answer) const override;
    void appendTokens(QByteArray &out, const ChatAnswer &answer, const TokenSpan &span) const override;
    qsizetype endEvents(const ChatAnswer &answer) const override;
    void appendEnd(QByteArray &out, const ChatAnswer &answer, qsizetype index) const override;
    QByteArray endMarker() const override { return {}; } // the last event tells all there is
    void appendStreamError(QByteArray &out, QByteArrayView body) const override;
};

} // namespace tollgate
