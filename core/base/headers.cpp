#include "core/base/headers.h"

#include <algorithm>

namespace tollgate {

namespace {

bool sameName(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && a.compare(b, Qt::CaseInsensitive) == 0;
}

// Optional white space of HTTP is space and tab only; trimmed() would also eat what must be refused.
QByteArray withoutOuterSpace(QByteArrayView value)
{
    const auto space = [](char c) { return c == ' ' || c == '\t'; };
    while (!value.isEmpty() && space(value.front()))
        value = value.sliced(1);
    while (!value.isEmpty() && space(value.back()))
        value.chop(1);
    return value.toByteArray();
}

// RFC 9110, section 5.6.2.
bool isTokenCharacter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || QByteArrayView("!#$%&'*+-.^_`|~").contains(c);
}

} // namespace

void Headers::add(QByteArrayView name, QByteArrayView value)
{
    m_list.append({name.toByteArray(), withoutOuterSpace(value)});
}

void Headers::set(QByteArrayView name, QByteArrayView value)
{
    // Copied first: both views may point into the list.
    Header header{name.toByteArray(), withoutOuterSpace(value)};
    const auto matches = [&header](const Header &h) { return sameName(h.name, header.name); };
    const auto first = std::find_if(m_list.begin(), m_list.end(), matches);
    if (first == m_list.end()) {
        m_list.append(std::move(header));
        return;
    }
    const qsizetype index = first - m_list.begin();
    m_list.erase(std::remove_if(m_list.begin() + index + 1, m_list.end(), matches), m_list.end());
    m_list[index] = std::move(header);
}

bool Headers::contains(QByteArrayView name) const
{
    return std::any_of(m_list.begin(), m_list.end(), [name](const Header &h) { return sameName(h.name, name); });
}

QByteArray Headers::value(QByteArrayView name) const
{
    const auto found =
        std::find_if(m_list.begin(), m_list.end(), [name](const Header &h) { return sameName(h.name, name); });
    return found == m_list.end() ? QByteArray() : found->value;
}

bool Headers::isSafe(QByteArrayView name, QByteArrayView value)
{
    if (name.isEmpty() || !std::all_of(name.begin(), name.end(), isTokenCharacter))
        return false;
    const auto inside = [](char c) { return (c >= 0x20 && c <= 0x7E) || c == '\t'; };
    if (!std::all_of(value.begin(), value.end(), inside))
        return false;
    const auto space = [](char c) { return c == ' ' || c == '\t'; };
    return value.isEmpty() || (!space(value.front()) && !space(value.back()));
}

} // namespace tollgate
