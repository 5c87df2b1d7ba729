// A plain socket as a client, for tests that care about exact bytes.
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QCoreApplication>
#include <QHostAddress>
#include <QTcpSocket>
#include <QTimer>

namespace tollgate::test {

// Turns the event loop until `done`, without the naps of QTRY_*: for tests that ask hundreds of times.
template <class Done>
bool turnUntil(const Done &done, int timeoutMs = 5000)
{
    QTimer guard;
    guard.setSingleShot(true);
    guard.start(timeoutMs);
    while (!done() && guard.isActive())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return done();
}

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

} // namespace tollgate::test
