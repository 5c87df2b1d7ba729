// An HttpServer with a fake clock and a plain socket as its client, for tests that care about exact bytes.
#pragma once

#include "core/net/httpserver.h"
#include "tests/support/fakeclock.h"
#include "tests/support/rawclient.h"

#include <QTest>

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace tollgate::test {

// Answers every request at once with its method, path and body, or keeps the responder when `hold` is set.
class ServerFixture
{
public:
    explicit ServerFixture(const ServerLimits &limits = {})
        : server(std::make_unique<HttpServer>(
            clock,
            [this](ServerRequest request, std::unique_ptr<Responder> responder) {
                requests.push_back(request);
                if (hold) {
                    held.push_back(std::move(responder));
                    return;
                }
                responder->send(200, {{"Content-Type", "text/plain"}}, request.method + ' ' + request.path + ' ' + request.body);
            },
            limits))
    {
        if (const auto error = server->listen(QHostAddress::LocalHost, 0))
            qFatal("listen: %s", qPrintable(*error));
    }

    QByteArray host() const { return "Host: 127.0.0.1:" + QByteArray::number(server->port()) + "\r\n"; }
    QByteArray get(QByteArrayView path = "/") const { return "GET " + path.toByteArray() + " HTTP/1.1\r\n" + host() + "\r\n"; }
    QByteArray post(QByteArrayView body) const
    {
        return "POST /p HTTP/1.1\r\n" + host() + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n"
            + body.toByteArray();
    }

    FakeClock clock;
    bool hold = false;
    std::vector<ServerRequest> requests;
    std::deque<std::unique_ptr<Responder>> held;
    std::unique_ptr<HttpServer> server;
};

} // namespace tollgate::test
