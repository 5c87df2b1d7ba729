// A command line as its process saw it: enough to run the command in another process, and nothing more.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QString>
#include <QStringList>

#include <functional>

namespace tollgate::app {

struct Invocation {
    QStringList arguments;  // without the program and the profile option
    QString folder;         // working directory: relative file names are resolved against it
    QByteArray input;       // standard input, for the commands that read it
    QHash<QString, QByteArray> environment; // only variables that a provider of the profile names

    QString resolve(const QString &path) const; // a file argument as an absolute path
};

// What a running command may say to the process that asked. Engine thread.
class CommandOutput
{
public:
    virtual ~CommandOutput() = default;
    virtual void out(const QByteArray &bytes) = 0; // standard output
    virtual void err(const QByteArray &bytes) = 0; // standard error
    // Runs `go` once most of what was said has been taken: what a command with a long answer waits for between its pieces. At once where
    // out() itself waits; never when the taker is gone.
    virtual void whenTaken(std::function<void()> go) { go(); }
};

} // namespace tollgate::app
