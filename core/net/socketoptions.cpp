#include "core/net/socketoptions.h"

#include <sys/socket.h>

namespace tollgate {

namespace {

#ifdef MSG_NOSIGNAL
constexpr int sendFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
constexpr int sendFlags = MSG_DONTWAIT; // Qt has set SO_NOSIGPIPE on the socket
#endif

} // namespace

qsizetype sendNow(qintptr descriptor, QByteArrayView bytes)
{
    const ssize_t sent = ::send(int(descriptor), bytes.data(), size_t(bytes.size()), sendFlags);
    return sent > 0 ? qsizetype(sent) : 0;
}

void shutdownWriting(qintptr descriptor)
{
    ::shutdown(int(descriptor), SHUT_WR);
}

void resetOnClose(qintptr descriptor)
{
    const linger now{1, 0};
    ::setsockopt(int(descriptor), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

} // namespace tollgate
