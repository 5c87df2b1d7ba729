// CRC-32 (IEEE 802.3, the one of zip and Ethernet), eight bytes at a time.
#pragma once

#include <QByteArrayView>

namespace tollgate {

// `seed` is the CRC of what came before, so that pieces can be fed one after the other.
quint32 crc32(QByteArrayView bytes, quint32 seed = 0);

} // namespace tollgate
