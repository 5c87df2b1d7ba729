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

// Where lines end. The next LF and the next CR are looked for once each, so that bytes with one kind of line end stay linear.
class LineEnds
{
public:
    explicit LineEnds(QByteArrayView bytes) : m_bytes(bytes) {}

    // The first CR or LF at or after `from`, or the size of the bytes; `from` never falls.
    qsizetype next(qsizetype from)
    {
        if (m_lf < from)
            m_lf = find(m_bytes, from, '\n');
        if (m_cr < from)
            m_cr = find(m_bytes, from, '\r');
        return std::min(m_lf, m_cr);
    }

private:
    QByteArrayView m_bytes;
    qsizetype m_lf = -1;
    qsizetype m_cr = -1;
};

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
    LineEnds ends(bytes);
    qsizetype position = 0;
    while (position < bytes.size()) {
        const qsizetype end = ends.next(position);
        const QByteArrayView line = bytes.sliced(position, end - position);
        if (end == bytes.size()) {
            if (!hold(line))
                return false;
            break;
        }
        position = end + 1;
        if (bytes[end] == '\r') {
            m_skipLf = position == bytes.size();
            if (!m_skipLf && bytes[position] == '\n')
                ++position;
        }
        switch (endLine(line, event)) {
        case Step::Continue:
            break;
        case Step::Stop:
            return true;
        case Step::Fail:
            m_failed = true;
            return false;
        }
    }
    keepData();
    return true;
}

// A line of the bytes being fed has ended; what was held of it comes first.
SseParser::Step SseParser::endLine(QByteArrayView line, const std::function<bool(const SseEvent &)> &event)
{
    if (m_line.isEmpty())
        return line.size() > m_maxLine ? Step::Fail : takeLine(line, true, event);
    if (!hold(line))
        return Step::Fail;
    const Step step = takeLine(m_line, false, event);
    if (step == Step::Continue) // after Stop the parser may be gone
        m_line.resize(0);
    return step;
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
