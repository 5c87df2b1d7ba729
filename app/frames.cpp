#include "app/frames.h"

#include <QDataStream>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace tollgate::app {

QByteArray packFrame(FrameType type, const QByteArray &payload)
{
    QByteArray bytes;
    bytes.reserve(payload.size() + 5);
    const quint32 length = quint32(payload.size());
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.append(char(length >> shift & 0xFF));
    bytes.append(char(type));
    return bytes + payload;
}

QByteArray packInvocation(const Invocation &invocation)
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_4);
    stream << invocation.arguments << invocation.folder << invocation.input << invocation.environment;
    return bytes;
}

std::optional<Invocation> unpackInvocation(const QByteArray &payload)
{
    QDataStream stream(payload);
    stream.setVersion(QDataStream::Qt_6_4);
    Invocation invocation;
    stream >> invocation.arguments >> invocation.folder >> invocation.input >> invocation.environment;
    return stream.status() == QDataStream::Ok ? std::optional(invocation) : std::nullopt;
}

bool FrameReader::read(QLocalSocket &socket, const std::function<void(const Frame &)> &visit)
{
    m_buffer += socket.readAll();
    qsizetype at = 0;
    while (m_buffer.size() - at >= 5) {
        quint32 length = 0;
        for (int i = 0; i < 4; ++i)
            length = length << 8 | quint8(m_buffer[at + i]);
        if (length > maxFrameBytes)
            return false;
        if (m_buffer.size() - at - 5 < qsizetype(length))
            break;
        const Frame frame{FrameType(m_buffer[at + 4]), m_buffer.mid(at + 5, length)};
        at += 5 + qsizetype(length);
        visit(frame);
    }
    m_buffer.remove(0, at);
    return true;
}

namespace {

// A profile may lie deeper than the 107 bytes of sockaddr_un: its folder is then reached through an open descriptor.
int withAddress(const QString &path, const std::function<int(int, const sockaddr_un &)> &use)
{
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    QByteArray name = QFile::encodeName(path);
    int folder = -1;
    if (name.size() >= qsizetype(sizeof(sockaddr_un::sun_path))) {
        folder = ::open(QFile::encodeName(QFileInfo(path).path()).constData(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        name = "/proc/self/fd/" + QByteArray::number(folder) + '/' + QFile::encodeName(QFileInfo(path).fileName());
    }
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.constData(), size_t(qMin(name.size(), qsizetype(sizeof address.sun_path) - 1)));
    const int result = use(fd, address);
    const int error = errno;
    if (folder >= 0)
        ::close(folder);
    if (result != 0)
        ::close(fd);
    errno = error;
    return result == 0 ? fd : -1;
}

} // namespace

int listenAt(const QString &path)
{
    // Only the holder of the profile's lock listens, so a socket file that is there belongs to a process that died.
    QFile::remove(path);
    return withAddress(path, [](int fd, const sockaddr_un &address) {
        const mode_t old = ::umask(0177); // 0600 from the first moment
        const int bound = ::bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address);
        ::umask(old);
        return bound != 0 ? -1 : ::listen(fd, 64);
    });
}

int connectTo(const QString &path)
{
    return withAddress(path, [](int fd, const sockaddr_un &address) {
        if (::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
            return -1;
        if (isOwnPeer(fd, false))
            return 0;
        errno = EPERM;
        return -1;
    });
}

bool isOwnPeer(int fd, bool orRoot)
{
    ucred peer = {};
    socklen_t size = sizeof peer;
    return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == ::geteuid() || (orRoot && peer.uid == 0));
}

} // namespace tollgate::app
