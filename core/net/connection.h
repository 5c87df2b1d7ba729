// One socket to one endpoint: opens it (proxy, DNS, TCP, TLS), writes one request at a time and frames its response.
#pragma once

#include "core/async/clock.h"
#include "core/net/endpoint.h"
#include "core/net/httpparser.h"
#include "core/net/socketprobe.h"
#include "core/net/trouble.h"

#include <QAbstractSocket>
#include <QNetworkProxy>
#include <QObject>
#include <QSslConfiguration>

class QSslError;
class QSslSocket;
class QTcpSocket;

namespace tollgate {

class FileAuthorities;

// Receives what happens to the request it put on a connection. After messageComplete() and broken() the connection is no longer
// the user's; it may drop() the connection, or be destroyed, inside any of them.
class ConnectionUser
{
public:
    virtual ~ConnectionUser() = default;
    virtual void tcpConnected(MonoTime at) = 0;
    virtual void opened(MonoTime at) = 0;                       // TLS done as well: send() now
    virtual void wireProgress(MonoTime at, bool allSent) = 0;   // bytes of the request went to the kernel
    virtual void bytesArrived(MonoTime at) = 0;                 // before the pieces below
    virtual void headReceived(HttpParser &parser) = 0;
    virtual void bodyReceived(QByteArrayView piece) = 0;
    virtual void messageComplete(bool byClose) = 0;
    virtual void broken(const Trouble &trouble) = 0;
};

class Connection;

class ConnectionOwner
{
public:
    virtual ~ConnectionOwner() = default;
    virtual void connectionIdle(Connection &connection) = 0;
    // The connection is closed and about to be destroyed.
    virtual void connectionGone(Connection &connection) = 0;
};

// Owns the socket and its parser and nothing of the request but its bytes. It never re-sends, re-opens or keeps deadlines.
class Connection final : public QObject, private HttpParser::Handler
{
    Q_OBJECT

public:
    enum class State : quint8 { Connecting, Securing, Idle, Busy, Closed };

    Connection(const Endpoint &endpoint, Clock &clock, FileAuthorities &authorities, ConnectionOwner &owner);
    ~Connection() override;

    // Begins to connect; may report trouble at once.
    void open();
    // The next request's user; while the connection is opening, or idle. Idle: send() follows at once.
    void attach(ConnectionUser &user);
    // Writes one request; the bytes are wiped once the kernel has them.
    void send(QByteArray wire, const HttpParser::Limits &limits, qint64 readBuffer);
    void pause(bool paused);
    // Closes at once, whatever is going on; the user hears nothing more. The connection is gone afterwards.
    void drop();

    // Idle, connected, and the kernel holds neither bytes nor an end for it.
    bool isReusable() const;
    bool isResolving() const;
    bool isStarted() const { return m_started; } // open() was called
    State state() const { return m_state; }
    bool isAttached() const { return m_user; }
    const QString &proxyName() const { return m_proxyName; } // empty: none
    const Endpoint &endpoint() const { return m_endpoint; }
    MonoTime idleSince() const { return m_idleSince; } // or since when it opens
    std::optional<Milliseconds> idleHint() const { return m_idleHint; } // the server's own Keep-Alive timeout

private:
    class OnStack;

    bool headReceived() override;
    bool bodyReceived(QByteArrayView piece) override;

    void makeSocket();
    void findSystemProxy();
    void connectThrough(const QNetworkProxy &proxy);
    void secure();
    void secureWithFile();
    void startTls(const QSslConfiguration &configuration);
    void onConnected();
    void onEncrypted();
    void onSslErrors(const QList<QSslError> &errors);
    void onReadyRead();
    void onBytesWritten(qint64 bytes);
    void onEncryptedBytesWritten(qint64 bytes);
    void onErrorOccurred(QAbstractSocket::SocketError error);
    void onDisconnected();
    void becomeOpen(MonoTime at);
    void noteWritten(qint64 kernelBytes);
    void readOn(MonoTime at);
    void readAvailable(MonoTime at);
    HttpParser::Fed parse(QByteArrayView bytes, MonoTime at);
    void resume();
    void ended(QAbstractSocket::SocketError error);
    void finishStream();
    void complete(bool byClose, bool clean);
    void fail(Trouble trouble);
    void shut();
    void retire();
    Trouble openingTrouble(QAbstractSocket::SocketError error) const;

    const Endpoint m_endpoint;
    Clock &m_clock;
    FileAuthorities &m_authorities;
    ConnectionOwner &m_owner;
    QTcpSocket *m_socket = nullptr;
    QSslSocket *m_ssl = nullptr; // the same socket, or null
    HttpParser m_parser;
    ConnectionUser *m_user = nullptr;
    State m_state = State::Connecting;
    int m_depth = 0; // our frames on the stack: the object must not be destroyed under them
    bool m_retired = false;
    bool m_reading = false;
    bool m_started = false;
    bool m_paused = false;
    bool m_allSent = false;
    bool m_endPending = false; // the peer ended while we were paused or inside a callback
    bool m_ending = false;  // the socket is dead, whatever it still holds
    bool m_orderly = false; // and it was ended, not reset
    EndWitness m_end;
    qint64 m_readBuffer = 0;
    qint64 m_kernelBytes = 0;
    QByteArray m_wire;
    QString m_proxyName;
    QString m_certificateProblem;
    MonoTime m_idleSince;
    std::optional<Milliseconds> m_idleHint;
};

} // namespace tollgate
