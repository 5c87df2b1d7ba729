// The article's serverless endpoint, as the simulator plays it: /invoke answers at once, and a prompt it has answered before from a
// cache of its own; /invoke-async, and any request with a callback_url, is only accepted (202). Nothing is called back.
#pragma once

#include "core/simulator/simulatorwire.h"

namespace tollgate {

class ServerlessWire final : public SimulatorWire
{
public:
    Route route(const ServerRequest &request) const override;
    QByteArray key(const Headers &headers) const override;
    std::optional<WireError> readCall(const ServerRequest &request, JsonValue body, ChatCall &call) const override;
    Headers headers(qint64 number, int processingMs) const override;
    QByteArray errorBody(const WireError &error) const override;
    std::optional<QByteArray> models(const ServerRequest &) const override { return std::nullopt; }
    QByteArray whole(const ChatAnswer &answer) const override;
    int statusOfWhole(const ChatAnswer &answer) const override { return answer.later ? 202 : 200; }
    // It never streams: no call asks for it.
    void appendHead(QByteArray &, const ChatAnswer &) const override {}
    void appendTokens(QByteArray &, const ChatAnswer &, const TokenSpan &) const override {}
    qsizetype endEvents(const ChatAnswer &) const override { return 0; }
    void appendEnd(QByteArray &, const ChatAnswer &, qsizetype) const override {}
    void appendStreamError(QByteArray &, QByteArrayView) const override {}
};

} // namespace tollgate
