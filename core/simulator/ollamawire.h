// Ollama's own wire, as the simulator speaks it: one JSON object per line, a tool call whole, counts in the last line.
#pragma once

#include "core/simulator/simulatorwire.h"

namespace tollgate {

class OllamaWire final : public SimulatorWire
{
public:
    Route route(const ServerRequest &request) const override;
    std::optional<WireError> readCall(const ServerRequest &request, JsonValue body, ChatCall &call) const override;
    Headers headers(qint64 number, int processingMs) const override;
    QByteArray errorBody(const WireError &error) const override;
    std::optional<QByteArray> models(const ServerRequest &request) const override;
    QByteArray whole(const ChatAnswer &answer) const override;
    const char *streamType() const override { return "application/x-ndjson"; }
    void appendHead(QByteArray &out, const ChatAnswer &answer) const override;
    void appendTokens(QByteArray &out, const ChatAnswer &answer, const TokenSpan &span) const override;
    qsizetype endEvents(const ChatAnswer &) const override { return 1; }
    void appendEnd(QByteArray &out, const ChatAnswer &answer, qsizetype index) const override;
    void appendStreamError(QByteArray &out, QByteArrayView body) const override;
};

} // namespace tollgate
