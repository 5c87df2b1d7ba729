#include "core/net/requestwriter.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace tollgate {

namespace {

constexpr std::array<QByteArrayView, 5> methods{"POST", "GET", "DELETE", "PUT", "PATCH"};

// Framing, routing and negotiation belong to the client; "expect" and "upgrade" would ask for interim answers.
constexpr std::array<QByteArrayView, 10> ownHeaders{"host",    "content-length", "connection", "accept-encoding", "transfer-encoding",
                                                    "expect",  "upgrade",        "te",         "trailer",         "keep-alive"};

bool isOwnHeader(QByteArrayView name)
{
    return std::any_of(ownHeaders.begin(), ownHeaders.end(),
                       [name](QByteArrayView own) { return name.compare(own, Qt::CaseInsensitive) == 0; });
}

bool isVisible(QByteArrayView bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x21 && c <= 0x7e; });
}

QString text(const char *words)
{
    return QCoreApplication::translate("Net", words);
}

bool hasBody(const HttpRequest &request)
{
    return !request.body.isEmpty() || (request.method != "GET" && request.method != "DELETE");
}

bool sendsSecret(const HttpRequest &request)
{
    return !request.secretHeader.isEmpty() && !request.secret.isEmpty();
}

} // namespace

QString requestProblem(const HttpRequest &request)
{
    if (std::find(methods.begin(), methods.end(), QByteArrayView(request.method)) == methods.end())
        return text("The request has a method that is not used here.");
    if (request.endpoint.host.isEmpty() || request.endpoint.port == 0 || !isVisible(request.endpoint.hostHeader()))
        return text("The request has no host.");
    if (!request.target.startsWith('/') || !isVisible(request.target) || request.target.contains('#'))
        return text("The request has a path that cannot be sent.");
    for (const Header &header : request.headers) {
        if (!Headers::isSafe(header.name, header.value) || isOwnHeader(header.name))
            return text("The request has a header that cannot be sent.");
    }
    if (sendsSecret(request)) {
        // The prefix ends in a space ("Bearer "), so it is checked as it will stand, before a visible character.
        if (!Headers::isSafe(request.secretHeader, request.secretPrefix + 'x') || isOwnHeader(request.secretHeader))
            return text("The request has a key header that cannot be sent.");
        if (!request.secret.isHeaderSafe())
            return text("The key has a space, a line break or another character that keys do not have. Enter it again.");
    }
    return {};
}

QByteArray requestBytes(const HttpRequest &request)
{
    const QByteArray host = request.endpoint.hostHeader();
    const bool secret = sendsSecret(request);
    qsizetype size = request.method.size() + request.target.size() + host.size() + request.body.size() + 128;
    for (const Header &header : request.headers)
        size += header.name.size() + header.value.size() + 4;
    if (secret)
        size += request.secretHeader.size() + request.secretPrefix.size() + request.secret.view().size() + 4;

    // All of it reserved at once: a buffer that grew would leave a copy of the secret in freed memory.
    QByteArray bytes;
    bytes.reserve(size);
    bytes.append(request.method).append(' ').append(request.target).append(" HTTP/1.1\r\nHost: ").append(host);
    for (const Header &header : request.headers)
        bytes.append("\r\n").append(header.name).append(": ").append(header.value);
    if (secret) {
        bytes.append("\r\n").append(request.secretHeader).append(": ").append(request.secretPrefix);
        bytes.append(request.secret.view());
    }
    bytes.append("\r\nAccept-Encoding: identity");
    if (hasBody(request))
        bytes.append("\r\nContent-Length: ").append(QByteArray::number(request.body.size()));
    bytes.append("\r\n\r\n").append(request.body);
    return bytes;
}

} // namespace tollgate
