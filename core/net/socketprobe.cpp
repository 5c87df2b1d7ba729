#include "core/net/socketprobe.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tollgate {

bool isSilent(qintptr descriptor)
{
    char byte = 0;
    const ssize_t got = ::recv(int(descriptor), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && errno == EAGAIN;
}

qsizetype writeNow(qintptr descriptor, QByteArrayView bytes)
{
    ssize_t taken = 0;
    do {
        taken = ::send(int(descriptor), bytes.data(), size_t(bytes.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (taken < 0 && errno == EINTR);
    return std::max<qsizetype>(taken, 0);
}

void EndWitness::watch(qintptr descriptor)
{
    forget();
    if (descriptor >= 0)
        m_descriptor = ::fcntl(int(descriptor), F_DUPFD_CLOEXEC, 0);
}

void EndWitness::forget()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    m_descriptor = -1;
}

bool EndWitness::sawReset() const
{
#ifdef TCP_INFO
    tcp_info info{};
    socklen_t size = sizeof info;
    // After the peer's FIN the socket waits for our close (CLOSE_WAIT); after its RST there is no connection any more.
    return m_descriptor >= 0 && ::getsockopt(m_descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) == 0
           && info.tcpi_state == TCP_CLOSE;
#else
    return false;
#endif
}

} // namespace tollgate
