#include "app/ownerclient.h"

#include <QTimer>

namespace tollgate::app {

namespace {

// An owner that was asked to stop a command settles it well within this; one that hangs is not waited for.
constexpr int cancelPatienceMs = 5'000;

} // namespace

OwnerClient::OwnerClient(const ProfilePaths &paths, CommandOutput &output) : m_path(paths.socket), m_output(output)
{
    connect(&m_socket, &QLocalSocket::readyRead, this, &OwnerClient::readFrames);
    connect(&m_socket, &QLocalSocket::disconnected, this, [this] {
        readFrames();
        finish(m_accepted ? Ending::Lost : m_cancelled ? Ending::Cancelled : Ending::NoOwner);
    });
}

void OwnerClient::invoke(const Invocation &invocation) { start(packFrame(FrameType::Invoke, packInvocation(invocation))); }

void OwnerClient::raise() { start(packFrame(FrameType::Raise)); }

void OwnerClient::start(const QByteArray &frame)
{
    const int fd = connectTo(m_path);
    if (fd < 0 || !m_socket.setSocketDescriptor(fd)) {
        QTimer::singleShot(0, this, [this] { finish(Ending::NoOwner); });
        return;
    }
    m_socket.write(frame);
}

void OwnerClient::cancel()
{
    if (m_cancelled || m_socket.state() != QLocalSocket::ConnectedState) {
        finish(Ending::Cancelled);
        m_socket.abort();
        return;
    }
    m_cancelled = true;
    m_socket.write(packFrame(FrameType::Cancel));
    QTimer::singleShot(cancelPatienceMs, this, [this] { cancel(); });
}

void OwnerClient::readFrames()
{
    const bool understood = m_reader.read(m_socket, [this](const Frame &frame) {
        switch (frame.type) {
        case FrameType::Accepted:
            m_accepted = true;
            break;
        case FrameType::Out:
            m_output.out(frame.payload);
            break;
        case FrameType::Err:
            m_output.err(frame.payload);
            break;
        case FrameType::Exit:
            m_exitCode = frame.payload.isEmpty() ? 0 : quint8(frame.payload[0]);
            finish(Ending::Done);
            break;
        default:
            break;
        }
    });
    if (!understood)
        m_socket.abort();
}

void OwnerClient::finish(Ending ending)
{
    if (m_ended)
        return;
    m_ended = true;
    Q_EMIT ended(ending);
}

} // namespace tollgate::app
