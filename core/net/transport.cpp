#include "core/net/transport.h"

#include "core/net/clientcore.h"
#include "core/net/requestwriter.h"

#include <utility>

namespace tollgate {

Transport::Transport(std::shared_ptr<ClientCore> core, HttpRequest request, ExchangeListener &listener)
    : m_core(std::move(core)), m_request(std::move(request)), m_listener(listener), m_started(m_core->clock().now()),
      m_stageStarted(m_started)
{
    m_core->add(*this);
}

Transport::~Transport()
{
    m_core->remove(*this);
    m_core->stopWaiting(*this);
    if (m_connection)
        std::exchange(m_connection, nullptr)->drop();
}

void Transport::begin()
{
    const QString problem = m_request.connectOnly ? QString() : requestProblem(m_request);
    if (problem.isEmpty())
        useConnection(false);
    else
        fail({Trouble::What::BadRequest, problem});
    m_mayCallListener = true;
    m_core->watch(deadline());
}

void Transport::useConnection(bool fresh)
{
    if (Connection *const connection = acquire(fresh)) {
        take(*connection);
    } else {
        m_stage = Stage::Waiting;
        m_core->wait(*this);
    }
}

Connection *Transport::acquire(bool fresh)
{
    return m_core->pool().acquire(m_request.endpoint, m_core->clock().now(), fresh, m_request.maxConnections);
}

bool Transport::tryConnection()
{
    Connection *const connection = acquire(false);
    if (!connection)
        return false;
    m_mayCallListener = false; // we stand in the core's loop over those who wait
    take(*connection);
    m_mayCallListener = true;
    if (m_stage == Stage::Awaiting) // all went at once
        m_core->tellLater(*this);
    m_core->watch(deadline());
    return true;
}

void Transport::take(Connection &connection)
{
    m_connection = &connection;
    connection.attach(*this);
    connection.pause(m_paused);
    if (connection.state() == Connection::State::Idle) {
        m_stamps.reused = true;
        sendOn();
        return;
    }
    const MonoTime now = m_core->clock().now();
    m_stamps.connectStart = now;
    enter(connection.state() == Connection::State::Securing ? Stage::Securing : Stage::Connecting, now);
    if (!connection.isStarted())
        connection.open();
}

void Transport::sendOn()
{
    if (m_request.connectOnly) {
        std::exchange(m_connection, nullptr)->drop();
        m_stage = Stage::Opened;
        m_core->tellLater(*this);
        return;
    }
    enter(Stage::Sending, m_core->clock().now());
    m_connection->send(requestBytes(m_request), {m_request.caps.headerBytes, 0, 0}, m_request.caps.readBuffer);
}

void Transport::enter(Stage stage, MonoTime at)
{
    m_stage = stage;
    m_stageStarted = at;
    if (m_mayCallListener) // begin() and tryConnection() do it themselves, once
        m_core->watch(deadline());
}

void Transport::pause(bool paused)
{
    if (m_paused == paused)
        return;
    m_paused = paused;
    if (!m_connection)
        return;
    m_connection->pause(paused);
    if (!paused) {
        m_lastArrival = m_core->clock().now(); // the silence so far was ours
        m_core->watch(deadline());
    }
}

void Transport::tcpConnected(MonoTime at)
{
    m_stamps.connected = at;
    if (m_request.endpoint.tls)
        enter(Stage::Securing, at);
}

void Transport::opened(MonoTime at)
{
    if (m_request.endpoint.tls)
        m_stamps.tlsDone = at;
    sendOn();
}

void Transport::wireProgress(MonoTime at, bool allSent)
{
    if (!allSent) {
        if (m_stage == Stage::Sending)
            m_stageStarted = at; // the upload moves, so the wait for an answer has not begun
        return;
    }
    m_stamps.sent = at;
    // Nothing can be sent again from here on, so nothing needs to be kept.
    m_request.body = QByteArray();
    m_request.secret = SecretBytes();
    if (m_stage != Stage::Sending) // the answer did not wait for the whole request
        return;
    enter(Stage::Awaiting, at);
    if (m_mayCallListener) // whoever starts an exchange sees by its stamps that all went at once; tryConnection() tells it later
        m_listener.requestSent();
}

void Transport::bytesArrived(MonoTime at)
{
    m_lastArrival = at;
    if (!m_stamps.firstByte) {
        m_stamps.firstByte = at;
        m_core->watch(deadline());
    }
}

void Transport::headReceived(HttpParser &parser)
{
    m_status = parser.status();
    const Headers &headers = parser.headers();
    if (m_status < 200) {
        fail({Trouble::What::Interim, {}, m_status});
        return;
    }
    m_stage = Stage::Streaming;
    const QByteArray encoding = headers.value("content-encoding");
    if (!encoding.isEmpty() && encoding.compare("identity", Qt::CaseInsensitive) != 0) {
        fail({Trouble::What::Encoded, QString::fromLatin1(encoding.left(40))});
        return;
    }
    if (parser.contentLength().value_or(0) > m_request.caps.bodyBytes) {
        fail({Trouble::What::BodyTooLarge, {}, m_request.caps.bodyBytes});
        return;
    }
    m_listener.responseStarted(m_status, headers);
}

void Transport::bodyReceived(QByteArrayView piece)
{
    m_bodyBytes += piece.size();
    if (m_bodyBytes > m_request.caps.bodyBytes) {
        fail({Trouble::What::BodyTooLarge, {}, m_request.caps.bodyBytes});
        return;
    }
    m_listener.bodyReceived(piece);
}

void Transport::messageComplete(bool byClose)
{
    m_connection = nullptr;
    m_stage = Stage::Done;
    m_stamps.lastByte = m_lastArrival;
    m_listener.responseComplete(byClose);
}

void Transport::broken(const Trouble &trouble)
{
    m_connection = nullptr;
    if (trouble.what == Trouble::What::NothingSent && std::exchange(m_stamps.reused, false)) {
        m_stamps = {};
        useConnection(true);
        return;
    }
    if (trouble.what == Trouble::What::NothingSent)
        m_stage = Stage::Connecting;
    fail(trouble);
}

void Transport::tell()
{
    if (m_stage == Stage::Awaiting) {
        m_listener.requestSent();
    } else if (m_stage == Stage::Opened) {
        m_stage = Stage::Done;
        m_listener.responseComplete(false);
    } else if (m_stage == Stage::Failed) {
        m_stage = Stage::Done;
        m_listener.exchangeFailed(m_failure);
    }
}

void Transport::silence()
{
    m_connection = nullptr;
    m_stage = Stage::Done;
}

// Ends the exchange; nothing of it may be touched afterwards.
void Transport::fail(Trouble trouble)
{
    if (m_connection)
        trouble.proxy = m_connection->proxyName();
    TroubleScene scene;
    scene.phase = phase();
    scene.peer = QString::fromLatin1(m_request.endpoint.hostHeader());
    scene.resolving = m_connection && m_connection->isResolving();
    scene.headBegun = bool(m_stamps.firstByte);
    scene.bodyBytes = m_bodyBytes;
    scene.httpStatus = m_status;
    m_failure = failureOf(trouble, scene);
    if (m_stage == Stage::Waiting)
        m_core->stopWaiting(*this);
    if (m_connection)
        std::exchange(m_connection, nullptr)->drop();
    m_stage = Stage::Failed;
    if (m_mayCallListener)
        tell();
    else
        m_core->tellLater(*this);
}

Phase Transport::phase() const
{
    switch (m_stage) {
    case Stage::Waiting:
    case Stage::Connecting:
        return Phase::Connect;
    case Stage::Securing:
        return Phase::Tls;
    case Stage::Sending:
        return m_stamps.firstByte ? Phase::FirstByte : Phase::Send;
    case Stage::Awaiting:
        return Phase::FirstByte;
    case Stage::Streaming:
    case Stage::Opened:
    case Stage::Failed:
    case Stage::Done:
        break;
    }
    return Phase::Stream;
}

MonoTime Transport::after(MonoTime start, Milliseconds limit)
{
    return limit.count() > 0 ? start + limit : MonoTime();
}

Milliseconds Transport::phaseLimit() const
{
    const Deadlines &limits = m_request.deadlines;
    switch (m_stage) {
    case Stage::Connecting:
        return limits.connect;
    case Stage::Securing:
        return limits.tls;
    case Stage::Sending:
    case Stage::Awaiting:
        return m_stamps.firstByte ? limits.idle : limits.firstByte;
    case Stage::Streaming:
        return m_paused ? Milliseconds(0) : limits.idle;
    default:
        return Milliseconds(0);
    }
}

MonoTime Transport::phaseDeadline() const
{
    return after(m_stamps.firstByte ? std::max(m_lastArrival, m_stageStarted) : m_stageStarted, phaseLimit());
}

MonoTime Transport::deadline() const
{
    if (m_stage == Stage::Opened || m_stage == Stage::Failed || m_stage == Stage::Done)
        return {};
    const MonoTime total = after(m_started, m_request.deadlines.total);
    const MonoTime inPhase = phaseDeadline();
    return total && inPhase ? std::min(total, inPhase) : (total ? total : inPhase);
}

void Transport::expire(MonoTime now)
{
    const MonoTime inPhase = phaseDeadline();
    if (inPhase && inPhase <= now)
        fail({Trouble::What::Deadline, {}, phaseLimit().count()});
    else if (m_stage == Stage::Waiting)
        fail({Trouble::What::WaitDeadline, {}, m_request.deadlines.total.count()});
    else
        fail({Trouble::What::TotalDeadline, {}, m_request.deadlines.total.count()});
}

} // namespace tollgate
