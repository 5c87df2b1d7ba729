#include "core/net/endpoint.h"

#include <QCoreApplication>
#include <QHashFunctions>
#include <QHostAddress>
#include <QUrl>

#include <algorithm>
#include <array>

namespace tollgate {

namespace {

QString translated(const char *text)
{
    return QCoreApplication::translate("Endpoint", text);
}

Error badUrl(const QString &why, const QString &fix = {})
{
    return {ErrorKind::Usage, QCoreApplication::translate("Endpoint", "The address cannot be used"), why, fix};
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isHex(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Labels of letters, digits, hyphens and underscores; no empty label, so no trailing dot either.
bool isName(QByteArrayView host)
{
    if (host.isEmpty() || host.size() > 253)
        return false;
    qsizetype label = 0;
    char previous = '.';
    for (const char c : host) {
        if (c == '.') {
            if (label == 0 || previous == '-')
                return false;
            label = 0;
        } else {
            if (!isLetter(c) && !isDigit(c) && c != '_' && (c != '-' || label == 0))
                return false;
            if (++label > 63)
                return false;
        }
        previous = c;
    }
    return label > 0 && previous != '-';
}

// Whether a resolver could take the last label for a number, and so the whole name for an address ("127.1", "0x7f.1", "2130706433").
bool endsInNumber(QByteArrayView host)
{
    const QByteArrayView last = host.sliced(host.lastIndexOf('.') + 1);
    if (std::all_of(last.begin(), last.end(), isDigit))
        return true;
    return last.size() >= 2 && last[0] == '0' && (last[1] == 'x' || last[1] == 'X')
           && std::all_of(last.begin() + 2, last.end(), isHex);
}

// Four decimal numbers without leading zeros: the one spelling that every parser reads the same.
bool isDottedQuad(const QByteArray &host)
{
    const QList<QByteArray> parts = host.split('.');
    return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](const QByteArray &part) {
        return !part.isEmpty() && part.size() <= 3 && std::all_of(part.begin(), part.end(), isDigit)
               && (part.size() == 1 || part[0] != '0') && part.toInt() <= 255;
    });
}

// Whether the name or address is this machine or a private network, where plain http exposes nothing to strangers.
bool isLocal(const QString &host)
{
    const QHostAddress address(host);
    if (!address.isNull()) {
        static const std::array<QPair<QHostAddress, int>, 9> subnets{
            QHostAddress::parseSubnet(QStringLiteral("127.0.0.0/8")),    QHostAddress::parseSubnet(QStringLiteral("10.0.0.0/8")),
            QHostAddress::parseSubnet(QStringLiteral("172.16.0.0/12")),  QHostAddress::parseSubnet(QStringLiteral("192.168.0.0/16")),
            QHostAddress::parseSubnet(QStringLiteral("169.254.0.0/16")), QHostAddress::parseSubnet(QStringLiteral("100.64.0.0/10")),
            QHostAddress::parseSubnet(QStringLiteral("::1/128")),        QHostAddress::parseSubnet(QStringLiteral("fc00::/7")),
            QHostAddress::parseSubnet(QStringLiteral("fe80::/10"))};
        return std::any_of(subnets.begin(), subnets.end(),
                           [&](const QPair<QHostAddress, int> &subnet) { return address.isInSubnet(subnet); });
    }
    // A name without a dot, and the endings that never leave a local network (RFC 6761, 6762, 8375, and ICANN's .internal).
    return !host.contains(QLatin1Char('.')) || host.endsWith(QLatin1String(".localhost"))
           || host.endsWith(QLatin1String(".local")) || host.endsWith(QLatin1String(".lan"))
           || host.endsWith(QLatin1String(".internal")) || host.endsWith(QLatin1String(".home.arpa"));
}

// Characters of RFC 3986's path and query, percent signs only before two hex digits.
bool isSafePart(QByteArrayView part)
{
    static constexpr QByteArrayView marks("-._~!$&'()*+,;=:@/?");
    for (qsizetype i = 0; i < part.size(); ++i) {
        const char c = part[i];
        if (c == '%') {
            if (i + 2 >= part.size() || !isHex(part[i + 1]) || !isHex(part[i + 2]))
                return false;
        } else if (!isLetter(c) && !isDigit(c) && !marks.contains(c)) {
            return false;
        }
    }
    return true;
}

// Empty and dot segments mean different things to different servers, spelled out or as %2e and %2f.
bool hasOddSegments(const QByteArray &path)
{
    const QByteArray lower = path.toLower();
    if (lower.contains("//") || lower.contains("%2e") || lower.contains("%2f") || lower.contains("%5c")
        || lower.contains("%00"))
        return true;
    const QList<QByteArray> segments = lower.split('/');
    return std::any_of(segments.begin(), segments.end(),
                       [](const QByteArray &segment) { return segment == "." || segment == ".."; });
}

struct Authority {
    QByteArray host; // lower case, without brackets
    quint16 port = 0;
    QString error;
};

// Splits "host:port" or "[v6]:port"; `port` stays 0 when none is given.
Authority parseAuthority(const QByteArray &text)
{
    Authority result;
    QByteArray rest;
    if (text.startsWith('[')) {
        const qsizetype end = text.indexOf(']');
        const QByteArray inside = end > 0 ? text.mid(1, end - 1).toLower() : QByteArray();
        const QHostAddress address(QString::fromLatin1(inside));
        const bool plain = std::all_of(inside.begin(), inside.end(), [](char c) { return isHex(c) || c == ':' || c == '.'; });
        if (!plain || address.protocol() != QAbstractSocket::IPv6Protocol)
            return {{}, 0, translated("The address in brackets is not an IPv6 address.")};
        result.host = address.toString().toLatin1().toLower();
        rest = text.mid(end + 1);
        if (!rest.isEmpty() && !rest.startsWith(':'))
            return {{}, 0, translated("Something follows the host that is not a port.")};
    } else {
        const qsizetype colon = text.indexOf(':');
        result.host = (colon < 0 ? text : text.first(colon)).toLower();
        rest = colon < 0 ? QByteArray() : text.mid(colon);
        if (!isName(result.host) || (endsInNumber(result.host) && !isDottedQuad(result.host)))
            return {{}, 0, translated("The host is not a name or an address.")};
    }
    if (!rest.isEmpty()) {
        const QByteArray digits = rest.mid(1);
        const bool plain = !digits.isEmpty() && digits.size() <= 5 && digits[0] != '0'
                           && std::all_of(digits.begin(), digits.end(), isDigit);
        const int port = plain ? digits.toInt() : 0;
        if (port < 1 || port > 65535)
            return {{}, 0, translated("The port is not a number from 1 to 65535.")};
        result.port = quint16(port);
    }
    return result;
}

// The reason to refuse the text before anything in it is read, or nothing.
QString refusedCharacters(const QString &url)
{
    if (url.isEmpty())
        return translated("It is empty.");
    if (url.size() > 2048)
        return translated("It is longer than 2048 characters.");
    for (const QChar c : url) {
        if (c.unicode() < 0x21 || c.unicode() > 0x7e)
            return translated("It has a space or a character outside of ASCII. Write an international name in its xn-- form.");
        if (c == QLatin1Char('\\') || c == QLatin1Char('#'))
            return translated("It has a backslash or a # sign.");
    }
    return {};
}

// Letters, digits and marks that mean one thing everywhere: no second reading can differ, and Qt's costs microseconds per request.
bool isPlainUrl(const QString &url)
{
    static constexpr QByteArrayView marks(".-_/:");
    return !url.contains(QLatin1String("xn--"), Qt::CaseInsensitive) && std::all_of(url.begin(), url.end(), [](QChar c) {
        const char byte = c.toLatin1();
        return isLetter(byte) || isDigit(byte) || (byte && marks.contains(byte));
    });
}

// A second reading by Qt's parser: an address that two parsers read differently is refused.
bool qtReadsTheSame(const QString &url, const Endpoint &endpoint)
{
    if (isPlainUrl(url))
        return true;
    const QUrl parsed(url, QUrl::StrictMode);
    const int port = parsed.port(endpoint.tls ? 443 : 80);
    const QHostAddress ours(endpoint.host);
    const bool sameHost = ours.isNull() ? parsed.host(QUrl::FullyEncoded).toLower() == endpoint.host
                                        : QHostAddress(parsed.host()) == ours;
    return parsed.isValid() && sameHost && port == endpoint.port && parsed.userInfo().isEmpty() && !parsed.hasFragment()
           && parsed.scheme() == (endpoint.tls ? QLatin1String("https") : QLatin1String("http"));
}

} // namespace

QByteArray Endpoint::hostHeader() const
{
    QByteArray header = host.toLatin1();
    if (header.contains(':'))
        header = '[' + header + ']';
    if (port != (tls ? 443 : 80))
        header += ':' + QByteArray::number(port);
    return header;
}

QByteArray Endpoint::origin() const
{
    return (tls ? QByteArray("https://") : QByteArray("http://")) + hostHeader();
}

size_t qHash(const Endpoint &endpoint, size_t seed)
{
    return qHashMulti(seed, endpoint.tls, endpoint.host, endpoint.port, endpoint.caFile, endpoint.proxy);
}

Result<ParsedUrl> parseBaseUrl(const QString &url, bool allowPlain)
{
    if (const QString why = refusedCharacters(url); !why.isEmpty())
        return badUrl(why);
    const QByteArray text = url.toLatin1();
    const qsizetype schemeEnd = text.indexOf("://");
    const QByteArray scheme = text.first(qMax<qsizetype>(schemeEnd, 0)).toLower();
    if (scheme != "https" && scheme != "http")
        return badUrl(translated("It does not start with https:// or http://."));

    const QByteArray afterScheme = text.mid(schemeEnd + 3);
    const auto ends = std::find_if(afterScheme.begin(), afterScheme.end(), [](char c) { return c == '/' || c == '?'; });
    const QByteArray authority = afterScheme.first(ends - afterScheme.begin());
    if (authority.contains('@'))
        return badUrl(translated("It has a user name or password."), translated("Store the key as the provider's key."));
    if (authority.contains('%'))
        return badUrl(translated("It has a % sign in the host."));
    const Authority parsed = parseAuthority(authority);
    if (!parsed.error.isEmpty())
        return badUrl(parsed.error);

    ParsedUrl result;
    result.endpoint.tls = scheme == "https";
    result.endpoint.host = QString::fromLatin1(parsed.host);
    result.endpoint.port = parsed.port ? parsed.port : (result.endpoint.tls ? 443 : 80);
    const QByteArray rest = afterScheme.mid(authority.size());
    const qsizetype question = rest.indexOf('?');
    result.path = question < 0 ? rest : rest.first(question);
    result.query = question < 0 ? QByteArray() : rest.mid(question + 1);
    if (!isSafePart(result.path) || !isSafePart(result.query) || hasOddSegments(result.path))
        return badUrl(translated("The path has characters or empty or dot parts that servers read differently."));
    if (result.path.endsWith('/'))
        result.path.chop(1);
    if (!qtReadsTheSame(url, result.endpoint))
        return badUrl(translated("Two readers of the address would connect to different places."));
    if (!result.endpoint.tls && !allowPlain && !isLocal(result.endpoint.host))
        return badUrl(translated("Plain http to a host outside of this machine and its network would show the key to everyone on the way."),
                      translated("Use https://."));
    return result;
}

} // namespace tollgate
