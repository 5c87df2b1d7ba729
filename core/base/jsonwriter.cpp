#include "core/base/json.h"

#include <array>
#include <charconv>
#include <cmath>

namespace tollgate {

namespace {

// 0: as is; 'u': \u00XX; anything else: the letter after the backslash. DEL and bytes of UTF-8 sequences go as they are.
constexpr std::array<char, 256> escapes = [] {
    std::array<char, 256> table{};
    for (int c = 0; c < 0x20; ++c)
        table[size_t(c)] = 'u';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}();

} // namespace

void JsonWriter::separate()
{
    Q_ASSERT(m_afterKey || m_depth == 0 || m_depth > 64 || !(m_objects & 1)); // a value in an object follows its key
    if (m_needsComma)
        m_out.append(',');
    m_needsComma = true;
    m_afterKey = false;
}

void JsonWriter::begin(char bracket)
{
    separate();
    m_needsComma = false;
    m_objects = (m_objects << 1) | (bracket == '{' ? 1 : 0);
    ++m_depth;
    m_out.append(bracket);
}

void JsonWriter::end(char bracket)
{
    Q_ASSERT(m_depth > 0 && !m_afterKey);
    Q_ASSERT(m_depth > 64 || bool(m_objects & 1) == (bracket == '}'));
    m_objects >>= 1;
    --m_depth;
    m_needsComma = true;
    m_out.append(bracket);
}

void JsonWriter::quoted(QByteArrayView text)
{
    m_out.reserve(m_out.size() + text.size() + 2);
    m_out.append('"');
    const char *run = text.begin();
    for (const char *at = run; at != text.end(); ++at) {
        const char escape = escapes[static_cast<unsigned char>(*at)];
        if (escape == 0) [[likely]]
            continue;
        m_out.append(run, at - run);
        run = at + 1;
        m_out.append('\\');
        m_out.append(escape);
        if (escape == 'u') {
            constexpr char digits[] = "0123456789abcdef";
            const char code[] = {'0', '0', digits[*at >> 4], digits[*at & 15]};
            m_out.append(code, 4);
        }
    }
    m_out.append(run, text.end() - run);
    m_out.append('"');
}

JsonWriter &JsonWriter::beginObject()
{
    begin('{');
    return *this;
}

JsonWriter &JsonWriter::endObject()
{
    end('}');
    return *this;
}

JsonWriter &JsonWriter::beginArray()
{
    begin('[');
    return *this;
}

JsonWriter &JsonWriter::endArray()
{
    end(']');
    return *this;
}

JsonWriter &JsonWriter::key(QByteArrayView name)
{
    Q_ASSERT(m_depth > 0 && !m_afterKey && (m_depth > 64 || (m_objects & 1)));
    if (m_needsComma)
        m_out.append(',');
    quoted(name);
    m_out.append(':');
    m_needsComma = false;
    m_afterKey = true;
    return *this;
}

JsonWriter &JsonWriter::value(QStringView text)
{
    separate();
    quoted(text.toUtf8()); // a lone surrogate becomes '?': the output is always valid UTF-8
    return *this;
}

JsonWriter &JsonWriter::utf8(QByteArrayView text)
{
    separate();
    quoted(text);
    return *this;
}

JsonWriter &JsonWriter::value(qint64 number)
{
    separate();
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    m_out.append(text, end - text);
    return *this;
}

JsonWriter &JsonWriter::value(double number)
{
    if (!std::isfinite(number))
        return null();
    separate();
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    m_out.append(text, end - text);
    return *this;
}

JsonWriter &JsonWriter::value(bool flag)
{
    separate();
    m_out.append(flag ? QByteArrayView("true") : QByteArrayView("false"));
    return *this;
}

JsonWriter &JsonWriter::null()
{
    separate();
    m_out.append(QByteArrayView("null"));
    return *this;
}

JsonWriter &JsonWriter::raw(QByteArrayView json)
{
    Q_ASSERT(!json.isEmpty());
    separate();
    m_out.append(json);
    return *this;
}

} // namespace tollgate
