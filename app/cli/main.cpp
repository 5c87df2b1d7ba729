// tollgate-cli: the second front end of the same core (cli.md).
#include "app/cli/commands.h"
#include "app/cli/runner.h"
#include "app/cli/signals.h"
#include "app/cli/simulate.h"
#include "app/messagelog.h"
#include "app/process.h"
#include "core/settings/settings.h"

#include <QCoreApplication>
#include <QDir>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <termios.h>
#include <unistd.h>

using namespace tollgate;
using namespace tollgate::app;

namespace {

class StandardOutput final : public CommandOutput
{
public:
    void out(const QByteArray &bytes) override
    {
        if (m_error != 0)
            return;
        if (std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stdout) != size_t(bytes.size()) || std::fflush(stdout) != 0)
            m_error = errno;
    }
    void err(const QByteArray &bytes) override { std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stderr); }

    // The exit code of a command that ended with `code`: a file that lacks its end must not look whole to a script.
    int exitCode(int code) const
    {
        if (m_error == 0 || code != ExitDone)
            return code;
        if (m_error != EPIPE) // `| head` has what it wanted
            std::fprintf(stderr, "tollgate-cli: the output could not be written: %s\n", std::strerror(m_error));
        return ExitStorage;
    }

private:
    int m_error = 0;
};

void printHelp()
{
    std::printf("tollgate-cli [--profile DIR | --demo] COMMAND [options] [--json]\n\n"
                "  --profile DIR  settings, ledger and cache live under DIR (or TOLLGATE_PROFILE)\n"
                "  --demo         the demo profile: a simulated provider and invented prices\n\n");
    for (const CommandInfo &info : commandInfos())
        std::printf("  %s %s\n      %s\n", info.name, info.usage, info.summary);
    std::printf("  simulate [--port N] [--latency-ms N] [--ttft-ms N] [--tokens-per-second N] [--tokens N] [--error-rate P]\n"
                "           [--cold-start-ms N] [--script FILE] [--journal FILE] [--seed N]\n"
                "      Run the simulated provider alone on loopback\n\n"
                "Exit codes: 0 done, 1 doctor found something wrong, 2 usage, 3 rejected, 4 key, 5 rate limit or quota, 6 budget,\n"
                "7 network or provider, 8 cancelled, 9 local storage.\n");
}

// Whether this command line reads standard input; nothing else may, or a command in a pipeline would hang.
bool readsInput(const QStringList &arguments)
{
    if (arguments.value(0) == u"keys")
        return arguments.value(1) == u"set";
    if (arguments.value(0) != u"send")
        return false;
    if (arguments.contains(u"-"))
        return true;
    QCommandLineParser parser;
    for (const char *name : {"provider", "model", "system", "param", "var", "cache", "ttl", "tag", "attempts", "timeout", "messages"})
        parser.addOption({QString::fromLatin1(name), QString(), QStringLiteral("VALUE")});
    for (const char *name : {"stream", "allow-over-budget", "json"})
        parser.addOption({QString::fromLatin1(name), QString()});
    return parser.parse(QStringList{QString()} + arguments) && parser.positionalArguments().size() == 1 && !parser.isSet(QStringLiteral("messages")) && !isatty(0);
}

// Hides what is typed at a terminal.
class SilentTerminal
{
public:
    SilentTerminal()
    {
        if (!isatty(0) || tcgetattr(0, &m_before) != 0)
            return;
        termios silent = m_before;
        silent.c_lflag &= ~tcflag_t(ECHO);
        m_isSilent = tcsetattr(0, TCSAFLUSH, &silent) == 0;
        std::fputs("Key (it is not shown; end with Enter and Ctrl+D): ", stderr);
    }
    ~SilentTerminal()
    {
        if (m_isSilent)
            tcsetattr(0, TCSAFLUSH, &m_before);
        if (m_isSilent)
            std::fputc('\n', stderr);
    }
    SilentTerminal(const SilentTerminal &) = delete;
    SilentTerminal &operator=(const SilentTerminal &) = delete;

private:
    termios m_before{};
    bool m_isSilent = false;
};

// All of its memory at once: a buffer that grew would leave the key behind in what it gave back.
QByteArray readKey()
{
    const SilentTerminal silent;
    QByteArray input(64 * 1024, '\0');
    qsizetype size = 0;
    while (size < input.size()) {
        const ssize_t count = ::read(0, input.data() + size, size_t(input.size() - size));
        if (count <= 0)
            break;
        size += count;
    }
    input.truncate(size);
    return input;
}

QByteArray readInput()
{
    QByteArray input;
    char buffer[65536];
    ssize_t count = 0;
    while ((count = ::read(0, buffer, sizeof buffer)) > 0 && input.size() < (64 << 20))
        input.append(buffer, count);
    return input;
}

// Values of the variables that providers of this profile name, for a command that may run in another process.
QHash<QString, QByteArray> namedVariables(const ProfilePaths &paths)
{
    QHash<QString, QByteArray> values;
    const Result<std::unique_ptr<Settings>> settings = Settings::load(paths.settings);
    if (!settings)
        return values;
    const std::shared_ptr<const SettingsData> data = (*settings)->snapshot();
    for (const ProviderConfig &provider : data->providers) {
        if (!provider.keyEnv.isEmpty() && qEnvironmentVariableIsSet(provider.keyEnv.toLocal8Bit().constData()))
            values.insert(provider.keyEnv, qgetenv(provider.keyEnv.toLocal8Bit().constData()));
    }
    return values;
}

struct CommandLine {
    QString profile = qEnvironmentVariable("TOLLGATE_PROFILE");
    QStringList command;
    bool version = false;
    bool help = false;
    QString problem;
};

// Options before the command; --profile is taken after it as well.
CommandLine readCommandLine(QStringList arguments)
{
    CommandLine line;
    arguments.removeFirst();
    while (!arguments.isEmpty()) {
        const QString argument = arguments.takeFirst();
        // A folder that begins with two dashes can be given as ./--folder; an option in its place is a forgotten folder.
        if (argument == u"--profile" && !arguments.isEmpty() && !arguments.first().startsWith(u"--"))
            line.profile = arguments.takeFirst();
        else if (argument.startsWith(u"--profile=") && argument.size() > 10)
            line.profile = argument.mid(10);
        else if (argument == u"--profile" || argument == u"--profile=")
            line.problem = QCoreApplication::translate("Main", "--profile: the folder is missing");
        else if (argument == u"--demo")
            line.profile = ProfilePaths::demoFolder();
        else if (line.command.isEmpty() && argument == u"--version")
            line.version = true;
        else if (argument == u"--help" || (line.command.isEmpty() && argument == u"-h"))
            line.help = true;
        else if (line.command.isEmpty() && argument.startsWith(u"--") && argument != u"--json")
            line.problem = QCoreApplication::translate("Main", "%1 is not an option. See tollgate-cli --help").arg(argument);
        else
            line.command.append(argument);
    }
    // "--json COMMAND" reads naturally too.
    if (line.command.size() > 1 && line.command.first() == u"--json")
        line.command.append(line.command.takeFirst());
    return line;
}

int runCommand(const CommandLine &line, StandardOutput &output)
{
    const ProfilePaths paths = ProfilePaths::at(line.profile);
    Invocation invocation;
    invocation.arguments = line.command;
    invocation.folder = QDir::currentPath();
    invocation.environment = namedVariables(paths);
    if (readsInput(line.command))
        invocation.input = line.command.first() == u"keys" ? readKey() : readInput();
    Runner runner(paths, std::move(invocation), output);
    QObject::connect(&runner, &Runner::ended, qApp, [](int code) { QCoreApplication::exit(code); }, Qt::QueuedConnection);
    const SignalWatcher watcher([&runner] { runner.cancel(); });
    runner.start();
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    hardenProcess();
    installMessageLog();
    if (argc == 2 && qstrcmp(argv[1], "--version") == 0) {
        std::printf("tollgate-cli %s\n", TOLLGATE_VERSION);
        return 0;
    }
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("tollgate-cli"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TOLLGATE_VERSION));
    const CommandLine line = readCommandLine(app.arguments());
    if (line.help || (line.command.isEmpty() && !line.version && line.problem.isEmpty())) {
        printHelp();
        return line.help ? ExitDone : ExitUsage;
    }
    if (line.version) {
        std::printf("tollgate-cli %s\n", TOLLGATE_VERSION);
        return ExitDone;
    }
    StandardOutput output;
    if (!line.problem.isEmpty()) {
        sayError(output, Error{ErrorKind::Usage, line.problem, {}, {}}, app.arguments().contains(u"--json"));
        return ExitUsage;
    }
    return output.exitCode(line.command.first() == u"simulate" ? runSimulate(line.command, output) : runCommand(line, output));
}
