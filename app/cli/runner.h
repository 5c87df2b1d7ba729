// Runs one command line against a profile: hands it to the process that owns the profile, or becomes the owner, serves others while it
// lives, and leaves when its own and their work is done (definitions.md "Who may touch a profile").
#pragma once

#include "app/invocation.h"
#include "app/profile.h"

#include <QElapsedTimer>
#include <QObject>

#include <memory>

namespace tollgate::app {

class Application;
class Command;
class OwnerClient;
class OwnerServer;

class Runner : public QObject
{
    Q_OBJECT
public:
    Runner(const ProfilePaths &paths, Invocation invocation, CommandOutput &output);
    ~Runner() override;

    void start();
    // Stops the command, wherever it runs; ended() follows.
    void cancel();

Q_SIGNALS:
    void ended(int exitCode);

private:
    void askOwner();
    void becomeOwner();
    void openFailed(const Error &error);
    void startCommand();
    void endCancelled();
    bool wantsJson() const;
    void commandEnded(int exitCode);
    void leaveWhenIdle();

    ProfilePaths m_paths;
    Invocation m_invocation;
    CommandOutput &m_output;
    QElapsedTimer m_since;
    std::unique_ptr<OwnerClient> m_client;
    std::unique_ptr<Application> m_app;
    std::unique_ptr<OwnerServer> m_server;
    std::unique_ptr<Command> m_command;
    int m_exitCode = 0;
    bool m_cancelled = false;
    bool m_commandEnded = false;
};

} // namespace tollgate::app
