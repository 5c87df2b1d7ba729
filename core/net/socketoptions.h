// The few things QTcpSocket cannot do: write at once past its buffer, close one direction, and reset instead of closing.
#pragma once

#include <QByteArrayView>

namespace tollgate {

// Bytes the kernel took without blocking; 0 when it takes none or the connection is broken (the next ordinary write reports it).
qsizetype sendNow(qintptr descriptor, QByteArrayView bytes);
// Sends FIN after what was written; the other direction stays open.
void shutdownWriting(qintptr descriptor);
// Makes the coming close() send RST and drop what was not sent.
void resetOnClose(qintptr descriptor);

} // namespace tollgate
