// An HttpServer with a fake clock and a plain socket as its client, for tests that care about exact bytes.
#pragma once

#include "core/net/httpserver.h"
#include "tests/support/fakeclock.h"

#include <QTcpSocket>
#include <QTest>

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace tollgate::test {

// Reads and writes raw bytes; everything received so far stays in `received`.
class RawClient
{
public:
    explicit RawClient(quint16 port)
    {
        m_socket.connectToHost(QHostAddress::LocalHost, port);
        if (!m_socket.waitForConnected(5000))
            qFatal("connect: %s", qPrintable(m_socket.errorString()));
    }

    void send(QByteArrayView bytes)
    {
        m_socket.write(bytes.data(), bytes.size());
        m_socket.flush();
    }
    const QByteArray &received()
    {
        m_received += m_socket.readAll();
        return m_received;
    }
    void forget() { m_received.clear(); }
    bool closed() { return m_socket.state() == QAbstractSocket::UnconnectedState; }
    int status() { return received().startsWith("HTTP/1.1 ") ? m_received.mid(9, 3).toInt() : 0; }
    QTcpSocket &socket() { return m_socket; }

private:
    QTcpSocket m_socket;
    QByteArray m_received;
};

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
