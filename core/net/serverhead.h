// What the server asks of a request's head beyond llhttp: nothing that two parsers could read differently, and a Host of ours. Pure.
#pragma once

#include "core/net/httpserver.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace tollgate {

// Why a request is refused: the status to answer with, and one plain sentence.
struct Refusal {
    int status = 400;
    const char *text = "";
};

// Finds the end of a head that arrives in pieces. Refuses bare CR and LF, control characters and folded lines as soon as they come.
class HeadScanner
{
public:
    enum class State : quint8 { More, Whole, Bad };

    // `bytes`: everything received of this request so far; looks only at what is new.
    State scan(QByteArrayView bytes);
    qsizetype size() const { return m_position; }     // once Whole: bytes of the head with its empty line
    qsizetype lineStart() const { return m_start; }   // of the request line: empty lines may come before it
    bool hasLine() const { return m_lines > 0; }      // the request line is whole
    void reset() { *this = HeadScanner(); }

private:
    qsizetype m_position = 0; // bytes looked at
    qsizetype m_line = 0;     // start of the current line
    qsizetype m_start = 0;
    int m_lines = 0;
};

// "POST /v1/x?y HTTP/1.1": one space each, a method we serve, an origin-form target of visible ASCII, version 1.0 or 1.1.
std::optional<Refusal> checkRequestLine(QByteArrayView line, qint64 maxTarget);

// Host, Content-Length, Transfer-Encoding and Expect.
std::optional<Refusal> checkFields(const Headers &headers, int minorVersion, const ServerLimits &limits, quint16 port);

// A Host value against 127.0.0.1, localhost, [::1] and `hosts`, each with this port (none is needed for port 80).
bool isHostAllowed(QByteArrayView host, quint16 port, const QList<QByteArray> &hosts);

} // namespace tollgate
