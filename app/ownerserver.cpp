#include "app/ownerserver.h"

#include "app/application.h"
#include "app/cli/command.h"
#include "core/base/log.h"
#include "core/base/secretbytes.h"

#include <QCoreApplication>
#include <QFile>
#include <QLocalSocket>
#include <QMetaMethod>
#include <QTimer>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tollgate::app {

namespace {

// A process that takes its answer more slowly than it is made: the command then waits, so that memory does not grow with the history.
constexpr qint64 heldBytes = 4 << 20;
// How long a process may take nothing of an answer that is complete before it is given up.
constexpr int drainPatienceMs = 10'000;

} // namespace

// One connected process: it asks for one command, and stops it by closing the socket.
class OwnerServer::Session : public QObject, public CommandOutput
{
public:
    Session(OwnerServer &server, QLocalSocket *socket) : QObject(&server), m_server(server), m_socket(socket)
    {
        socket->setParent(this);
        connect(socket, &QLocalSocket::readyRead, this, &Session::readFrames);
        connect(socket, &QLocalSocket::disconnected, this, &Session::peerLeft);
        connect(socket, &QLocalSocket::bytesWritten, this, &Session::bytesTaken);
        m_drain.setSingleShot(true);
        m_drain.setInterval(drainPatienceMs);
        connect(&m_drain, &QTimer::timeout, socket, &QLocalSocket::abort);
        readFrames();
    }
    ~Session() override
    {
        m_command.reset();
        wipe(m_invocation.input); // it may be a key
    }

    void out(const QByteArray &bytes) override { pass(FrameType::Out, bytes); }
    void err(const QByteArray &bytes) override { pass(FrameType::Err, bytes); }
    void whenTaken(std::function<void()> go) override
    {
        if (m_socket->bytesToWrite() <= heldBytes)
            go();
        else
            m_held = std::move(go);
    }

private:
    void pass(FrameType type, const QByteArray &bytes)
    {
        for (qsizetype at = 0; at < bytes.size() && m_socket->isOpen(); at += framePiece)
            m_socket->write(packFrame(type, bytes.mid(at, framePiece)));
    }

    void readFrames()
    {
        if (!m_reader.read(*m_socket, [this](const Frame &frame) { handle(frame); }))
            m_socket->abort();
    }

    void handle(const Frame &frame)
    {
        if (frame.type == FrameType::Raise) {
            // A command line has no window to bring to the front.
            const bool hasWindow = m_server.isSignalConnected(QMetaMethod::fromSignal(&OwnerServer::raiseRequested));
            m_socket->write(hasWindow ? packFrame(FrameType::Exit, QByteArray(1, '\0')) : packFrame(FrameType::Leaving));
            m_socket->disconnectFromServer();
            Q_EMIT m_server.raiseRequested();
            return;
        }
        if (frame.type == FrameType::Cancel && m_command && !m_ended) {
            m_command->cancel();
            return;
        }
        if (frame.type != FrameType::Invoke || m_command)
            return;
        if (m_server.m_leaving) {
            m_socket->write(packFrame(FrameType::Leaving));
            m_socket->disconnectFromServer();
            return;
        }
        std::optional<Invocation> invocation = unpackInvocation(frame.payload);
        if (!invocation) {
            m_socket->abort();
            return;
        }
        m_socket->write(packFrame(FrameType::Accepted));
        m_socket->flush(); // before the first byte of a request leaves, so that a process that loses us never runs it a second time
        m_server.sessionStarted();
        m_invocation = std::move(*invocation);
        m_command = makeCommand(m_server.m_app, m_invocation, *this);
        connect(m_command.get(), &Command::finished, this, &Session::commandEnded);
        m_command->start();
    }

    void commandEnded(int code)
    {
        if (m_ended)
            return;
        m_ended = true;
        m_held = {};
        m_socket->write(packFrame(FrameType::Exit, QByteArray(1, char(code))));
        m_drain.start();
        m_socket->flush();
        m_socket->disconnectFromServer(); // when all is taken
        if (m_socket->state() == QLocalSocket::UnconnectedState)
            release();
    }

    void bytesTaken()
    {
        if (m_ended)
            m_drain.start();
        else if (m_held && m_socket->bytesToWrite() <= heldBytes)
            std::exchange(m_held, {})();
    }

    void peerLeft()
    {
        m_held = {};
        if (m_command && !m_ended)
            m_command->cancel(); // finished() follows, and settles what was running
        else
            release();
    }

    // The owner may leave only when the last byte of the answer has been taken.
    void release()
    {
        if (std::exchange(m_released, true))
            return;
        m_drain.stop();
        if (m_command)
            m_server.sessionEnded();
        deleteLater();
    }

    OwnerServer &m_server;
    QLocalSocket *m_socket;
    FrameReader m_reader;
    Invocation m_invocation;
    std::unique_ptr<Command> m_command;
    std::function<void()> m_held; // what the command does when enough has been taken
    QTimer m_drain;
    bool m_ended = false;
    bool m_released = false;
};

OwnerServer::OwnerServer(Application &app) : m_app(app)
{
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket *socket = m_server.nextPendingConnection()) {
            if (isOwnPeer(int(socket->socketDescriptor()), true))
                new Session(*this, socket);
            else
                socket->deleteLater();
        }
    });
}

OwnerServer::~OwnerServer()
{
    m_server.close();
    // The file goes before the lock does, so that the next owner's file is never removed.
    QFile::remove(m_app.paths().socket);
}

Result<void> OwnerServer::listen()
{
    const int fd = listenAt(m_app.paths().socket);
    if (fd < 0 || !m_server.listen(qintptr(fd)))
        return Error{ErrorKind::Storage, QCoreApplication::translate("OwnerServer", "The profile's socket cannot be made"),
                     QString::fromLocal8Bit(std::strerror(errno)),
                     QCoreApplication::translate("OwnerServer", "Check that %1 is on a filesystem of this computer").arg(m_app.paths().folder)};
    return {};
}

void OwnerServer::leave() { m_leaving = true; }

void OwnerServer::sessionStarted() { ++m_running; }

void OwnerServer::sessionEnded()
{
    if (--m_running == 0)
        Q_EMIT idle();
}

} // namespace tollgate::app
