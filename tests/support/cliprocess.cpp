#include "tests/support/cliprocess.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QtGlobal>

namespace tollgate::test {

namespace {
constexpr int patienceMs = 60'000;
const QString program = QStringLiteral(TOLLGATE_BIN "/tollgate-cli");
} // namespace

QJsonObject CliResult::json() const
{
    const QList<QJsonObject> lines = jsonLines();
    return lines.isEmpty() ? QJsonObject() : lines.last();
}

QList<QJsonObject> CliResult::jsonLines() const
{
    QList<QJsonObject> objects;
    for (const QByteArray &line : out.split('\n')) {
        if (!line.isEmpty())
            objects.append(QJsonDocument::fromJson(line).object());
    }
    return objects;
}

QProcessEnvironment cleanEnvironment(const QString &home)
{
    QProcessEnvironment environment;
    for (const char *name : {"PATH", "LC_ALL", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
        if (qEnvironmentVariableIsSet(name))
            environment.insert(QString::fromLatin1(name), qEnvironmentVariable(name));
    }
    environment.insert(QStringLiteral("HOME"), home);
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    return environment;
}

std::unique_ptr<QProcess> startCli(const QStringList &arguments, const QHash<QString, QString> &variables)
{
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment environment = cleanEnvironment(QDir::tempPath());
    for (auto it = variables.begin(); it != variables.end(); ++it)
        environment.insert(it.key(), it.value());
    process->setProcessEnvironment(environment);
    process->start(program, arguments);
    if (!process->waitForStarted(patienceMs))
        qFatal("%s did not start", qPrintable(program));
    return process;
}

CliResult waitCli(QProcess &process)
{
    CliResult result;
    process.closeWriteChannel();
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(patienceMs))
        process.kill(), process.waitForFinished(patienceMs);
    result.out = process.readAllStandardOutput();
    result.err = process.readAllStandardError();
    if (process.exitStatus() == QProcess::NormalExit)
        result.exitCode = process.exitCode();
    return result;
}

CliResult runCli(const QStringList &arguments, const QByteArray &input, const QHash<QString, QString> &variables)
{
    const std::unique_ptr<QProcess> process = startCli(arguments, variables);
    process->write(input);
    return waitCli(*process);
}

SimulateProcess::SimulateProcess(const QStringList &options) : m_process(startCli(QStringList{QStringLiteral("simulate")} + options))
{
    while (!m_process->canReadLine() && m_process->waitForReadyRead(patienceMs)) {
    }
    m_baseUrl = QString::fromUtf8(m_process->readLine().trimmed());
    if (m_baseUrl.isEmpty())
        qFatal("the simulator did not start: %s", m_process->readAllStandardError().constData());
}

SimulateProcess::~SimulateProcess()
{
    m_process->terminate();
    m_process->waitForFinished(patienceMs);
}

qsizetype countLines(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().count('\n') : 0;
}

} // namespace tollgate::test
