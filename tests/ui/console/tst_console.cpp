// The whole console in one process: window, engine on its own thread, and other processes that hand it their commands.
#include "app/console/consolesession.h"
#include "app/console/raise.h"
#include "tests/e2e/clifixture.h"
#include "tests/support/testmain.h"
#include "ui/playground/messagecard.h"
#include "ui/playground/messagespane.h"
#include "ui/playground/playgroundpage.h"
#include "ui/playground/responseview.h"
#include "ui/playground/promptedit.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QDir>
#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

using namespace tollgate;
using namespace tollgate::test;

class TstConsole : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void streamsWhileTwentyProcessesSend();
    void isRaisedByASecondStart();
    void waitsForACommandLineThatOwnsTheProfile();
    void isNotHeldUpByAStateFileOfAKilledProcess();
    void opensTheDemoProfileWithItsBadge();

private:
    std::unique_ptr<ui::Theme> m_theme;
};

void TstConsole::initTestCase() { m_theme = std::make_unique<ui::Theme>(*qApp); }
void TstConsole::cleanupTestCase() { m_theme.reset(); }

void TstConsole::streamsWhileTwentyProcessesSend()
{
    const CliFixture fixture({}, {QStringLiteral("--tokens-per-second"), QStringLiteral("100"), QStringLiteral("--tokens"), QStringLiteral("400")});
    auto session = app::ConsoleSession::open(app::ProfilePaths::at(fixture.profile()), *m_theme);
    QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().text()));
    QWidget &window = (*session)->window();
    window.resize(1440, 900);
    window.show();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    auto *page = window.findChild<ui::PlaygroundPage *>();
    QVERIFY(page);
    Message message;
    message.text = QStringLiteral("A long answer");
    page->messages().setMessages({message});
    page->messages().focusMessage(0);
    QTest::keyClick(&page->messages().card(0)->edit(), Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.wire(), 1, 10'000);

    std::vector<std::unique_ptr<QProcess>> sends;
    for (int i = 0; i < 20; ++i)
        sends.push_back(startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("prompt %1").arg(i), QStringLiteral("--json"), QStringLiteral("--param"),
                                                      QStringLiteral("max_tokens=20")})));
    for (const std::unique_ptr<QProcess> &process : sends) {
        QTRY_COMPARE_WITH_TIMEOUT(process->state(), QProcess::NotRunning, 60'000);
        const CliResult result = waitCli(*process);
        QVERIFY2(result.exitCode == 0, result.err);
        QCOMPARE(result.json()[u"attempts"].toArray().size(), 1);
    }
    QTRY_COMPARE_WITH_TIMEOUT(page->response().stateText(), QStringLiteral("Done"), 60'000);
    QCOMPARE(fixture.wire(), 21);

    // Listing goes through the console as well: it owns the profile.
    const auto list = startCli(fixture.withProfile({QStringLiteral("requests"), QStringLiteral("list"), QStringLiteral("--json")}));
    QTRY_COMPARE_WITH_TIMEOUT(list->state(), QProcess::NotRunning, 60'000);
    QCOMPARE(waitCli(*list).jsonLines().size(), 21);
}

void TstConsole::isRaisedByASecondStart()
{
    QTemporaryDir folder;
    const app::ProfilePaths paths = app::ProfilePaths::at(folder.filePath(QStringLiteral("p")));
    QVERIFY(!app::raiseOwner(paths));
    auto session = app::ConsoleSession::open(paths, *m_theme);
    QVERIFY(session.ok());
    (*session)->window().show();
    QVERIFY(app::raiseOwner(paths));
    // The profile has one owner: a second session in its own right is refused.
    const auto second = app::ConsoleSession::open(paths, *m_theme);
    QVERIFY(!second.ok());
    QCOMPARE(second.error().kind, ErrorKind::Busy);
}

void TstConsole::waitsForACommandLineThatOwnsTheProfile()
{
    const CliFixture fixture({}, {QStringLiteral("--tokens-per-second"), QStringLiteral("20"), QStringLiteral("--tokens"), QStringLiteral("5000")});
    const app::ProfilePaths paths = app::ProfilePaths::at(fixture.profile());
    const auto owner = startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("Long"), QStringLiteral("--stream")}));
    QVERIFY(owner->waitForReadyRead(30'000));
    // A command line has no window to raise, and a start that showed nothing would look like a crash.
    QVERIFY(!app::raiseOwner(paths));
    QTimer::singleShot(200, owner.get(), &QProcess::terminate);
    const auto session = app::openOrRaise(paths, *m_theme);
    QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().text()));
    QVERIFY(*session);
    QCOMPARE(waitCli(*owner).exitCode, 8);
}

void TstConsole::isNotHeldUpByAStateFileOfAKilledProcess()
{
    QTemporaryDir folder;
    const app::ProfilePaths paths = app::ProfilePaths::at(folder.filePath(QStringLiteral("p")));
    QVERIFY(QDir().mkpath(paths.folder));
    const QString left = paths.consoleState + QStringLiteral(".lock");
    QFile file(left);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    const auto session = app::ConsoleSession::open(paths, *m_theme);
    QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().text()));
    QVERIFY(!QFile::exists(left));
}

void TstConsole::opensTheDemoProfileWithItsBadge()
{
    QTemporaryDir home;
    qputenv("XDG_DATA_HOME", home.path().toUtf8());
    auto session = app::ConsoleSession::open(app::ProfilePaths::at(app::ProfilePaths::demoFolder()), *m_theme);
    QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().text()));
    QWidget &window = (*session)->window();
    window.show();
    QVERIFY(window.windowTitle().contains(QStringLiteral("demo"), Qt::CaseInsensitive));
    auto *badge = window.findChild<QWidget *>(QStringLiteral("demo"));
    QVERIFY(badge && badge->isVisibleTo(&window));
    qunsetenv("XDG_DATA_HOME");
}

TOLLGATE_TEST(TstConsole)
#include "tst_console.moc"
