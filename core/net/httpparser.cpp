#include "core/net/httpparser.h"

#include <llhttp.h>

#include <cstring>
#include <limits>
#include <utility>

namespace tollgate {

struct HttpParser::Private {
    Private(Role r, const Limits &l, Handler &h) : role(r), limits(l), handler(h)
    {
        clear();
    }

    void clear();
    void execute(QByteArrayView bytes, Fed &fed);
    bool scanHead(QByteArrayView bytes);
    bool endsInLine(QByteArrayView bytes) const;
    int refuse(Status why, const char *text = nullptr);
    int countHead(size_t bytes);
    int endField();
    int checkHead();
    int checkTransferEncoding();

    static Private &of(llhttp_t *parser) { return *static_cast<Private *>(parser->data); }
    static const llhttp_settings_t &callbacks();

    const Role role;
    Limits limits;
    Handler &handler;
    llhttp_t parser;

    Status ended = Status::More;
    QByteArray reason;
    qint64 headBytes = 0; // counted by the callbacks
    qint64 rawBytes = 0;  // fed while the head was not whole
    bool begun = false;
    bool headWhole = false;
    bool messageWhole = false;
    bool chunked = false;
    bool closeEnds = false;
    bool keepAlive = false;
    std::optional<qint64> length;
    // Of scanHead(): whether the blank line was passed, whether a line was seen, the bytes of the unfinished line, the last byte.
    bool scanned = false;
    bool scanStarted = false;
    qsizetype scanLine = 0;
    char lastByte = '\n';
    QByteArray method;
    QByteArray target;
    QByteArray name;
    QByteArray value;
    Headers headers;
};

void HttpParser::Private::clear()
{
    llhttp_init(&parser, role == Role::Request ? HTTP_REQUEST : HTTP_RESPONSE, &callbacks());
    parser.data = this;
    ended = Status::More;
    reason.clear();
    headBytes = rawBytes = 0;
    begun = headWhole = messageWhole = chunked = closeEnds = keepAlive = false;
    scanned = scanStarted = false;
    scanLine = 0;
    lastByte = '\n';
    length.reset();
    method.resize(0);
    target.resize(0);
    name.resize(0);
    value.resize(0);
    headers = Headers();
}

// Ends the message from inside a callback: llhttp stops at once when a callback returns non-zero.
int HttpParser::Private::refuse(Status why, const char *text)
{
    ended = why;
    if (text)
        reason = text;
    return HPE_USER;
}

int HttpParser::Private::countHead(size_t bytes)
{
    headBytes += qint64(bytes);
    return headBytes > limits.headBytes ? refuse(Status::HeadTooLarge) : 0;
}

int HttpParser::Private::endField()
{
    if (name.isEmpty())
        return 0;
    if (!headWhole) { // trailers are counted and dropped: nobody may act on a header that comes after the body
        if (limits.headerCount > 0 && headers.size() >= limits.headerCount)
            return refuse(Status::HeadTooLarge);
        headers.add(name, value);
    }
    name.resize(0);
    value.resize(0);
    return countHead(4); // ": " and CRLF
}

int HttpParser::Private::checkTransferEncoding()
{
    int seen = 0;
    for (const Header &header : std::as_const(headers)) {
        if (header.name.compare("transfer-encoding", Qt::CaseInsensitive) != 0)
            continue;
        if (++seen > 1 || header.value.trimmed().compare("chunked", Qt::CaseInsensitive) != 0)
            return refuse(Status::Malformed, "Transfer-Encoding is not chunked");
    }
    if (seen && parser.http_minor == 0)
        return refuse(Status::Malformed, "Transfer-Encoding in HTTP/1.0");
    if (seen && (parser.flags & F_CONTENT_LENGTH))
        return refuse(Status::Malformed, "Content-Length beside Transfer-Encoding");
    return 0;
}

int HttpParser::Private::checkHead()
{
    if (parser.http_major != 1 || parser.http_minor > 1)
        return refuse(Status::Malformed, "HTTP version is not 1.0 or 1.1");
    if (role == Role::Response && (parser.status_code < 100 || parser.status_code > 599))
        return refuse(Status::Malformed, "Status is not a number from 100 to 599");
    if (const int stop = checkTransferEncoding())
        return stop;
    if (parser.flags & F_CONTENT_LENGTH) {
        if (parser.content_length > quint64(std::numeric_limits<qint64>::max()))
            return refuse(Status::Malformed, "Content-Length is out of range");
        length = qint64(parser.content_length);
    }
    chunked = parser.flags & F_CHUNKED;
    closeEnds = role == Role::Response && llhttp_message_needs_eof(&parser);
    keepAlive = llhttp_should_keep_alive(&parser);
    if (role == Role::Request) {
        if (target.isEmpty())
            return refuse(Status::Malformed, "No request target");
        method = llhttp_method_name(llhttp_method_t(parser.method));
    }
    return 0;
}

const llhttp_settings_t &HttpParser::Private::callbacks()
{
    static const llhttp_settings_t settings = [] {
        llhttp_settings_t s;
        llhttp_settings_init(&s);
        s.on_message_begin = [](llhttp_t *p) {
            of(p).begun = true;
            return 0;
        };
        s.on_url = [](llhttp_t *p, const char *at, size_t size) {
            Private &d = of(p);
            d.target.append(at, qsizetype(size));
            if (d.limits.targetBytes > 0 && d.target.size() > d.limits.targetBytes)
                return d.refuse(Status::TargetTooLarge);
            return d.countHead(size);
        };
        s.on_status = [](llhttp_t *p, const char *, size_t size) { return of(p).countHead(size); };
        s.on_header_field = [](llhttp_t *p, const char *at, size_t size) {
            Private &d = of(p);
            d.name.append(at, qsizetype(size));
            return d.countHead(size);
        };
        s.on_header_value = [](llhttp_t *p, const char *at, size_t size) {
            Private &d = of(p);
            d.value.append(at, qsizetype(size));
            return d.countHead(size);
        };
        s.on_header_value_complete = [](llhttp_t *p) { return of(p).endField(); };
        s.on_headers_complete = [](llhttp_t *p) {
            Private &d = of(p);
            if (const int stop = d.checkHead())
                return stop;
            d.headWhole = true;
            // 1 and 2 would mean "no body" to llhttp, so a stop is always -1 here.
            return d.handler.headReceived() ? 0 : (d.refuse(Status::Stopped), -1);
        };
        s.on_chunk_extension_name = [](llhttp_t *p, const char *, size_t size) { return of(p).countHead(size); };
        s.on_chunk_extension_value = [](llhttp_t *p, const char *, size_t size) { return of(p).countHead(size); };
        s.on_body = [](llhttp_t *p, const char *at, size_t size) {
            Private &d = of(p);
            return d.handler.bodyReceived({at, qsizetype(size)}) ? 0 : d.refuse(Status::Stopped);
        };
        s.on_message_complete = [](llhttp_t *p) {
            of(p).messageWhole = true;
            return int(HPE_PAUSED);
        };
        return s;
    }();
    return settings;
}

// Whether the last line of a chunked message, of which `bytes` are the end, ends in CRLF.
bool HttpParser::Private::endsInLine(QByteArrayView bytes) const
{
    return bytes.endsWith("\r\n") || (bytes == "\n" && lastByte == '\r');
}

// llhttp 8 takes folded header lines and a bare line feed at the end of the head even in strict mode, so the head's lines are
// checked here. False when one of them is refused; bytes behind the head are not looked at.
bool HttpParser::Private::scanHead(QByteArrayView bytes)
{
    const char *at = bytes.begin();
    while (at != bytes.end()) {
        if (scanStarted && scanLine == 0 && lastByte == '\n' && (*at == ' ' || *at == '\t')) {
            refuse(Status::Malformed, "Folded header line");
            return false;
        }
        const char *const feed = static_cast<const char *>(std::memchr(at, '\n', size_t(bytes.end() - at)));
        if (!feed) {
            scanLine += bytes.end() - at;
            lastByte = *(bytes.end() - 1);
            return true;
        }
        if ((feed > at ? feed[-1] : lastByte) != '\r') {
            refuse(Status::Malformed, "Line feed without carriage return");
            return false;
        }
        const bool blank = scanLine + (feed - at) == 1;
        scanLine = 0;
        lastByte = '\n';
        if (blank && scanStarted) {
            scanned = true;
            return true;
        }
        scanStarted = scanStarted || !blank;
        at = feed + 1;
    }
    return true;
}

void HttpParser::Private::execute(QByteArrayView bytes, Fed &fed)
{
    if (!scanned && !scanHead(bytes))
        return;
    const llhttp_errno_t code = llhttp_execute(&parser, bytes.data(), size_t(bytes.size()));
    fed.used = bytes.size();
    if (code != HPE_OK) {
        if (const char *position = llhttp_get_error_pos(&parser))
            fed.used = qBound(qsizetype(0), qsizetype(position - bytes.data()), bytes.size());
    }
    if (ended != Status::More)
        return;
    if (messageWhole && chunked && !endsInLine(bytes.first(fed.used))) {
        refuse(Status::Malformed, "Line feed without carriage return");
    } else if (messageWhole) {
        ended = Status::Complete;
    } else if (code != HPE_OK) {
        ended = Status::Malformed;
        reason = llhttp_get_error_reason(&parser);
    } else if (!headWhole) {
        // Counts what the callbacks do not see, such as endless line ends before the start line.
        rawBytes += bytes.size();
        if (rawBytes > limits.headBytes)
            ended = Status::HeadTooLarge;
    }
    lastByte = bytes.back();
}

HttpParser::HttpParser(Role role, const Limits &limits, Handler &handler)
    : d(std::make_unique<Private>(role, limits, handler))
{
}

HttpParser::~HttpParser() = default;

HttpParser::Fed HttpParser::feed(QByteArrayView bytes)
{
    Fed fed;
    if (d->ended == Status::More && !bytes.isEmpty())
        d->execute(bytes, fed);
    fed.status = d->ended;
    return fed;
}

HttpParser::Status HttpParser::finish()
{
    if (d->ended != Status::More)
        return d->ended;
    if (!d->begun)
        return Status::More;
    llhttp_finish(&d->parser);
    d->ended = d->messageWhole ? Status::Complete : Status::Cut;
    return d->ended;
}

void HttpParser::reset()
{
    d->clear();
}

void HttpParser::setLimits(const Limits &limits)
{
    d->limits = limits;
}

const HttpParser::Limits &HttpParser::limits() const
{
    return d->limits;
}

bool HttpParser::hasBegun() const
{
    return d->begun;
}

bool HttpParser::headIsWhole() const
{
    return d->headWhole;
}

const QByteArray &HttpParser::method() const
{
    return d->method;
}

const QByteArray &HttpParser::target() const
{
    return d->target;
}

int HttpParser::status() const
{
    return d->parser.status_code;
}

int HttpParser::minorVersion() const
{
    return d->parser.http_minor;
}

const Headers &HttpParser::headers() const
{
    return d->headers;
}

Headers HttpParser::takeHeaders()
{
    return std::exchange(d->headers, Headers());
}

bool HttpParser::isChunked() const
{
    return d->chunked;
}

std::optional<qint64> HttpParser::contentLength() const
{
    return d->length;
}

bool HttpParser::endsByClose() const
{
    return d->closeEnds;
}

bool HttpParser::allowsKeepAlive() const
{
    return d->keepAlive;
}

QByteArray HttpParser::error() const
{
    return d->reason;
}

} // namespace tollgate
