// HTTP/1.x framing over llhttp, strict, for the client and the server: one message at a time, capped head, no buffering of the body.
#pragma once

#include "core/base/headers.h"

#include <QByteArray>
#include <QByteArrayView>

#include <memory>
#include <optional>

namespace tollgate {

// Parses one message after another. Refuses what two parsers could read differently: Content-Length beside Transfer-Encoding,
// repeated lengths, transfer codings other than chunked, folded header lines, bare line feeds, bad chunk sizes, HTTP other than
// 1.0 and 1.1. It owns no socket and never looks beyond the end of a message. One thread.
class HttpParser
{
public:
    enum class Role : quint8 { Request, Response };

    struct Limits {
        qint64 headBytes = 64 * 1024; // start line, headers, trailers and chunk extensions together
        int headerCount = 0;          // 0: as many as fit into headBytes
        qint64 targetBytes = 0;       // request target; 0: as many as fit into headBytes
    };

    // Receives the pieces from inside feed(). Returning false stops the parser: feed() then returns Stopped.
    // It must not destroy the parser nor call reset().
    class Handler
    {
    public:
        virtual ~Handler() = default;
        // Start line and headers are whole; method(), target(), status(), headers() and the framing below are set.
        virtual bool headReceived() = 0;
        // A piece of the body, valid during the call only.
        virtual bool bodyReceived(QByteArrayView piece) = 0;
    };

    enum class Status : quint8 {
        More,           // needs bytes
        Complete,       // the message is whole; bytes beyond it are not consumed. reset() before the next one
        Stopped,        // a handler returned false
        Malformed,      // not HTTP, or ambiguous framing: see error()
        Cut,            // finish() in the middle of a message
        HeadTooLarge,   // over headBytes or headerCount
        TargetTooLarge, // over targetBytes
    };
    struct Fed {
        Status status = Status::More;
        qsizetype used = 0; // bytes consumed; fewer than given only when status is not More
    };

    HttpParser(Role role, const Limits &limits, Handler &handler);
    ~HttpParser();
    HttpParser(const HttpParser &) = delete;
    HttpParser &operator=(const HttpParser &) = delete;

    // Once a status other than More was returned, every further feed() returns it again until reset().
    Fed feed(QByteArrayView bytes);
    // The peer has ended its stream: Complete for a body that ends by close, More when no message had begun, else Cut.
    Status finish();
    // Ready for the next message; keeps the buffers' memory.
    void reset();
    void setLimits(const Limits &limits);
    const Limits &limits() const;

    bool hasBegun() const;   // a byte of the current message was seen (line ends before it do not count)
    bool headIsWhole() const;

    // Valid once the head is whole.
    const QByteArray &method() const;
    const QByteArray &target() const; // as sent, not decoded
    int status() const;
    int minorVersion() const; // 0 or 1
    const Headers &headers() const;
    Headers takeHeaders();
    bool isChunked() const;
    std::optional<qint64> contentLength() const;
    bool endsByClose() const;     // response without length or chunks
    bool allowsKeepAlive() const; // by version and Connection header

    // In plain words, for Malformed: "Content-Length can't be present with Transfer-Encoding".
    QByteArray error() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace tollgate
