#include "core/ledger/crc32.h"

#include <QtEndian>

#include <array>

namespace tollgate {

namespace {

using Tables = std::array<std::array<quint32, 256>, 8>;

constexpr Tables makeTables()
{
    Tables tables{};
    for (quint32 i = 0; i < 256; ++i) {
        quint32 value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ (value & 1 ? 0xEDB88320U : 0U);
        tables[0][i] = value;
    }
    for (size_t table = 1; table < 8; ++table) {
        for (size_t i = 0; i < 256; ++i)
            tables[table][i] = (tables[table - 1][i] >> 8) ^ tables[0][tables[table - 1][i] & 0xff];
    }
    return tables;
}

constexpr Tables tables = makeTables();

} // namespace

quint32 crc32(QByteArrayView bytes, quint32 seed)
{
    quint32 crc = ~seed;
    const auto *next = reinterpret_cast<const uchar *>(bytes.data());
    qsizetype left = bytes.size();
    for (; left >= 8; left -= 8, next += 8) {
        const quint32 low = qFromLittleEndian<quint32>(next) ^ crc;
        const quint32 high = qFromLittleEndian<quint32>(next + 4);
        crc = tables[7][low & 0xff] ^ tables[6][(low >> 8) & 0xff] ^ tables[5][(low >> 16) & 0xff] ^ tables[4][low >> 24]
              ^ tables[3][high & 0xff] ^ tables[2][(high >> 8) & 0xff] ^ tables[1][(high >> 16) & 0xff] ^ tables[0][high >> 24];
    }
    for (; left > 0; --left, ++next)
        crc = (crc >> 8) ^ tables[0][(crc ^ *next) & 0xff];
    return ~crc;
}

} // namespace tollgate
