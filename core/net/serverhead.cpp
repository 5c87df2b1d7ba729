#include "core/net/serverhead.h"

#include <algorithm>
#include <array>

namespace tollgate {

namespace {

// Bytes a head line may hold: everything but control characters; bytes over 0x7F are left to llhttp and to values.
constexpr std::array<bool, 256> plain = [] {
    std::array<bool, 256> table{};
    for (size_t c = 0x20; c < 256; ++c)
        table[c] = c != 0x7F;
    table['\t'] = true;
    return table;
}();

constexpr std::array<const char *, 7> servedMethods = {"POST", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"};

bool same(QByteArrayView a, const char *b)
{
    return a.compare(QByteArrayView(b), Qt::CaseInsensitive) == 0;
}

bool isToken(QByteArrayView text)
{
    return Headers::isSafe(text, {});
}

} // namespace

HeadScanner::State HeadScanner::scan(QByteArrayView bytes)
{
    for (; m_position < bytes.size(); ++m_position) {
        const char c = bytes[m_position];
        const bool afterCr = m_position > m_line && bytes[m_position - 1] == '\r';
        if (c == '\n') {
            if (!afterCr)
                return State::Bad;
            const bool empty = m_position - m_line == 1;
            m_line = m_position + 1;
            if (empty && m_lines > 0) {
                ++m_position;
                return State::Whole;
            }
            if (empty)
                m_start = m_line;
            else
                ++m_lines;
        } else if (afterCr || (c != '\r' && !plain[uchar(c)])) {
            return State::Bad;
        } else if ((c == ' ' || c == '\t') && m_position == m_line) {
            return State::Bad; // a folded line, or white space before the request
        }
    }
    return State::More;
}

std::optional<Refusal> checkRequestLine(QByteArrayView line, qint64 maxTarget)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (first <= 0 || last == first)
        return Refusal{400, "The request line is not a method, a target and a version."};
    const QByteArrayView method = line.first(first);
    const QByteArrayView target = line.sliced(first + 1, last - first - 1);
    const QByteArrayView version = line.sliced(last + 1);
    if (!isToken(method))
        return Refusal{400, "The method is not a word."};
    if (version != QByteArrayView("HTTP/1.1") && version != QByteArrayView("HTTP/1.0")) {
        return version.startsWith("HTTP/") ? Refusal{505, "This version of HTTP is not spoken here."}
                                           : Refusal{400, "The request line does not end in a version."};
    }
    if (target.size() > maxTarget)
        return Refusal{414, "The address is too long."};
    if (!std::any_of(servedMethods.begin(), servedMethods.end(), [&](const char *m) { return method == QByteArrayView(m); }))
        return Refusal{501, "This method is not supported."};
    const auto visible = [](char c) { return c > 0x20 && c < 0x7F && c != '#'; };
    if (!target.startsWith('/') || !std::all_of(target.begin(), target.end(), visible))
        return Refusal{400, "The address is not a path of visible ASCII characters."};
    return std::nullopt;
}

std::optional<Refusal> checkFields(const Headers &headers, int minorVersion, const ServerLimits &limits, quint16 port)
{
    int hosts = 0;
    int lengths = 0;
    int codings = 0;
    for (const Header &header : headers) {
        if (!isToken(header.name))
            return Refusal{400, "A header's name is not a word."};
        if (same(header.name, "host")) {
            ++hosts;
            if (limits.checkHost && !isHostAllowed(header.value, port, limits.hosts))
                return Refusal{421, "This server does not answer for that host."};
        } else if (same(header.name, "content-length")) {
            ++lengths;
            const auto digit = [](char c) { return c >= '0' && c <= '9'; };
            if (header.value.isEmpty() || !std::all_of(header.value.begin(), header.value.end(), digit))
                return Refusal{400, "Content-Length is not a number."};
        } else if (same(header.name, "transfer-encoding")) {
            ++codings;
            if (!same(header.value, "chunked"))
                return Refusal{501, "Only chunked transfer coding is supported."};
        } else if (same(header.name, "expect") && minorVersion > 0 && !same(header.value, "100-continue")) {
            return Refusal{417, "Only 100-continue can be expected."};
        }
    }
    if (hosts > 1 || (hosts == 0 && (minorVersion > 0 || limits.checkHost)))
        return Refusal{400, "Exactly one Host header is needed."};
    if (lengths + codings > 1)
        return Refusal{400, "The length of the body is given twice."};
    if (codings && minorVersion == 0)
        return Refusal{400, "HTTP/1.0 has no chunked bodies."};
    return std::nullopt;
}

bool isHostAllowed(QByteArrayView host, quint16 port, const QList<QByteArray> &hosts)
{
    QByteArrayView name = host;
    const qsizetype colon = host.lastIndexOf(':');
    const bool hasPort = colon >= 0 && !host.endsWith(']');
    if (hasPort)
        name = host.first(colon);
    if (hasPort ? host.sliced(colon + 1) != QByteArrayView(QByteArray::number(port)) : port != 80)
        return false;
    return same(name, "127.0.0.1") || same(name, "localhost") || same(name, "[::1]")
        || std::any_of(hosts.begin(), hosts.end(), [&](const QByteArray &h) { return same(name, h.constData()); });
}

} // namespace tollgate
