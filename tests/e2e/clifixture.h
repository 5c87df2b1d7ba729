// A profile in a temporary folder with one provider on a simulator of its own.
#pragma once

#include "tests/support/cliprocess.h"

#include <QFile>
#include <QTemporaryDir>

namespace tollgate::test {

class CliFixture
{
public:
    // `script`: the simulator's script, or nothing.
    explicit CliFixture(const QByteArray &script = {}, const QStringList &options = {}) : m_simulator(simulatorOptions(script, options))
    {
        const CliResult added = run({QStringLiteral("providers"), QStringLiteral("add"), QStringLiteral("Sim"), QStringLiteral("--type"),
                                     QStringLiteral("openai-compatible"), QStringLiteral("--base-url"), m_simulator.baseUrl(),
                                     QStringLiteral("--default-model"), QStringLiteral("sim-fast")});
        if (added.exitCode != 0)
            qFatal("%s", added.err.constData());
    }

    QString path(const QString &name) const { return m_folder.filePath(name); }
    QString profile() const { return path(QStringLiteral("profile")); }
    QString baseUrl() const { return m_simulator.baseUrl(); }
    qsizetype wire() const { return countLines(path(QStringLiteral("wire.jsonl"))); }

    QStringList withProfile(const QStringList &arguments) const { return QStringList{QStringLiteral("--profile"), profile()} + arguments; }
    CliResult run(const QStringList &arguments, const QByteArray &input = {}, const QHash<QString, QString> &variables = {}) const
    {
        return runCli(withProfile(arguments), input, variables);
    }

private:
    QStringList simulatorOptions(const QByteArray &script, const QStringList &options)
    {
        QStringList all{QStringLiteral("--journal"), path(QStringLiteral("wire.jsonl")), QStringLiteral("--ttft-ms"), QStringLiteral("0"),
                        QStringLiteral("--tokens-per-second"), QStringLiteral("0"), QStringLiteral("--tokens"), QStringLiteral("12")};
        if (!script.isEmpty()) {
            QFile file(path(QStringLiteral("script.json")));
            if (!file.open(QIODevice::WriteOnly) || file.write(script) != script.size())
                qFatal("the script was not written");
            all += {QStringLiteral("--script"), file.fileName()};
        }
        return all + options;
    }

    QTemporaryDir m_folder;
    SimulateProcess m_simulator;
};

} // namespace tollgate::test
