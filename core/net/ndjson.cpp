#include "core/net/ndjson.h"

#include <cstring>

namespace tollgate {

bool NdjsonSplitter::feed(QByteArrayView bytes, const std::function<bool(QByteArrayView)> &line)
{
    while (!m_failed && !bytes.isEmpty()) {
        const void *const at = std::memchr(bytes.data(), '\n', size_t(bytes.size()));
        if (!at)
            return hold(bytes);
        const qsizetype end = static_cast<const char *>(at) - bytes.data();
        QByteArrayView whole = bytes.first(end);
        bytes = bytes.sliced(end + 1);
        if (!m_line.isEmpty()) {
            if (!hold(whole))
                return false;
            whole = m_line;
        } else if (whole.size() > m_maxLine) {
            m_failed = true;
            return false;
        }
        whole = whole.trimmed(); // the CR of a CRLF is white space
        if (!whole.isEmpty() && !line(whole))
            return true;
        m_line.resize(0);
    }
    return !m_failed;
}

bool NdjsonSplitter::hold(QByteArrayView bytes)
{
    if (m_line.size() + bytes.size() > m_maxLine) {
        m_failed = true;
        return false;
    }
    m_line.append(bytes);
    return true;
}

} // namespace tollgate
