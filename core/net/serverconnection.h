// One client's connection to an HttpServer: reads one request at a time, hands it over, writes the answer, enforces the deadlines.
// It deletes itself through its owner when the client has gone; it never blocks and never answers twice.
#pragma once

#include "core/net/httpparser.h"
#include "core/net/httpserver.h"
#include "core/net/serverhead.h"

#include <QObject>
#include <QTcpSocket>

#include <functional>
#include <optional>

namespace tollgate {

class ServerResponder;
class ServerConnection;

// What the connections of one server share. Owned by the server, outlives them.
struct ServerContext {
    Clock &clock;
    HttpServer::Handler handler;
    ServerLimits limits;
    quint16 port = 0;
    bool closing = false;
    qint64 bodyBytes = 0; // held for bodies being received
    std::function<void(ServerConnection *)> gone; // forgets the connection; called once, at its end

    QByteArray dateText; // of dateSecond
    qint64 dateSecond = -1;

    const QByteArray &date(); // now
};

class ServerConnection final : public QObject, private HttpParser::Handler
{
    Q_OBJECT
public:
    // `full`: there is no room; the connection only says so.
    ServerConnection(ServerContext &context, qintptr descriptor, bool full);
    ~ServerConnection() override;

    bool isFull() const { return m_full; }
    // Nothing was ever received: the connection may be given up for another.
    bool isUnused() const { return m_state == State::Idle && m_served == 0; }
    MonoTime acceptedAt() const { return m_accepted; }
    void closeIfIdle();
    void drop(); // at once, without a word

    // For the responder of the current request.
    void sendWhole(int status, const Headers &headers, QByteArrayView body);
    void beginChunked(int status, const Headers &headers);
    void writePiece(QByteArrayView piece);
    void endChunked();
    void writeVerbatim(QByteArrayView bytes);
    void abandon(bool reset);
    bool canWrite() const;
    bool isOpen() const;

private:
    enum class State : quint8 {
        Idle,      // between requests
        Head,      // part of a head has come
        Body,      // the head is whole, the body is not
        Answering, // a responder is out
        Lingering, // our side is closed or about to be; what still comes is thrown away
        Gone,
    };

    bool headReceived() override;
    bool bodyReceived(QByteArrayView piece) override;

    void readAvailable();
    void process();
    void processLater();
    bool isBackedUp() const;
    bool takeHead();
    bool takeBody();
    std::optional<Refusal> checkRequest() const;
    void countBody(qint64 bytes);
    void deliver();
    void answerEnded();
    void refuse(const Refusal &refusal);
    void closeGracefully();
    void finishClosing();
    void socketClosed();
    void bytesLeft();

    void setDeadline(Milliseconds delay); // zero or less: none
    void timerFired();
    void deadlinePassed();

    void flush();
    void writeOut();

    ServerContext &m_context;
    QTcpSocket m_socket;
    HttpParser m_parser;
    HeadScanner m_scanner;
    ScopedTimer m_timer;
    MonoTime m_deadline;
    MonoTime m_timerDue;
    MonoTime m_accepted;
    State m_state = State::Idle;
    Refusal m_refusal;
    QByteArray m_in;  // received, not yet parsed
    QByteArray m_out; // to be written at the next flush
    QByteArray m_body;
    qint64 m_counted = 0;    // our share of the context's body bytes
    qint64 m_spanBytes = 0;  // of the body, since the deadline was set
    qint64 m_served = 0;
    ServerResponder *m_responder = nullptr;
    bool m_full = false;
    bool m_processing = false; // small writes are gathered until process() is left
    bool m_keepAlive = false;
    bool m_isHead = false;
    bool m_isOld = false; // HTTP/1.0: no chunks
    bool m_begun = false;
    bool m_bodiless = false;
    bool m_blocked = false; // canWrite() has been false
};

} // namespace tollgate
