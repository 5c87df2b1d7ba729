// The owner's side of a profile's local socket: runs the commands of other processes and passes on what they say. Lives on the
// engine's thread.
#pragma once

#include "app/frames.h"
#include "core/base/result.h"

#include <QLocalServer>
#include <QObject>

#include <memory>

namespace tollgate::app {

class Application;
class Command;

class OwnerServer : public QObject
{
    Q_OBJECT
public:
    explicit OwnerServer(Application &app);
    ~OwnerServer() override;

    Result<void> listen();
    int running() const { return m_running; }
    // From now on every new command is told to ask again elsewhere.
    void leave();

Q_SIGNALS:
    void idle(); // the last running command ended
    void raiseRequested();

private:
    class Session;
    void sessionStarted();
    void sessionEnded();
    Application &m_app;
    QLocalServer m_server;
    int m_running = 0;
    bool m_leaving = false;
};

} // namespace tollgate::app
