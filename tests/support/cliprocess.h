// Runs tollgate-cli as a user does, and collects what it said.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>

#include <memory>

namespace tollgate::test {

struct CliResult {
    int exitCode = -1; // -1: killed or never started
    QByteArray out;
    QByteArray err;

    QJsonObject json() const; // the last line of stdout
    QList<QJsonObject> jsonLines() const;
};

// Environment of a child: no proxy, no display, its own HOME under `home`, nothing that names a key unless added.
QProcessEnvironment cleanEnvironment(const QString &home);

// Starts the command line and waits for its end (60 s).
CliResult runCli(const QStringList &arguments, const QByteArray &input = {}, const QHash<QString, QString> &variables = {});
std::unique_ptr<QProcess> startCli(const QStringList &arguments, const QHash<QString, QString> &variables = {});
CliResult waitCli(QProcess &process);

// `tollgate-cli simulate` in a process of its own.
class SimulateProcess
{
public:
    explicit SimulateProcess(const QStringList &options);
    ~SimulateProcess();
    QString baseUrl() const { return m_baseUrl; }

private:
    std::unique_ptr<QProcess> m_process;
    QString m_baseUrl;
};

// Lines of a journal file.
qsizetype countLines(const QString &path);

} // namespace tollgate::test
