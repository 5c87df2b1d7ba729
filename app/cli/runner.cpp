#include "app/cli/runner.h"

#include "app/application.h"
#include "app/cli/command.h"
#include "app/ownerclient.h"
#include "app/ownerserver.h"

#include <QTimer>

namespace tollgate::app {

namespace {

// An owner that holds the lock but does not listen is starting or leaving: both take well under this.
constexpr qint64 ownerPatienceMs = 10'000;
constexpr int askAgainMs = 10;

} // namespace

Runner::Runner(const ProfilePaths &paths, Invocation invocation, CommandOutput &output)
    : m_paths(paths), m_invocation(std::move(invocation)), m_output(output)
{
}

Runner::~Runner()
{
    m_command.reset();
    m_server.reset();
}

void Runner::start()
{
    m_since.start();
    askOwner();
}

void Runner::askOwner()
{
    m_client = std::make_unique<OwnerClient>(m_paths, m_output);
    connect(m_client.get(), &OwnerClient::ended, this, [this](OwnerClient::Ending ending) {
        switch (ending) {
        case OwnerClient::Ending::Done:
            Q_EMIT ended(m_client->exitCode());
            break;
        case OwnerClient::Ending::NoOwner:
            becomeOwner();
            break;
        case OwnerClient::Ending::Lost:
            m_output.err(tr("tollgate-cli: the process that owns the profile ended while it ran this command. "
                            "See what was sent with: tollgate-cli requests list").toUtf8() + '\n');
            Q_EMIT ended(ExitStorage);
            break;
        }
    });
    m_client->invoke(m_invocation);
}

void Runner::becomeOwner()
{
    Result<std::unique_ptr<Application>> opened = Application::open(m_paths, Application::EngineThread::Calling);
    if (!opened) {
        if (opened.error().kind == ErrorKind::Busy && m_since.elapsed() < ownerPatienceMs) {
            QTimer::singleShot(askAgainMs, this, &Runner::askOwner);
            return;
        }
        sayError(m_output, opened.error(), m_invocation.arguments.contains(u"--json"));
        Q_EMIT ended(exitCodeOf(opened.error()));
        return;
    }
    m_app = std::move(opened).value();
    m_server = std::make_unique<OwnerServer>(*m_app);
    if (const Result<void> listening = m_server->listen(); !listening) {
        sayError(m_output, listening.error(), m_invocation.arguments.contains(u"--json"));
        Q_EMIT ended(exitCodeOf(listening.error()));
        return;
    }
    connect(m_server.get(), &OwnerServer::idle, this, &Runner::leaveWhenIdle, Qt::QueuedConnection);
    m_command = makeCommand(*m_app, m_invocation, m_output);
    connect(m_command.get(), &Command::finished, this, &Runner::commandEnded);
    m_command->start();
}

void Runner::cancel()
{
    if (m_command)
        m_command->cancel();
    else if (m_client)
        m_client->cancel(), Q_EMIT ended(ExitCancelled);
}

void Runner::commandEnded(int exitCode)
{
    m_exitCode = exitCode;
    m_commandEnded = true;
    // Not from inside the command's own signal.
    QTimer::singleShot(0, this, &Runner::leaveWhenIdle);
}

void Runner::leaveWhenIdle()
{
    if (!m_commandEnded || m_server->running() > 0)
        return;
    m_server->leave();
    Q_EMIT ended(m_exitCode);
}

} // namespace tollgate::app
