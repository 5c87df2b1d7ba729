#include "app/cli/simulate.h"

#include "app/cli/command.h"
#include "app/cli/messagesfile.h"
#include "app/cli/signals.h"
#include "core/simulator/simulator.h"

#include <QCoreApplication>

namespace tollgate::app {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Simulate", text); }

// Reads the number of an option into `field`; the problem in words, or nothing.
template <class T>
QString number(const QCommandLineParser &parser, const char *option, double min, double max, T &field)
{
    const QString name = QString::fromLatin1(option);
    if (!parser.isSet(name))
        return {};
    bool ok = false;
    const double value = parser.value(name).toDouble(&ok);
    if (!ok || value < min || value > max)
        return tr("simulate: --%1 %2: it must be a number from %3 to %4").arg(name, parser.value(name)).arg(min).arg(max);
    field = T(value);
    return {};
}

QString readOptions(const QCommandLineParser &parser, SimulatorOptions &options)
{
    const QString problems[] = {
        number(parser, "port", 0, 65535, options.port),
        number(parser, "latency-ms", 0, 3'600'000, options.latencyMs),
        number(parser, "ttft-ms", 0, 3'600'000, options.ttftMs),
        number(parser, "tokens-per-second", 0, 1e9, options.tokensPerSecond),
        number(parser, "tokens", 0, 1e7, options.tokens),
        number(parser, "error-rate", 0, 1, options.errorRate),
        number(parser, "cold-start-ms", 0, 3'600'000, options.coldStartMs),
        number(parser, "seed", 0, 9e15, options.seed),
    };
    for (const QString &problem : problems) {
        if (!problem.isEmpty())
            return problem;
    }
    options.journalPath = parser.value(QStringLiteral("journal"));
    if (parser.isSet(QStringLiteral("script"))) {
        const Result<QByteArray> bytes = readFile(parser.value(QStringLiteral("script")), 16 << 20);
        if (!bytes)
            return bytes.error().text();
        Result<QList<SimulatorStep>> script = parseSimulatorScript(*bytes);
        if (!script)
            return script.error().text();
        options.script = std::move(script).value();
    }
    return {};
}

} // namespace

int runSimulate(const QStringList &arguments, CommandOutput &output)
{
    const auto fail = [&](const Error &error) {
        sayError(output, error, arguments.contains(u"--json"));
        return exitCodeOf(error);
    };
    const auto failUsage = [&fail](const QString &text) { return fail(Error{ErrorKind::Usage, text, {}, {}}); };
    QCommandLineParser parser;
    for (const char *name : {"port", "latency-ms", "ttft-ms", "tokens-per-second", "tokens", "error-rate", "cold-start-ms", "script", "journal", "seed"})
        parser.addOption({QString::fromLatin1(name), QString(), QStringLiteral("VALUE")});
    parser.addOption({QStringLiteral("json"), QString()});
    if (!parser.parse(QStringList{QString()} + arguments))
        return failUsage(tr("simulate: %1").arg(parser.errorText()));
    if (parser.positionalArguments().size() > 1)
        return failUsage(tr("simulate: \"%1\" is not an option").arg(parser.positionalArguments().value(1)));
    SimulatorOptions options;
    if (const QString problem = readOptions(parser, options); !problem.isEmpty())
        return failUsage(problem);

    Simulator simulator(options);
    if (const Result<void> started = simulator.start(); !started)
        return fail(started.error());
    const QByteArray url = simulator.baseUrl().toUtf8();
    output.out(parser.isSet(QStringLiteral("json")) ? "{\"base_url\":\"" + url + "\"}\n" : url + '\n');
    const SignalWatcher watcher([] { QCoreApplication::quit(); });
    return QCoreApplication::exec();
}

} // namespace tollgate::app
