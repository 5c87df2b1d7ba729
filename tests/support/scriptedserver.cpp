#include "tests/support/scriptedserver.h"

#include <QSslSocket>

#include <sys/socket.h>

namespace tollgate::test {

namespace {

void deleteLater(QTcpSocket *socket)
{
    socket->disconnect();
    socket->abort();
    socket->deleteLater();
}

} // namespace

Peer::Peer(ScriptedServer &server, QTcpSocket *socket, int n) : number(n), m_server(server), m_socket(socket, &deleteLater)
{
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    QObject::connect(socket, &QTcpSocket::readyRead, socket, [this] { read(); });
    QObject::connect(socket, &QTcpSocket::disconnected, socket, [this] { ended = true; });
}

void Peer::send(const QByteArray &bytes)
{
    if (!isOpen())
        return;
    m_socket->write(bytes);
    m_socket->flush();
}

void Peer::close()
{
    m_socket->disconnectFromHost();
}

void Peer::reset()
{
    const linger none{1, 0};
    ::setsockopt(int(m_socket->socketDescriptor()), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    m_socket->abort();
}

void Peer::take(qsizetype bytes)
{
    m_taken += bytes;
}

QByteArray Peer::untaken() const
{
    return received.mid(m_taken);
}

void Peer::stopReading()
{
    m_socket->setReadBufferSize(1);
}

bool Peer::isOpen() const
{
    return m_socket->state() == QAbstractSocket::ConnectedState;
}

qint64 Peer::unsent() const
{
    return m_socket->bytesToWrite();
}

void Peer::read()
{
    received += m_socket->readAll();
    if (m_server.onBytes)
        m_server.onBytes(*this);
    for (qsizetype size = wholeRequest(); size > 0; size = wholeRequest()) {
        const QByteArray request = received.mid(m_taken, size);
        m_taken += size;
        ++requests;
        if (m_server.m_onRequest)
            m_server.m_onRequest(*this, request);
    }
}

qsizetype Peer::wholeRequest() const
{
    const qsizetype end = received.indexOf("\r\n\r\n", m_taken);
    if (end < 0)
        return 0;
    const QByteArray head = received.mid(m_taken, end - m_taken).toLower();
    const qsizetype at = head.indexOf("\r\ncontent-length:");
    const qsizetype lineEnd = head.indexOf("\r\n", at + 2);
    const qsizetype length = at < 0 ? 0 : head.mid(at + 17, lineEnd < 0 ? -1 : lineEnd - at - 17).trimmed().toLongLong();
    const qsizetype size = head.size() + 4 + length;
    return received.size() - m_taken >= size ? size : 0;
}

ScriptedServer::ScriptedServer(OnRequest onRequest, std::optional<QSslConfiguration> tls)
    : m_onRequest(std::move(onRequest)), m_tls(std::move(tls))
{
    setMaxPendingConnections(500);
    if (!listen(QHostAddress::LocalHost))
        qFatal("no port on loopback");
}

ScriptedServer::~ScriptedServer() = default;

int ScriptedServer::posts() const
{
    qsizetype count = 0;
    for (const auto &peer : m_peers)
        count += peer->received.count("POST /");
    return int(count);
}

int ScriptedServer::openPeers() const
{
    int count = 0;
    for (const auto &peer : m_peers)
        count += peer->isOpen() ? 1 : 0;
    return count;
}

bool ScriptedServer::anyByteContains(const QByteArray &needle) const
{
    for (const auto &peer : m_peers) {
        if (peer->received.contains(needle))
            return true;
    }
    return false;
}

void ScriptedServer::incomingConnection(qintptr descriptor)
{
    QTcpSocket *socket = nullptr;
    if (m_tls) {
        auto *const ssl = new QSslSocket;
        ssl->setSocketDescriptor(descriptor);
        ssl->setSslConfiguration(*m_tls);
        ssl->startServerEncryption();
        socket = ssl;
    } else {
        socket = new QTcpSocket;
        socket->setSocketDescriptor(descriptor);
    }
    m_peers.push_back(std::make_unique<Peer>(*this, socket, int(m_peers.size())));
    if (onConnect)
        onConnect(*m_peers.back());
}

QByteArray ScriptedServer::ok(const QByteArray &body, const QByteArray &moreHeaders)
{
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + moreHeaders
           + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

} // namespace tollgate::test
