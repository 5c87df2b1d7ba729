// Whole processes: how long `tollgate-cli --version` and one `send` to a local upstream take, start included.
#include "tests/bench/measure.h"
#include "tests/support/cliprocess.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>

using namespace tollgate;

namespace {

double timeCli(const QStringList &arguments)
{
    QElapsedTimer timer;
    timer.start();
    const test::CliResult result = test::runCli(arguments);
    const double ms = double(timer.nsecsElapsed()) / 1e6;
    if (result.exitCode != 0)
        qFatal("%s", result.err.constData());
    return ms;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QTemporaryDir folder;
    const test::SimulateProcess simulator({QStringLiteral("--ttft-ms"), QStringLiteral("0"), QStringLiteral("--tokens-per-second"), QStringLiteral("0"),
                                           QStringLiteral("--tokens"), QStringLiteral("20")});
    const QString profile = folder.filePath(QStringLiteral("profile"));
    timeCli({QStringLiteral("--profile"), profile, QStringLiteral("providers"), QStringLiteral("add"), QStringLiteral("sim"), QStringLiteral("--type"),
             QStringLiteral("openai-compatible"), QStringLiteral("--base-url"), simulator.baseUrl(), QStringLiteral("--default-model"),
             QStringLiteral("sim-fast")});
    std::vector<double> bare, version, send, cached;
    for (int i = 0; i < 21; ++i) {
        QElapsedTimer timer;
        timer.start();
        QProcess::execute(QStringLiteral("/bin/true"), {});
        bare.push_back(double(timer.nsecsElapsed()) / 1e6);
        version.push_back(timeCli({QStringLiteral("--version")}));
        send.push_back(timeCli({QStringLiteral("--profile"), profile, QStringLiteral("send"), QStringLiteral("prompt %1").arg(i)}));
        cached.push_back(timeCli({QStringLiteral("--profile"), profile, QStringLiteral("send"), QStringLiteral("prompt %1").arg(i)}));
    }
    bench::printHead("Processes, 21 rounds, interleaved");
    bench::printRow("/bin/true, for comparison", bare, "ms");
    bench::printRow("tollgate-cli --version", version, "ms", "<= 40");
    bench::printRow("tollgate-cli send, local upstream", send, "ms", "<= 120");
    bench::printRow("tollgate-cli send, answered from the cache on disk", cached, "ms");
    return 0;
}
