// tollgate: the console. One process per profile; a second start raises the first.
#include "app/application.h"
#include "app/console/consolesession.h"
#include "app/console/raise.h"
#include "app/messagelog.h"
#include "app/process.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QCommandLineParser>

#include <algorithm>
#include <cstdio>
#include <string_view>

using namespace tollgate;
using namespace tollgate::app;

namespace {

void describe(QCommandLineParser &parser)
{
    QCoreApplication::setApplicationName(QStringLiteral("Tollgate"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TOLLGATE_VERSION));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption({QStringLiteral("profile"), QCoreApplication::translate("Main", "Settings, ledger and cache live under DIR."), QStringLiteral("DIR")});
    parser.addOption({QStringLiteral("demo"), QCoreApplication::translate("Main", "The demo profile: a simulated provider and invented prices.")});
}

// Help and version need no display, and a program that looks for one it lacks aborts.
bool onlyTells(int argc, char **argv)
{
    static constexpr std::string_view words[] = {"--help", "-h", "--help-all", "--version", "-v"};
    return std::any_of(argv + 1, argv + std::max(argc, 1), [](std::string_view argument) {
        return std::find(std::begin(words), std::end(words), argument) != std::end(words);
    });
}

} // namespace

int main(int argc, char **argv)
{
    hardenProcess();
    installMessageLog();
    QCommandLineParser parser;
    if (onlyTells(argc, argv)) {
        QCoreApplication plain(argc, argv);
        describe(parser);
        parser.process(plain); // exits
    }
    QApplication qtApp(argc, argv);
    describe(parser);
    QApplication::setDesktopFileName(QStringLiteral("io.tollgate.Tollgate"));
    QApplication::setQuitOnLastWindowClosed(true);
    parser.process(qtApp);

    QString folder = parser.isSet(QStringLiteral("profile")) ? parser.value(QStringLiteral("profile")) : qEnvironmentVariable("TOLLGATE_PROFILE");
    if (parser.isSet(QStringLiteral("demo")))
        folder = ProfilePaths::demoFolder();
    const QString ownFolder = parser.isSet(QStringLiteral("demo")) ? QString() : folder;

    ui::Theme theme(qtApp);
    // The demo profile opens in the same process, after this profile has closed.
    for (;;) {
        const ProfilePaths paths = ProfilePaths::at(folder);
        Result<std::unique_ptr<ConsoleSession>> session = openOrRaise(paths, theme);
        if (session && !*session)
            return 0;
        if (!session) {
            sayStartProblem(session.error());
            return 9;
        }
        const int code = (*session)->run();
        if (code != ConsoleSession::switchProfileCode)
            return code;
        folder = (*session)->wantsDemo() ? ProfilePaths::demoFolder() : ownFolder;
    }
}
