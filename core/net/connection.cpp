#include "core/net/connection.h"

#include "core/base/secretbytes.h"
#include "core/net/certificates.h"
#include "core/net/proxysetting.h"
#include "core/net/socketprobe.h"

#include <QMetaObject>
#include <QScopedValueRollback>
#include <QSslError>
#include <QSslSocket>
#include <QTcpSocket>

#include <utility>

namespace tollgate {

// Marks our code as running. A connection dropped meanwhile is destroyed after the last frame is left, and not in an event loop that
// a callback runs above them.
class Connection::OnStack
{
public:
    explicit OnStack(Connection &connection) : m_connection(connection) { ++m_connection.m_depth; }
    ~OnStack()
    {
        if (--m_connection.m_depth == 0 && m_connection.m_retired)
            m_connection.deleteLater();
    }
    OnStack(const OnStack &) = delete;
    OnStack &operator=(const OnStack &) = delete;

private:
    Connection &m_connection;
};

Connection::Connection(const Endpoint &endpoint, Clock &clock, FileAuthorities &authorities, ConnectionOwner &owner)
    : m_endpoint(endpoint), m_clock(clock), m_authorities(authorities), m_owner(owner),
      m_parser(HttpParser::Role::Response, {}, *this), m_idleSince(clock.now())
{
    makeSocket();
}

Connection::~Connection() = default;

void Connection::makeSocket()
{
    if (m_endpoint.tls)
        m_socket = m_ssl = new QSslSocket(this);
    else
        m_socket = new QTcpSocket(this);
    connect(m_socket, &QTcpSocket::connected, this, &Connection::onConnected);
    connect(m_socket, &QTcpSocket::readyRead, this, &Connection::onReadyRead);
    connect(m_socket, &QTcpSocket::errorOccurred, this, &Connection::onErrorOccurred);
    connect(m_socket, &QTcpSocket::disconnected, this, &Connection::onDisconnected);
    if (m_ssl) {
        connect(m_ssl, &QSslSocket::encrypted, this, &Connection::onEncrypted);
        connect(m_ssl, &QSslSocket::sslErrors, this, &Connection::onSslErrors);
        connect(m_ssl, &QSslSocket::encryptedBytesWritten, this, &Connection::onEncryptedBytesWritten);
    } else {
        connect(m_socket, &QTcpSocket::bytesWritten, this, &Connection::onBytesWritten);
    }
}

void Connection::open()
{
    const OnStack guard(*this);
    m_started = true;
    if (m_ssl && !m_endpoint.caFile.isEmpty())
        SystemAuthorities::shared().loadList(); // beside the connecting
    const bool fromSystem = m_endpoint.proxy == QLatin1String("system");
    if (fromSystem && !isLoopback(m_endpoint)) {
        findSystemProxy();
        return;
    }
    const std::optional<QNetworkProxy> proxy = fromSystem ? QNetworkProxy(QNetworkProxy::NoProxy) : proxyFromSetting(m_endpoint.proxy);
    if (!proxy || proxy->type() != QNetworkProxy::NoProxy)
        m_proxyName = m_endpoint.proxy.section(u'@', -1); // shown in messages: a password that does not belong there stays out
    if (proxy)
        connectThrough(*proxy);
    else
        fail({Trouble::What::BadProxy, m_proxyName});
}

void Connection::findSystemProxy()
{
    if (m_ssl)
        SystemAuthorities::shared().load();
    auto *const lookup = new SystemProxyLookup(m_endpoint);
    connect(lookup, &SystemProxyLookup::found, this, [this](const QNetworkProxy &proxy) {
        const OnStack guard(*this);
        if (m_state != State::Connecting)
            return;
        if (proxy.type() != QNetworkProxy::NoProxy)
            m_proxyName = tollgate::proxyName(proxy);
        connectThrough(proxy);
    });
    lookup->start();
}

void Connection::connectThrough(const QNetworkProxy &proxy)
{
    m_socket->setProxy(proxy);
    m_socket->connectToHost(m_endpoint.host, m_endpoint.port);
}

void Connection::attach(ConnectionUser &user)
{
    Q_ASSERT(!m_user && m_state != State::Busy && m_state != State::Closed);
    m_user = &user;
    m_paused = false;
}

void Connection::send(QByteArray wire, const HttpParser::Limits &limits, qint64 readBuffer)
{
    Q_ASSERT(m_user && m_state == State::Idle);
    const OnStack guard(*this);
    m_state = State::Busy;
    m_parser.reset();
    m_parser.setLimits(limits);
    m_allSent = m_endPending = false;
    m_kernelBytes = 0;
    if (m_readBuffer != readBuffer) {
        m_readBuffer = readBuffer;
        m_socket->setReadBufferSize(readBuffer);
    }
    m_wire = std::move(wire);
    // Straight to the kernel where nothing is in between: through QTcpSocket the write notifier goes on and off again, and under GLib
    // each of the two wakes the event loop with a system call of its own.
    const qintptr descriptor = m_ssl ? -1 : m_socket->socketDescriptor();
    const qsizetype taken = descriptor < 0 || m_socket->bytesToWrite() > 0 ? 0 : writeNow(descriptor, m_wire);
    if (taken == m_wire.size()) {
        noteWritten(taken);
        return;
    }
    // The socket shares the array instead of copying it; flush() writes it now instead of after another turn of the event loop.
    const QByteArray rest = taken > 0 ? m_wire.sliced(taken) : m_wire;
    if (m_socket->write(rest) != rest.size()) {
        ended(QAbstractSocket::NetworkError);
        return;
    }
    if (taken > 0)
        noteWritten(taken);
    if (m_state == State::Busy)
        m_socket->flush();
}

void Connection::pause(bool paused)
{
    if (m_paused == paused)
        return;
    m_paused = paused;
    if (!paused)
        QMetaObject::invokeMethod(this, &Connection::resume, Qt::QueuedConnection);
}

void Connection::drop()
{
    shut();
    retire();
}

bool Connection::isReusable() const
{
    if (m_state != State::Idle || m_user || m_socket->state() != QAbstractSocket::ConnectedState || m_socket->bytesAvailable() > 0)
        return false;
    const qintptr descriptor = m_socket->socketDescriptor();
    return descriptor < 0 || isSilent(descriptor); // behind a proxy there is none to ask
}

bool Connection::isResolving() const
{
    return m_socket->state() == QAbstractSocket::HostLookupState;
}

void Connection::onConnected()
{
    const MonoTime now = m_clock.now();
    const OnStack guard(*this);
    if (m_state != State::Connecting)
        return;
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    if (m_user)
        m_user->tcpConnected(now);
    if (m_state != State::Connecting)
        return;
    if (m_ssl)
        secure();
    else
        becomeOpen(now);
}

void Connection::secure()
{
    m_state = State::Securing;
    if (!m_endpoint.caFile.isEmpty()) {
        secureWithFile();
        return;
    }
    SystemAuthorities &system = SystemAuthorities::shared();
    const auto begin = [this] {
        const OnStack guard(*this);
        if (m_state == State::Securing && !m_ssl->isEncrypted() && m_ssl->mode() == QSslSocket::UnencryptedMode)
            startTls(SystemAuthorities::shared().configuration());
    };
    if (system.isLoaded()) {
        begin();
        return;
    }
    connect(&system, &SystemAuthorities::loaded, this, begin);
    system.load();
    if (system.isLoaded()) // it finished in between; the signal may have been missed
        begin();
}

void Connection::secureWithFile()
{
    const auto begin = [this] {
        const OnStack guard(*this);
        if (m_state != State::Securing || m_ssl->mode() != QSslSocket::UnencryptedMode)
            return;
        if (const auto own = m_authorities.configuration(m_endpoint.caFile, SystemAuthorities::shared().list()))
            startTls(*own);
        else
            fail({Trouble::What::BadAuthorities, m_endpoint.caFile});
    };
    SystemAuthorities &system = SystemAuthorities::shared();
    if (!system.isListed()) {
        connect(&system, &SystemAuthorities::listed, this, begin);
        system.loadList();
    }
    if (system.isListed()) // already, or it finished in between; the signal may have been missed
        begin();
}

void Connection::startTls(const QSslConfiguration &configuration)
{
    m_ssl->setSslConfiguration(configuration);
    m_ssl->setPeerVerifyName(m_endpoint.host);
    m_ssl->startClientEncryption();
}

void Connection::onEncrypted()
{
    const MonoTime now = m_clock.now();
    const OnStack guard(*this);
    if (m_state == State::Securing)
        becomeOpen(now);
}

void Connection::onSslErrors(const QList<QSslError> &errors)
{
    // Never ignored: the socket ends the handshake by itself and says so through errorOccurred.
    if (!errors.isEmpty())
        m_certificateProblem = errors.constFirst().errorString();
}

void Connection::becomeOpen(MonoTime at)
{
    m_state = State::Idle;
    m_idleSince = at;
    if (m_user)
        m_user->opened(at);
    else
        m_owner.connectionIdle(*this);
}

void Connection::onBytesWritten(qint64 bytes)
{
    noteWritten(bytes);
}

void Connection::onEncryptedBytesWritten(qint64 bytes)
{
    noteWritten(bytes);
}

void Connection::noteWritten(qint64 kernelBytes)
{
    const MonoTime now = m_clock.now();
    const OnStack guard(*this);
    if (m_state != State::Busy || m_allSent)
        return;
    m_kernelBytes += kernelBytes;
    m_allSent = m_socket->bytesToWrite() == 0 && (!m_ssl || m_ssl->encryptedBytesToWrite() == 0);
    if (m_allSent)
        wipe(m_wire);
    m_user->wireProgress(now, m_allSent);
}

void Connection::onReadyRead()
{
    const MonoTime now = m_clock.now();
    const OnStack guard(*this);
    if (m_state == State::Busy)
        readOn(now);
    else if (m_state == State::Idle && !m_user)
        drop(); // bytes nobody asked for: an answer to no request must never become the answer to the next one
}

// Reads what there is, and the end behind it.
void Connection::readOn(MonoTime at)
{
    readAvailable(at);
    if (m_state == State::Busy && !m_paused && !m_reading && m_endPending)
        finishStream();
}

void Connection::readAvailable(MonoTime at)
{
    if (m_reading) // an event loop inside a callback below: the frame that made the call goes on
        return;
    char buffer[16 * 1024];
    bool told = false;
    while (m_state == State::Busy && !m_paused) {
        const qint64 count = m_socket->read(buffer, sizeof buffer);
        if (count <= 0)
            return;
        const HttpParser::Fed fed = parse({buffer, qsizetype(count)}, std::exchange(told, true) ? MonoTime() : at);
        if (m_state != State::Busy) // the user dropped us
            return;
        switch (fed.status) {
        case HttpParser::Status::More:
            continue;
        case HttpParser::Status::Complete:
            complete(false, fed.used == count && m_socket->bytesAvailable() == 0);
            return;
        case HttpParser::Status::HeadTooLarge:
            fail({Trouble::What::HeadTooLarge, {}, m_parser.limits().headBytes});
            return;
        default:
            fail({Trouble::What::Malformed, QString::fromLatin1(m_parser.error())});
            return;
        }
    }
}

// `at`: when they arrived, unset when that has been told.
HttpParser::Fed Connection::parse(QByteArrayView bytes, MonoTime at)
{
    const QScopedValueRollback reading(m_reading, true);
    if (at)
        m_user->bytesArrived(at);
    return m_state == State::Busy ? m_parser.feed(bytes) : HttpParser::Fed();
}

bool Connection::headReceived()
{
    if (m_parser.endsByClose() && !m_ssl)
        m_end.watch(m_socket->socketDescriptor());
    m_user->headReceived(m_parser);
    return m_state == State::Busy;
}

bool Connection::bodyReceived(QByteArrayView piece)
{
    m_user->bodyReceived(piece);
    return m_state == State::Busy;
}

void Connection::resume()
{
    const MonoTime now = m_clock.now();
    const OnStack guard(*this);
    if (m_state != State::Busy || m_paused)
        return;
    readOn(now);
}

void Connection::onErrorOccurred(QAbstractSocket::SocketError error)
{
    ended(error);
}

void Connection::onDisconnected()
{
    ended(QAbstractSocket::RemoteHostClosedError);
}

void Connection::ended(QAbstractSocket::SocketError error)
{
    const MonoTime now = m_clock.now();
    const OnStack guard(*this);
    if (!std::exchange(m_ending, true))
        m_orderly = error == QAbstractSocket::RemoteHostClosedError && !m_end.sawReset();
    switch (m_state) {
    case State::Closed:
        return;
    case State::Connecting:
    case State::Securing:
        fail(openingTrouble(error));
        return;
    case State::Idle:
        fail({Trouble::What::NothingSent});
        return;
    case State::Busy:
        break;
    }
    m_endPending = m_endPending || m_reading;
    if (m_endPending)
        return;
    if (m_kernelBytes == 0 && m_socket->bytesAvailable() == 0 && !m_parser.hasBegun()) {
        fail({Trouble::What::NothingSent});
        return;
    }
    readAvailable(now);
    if (m_state != State::Busy)
        return;
    if (m_paused && m_socket->bytesAvailable() > 0)
        m_endPending = true;
    else
        finishStream();
}

void Connection::finishStream()
{
    if (m_orderly && m_parser.finish() == HttpParser::Status::Complete)
        complete(true, false);
    else
        fail({Trouble::What::Closed});
}

void Connection::complete(bool byClose, bool clean)
{
    ConnectionUser *const user = std::exchange(m_user, nullptr);
    const bool keep = clean && !byClose && !m_ending && m_allSent && m_parser.allowsKeepAlive() && m_parser.minorVersion() == 1
                      && m_socket->state() == QAbstractSocket::ConnectedState;
    if (keep) {
        const QByteArray hint = m_parser.headers().value("keep-alive");
        m_idleHint = hint.isEmpty() ? std::nullopt : keepAliveHint(hint);
        m_state = State::Idle;
        m_idleSince = m_clock.now();
        m_owner.connectionIdle(*this);
    } else {
        drop();
    }
    user->messageComplete(byClose);
}

void Connection::fail(Trouble trouble)
{
    trouble.proxy = m_proxyName;
    ConnectionUser *const user = std::exchange(m_user, nullptr);
    drop();
    if (user)
        user->broken(trouble);
}

void Connection::shut()
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    m_user = nullptr;
    m_socket->blockSignals(true);
    m_socket->abort();
    m_end.forget();
    wipe(m_wire);
    m_owner.connectionGone(*this);
}

void Connection::retire()
{
    if (m_depth > 0)
        m_retired = true;
    else if (!m_retired)
        delete this;
}

Trouble Connection::openingTrouble(QAbstractSocket::SocketError error) const
{
    using What = Trouble::What;
    const QString word = m_socket->errorString();
    switch (error) {
    case QAbstractSocket::HostNotFoundError:
        return {What::HostNotFound};
    case QAbstractSocket::ConnectionRefusedError:
        return {What::Refused};
    case QAbstractSocket::ProxyAuthenticationRequiredError:
        return {What::ProxyPassword};
    case QAbstractSocket::ProxyConnectionRefusedError:
    case QAbstractSocket::ProxyConnectionClosedError:
    case QAbstractSocket::ProxyConnectionTimeoutError:
    case QAbstractSocket::ProxyNotFoundError:
    case QAbstractSocket::ProxyProtocolError:
        return {What::ProxyFailed, word};
    case QAbstractSocket::RemoteHostClosedError:
        return {What::Closed};
    default:
        break;
    }
    if (!m_certificateProblem.isEmpty())
        return {What::Certificate, m_certificateProblem};
    return {m_state == State::Securing ? What::Handshake : What::NotReached, word};
}

} // namespace tollgate

#include "moc_connection.cpp"
