// Server-sent events by the WHATWG rules: LF, CRLF and CR line ends, comments, BOM, several data lines joined by LF. Pure, no I/O.
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <functional>

namespace tollgate {

struct SseEvent {
    QByteArrayView type; // empty means "message"
    QByteArrayView data; // valid during the callback only
};

class SseParser
{
public:
    // Caps of reliability.md section 2.1: a line of 1 MiB, an event of 4 MiB.
    explicit SseParser(qsizetype maxLine = 1 << 20, qsizetype maxEvent = 4 << 20) : m_maxLine(maxLine), m_maxEvent(maxEvent) {}

    // Calls `event` for every event that the bytes complete; linear in the bytes however they are split. Returns false once a cap
    // is passed (then and on every later call). The callback returns false to stop early: the rest of the bytes is dropped, the
    // parser is not touched again (the callback may have deleted it) and must not be fed again. feed() is not re-entrant.
    bool feed(QByteArrayView bytes, const std::function<bool(const SseEvent &)> &event);
    // True when bytes of an unfinished event are held: a stream that ends now was cut.
    bool hasPartial() const
    {
        return !m_line.isEmpty() || m_hasData || !m_type.isEmpty() || (m_bomBytes > 0 && m_bomBytes < 3);
    }

private:
    enum class Step : quint8 { Continue, Stop, Fail };
    QByteArrayView skipByteOrderMark(QByteArrayView bytes);
    bool hold(QByteArrayView bytes);
    Step endLine(QByteArrayView line, const std::function<bool(const SseEvent &)> &event);
    Step takeLine(QByteArrayView line, bool inInput, const std::function<bool(const SseEvent &)> &event);
    Step takeData(QByteArrayView value, bool inInput);
    Step dispatch(const std::function<bool(const SseEvent &)> &event);
    void keepData();

    qsizetype m_maxLine;
    qsizetype m_maxEvent;
    QByteArray m_line; // bytes of the unfinished line
    QByteArray m_type;
    QByteArray m_data;       // data lines so far, joined by LF
    QByteArrayView m_view;   // the only data line so far, inside the bytes being fed: most events are never copied
    int m_bomBytes = 0;      // bytes of a leading byte order mark seen
    bool m_hasData = false;
    bool m_skipLf = false; // the last line ended in CR
    bool m_started = false;
    bool m_failed = false;
};

} // namespace tollgate
