// HTTP header fields: an ordered list, names compared without case. Values are checked on the way out, trimmed on the way in.
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

namespace tollgate {

struct Header {
    QByteArray name;
    QByteArray value;
    friend bool operator==(const Header &, const Header &) = default;
};

class Headers
{
public:
    Headers() = default;
    Headers(std::initializer_list<Header> list) : m_list(list) {}

    void add(QByteArrayView name, QByteArrayView value);
    void set(QByteArrayView name, QByteArrayView value); // replaces all of that name
    bool contains(QByteArrayView name) const;
    QByteArray value(QByteArrayView name) const; // first of that name; empty when absent
    qsizetype size() const { return m_list.size(); }
    auto begin() const { return m_list.begin(); }
    auto end() const { return m_list.end(); }

    // Name is an HTTP token; value is visible ASCII, spaces and tabs inside only (reliability.md finding 3).
    static bool isSafe(QByteArrayView name, QByteArrayView value);

private:
    QList<Header> m_list;
};

} // namespace tollgate
