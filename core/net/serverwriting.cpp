// The second half of ServerConnection: answers, closing and deadlines.
#include "core/net/serverconnection.h"

#include "core/net/serveranswer.h"
#include "core/net/serverresponder.h"
#include "core/net/socketoptions.h"

#include <charconv>
#include <utility>

namespace tollgate {

namespace {

constexpr qint64 bodyBytesPerSecond = 1024; // reliability.md section 2.7
constexpr qsizetype keptBuffer = 64 * 1024; // a connection keeps no bigger buffer between answers
// After our FIN the client gets so long to read the answer and close; closing at once would reset what it has not read.
constexpr Milliseconds lingerTime{2'000};

void appendChunk(QByteArray &out, QByteArrayView piece)
{
    char size[16];
    const auto end = std::to_chars(size, size + sizeof size, piece.size(), 16).ptr;
    out.append(size, end - size).append("\r\n").append(piece).append("\r\n");
}

} // namespace

// ---- answering

void ServerConnection::sendWhole(int status, const Headers &headers, QByteArrayView body)
{
    Q_ASSERT(!m_begun);
    m_keepAlive = m_keepAlive && !m_context.closing && !wantsClose(headers);
    const bool hasBody = mayHaveBody(status);
    AnswerFraming framing;
    framing.close = !m_keepAlive;
    if (hasBody)
        framing.length = body.size();
    appendAnswerHead(m_out, status, headers, framing, m_context.date());
    if (hasBody && !m_isHead)
        m_out.append(body);
    answerEnded();
}

void ServerConnection::beginChunked(int status, const Headers &headers)
{
    Q_ASSERT(!m_begun);
    m_begun = true;
    m_bodiless = m_isHead || !mayHaveBody(status);
    m_keepAlive = m_keepAlive && !m_context.closing && !wantsClose(headers);
    AnswerFraming framing;
    framing.chunked = mayHaveBody(status) && !m_isOld;
    framing.close = !m_keepAlive;
    appendAnswerHead(m_out, status, headers, framing, m_context.date());
    flush();
}

void ServerConnection::writePiece(QByteArrayView piece)
{
    Q_ASSERT(m_begun);
    // An empty chunk would end the answer.
    if (m_bodiless || piece.isEmpty() || m_state != State::Answering)
        return;
    if (m_isOld)
        m_out.append(piece);
    else
        appendChunk(m_out, piece);
    flush();
}

void ServerConnection::endChunked()
{
    if (!m_begun) { // raw bytes only: how they are framed is not known here
        m_keepAlive = false;
    } else if (!m_bodiless && !m_isOld) {
        m_out.append("0\r\n\r\n");
    }
    answerEnded();
}

void ServerConnection::writeVerbatim(QByteArrayView bytes)
{
    m_keepAlive = false;
    m_out.append(bytes);
    flush();
}

void ServerConnection::answerEnded()
{
    std::exchange(m_responder, nullptr)->detach();
    if (!m_keepAlive) {
        closeGracefully();
        return;
    }
    flush();
    m_state = State::Idle;
    setDeadline(m_socket.bytesToWrite() > 0 ? m_context.limits.writeIdle : m_context.limits.keepAlive);
    if (!m_processing && (!m_in.isEmpty() || m_socket.bytesAvailable() > 0))
        processLater();
}

void ServerConnection::abandon(bool reset)
{
    std::exchange(m_responder, nullptr)->detach();
    if (!reset) {
        m_keepAlive = false;
        closeGracefully();
        return;
    }
    writeOut();
    if (m_socket.socketDescriptor() >= 0)
        resetOnClose(m_socket.socketDescriptor());
    m_state = State::Lingering;
    m_socket.abort();
}

// ---- refusing and closing

void ServerConnection::refuse(const Refusal &refusal)
{
    QByteArray body(refusal.text);
    body.append('\n');
    Headers headers{{"Content-Type", "text/plain; charset=utf-8"}};
    if (refusal.status == 503)
        headers.add("Retry-After", "1");
    m_keepAlive = false;
    AnswerFraming framing;
    framing.length = body.size();
    framing.close = true;
    appendAnswerHead(m_out, refusal.status, headers, framing, m_context.date());
    if (!(m_parser.headIsWhole() ? m_parser.method() == "HEAD" : m_in.startsWith("HEAD ")))
        m_out.append(body);
    m_body = QByteArray();
    countBody(-m_counted);
    closeGracefully();
}

void ServerConnection::closeGracefully()
{
    m_state = State::Lingering;
    m_in = QByteArray();
    writeOut();
    if (m_socket.bytesToWrite() > 0)
        setDeadline(m_context.limits.writeIdle);
    else
        finishClosing();
}

// Everything was handed to the kernel: half-close, then wait for the client's end.
void ServerConnection::finishClosing()
{
    if (m_socket.socketDescriptor() >= 0)
        shutdownWriting(m_socket.socketDescriptor());
    m_socket.skip(m_socket.bytesAvailable());
    setDeadline(lingerTime);
}

void ServerConnection::socketClosed()
{
    if (m_state == State::Gone)
        return;
    m_state = State::Gone;
    m_timer.stop();
    countBody(-m_counted);
    m_context.gone(this);
    deleteLater();
    if (m_responder)
        std::exchange(m_responder, nullptr)->clientLeft();
}

// ---- writing

// While a request is being handled, small writes are gathered.
void ServerConnection::flush()
{
    if (!m_processing || m_out.size() > keptBuffer)
        writeOut();
}

// Straight to the kernel while nothing waits: a trip through the socket's buffer and notifier costs more than the call.
void ServerConnection::writeOut()
{
    if (m_out.isEmpty())
        return;
    QByteArrayView rest = m_out;
    if (m_socket.state() != QAbstractSocket::ConnectedState)
        rest = {};
    else if (m_socket.bytesToWrite() == 0)
        rest = rest.sliced(sendNow(m_socket.socketDescriptor(), rest));
    if (!rest.isEmpty()) {
        m_socket.write(rest.data(), rest.size());
        if (m_state == State::Answering) {
            setDeadline(m_context.limits.writeIdle);
            m_blocked = m_blocked || m_socket.bytesToWrite() > m_context.limits.writeBuffer;
        }
    }
    if (m_out.capacity() > keptBuffer)
        m_out = QByteArray();
    m_out.resize(0);
}

// The client took some bytes.
void ServerConnection::bytesLeft()
{
    const qint64 waiting = m_socket.bytesToWrite();
    if (m_state == State::Lingering) {
        if (waiting == 0)
            finishClosing();
        else
            setDeadline(m_context.limits.writeIdle);
    } else if (m_state == State::Idle) {
        setDeadline(waiting > 0 ? m_context.limits.writeIdle : m_context.limits.keepAlive);
        if (!isBackedUp() && (!m_in.isEmpty() || m_socket.bytesAvailable() > 0))
            processLater();
    } else if (m_state == State::Answering) {
        setDeadline(waiting > 0 ? m_context.limits.writeIdle : Milliseconds(0));
        // Half the limit, so that a producer is woken for more than a few bytes.
        if (m_blocked && waiting <= m_context.limits.writeBuffer / 2) {
            m_blocked = false;
            if (m_responder)
                m_responder->writable();
        }
    }
}

// ---- deadlines

// Moving a deadline later costs no timer: the timer that fires too early goes on for the rest.
void ServerConnection::setDeadline(Milliseconds delay)
{
    if (delay.count() <= 0) {
        m_deadline = {};
        return;
    }
    m_deadline = m_context.clock.now() + delay;
    if (m_timer.isActive() && m_timerDue <= m_deadline)
        return;
    m_timerDue = m_deadline;
    m_timer.start(delay, [this] { timerFired(); });
}

void ServerConnection::timerFired()
{
    if (!m_deadline)
        return;
    const Nanoseconds rest = m_deadline - m_context.clock.now();
    if (rest.count() <= 0) {
        deadlinePassed();
        return;
    }
    m_timerDue = m_deadline;
    m_timer.start(rest, [this] { timerFired(); });
}

void ServerConnection::deadlinePassed()
{
    m_deadline = {};
    switch (m_state) {
    case State::Idle:
        if (m_socket.bytesToWrite() > 0) // an answer that nobody takes
            drop();
        else
            closeGracefully();
        break;
    case State::Head:
        refuse({408, "The request's head took too long."});
        break;
    case State::Body:
        if (m_spanBytes * 1000 >= bodyBytesPerSecond * m_context.limits.bodyIdle.count()) {
            m_spanBytes = 0;
            setDeadline(m_context.limits.bodyIdle);
        } else {
            refuse({408, "The request's body took too long."});
        }
        break;
    case State::Answering:
    case State::Lingering:
        drop();
        break;
    case State::Gone:
        break;
    }
}

} // namespace tollgate
