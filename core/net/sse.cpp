#include "core/net/sse.h"

#include <algorithm>
#include <cstring>

namespace tollgate {

namespace {

constexpr char byteOrderMark[] = {'\xEF', '\xBB', '\xBF'};

qsizetype find(QByteArrayView bytes, qsizetype from, char wanted)
{
    const void *at = std::memchr(bytes.data() + from, wanted, size_t(bytes.size() - from));
    return at ? static_cast<const char *>(at) - bytes.data() : bytes.size();
}

} // namespace

bool SseParser::feed(QByteArrayView bytes, const std::function<bool(const SseEvent &)> &event)
{
    if (m_failed)
        return false;
    if (!m_started)
        bytes = skipByteOrderMark(bytes);
    if (m_skipLf && !bytes.isEmpty()) {
        m_skipLf = false;
        if (bytes.front() == '\n')
            bytes = bytes.sliced(1);
    }
    // The next LF and CR are looked for once each, so that a stream of one kind of line end stays linear.
    qsizetype lf = -1;
    qsizetype cr = -1;
    qsizetype position = 0;
    while (position < bytes.size()) {
        if (lf < position)
            lf = find(bytes, position, '\n');
        if (cr < position)
            cr = find(bytes, position, '\r');
        const qsizetype lineEnd = std::min(lf, cr);
        QByteArrayView line = bytes.sliced(position, lineEnd - position);
        if (lineEnd == bytes.size()) {
            if (!hold(line))
                return false;
            break;
        }
        position = lineEnd + 1;
        if (cr == lineEnd) {
            if (position == bytes.size())
                m_skipLf = true;
            else if (bytes[position] == '\n')
                ++position;
        }
        const bool inInput = m_line.isEmpty();
        if (!inInput) {
            if (!hold(line))
                return false;
            line = m_line;
        } else if (line.size() > m_maxLine) {
            m_failed = true;
            return false;
        }
        switch (takeLine(line, inInput, event)) {
        case Step::Continue:
            break;
        case Step::Stop:
            return true;
        case Step::Fail:
            m_failed = true;
            return false;
        }
        if (!inInput)
            m_line.resize(0);
    }
    keepData();
    return true;
}

// The mark may arrive one byte at a time; what turns out not to be one belongs to the first line.
QByteArrayView SseParser::skipByteOrderMark(QByteArrayView bytes)
{
    while (!bytes.isEmpty() && !m_started) {
        if (bytes.front() != byteOrderMark[m_bomBytes]) {
            m_line.append(QByteArrayView(byteOrderMark, m_bomBytes));
            m_bomBytes = 0;
            m_started = true;
            break;
        }
        bytes = bytes.sliced(1);
        m_started = ++m_bomBytes == 3;
    }
    return bytes;
}

bool SseParser::hold(QByteArrayView bytes)
{
    if (m_line.size() + bytes.size() > m_maxLine) {
        m_failed = true;
        return false;
    }
    m_line.append(bytes);
    return true;
}

SseParser::Step SseParser::takeLine(QByteArrayView line, bool inInput, const std::function<bool(const SseEvent &)> &event)
{
    if (line.isEmpty())
        return dispatch(event);
    const qsizetype colon = find(line, 0, ':');
    const QByteArrayView field = line.first(colon); // empty for a comment
    QByteArrayView value;
    if (colon < line.size()) {
        value = line.sliced(colon + 1);
        if (value.startsWith(' '))
            value = value.sliced(1);
    }
    if (field == QByteArrayView("data"))
        return takeData(value, inInput);
    if (field == QByteArrayView("event")) {
        m_type.resize(0);
        m_type.append(value);
    }
    // "id" and "retry" serve reconnecting, which we never do; unknown fields are ignored by the standard.
    return Step::Continue;
}

SseParser::Step SseParser::takeData(QByteArrayView value, bool inInput)
{
    if (!m_hasData) {
        if (value.size() > m_maxEvent)
            return Step::Fail;
        m_hasData = true;
        if (inInput && value.data())
            m_view = value;
        else
            m_data.append(value);
        return Step::Continue;
    }
    keepData();
    if (m_data.size() + 1 + value.size() > m_maxEvent)
        return Step::Fail;
    m_data.append('\n');
    m_data.append(value);
    return Step::Continue;
}

SseParser::Step SseParser::dispatch(const std::function<bool(const SseEvent &)> &event)
{
    if (m_hasData) {
        const SseEvent complete{m_type, m_view.data() ? m_view : QByteArrayView(m_data)};
        if (!event(complete))
            return Step::Stop;
    }
    m_type.resize(0);
    m_data.resize(0);
    m_view = {};
    m_hasData = false;
    return Step::Continue;
}

// The bytes being fed go away: what an unfinished event needs of them is copied.
void SseParser::keepData()
{
    if (!m_view.data())
        return;
    m_data.append(m_view);
    m_view = {};
}

} // namespace tollgate
