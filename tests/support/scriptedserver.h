// A raw TCP (or TLS) server on loopback that plays what a test tells it, and remembers every byte it was sent.
#pragma once

#include <QByteArray>
#include <QHostAddress>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace tollgate::test {

class ScriptedServer;

// One accepted connection. The object lives as long as the server, also after the connection has ended.
class Peer
{
public:
    Peer(ScriptedServer &server, QTcpSocket *socket, int number);

    void send(const QByteArray &bytes); // at once, in one packet when it fits
    void close();                       // FIN after what was sent
    void reset();                       // RST
    void take(qsizetype bytes);         // these were no part of an HTTP request (see ScriptedServer::onBytes)
    QByteArray untaken() const;
    void stopReading();                 // lets the client's upload run into the kernel's buffers
    bool isOpen() const;
    qint64 unsent() const; // bytes that the kernel has not taken yet

    const int number;    // 0 is the first connection
    int requests = 0;    // whole requests so far
    QByteArray received; // every byte, in order
    bool ended = false;  // the client closed or reset it

private:
    friend class ScriptedServer;
    void read();
    qsizetype wholeRequest() const;

    ScriptedServer &m_server;
    std::unique_ptr<QTcpSocket, void (*)(QTcpSocket *)> m_socket;
    qsizetype m_taken = 0; // bytes of `received` that belong to whole requests
};

class ScriptedServer : private QTcpServer
{
public:
    using OnRequest = std::function<void(Peer &peer, const QByteArray &request)>;

    // Calls `onRequest` for every whole request (head and Content-Length bytes of body).
    explicit ScriptedServer(OnRequest onRequest = {}, std::optional<QSslConfiguration> tls = std::nullopt);
    ~ScriptedServer() override;

    quint16 port() const { return serverPort(); }
    // POSTs that arrived, whole or not, over all connections.
    int posts() const;
    int connections() const { return int(m_peers.size()); }
    int openPeers() const;
    Peer &peer(int number) { return *m_peers.at(size_t(number)); }
    bool anyByteContains(const QByteArray &needle) const;

    std::function<void(Peer &)> onConnect;
    std::function<void(Peer &)> onBytes; // before requests are looked for

    // "HTTP/1.1 200 OK" with Content-Length.
    static QByteArray ok(const QByteArray &body = "{}", const QByteArray &moreHeaders = {});

private:
    friend class Peer;
    void incomingConnection(qintptr descriptor) override;

    OnRequest m_onRequest;
    std::optional<QSslConfiguration> m_tls;
    std::vector<std::unique_ptr<Peer>> m_peers;
};

} // namespace tollgate::test
