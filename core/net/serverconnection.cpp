#include "core/net/serverconnection.h"

#include "core/net/httpdate.h"
#include "core/net/serveranswer.h"
#include "core/net/serverresponder.h"

#include <algorithm>
#include <utility>

namespace tollgate {

namespace {

constexpr qint64 socketReadBuffer = 64 * 1024;
constexpr qsizetype keptBuffer = 64 * 1024; // a connection keeps no bigger buffer between requests
constexpr qsizetype reservedAhead = 1024 * 1024; // of a promised body: more only as it comes

// llhttp counts a little differently than the wire; what matters was checked on the raw head.
HttpParser::Limits parserLimits(const ServerLimits &limits)
{
    return {limits.headerBytes + 1024, limits.headerCount, limits.urlBytes};
}

} // namespace

const QByteArray &ServerContext::date()
{
    const qint64 second = clock.wallMs() / 1000;
    if (second != dateSecond) {
        dateSecond = second;
        dateText = formatHttpDate(second * 1000);
    }
    return dateText;
}

ServerConnection::ServerConnection(ServerContext &context, qintptr descriptor, bool full)
    : m_context(context), m_parser(HttpParser::Role::Request, parserLimits(context.limits), *this), m_timer(context.clock),
      m_accepted(context.clock.now()), m_full(full)
{
    m_socket.setReadBufferSize(socketReadBuffer);
    connect(&m_socket, &QTcpSocket::readyRead, this, &ServerConnection::readAvailable);
    connect(&m_socket, &QTcpSocket::bytesWritten, this, &ServerConnection::bytesLeft);
    // Queued: a failing write would otherwise call back from inside a responder's method.
    connect(&m_socket, &QTcpSocket::disconnected, this, &ServerConnection::socketClosed, Qt::QueuedConnection);
    if (!m_socket.setSocketDescriptor(descriptor)) {
        QMetaObject::invokeMethod(this, &ServerConnection::drop, Qt::QueuedConnection);
        return;
    }
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    if (m_full)
        refuse({503, "Too many connections."});
    else
        setDeadline(context.limits.headerDeadline);
}

ServerConnection::~ServerConnection()
{
    m_socket.disconnect(this);
    if (m_counted)
        countBody(-m_counted);
    if (m_responder)
        std::exchange(m_responder, nullptr)->detach();
}

void ServerConnection::closeIfIdle()
{
    if (m_state == State::Idle)
        closeGracefully();
}

void ServerConnection::drop()
{
    m_socket.abort();
    socketClosed();
}

bool ServerConnection::isOpen() const
{
    return m_state == State::Answering && m_socket.state() == QAbstractSocket::ConnectedState;
}

bool ServerConnection::canWrite() const
{
    return isOpen() && m_socket.bytesToWrite() <= m_context.limits.writeBuffer;
}

// ---- reading

void ServerConnection::readAvailable()
{
    switch (m_state) {
    case State::Lingering:
        m_socket.skip(m_socket.bytesAvailable());
        break;
    case State::Answering: // waits in the socket, which stops reading at its buffer's size
    case State::Gone:
        break;
    default:
        process();
    }
}

void ServerConnection::processLater()
{
    QMetaObject::invokeMethod(this, [this] { readAvailable(); }, Qt::QueuedConnection);
}

// A client that sends requests and takes no answers: nothing more is read from it until it does.
bool ServerConnection::isBackedUp() const
{
    return m_socket.bytesToWrite() + m_out.size() > m_context.limits.writeBuffer;
}

void ServerConnection::process()
{
    if (isBackedUp())
        return;
    m_processing = true;
    const qint64 available = m_socket.bytesAvailable();
    const qsizetype held = m_in.size();
    m_in.resize(held + available);
    m_in.resize(held + std::max<qint64>(m_socket.read(m_in.data() + held, available), 0));
    bool goOn = true;
    while (goOn && !m_in.isEmpty() && !isBackedUp()) {
        if (m_state == State::Idle || m_state == State::Head)
            goOn = takeHead();
        else if (m_state == State::Body)
            goOn = takeBody();
        else
            goOn = false;
    }
    m_processing = false;
    flush();
    if (goOn && !m_in.isEmpty() && !isBackedUp())
        processLater();
}

// True when there may be more to do at once.
bool ServerConnection::takeHead()
{
    const HeadScanner::State found = m_scanner.scan(m_in);
    const bool tooLarge = (found == HeadScanner::State::Whole ? m_scanner.size() : m_in.size()) > m_context.limits.headerBytes;
    if (found == HeadScanner::State::Bad) {
        refuse({400, "The request's head is malformed."});
        return false;
    }
    if (!m_scanner.hasLine() && m_in.size() - m_scanner.lineStart() > m_context.limits.urlBytes + 32) {
        refuse({414, "The address is too long."});
        return false;
    }
    if (tooLarge) {
        refuse({431, "The request's headers are too large."});
        return false;
    }
    if (found == HeadScanner::State::More) {
        if (m_state == State::Idle) {
            m_state = State::Head;
            if (m_served > 0) // a new connection's deadline runs since it was accepted
                setDeadline(m_context.limits.headerDeadline);
        }
        return false;
    }
    QByteArrayView line = QByteArrayView(m_in).sliced(m_scanner.lineStart());
    line = line.first(line.indexOf('\r'));
    if (const auto refusal = checkRequestLine(line, m_context.limits.urlBytes)) {
        refuse(*refusal);
        return false;
    }
    m_state = State::Body;
    m_spanBytes = 0;
    return takeBody();
}

bool ServerConnection::takeBody()
{
    const bool wasWaiting = m_parser.headIsWhole();
    const HttpParser::Fed fed = m_parser.feed(m_in);
    switch (fed.status) {
    case HttpParser::Status::More:
        m_spanBytes += fed.used;
        if (m_in.capacity() > keptBuffer)
            m_in = QByteArray();
        m_in.resize(0);
        if (!wasWaiting)
            setDeadline(m_context.limits.bodyIdle);
        return false;
    case HttpParser::Status::Complete:
        m_in.remove(0, fed.used);
        deliver();
        return true;
    case HttpParser::Status::Stopped:
        refuse(m_refusal);
        return false;
    case HttpParser::Status::TargetTooLarge:
        refuse({414, "The address is too long."});
        return false;
    case HttpParser::Status::HeadTooLarge:
        refuse({431, "The request's headers are too large."});
        return false;
    case HttpParser::Status::Malformed:
    case HttpParser::Status::Cut:
        break;
    }
    refuse({400, "The request is malformed."});
    return false;
}

std::optional<Refusal> ServerConnection::checkRequest() const
{
    if (auto refusal = checkFields(m_parser.headers(), m_parser.minorVersion(), m_context.limits, m_context.port))
        return refusal;
    const qint64 length = m_parser.contentLength().value_or(0);
    if (length > m_context.limits.bodyBytes)
        return Refusal{413, "The body is too large."};
    if (m_context.bodyBytes + length > m_context.limits.allBodyBytes)
        return Refusal{503, "Too much is being received already."};
    return std::nullopt;
}

bool ServerConnection::headReceived()
{
    if (const auto refusal = checkRequest()) {
        m_refusal = *refusal;
        return false;
    }
    const qint64 length = m_parser.contentLength().value_or(0);
    m_body.reserve(std::min<qint64>(length, reservedAhead));
    const bool bodyAwaited = (length > 0 || m_parser.isChunked()) && m_in.size() == m_scanner.size();
    if (bodyAwaited && m_parser.minorVersion() > 0 && m_parser.headers().contains("expect")) {
        m_out.append("HTTP/1.1 100 Continue\r\n\r\n");
        flush();
    }
    return true;
}

bool ServerConnection::bodyReceived(QByteArrayView piece)
{
    if (m_body.size() + piece.size() > m_context.limits.bodyBytes) {
        m_refusal = {413, "The body is too large."};
        return false;
    }
    if (m_context.bodyBytes + piece.size() > m_context.limits.allBodyBytes) {
        m_refusal = {503, "Too much is being received already."};
        return false;
    }
    countBody(piece.size());
    m_body.append(piece);
    return true;
}

void ServerConnection::countBody(qint64 bytes)
{
    m_counted += bytes;
    m_context.bodyBytes += bytes;
}

void ServerConnection::deliver()
{
    ServerRequest request;
    request.method = m_parser.method();
    const QByteArray &target = m_parser.target();
    const qsizetype mark = target.indexOf('?');
    request.path = mark < 0 ? target : target.first(mark);
    if (mark >= 0)
        request.query = target.sliced(mark + 1);
    m_isOld = m_parser.minorVersion() == 0;
    m_keepAlive = m_parser.allowsKeepAlive() && !m_isOld && !m_context.closing;
    m_isHead = request.method == "HEAD";
    request.headers = m_parser.takeHeaders();
    request.body = std::exchange(m_body, QByteArray());
    request.received = m_context.clock.now();
    countBody(-m_counted);
    m_parser.reset();
    m_scanner.reset();
    m_begun = m_bodiless = m_blocked = false;
    ++m_served;
    m_state = State::Answering;
    setDeadline(Milliseconds(0));
    auto responder = std::make_unique<ServerResponder>(*this);
    m_responder = responder.get();
    m_context.handler(std::move(request), std::move(responder));
}

} // namespace tollgate
