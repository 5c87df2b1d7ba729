// The other side: hands a command to the process that owns the profile, and relays what comes back.
#pragma once

#include "app/frames.h"
#include "app/profile.h"

#include <QObject>

namespace tollgate::app {

class OwnerClient : public QObject
{
    Q_OBJECT
public:
    enum class Ending : quint8 {
        NoOwner, // nobody listens, or the owner is leaving: take the profile or ask again
        Done,    // exitCode() is the command's
        Lost,    // the owner died while it ran the command
    };

    OwnerClient(const ProfilePaths &paths, CommandOutput &output);

    // ended() follows.
    void invoke(const Invocation &invocation);
    void raise();
    // Closes the socket: the owner cancels the command.
    void cancel();
    int exitCode() const { return m_exitCode; }

Q_SIGNALS:
    void ended(tollgate::app::OwnerClient::Ending ending);

private:
    void start(const QByteArray &frame);
    void readFrames();
    void finish(Ending ending);
    QString m_path;
    CommandOutput &m_output;
    QLocalSocket m_socket;
    FrameReader m_reader;
    bool m_accepted = false;
    bool m_ended = false;
    int m_exitCode = 0;
};

} // namespace tollgate::app
