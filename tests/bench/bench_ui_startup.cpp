// The console as a process: time to the first painted window against a bare Qt window in the same run, memory after a first prompt, and
// what it costs while nothing happens. Run it on a real or virtual X server for xcb figures (packaging/dev bench uses offscreen).
#include "tests/bench/measure.h"
#include "tests/support/cliprocess.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QTemporaryDir>
#include <QThread>
#include <QTimer>

#include <unistd.h>

using namespace tollgate;

namespace {

// The child of "a bare Qt window": one label, gone after its first paint.
int runBareWindow(int argc, char **argv)
{
    QApplication app(argc, argv);
    class Window : public QLabel
    {
        using QLabel::QLabel;
        void paintEvent(QPaintEvent *event) override
        {
            QLabel::paintEvent(event);
            std::fprintf(stderr, "first window painted\n");
        }
    };
    Window window(QStringLiteral("bare"));
    window.resize(1440, 900);
    window.show();
    return app.exec();
}

struct Started {
    std::unique_ptr<QProcess> process;
    double ms = 0;
};

Started startUntilPainted(const QString &program, const QStringList &arguments, const QString &home)
{
    Started started;
    started.process = std::make_unique<QProcess>();
    QProcessEnvironment environment = test::cleanEnvironment(home);
    for (const char *name : {"DISPLAY", "QT_QPA_PLATFORM", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"}) {
        if (qEnvironmentVariableIsSet(name))
            environment.insert(QString::fromLatin1(name), qEnvironmentVariable(name));
    }
    environment.insert(QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("tollgate.app.debug=true"));
    started.process->setProcessEnvironment(environment);
    started.process->setReadChannel(QProcess::StandardError); // what waitForReadyRead() looks at
    QElapsedTimer timer;
    timer.start();
    started.process->start(program, arguments);
    QByteArray said;
    while (!said.contains("first window painted") && started.process->waitForReadyRead(30'000))
        said += started.process->readAllStandardError();
    started.ms = double(timer.nsecsElapsed()) / 1e6;
    if (!said.contains("first window painted"))
        qFatal("%s painted nothing: %s", qPrintable(program), said.constData());
    return started;
}

double pssMib(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/smaps_rollup").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("Pss:"))
            return line.mid(4).trimmed().split(' ').first().toDouble() / 1024;
    }
    return 0;
}

double cpuMs(qint64 pid)
{
    double ns = 0;
    // Every thread has its own line of figures.
    const QStringList threads = QDir(QStringLiteral("/proc/%1/task").arg(pid)).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &thread : threads) {
        QFile stat(QStringLiteral("/proc/%1/task/%2/schedstat").arg(pid).arg(thread));
        if (stat.open(QIODevice::ReadOnly))
            ns += stat.readAll().split(' ').first().toDouble();
    }
    return ns / 1e6;
}

void stop(Started &started)
{
    started.process->kill();
    started.process->waitForFinished();
}

bool dropCaches()
{
    ::sync();
    QFile file(QStringLiteral("/proc/sys/vm/drop_caches"));
    return file.open(QIODevice::WriteOnly) && file.write("3") == 1;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc > 1 && qstrcmp(argv[1], "--bare") == 0)
        return runBareWindow(argc, argv);
    QCoreApplication app(argc, argv);
    const QTemporaryDir folder;
    const QString console = QStringLiteral(TOLLGATE_BIN "/tollgate");
    const QStringList arguments{QStringLiteral("--profile"), folder.filePath(QStringLiteral("profile"))};
    test::runCli({QStringLiteral("--profile"), folder.filePath(QStringLiteral("profile")), QStringLiteral("providers"), QStringLiteral("add"),
                  QStringLiteral("sim"), QStringLiteral("--type"), QStringLiteral("simulator")});

    std::vector<double> bare, warm, ratio, cold;
    for (int i = 0; i < 11; ++i) {
        Started one = startUntilPainted(app.applicationFilePath(), {QStringLiteral("--bare")}, folder.path());
        stop(one);
        Started two = startUntilPainted(console, arguments, folder.path());
        stop(two);
        if (i == 0)
            continue; // the first pair fills the caches
        bare.push_back(one.ms);
        warm.push_back(two.ms);
        ratio.push_back(two.ms / one.ms);
    }
    bench::printHead("Console, 10 rounds, interleaved");
    bench::printRow("bare Qt window to first paint", bare, "ms");
    bench::printRow("console to first paint, warm", warm, "ms");
    bench::printRow("console / bare window", ratio, "x", "<= 2.5");
    for (int i = 0; i < 3 && dropCaches(); ++i) {
        Started one = startUntilPainted(console, arguments, folder.path());
        cold.push_back(one.ms);
        stop(one);
    }
    if (cold.empty())
        std::printf("%-58s not measured: the page cache cannot be dropped here\n", "console to first paint, cold");
    else
        bench::printRow("console to first paint, cold page cache", cold, "ms", "<= 500");

    Started running = startUntilPainted(console, arguments, folder.path());
    const test::CliResult sent = test::runCli({QStringLiteral("--profile"), folder.filePath(QStringLiteral("profile")), QStringLiteral("send"), QStringLiteral("Hello")});
    if (sent.exitCode != 0)
        qFatal("%s", sent.err.constData());
    QThread::sleep(14); // until the caret rests and the timers of the start have run out
    bench::printRow("memory (PSS) after a first prompt", {pssMib(running.process->processId())}, "MiB", "<= 90");
    const double before = cpuMs(running.process->processId());
    QThread::sleep(10);
    bench::printRow("idle, CPU per second over 10 s", {(cpuMs(running.process->processId()) - before) / 10}, "ms/s", "<= 1");
    stop(running);
    return 0;
}
