// Where a request goes, and under which trust: two requests share a connection only when their endpoints are equal.
#pragma once

#include "core/base/result.h"

#include <QByteArray>
#include <QString>

namespace tollgate {

struct Endpoint {
    bool tls = false;
    QString host; // lower case ASCII (punycode), or an address without brackets
    quint16 port = 0;
    QString caFile;    // PEM with authorities that are trusted besides the system's; empty: none
    QString proxy;     // "http://host:port" or "socks5://host:port"; empty or "none": none; "system": the desktop's
    friend bool operator==(const Endpoint &, const Endpoint &) = default;

    QByteArray hostHeader() const; // brackets and non-default port included
    QByteArray origin() const;     // "https://api.openai.com"
};
size_t qHash(const Endpoint &endpoint, size_t seed = 0);

struct ParsedUrl {
    Endpoint endpoint;
    QByteArray path; // "/v1" without a trailing slash; empty for the root
    QByteArray query;
};

// The strict grammar of reliability.md threat 20: http or https, ASCII, no user part, no backslash, no fragment, no "%" in the
// host; the parsed form must serialise back to the same origin. Plain http is allowed for loopback and private hosts and refused
// elsewhere unless `allowPlain`.
Result<ParsedUrl> parseBaseUrl(const QString &url, bool allowPlain = false);

} // namespace tollgate
