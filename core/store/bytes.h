// Compact bytes for records and cached answers: variable-length integers, UTF-8 text with its length. The reader never reads past its
// end: after the first bad byte every answer is empty and ok() is false.
#pragma once

#include "core/base/money.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QStringConverter>
#include <QStringList>

#include <cstring>
#include <optional>

namespace tollgate {

class ByteWriter
{
public:
    explicit ByteWriter(QByteArray &out) : m_out(out) {}

    void byte(quint8 value) { m_out.append(char(value)); }
    void flag(bool value) { byte(value ? 1 : 0); }
    void number(quint64 value)
    {
        char buffer[10];
        int size = 0;
        while (value >= 0x80) {
            buffer[size++] = char(value | 0x80);
            value >>= 7;
        }
        buffer[size++] = char(value);
        m_out.append(buffer, size);
    }
    // Small negative numbers stay small.
    void integer(qint64 value) { number((quint64(value) << 1) ^ quint64(value >> 63)); }
    void bytes(QByteArrayView value)
    {
        number(quint64(value.size()));
        m_out.append(value);
    }
    void text(QStringView value)
    {
        if (value.isEmpty()) {
            byte(0);
            return;
        }
        if (value.size() > inPlace) {
            bytes(value.toUtf8());
            return;
        }
        // At most 3 bytes per unit: converted beside the buffer, without an allocation.
        char utf8[inPlace * 3 + 8];
        QStringEncoder encoder(QStringConverter::Utf8);
        const char *end = encoder.appendToBuffer(utf8, value);
        bytes(QByteArrayView(utf8, end - utf8));
    }
    void list(const QStringList &values)
    {
        number(quint64(values.size()));
        for (const QString &value : values)
            text(value);
    }
    void optional(const std::optional<qint64> &value)
    {
        flag(value.has_value());
        if (value)
            integer(*value);
    }
    void money(const std::optional<Money> &value)
    {
        flag(value.has_value());
        if (value)
            integer(value->nanoUsd());
    }

private:
    static constexpr qsizetype inPlace = 160;
    QByteArray &m_out;
};

class ByteReader
{
public:
    explicit ByteReader(QByteArrayView in) : m_next(in.data()), m_end(in.data() + in.size()) {}

    bool ok() const { return m_ok; }
    bool atEnd() const { return m_next == m_end; }
    quint8 byte()
    {
        if (m_next == m_end)
            return fail();
        return quint8(*m_next++);
    }
    // An enumerator below `count`.
    template <class E>
    E enumerator(int count)
    {
        const quint8 value = byte();
        return value < count ? E(value) : E(fail());
    }
    bool flag()
    {
        const quint8 value = byte();
        return value > 1 ? fail() != 0 : value == 1;
    }
    quint64 number()
    {
        quint64 value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const quint8 part = byte();
            value |= quint64(part & 0x7f) << shift;
            if (!(part & 0x80))
                return value;
        }
        return fail();
    }
    qint64 integer()
    {
        const quint64 value = number();
        return qint64(value >> 1) ^ -qint64(value & 1);
    }
    QByteArrayView bytes()
    {
        const quint64 size = number();
        if (size > quint64(m_end - m_next)) {
            fail();
            return {};
        }
        const QByteArrayView value(m_next, qsizetype(size));
        m_next += size;
        return value;
    }
    QString text()
    {
        const QByteArrayView utf8 = bytes();
        return utf8.isEmpty() ? QString() : QString::fromUtf8(utf8);
    }
    // How many elements follow; each takes at least a byte, so a broken count cannot make a caller reserve the world.
    qsizetype count()
    {
        const quint64 size = number();
        return size > quint64(m_end - m_next) ? qsizetype(fail()) : qsizetype(size);
    }
    QStringList list()
    {
        QStringList values;
        const qsizetype size = count();
        values.reserve(size);
        for (qsizetype i = 0; i < size && m_ok; ++i)
            values.append(text());
        return values;
    }
    std::optional<qint64> optional() { return flag() ? std::optional(integer()) : std::nullopt; }
    std::optional<Money> money() { return flag() ? std::optional(Money::fromNanoUsd(integer())) : std::nullopt; }

private:
    quint8 fail()
    {
        m_ok = false;
        m_next = m_end;
        return 0;
    }
    const char *m_next;
    const char *m_end;
    bool m_ok = true;
};

} // namespace tollgate
