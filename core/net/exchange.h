// One HTTP exchange: at most one request on the wire, every phase with a stamp and a deadline (definitions.md).
#pragma once

#include "core/async/clock.h"
#include "core/base/secretbytes.h"
#include "core/chat/failure.h"
#include "core/net/endpoint.h"
#include "core/base/headers.h"

#include <QByteArray>

namespace tollgate {

// Defaults of definitions.md. 0 switches a deadline off (tests only).
struct Deadlines {
    Milliseconds connect{5'000}; // DNS included
    Milliseconds tls{10'000};
    Milliseconds firstByte{120'000};
    Milliseconds idle{60'000};
    Milliseconds total{600'000};
};

// Caps of reliability.md section 2.1.
struct Caps {
    qint64 headerBytes = 64 * 1024;
    qint64 bodyBytes = 32 * 1024 * 1024;
    qint64 readBuffer = 1024 * 1024; // bytes the socket may buffer before the kernel pushes back
};

struct HttpRequest {
    QByteArray method = "POST";
    Endpoint endpoint;
    QByteArray target; // origin form: "/v1/chat/completions?x=y"
    Headers headers;   // without Host, Content-Length, Connection, Accept-Encoding: the client sets those
    // A header whose value is secret, written straight to the socket buffer: name, prefix ("Bearer ") and secret.
    QByteArray secretHeader;
    QByteArray secretPrefix;
    SecretBytes secret;
    QByteArray body;
    Deadlines deadlines;
    Caps caps;
    // Only finds or opens a connection: nothing is written, and responseComplete() follows when it stands (certificate checked). For
    // services that cannot be asked anything without being billed.
    bool connectOnly = false;
    int maxConnections = 0; // to this endpoint, when more than the client's own limit; the gate's limit of the engine
};

// Stamps of one exchange; unset ones have not happened. A reused connection has connectStart = connected = tlsDone = unset.
struct Stamps {
    MonoTime connectStart;
    MonoTime connected;
    MonoTime tlsDone;
    MonoTime sent; // last request byte handed to the kernel
    MonoTime firstByte;
    MonoTime lastByte;
    bool reused = false;
};

// Receives one exchange's events, on the engine thread. It may delete the exchange from inside any of them.
class ExchangeListener
{
public:
    virtual ~ExchangeListener() = default;
    // The last request byte was handed to the kernel (Stamps::sent). At most once, before everything else.
    virtual void requestSent() {}
    // Status line and headers are whole. Interim (1xx) answers are a protocol failure instead.
    virtual void responseStarted(int status, const Headers &headers) = 0;
    // Pieces of the body in order; the view is valid during the call only. Never called after the end.
    virtual void bodyReceived(QByteArrayView bytes) = 0;
    // The body is whole by its own framing (length, last chunk, or close for a close-delimited body, see closeDelimited).
    virtual void responseComplete(bool closeDelimited) = 0;
    // The exchange ended without a whole response. kind: Unreachable, Certificate, Ambiguous, Protocol, and Usage for a request that
    // cannot be sent (a header or key with bytes that do not belong there); phase: how far it came.
    // Nothing of the request was written when phase is Connect or Tls.
    virtual void exchangeFailed(const Failure &failure) = 0;
};

// A running exchange. Deleting it cancels: the socket is closed at once and never reused.
class Exchange
{
public:
    virtual ~Exchange() = default;
    virtual const Stamps &stamps() const = 0;
    // Stops (true) or resumes reading from the socket: back-pressure for a slow consumer.
    virtual void pause(bool paused) = 0;
};

} // namespace tollgate
