#include "app/cli/runner.h"

#include "app/application.h"
#include "app/cli/command.h"
#include "app/ownerclient.h"
#include "app/ownerserver.h"
#include "core/base/secretbytes.h"

#include <QTimer>

namespace tollgate::app {

namespace {

// An owner that holds the lock but does not listen is starting or leaving. Checking a large history after a crash takes longest.
constexpr qint64 ownerPatienceMs = 30'000;
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
    wipe(m_invocation.input); // it may be a key
}

void Runner::start()
{
    m_since.start();
    askOwner();
}

void Runner::askOwner()
{
    if (m_cancelled)
        return endCancelled();
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
            sayError(m_output, Error{ErrorKind::Storage, tr("The process that owns the profile ended while it ran this command"), {},
                                     tr("See what was sent with: tollgate-cli requests list")}, wantsJson());
            Q_EMIT ended(ExitStorage);
            break;
        case OwnerClient::Ending::Cancelled:
            endCancelled();
            break;
        }
    });
    m_client->invoke(m_invocation);
}

bool Runner::wantsJson() const { return m_invocation.arguments.contains(u"--json"); }

void Runner::becomeOwner()
{
    if (m_cancelled)
        return endCancelled();
    Result<std::unique_ptr<Application>> opened = Application::open(m_paths, Application::EngineThread::Calling);
    if (!opened) {
        if (opened.error().kind == ErrorKind::Busy && m_since.elapsed() < ownerPatienceMs)
            QTimer::singleShot(askAgainMs, this, &Runner::askOwner);
        else
            openFailed(opened.error());
        return;
    }
    m_app = std::move(opened).value();
    m_server = std::make_unique<OwnerServer>(*m_app);
    if (const Result<void> listening = m_server->listen(); !listening) {
        m_server.reset();
        m_app.reset();
        return openFailed(listening.error());
    }
    connect(m_server.get(), &OwnerServer::idle, this, &Runner::leaveWhenIdle, Qt::QueuedConnection);
    startCommand();
}

// A folder that may not be written, a full disk or an owner that hangs: what was recorded can still be read.
void Runner::openFailed(const Error &error)
{
    if (onlyReads(m_invocation.arguments)) {
        Result<std::unique_ptr<Application>> opened = Application::openReadOnly(m_paths, error);
        if (opened) {
            m_app = std::move(opened).value();
            if (m_invocation.arguments.first() != u"doctor")
                m_output.err("tollgate-cli: " + tr("Reading only. %1").arg(error.text()).toUtf8() + '\n');
            return startCommand();
        }
    }
    if (m_invocation.arguments.value(0) == u"doctor") {
        sayCheck(m_output, wantsJson(), QStringLiteral("profile"), false, error.text());
        Q_EMIT ended(ExitFoundWrong);
        return;
    }
    sayError(m_output, error, wantsJson());
    Q_EMIT ended(exitCodeOf(error));
}

void Runner::startCommand()
{
    m_command = makeCommand(*m_app, m_invocation, m_output);
    connect(m_command.get(), &Command::finished, this, &Runner::commandEnded);
    m_command->start();
}

void Runner::cancel()
{
    m_cancelled = true;
    if (m_command)
        m_command->cancel();
    else if (m_client)
        m_client->cancel();
}

void Runner::endCancelled()
{
    sayCancelled(m_output, wantsJson());
    Q_EMIT ended(ExitCancelled);
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
    if (!m_commandEnded || (m_server && m_server->running() > 0))
        return;
    if (m_server)
        m_server->leave();
    Q_EMIT ended(m_exitCode);
}

} // namespace tollgate::app
