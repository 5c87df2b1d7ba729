// Messages on a profile's local socket: a 4-byte length, a type byte, a payload. Both ends are the same user's processes; lengths are capped
// all the same.
#pragma once

#include "app/invocation.h"

#include <QLocalSocket>

#include <functional>
#include <optional>

namespace tollgate::app {

enum class FrameType : quint8 {
    Invoke = 'I',   // to the owner: run this command
    Raise = 'R',    // to the owner: bring your window to the front
    Cancel = 'C',   // to the owner: stop the command; its end is told as ever
    Accepted = 'A', // from the owner: it is being run here; it must not be run elsewhere
    Leaving = 'L',  // from the owner: it is ending; ask again
    Out = 'O',
    Err = 'E',
    Exit = 'X', // one byte: the exit code
};

struct Frame {
    FrameType type;
    QByteArray payload;
};

inline constexpr quint32 maxFrameBytes = 80u << 20; // a 64 MiB messages file with room to spare
// Long answers are passed on in pieces of this size.
inline constexpr qsizetype framePiece = 1 << 20;

QByteArray packFrame(FrameType type, const QByteArray &payload = {});
QByteArray packInvocation(const Invocation &invocation);
std::optional<Invocation> unpackInvocation(const QByteArray &payload);

// Takes whole frames out of a socket's buffered bytes.
class FrameReader
{
public:
    // False when the peer broke the protocol.
    bool read(QLocalSocket &socket, const std::function<void(const Frame &)> &visit);

private:
    QByteArray m_buffer;
};

// A listening or connected descriptor of the socket file `path`, which may be longer than sockaddr_un allows; -1 and errno on error.
int listenAt(const QString &path);
// EPERM when another user listens there: what is handed over may hold keys.
int connectTo(const QString &path);
// Whether the process at the other end of a connected socket is this user's, or root's.
bool isOwnPeer(int fd, bool orRoot);

} // namespace tollgate::app
