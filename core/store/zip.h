// zstd for stored bytes. Self-describing: the first byte says whether what follows is compressed. Any thread.
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace tollgate {

// Compresses (level 3) what is bigger than 1 KiB and gets smaller by it; the rest is kept as it is.
QByteArray pack(QByteArrayView bytes);
// Empty when the bytes are broken or would unpack to more than `limit`.
std::optional<QByteArray> unpack(QByteArrayView packed, qint64 limit = 256LL << 20);

} // namespace tollgate
