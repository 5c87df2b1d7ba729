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
        Cancelled, // cancel() was asked for and nothing was told about the command's end
    };

    OwnerClient(const ProfilePaths &paths, CommandOutput &output);

    // ended() follows.
    void invoke(const Invocation &invocation);
    void raise();
    // Asks the owner to stop the command: ended(Done) follows with what was settled. Asked twice, or without an answer in 5 s: closes the
    // socket, which stops the command as well, and ends with Cancelled.
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
    bool m_cancelled = false;
    bool m_ended = false;
    int m_exitCode = 0;
};

} // namespace tollgate::app
