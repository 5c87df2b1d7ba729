// A strict HTTP/1.1 server on QTcpServer, loopback by default: limits of reliability.md section 2.7, chunked writing with
// back-pressure. It serves the simulator and the gateway. One thread (the one it was made on).
#pragma once

#include "core/async/clock.h"
#include "core/base/headers.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QHostAddress>
#include <QList>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

namespace tollgate {

struct ServerRequest {
    QByteArray method;
    QByteArray path;
    QByteArray query;
    Headers headers;
    QByteArray body;
    MonoTime received; // last body byte
};

struct ServerLimits {
    qint64 headerBytes = 32 * 1024;
    int headerCount = 100;
    qint64 urlBytes = 8 * 1024;
    qint64 bodyBytes = 32 * 1024 * 1024;
    qint64 allBodyBytes = 128 * 1024 * 1024; // bodies being received on all connections together; beyond it 503
    // One more connection takes the place of the oldest that has sent nothing for a second, or is answered 503 and closed.
    int connections = 64;
    Milliseconds headerDeadline{10'000}; // not extended by bytes
    Milliseconds bodyIdle{10'000};       // every such span of a body must bring 1 KiB per second, or what is left of it
    Milliseconds keepAlive{15'000};
    Milliseconds writeIdle{60'000};   // a client that takes no byte of an answer for so long is dropped
    qint64 writeBuffer = 1024 * 1024; // canWrite() is false above it
    bool checkHost = true;            // Host must be 127.0.0.1, localhost or [::1] with our port (DNS rebinding)
    QList<QByteArray> hosts;          // further names allowed in Host, lower case, without port
};

// The answer to one request; owned by the handler. Deleting it unfinished drops the connection.
class Responder
{
public:
    virtual ~Responder() = default;
    // Whole answer with a length.
    virtual void send(int status, const Headers &headers, QByteArrayView body) = 0;
    // Chunked answer: head, pieces, end.
    virtual void begin(int status, const Headers &headers) = 0;
    virtual void write(QByteArrayView piece) = 0;
    virtual void end() = 0;
    // Bytes written to the socket verbatim, framing included: faults only (simulator). end() then closes the connection.
    virtual void writeRaw(QByteArrayView bytes) = 0;
    // Closes now: gracefully (what was written is sent, then FIN) or with a reset (RST). Ends the answer, no callback follows.
    virtual void abort(bool reset) = 0;
    // False once the client left or the answer ended; writing is then ignored.
    virtual bool isConnected() const = 0;
    virtual bool canWrite() const = 0;
    // Called once, from the event loop, when the client leaves before the end; not from ~HttpServer. The callback may delete the
    // responder.
    virtual void onDisconnected(std::function<void()> callback) = 0;
    // Called from the event loop each time canWrite() turns true again.
    virtual void onWritable(std::function<void()> callback) = 0;
};

class HttpServer
{
public:
    // Called from the event loop; what it writes before it returns leaves in one piece. Neither it nor a responder's callback may
    // destroy the server.
    using Handler = std::function<void(ServerRequest, std::unique_ptr<Responder>)>;

    HttpServer(Clock &clock, Handler handler, ServerLimits limits = {});
    ~HttpServer();

    // Port 0 picks a free one. Returns the error's text, or nothing.
    std::optional<QString> listen(const QHostAddress &address, quint16 port);
    quint16 port() const;
    int connectionCount() const;
    // Stops accepting and closes idle connections; running answers go on, then their connections close.
    void close();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace tollgate
