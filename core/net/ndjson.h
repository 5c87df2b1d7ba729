// Newline-delimited JSON split into lines: LF or CRLF, blank lines skipped. Pure, no I/O; what a line holds is not looked at.
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <functional>

namespace tollgate {

class NdjsonSplitter
{
public:
    // The cap of reliability.md section 2.1: a line of 1 MiB.
    explicit NdjsonSplitter(qsizetype maxLine = 1 << 20) : m_maxLine(maxLine) {}

    // Calls `line` for every line that the bytes complete, without its end; linear in the bytes however they are split. The view is
    // valid during the call only. Returns false once the cap is passed (then and on every later call). The callback returns false to
    // stop early: the rest of the bytes is dropped, the splitter is not touched again (the callback may have deleted it) and must
    // not be fed again. feed() is not re-entrant.
    bool feed(QByteArrayView bytes, const std::function<bool(QByteArrayView)> &line);
    // Bytes of a last line that lacks its end: some servers end so, and a stream that was cut does too.
    QByteArrayView unfinished() const { return QByteArrayView(m_line).trimmed(); }

private:
    bool hold(QByteArrayView bytes);

    qsizetype m_maxLine;
    QByteArray m_line; // bytes of the unfinished line
    bool m_failed = false;
};

} // namespace tollgate
