// Keeps everything an exchange says and checks the order of it; the hooks let a test act from inside a callback.
#pragma once

#include "core/net/exchange.h"

#include <functional>
#include <memory>
#include <optional>

namespace tollgate::test {

class ExchangeRecorder final : public ExchangeListener
{
public:
    void requestSent() override
    {
        orderIsRight = orderIsRight && ++sent == 1 && status == 0 && !ended();
    }
    void responseStarted(int code, const Headers &list) override
    {
        orderIsRight = orderIsRight && status == 0 && !ended();
        status = code;
        headers = list;
        if (onHead)
            onHead();
    }
    void bodyReceived(QByteArrayView bytes) override
    {
        orderIsRight = orderIsRight && status != 0 && !ended() && !bytes.isEmpty();
        bodyBytes += bytes.size();
        if (keepBody)
            body.append(bytes);
        if (onBody)
            onBody();
    }
    void responseComplete(bool byClose) override
    {
        orderIsRight = orderIsRight && status != 0 && !ended();
        complete = true;
        closeDelimited = byClose;
        if (onEnd)
            onEnd();
    }
    void exchangeFailed(const Failure &why) override
    {
        orderIsRight = orderIsRight && !ended();
        failure = why;
        if (onEnd)
            onEnd();
    }
    bool ended() const { return complete || failure; }

    std::function<void()> onHead, onBody, onEnd;
    int sent = 0; // times that requestSent() was told
    int status = 0;
    Headers headers;
    QByteArray body;
    qint64 bodyBytes = 0;
    bool keepBody = true;
    bool complete = false;
    bool closeDelimited = false;
    bool orderIsRight = true;
    std::optional<Failure> failure;
};

inline HttpRequest postTo(quint16 port, const QByteArray &body = "{\"q\":1}")
{
    HttpRequest request;
    request.endpoint = {false, QStringLiteral("127.0.0.1"), port, {}, {}};
    request.target = "/v1/chat/completions";
    request.headers = {{"Content-Type", "application/json"}};
    request.secretHeader = "Authorization";
    request.secretPrefix = "Bearer ";
    request.secret = SecretBytes("sk-canary-0123456789");
    request.body = body;
    return request;
}

} // namespace tollgate::test
