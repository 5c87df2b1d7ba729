// One command of tollgate-cli while it runs: in the process that owns the profile, on the engine's thread, for this process or another.
#pragma once

#include "app/invocation.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/chat/failure.h"

#include <QCommandLineParser>
#include <QObject>

#include <functional>
#include <memory>

namespace tollgate {
class Redactor;
}

namespace tollgate::app {

class Application;

// Exit codes of cli.md.
enum ExitCode : int {
    ExitDone = 0,
    ExitFoundWrong = 1,
    ExitUsage = 2,
    ExitNoKey = 4,
    ExitNetwork = 7,
    ExitCancelled = 8,
    ExitStorage = 9,
};
int exitCodeOf(const Error &error);
// Says an error on stderr and, with --json, as the one object on stdout.
void sayError(CommandOutput &output, const Error &error, bool json);
// One line of `doctor`.
void sayCheck(CommandOutput &output, bool json, const QString &name, bool ok, const QString &detail);
void sayCancelled(CommandOutput &output, bool json);
// The member "error" of cli.md; what is not known is null.
void writeError(JsonWriter &json, FailureKind kind, std::optional<Phase> phase, const QString &message, const QString &providerCode = {},
                int httpStatus = 0, std::optional<qint64> retryAfterMs = {});
void writeError(JsonWriter &json, const Failure &failure);

// Passes on what a command says, without live secrets: whatever a provider sent back, no key is printed.
class RedactedOutput final : public CommandOutput
{
public:
    RedactedOutput(const Redactor &redactor, CommandOutput &output) : m_redactor(redactor), m_output(output) {}
    void out(const QByteArray &bytes) override;
    void err(const QByteArray &bytes) override;
    void whenTaken(std::function<void()> go) override { m_output.whenTaken(std::move(go)); }

private:
    const Redactor &m_redactor;
    CommandOutput &m_output;
};

class Command : public QObject
{
    Q_OBJECT
public:
    Command(Application &app, const Invocation &invocation, CommandOutput &output);
    ~Command() override;

    // finished() follows, possibly from inside.
    virtual void start() = 0;
    // Ends what runs; finished() follows.
    virtual void cancel();

Q_SIGNALS:
    void finished(int exitCode); // exactly once

protected:
    void finish(int exitCode);
    bool hasEnded() const { return m_finished; }
    // Prints "tollgate-cli: <text>" to stderr (with --json also {"error":...} to stdout) and finishes.
    void fail(const Error &error);
    void failUsage(const QString &text);

    // Options of this command; false after it has failed with a usage error. --json is always known.
    bool parse(QCommandLineParser &parser, int minPositional, int maxPositional);
    bool json() const { return m_json; }
    void line(const QString &text); // one line of text on stdout
    void note(const QString &text); // one line on stderr
    // Prints one JSON object as a line on stdout.
    void object(const std::function<void(JsonWriter &)> &write);

    Application &m_app;
    const Invocation &m_invocation;

private:
    RedactedOutput m_redacted;

protected:
    CommandOutput &m_output = m_redacted;

private:
    bool m_json = false;
    bool m_finished = false;
};

// Whether this command line only reads, and may do so without owning the profile.
bool onlyReads(const QStringList &arguments);

struct CommandInfo {
    const char *name;
    const char *usage; // after the name
    const char *summary;
    std::unique_ptr<Command> (*make)(Application &, const Invocation &, CommandOutput &);
};
const QList<CommandInfo> &commandInfos();

// Never null: an unknown name gives a command that fails with exit code 2.
std::unique_ptr<Command> makeCommand(Application &app, const Invocation &invocation, CommandOutput &output);

// A table for people: columns padded with two spaces between, numbers right-aligned where `right` says so.
QString textTable(const QStringList &header, const QList<QStringList> &rows, const QList<bool> &right);
// The time of Unix milliseconds as RFC 3339 in UTC with milliseconds; and for people, local.
QString rfc3339(qint64 wallMs);
QString localTime(qint64 wallMs);

} // namespace tollgate::app
