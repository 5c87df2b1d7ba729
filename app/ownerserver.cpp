#include "app/ownerserver.h"

#include "app/application.h"
#include "app/cli/command.h"
#include "core/base/log.h"

#include <QCoreApplication>
#include <QFile>
#include <QLocalSocket>

#include <cerrno>
#include <cstring>

namespace tollgate::app {

// One connected process: it asks for one command, and stops it by closing the socket.
class OwnerServer::Session : public QObject, public CommandOutput
{
public:
    Session(OwnerServer &server, QLocalSocket *socket) : QObject(&server), m_server(server), m_socket(socket)
    {
        socket->setParent(this);
        connect(socket, &QLocalSocket::readyRead, this, &Session::readFrames);
        connect(socket, &QLocalSocket::disconnected, this, &Session::peerLeft);
        readFrames();
    }

    void out(const QByteArray &bytes) override { pass(FrameType::Out, bytes); }
    void err(const QByteArray &bytes) override { pass(FrameType::Err, bytes); }

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
            Q_EMIT m_server.raiseRequested();
            m_socket->write(packFrame(FrameType::Exit, QByteArray(1, '\0')));
            m_socket->disconnectFromServer();
            return;
        }
        if (frame.type != FrameType::Invoke || m_command)
            return;
        if (m_server.m_leaving) {
            m_socket->write(packFrame(FrameType::Leaving));
            m_socket->disconnectFromServer();
            return;
        }
        const std::optional<Invocation> invocation = unpackInvocation(frame.payload);
        if (!invocation) {
            m_socket->abort();
            return;
        }
        m_socket->write(packFrame(FrameType::Accepted));
        m_server.sessionStarted();
        m_invocation = *invocation;
        m_command = makeCommand(m_server.m_app, m_invocation, *this);
        connect(m_command.get(), &Command::finished, this, &Session::commandEnded);
        m_command->start();
    }

    void commandEnded(int code)
    {
        if (m_ended)
            return;
        m_ended = true;
        m_socket->write(packFrame(FrameType::Exit, QByteArray(1, char(code))));
        m_socket->flush();
        m_socket->disconnectFromServer();
        m_server.sessionEnded();
        if (m_socket->state() == QLocalSocket::UnconnectedState)
            deleteLater();
    }

    void peerLeft()
    {
        if (m_command && !m_ended)
            m_command->cancel(); // finished() follows, and settles what was running
        else
            deleteLater();
    }

    OwnerServer &m_server;
    QLocalSocket *m_socket;
    FrameReader m_reader;
    Invocation m_invocation;
    std::unique_ptr<Command> m_command;
    bool m_ended = false;
};

OwnerServer::OwnerServer(Application &app) : m_app(app)
{
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket *socket = m_server.nextPendingConnection())
            new Session(*this, socket);
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
