#include "core/net/serveranswer.h"

#include "core/base/log.h"

#include <charconv>

namespace tollgate {

namespace {

bool same(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && a.compare(b, Qt::CaseInsensitive) == 0;
}

// Headers that the server itself decides on.
bool isFraming(QByteArrayView name)
{
    return same(name, "content-length") || same(name, "transfer-encoding") || same(name, "connection")
        || same(name, "keep-alive");
}

void appendNumber(QByteArray &out, qint64 number)
{
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    out.append(text, end - text);
}

} // namespace

const char *reasonPhrase(int status)
{
    switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return status < 400 ? "OK" : "Error";
    }
}

void appendAnswerHead(QByteArray &out, int status, const Headers &headers, const AnswerFraming &framing,
                      const QByteArray &date)
{
    out.append("HTTP/1.1 ");
    appendNumber(out, status);
    out.append(' ').append(reasonPhrase(status)).append("\r\n");
    bool hasDate = false;
    for (const Header &header : headers) {
        if (isFraming(header.name))
            continue;
        if (!Headers::isSafe(header.name, header.value)) {
            qCWarning(lcNet) << "an unsafe answer header was left out";
            continue;
        }
        hasDate = hasDate || same(header.name, "date");
        out.append(header.name).append(": ").append(header.value).append("\r\n");
    }
    if (!hasDate)
        out.append("Date: ").append(date).append("\r\n");
    if (framing.length) {
        out.append("Content-Length: ");
        appendNumber(out, *framing.length);
        out.append("\r\n");
    }
    if (framing.chunked)
        out.append("Transfer-Encoding: chunked\r\n");
    if (framing.close)
        out.append("Connection: close\r\n");
    out.append("\r\n");
}

bool wantsClose(const Headers &headers)
{
    return same(headers.value("connection"), "close");
}

bool mayHaveBody(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

} // namespace tollgate
