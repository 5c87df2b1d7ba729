// What a profile that cannot be used gets: its own words, exit code 9, and nothing changed.
#include "core/store/database.h"
#include "tests/e2e/clifixture.h"
#include "tests/support/testmain.h"

#include <QDir>
#include <QTest>

#include <csignal>

using namespace tollgate;
using namespace tollgate::test;

namespace {

const QStringList send{QStringLiteral("send"), QStringLiteral("Hello"), QStringLiteral("--json")};

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TstProfile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refusesAFileInTheWay();
    void refusesABrokenLedgerAndLeavesIt();
    void refusesANewerLedgerAndLeavesIt();
    void setsABrokenCacheAside();
    void takesOverFromAnOwnerThatWasKilled();
    void worksFarDownInTheTree();
    void keepsFilesPrivate();
};

void TstProfile::refusesAFileInTheWay()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("p")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const CliResult result = runCli(QStringList{QStringLiteral("--profile"), file.fileName()} + send);
    QCOMPARE(result.exitCode, 9);
    QVERIFY2(result.err.contains("not a folder"), result.err);
    QCOMPARE(result.json()[u"error"].toObject()[u"kind"].toString(), QStringLiteral("storage"));
}

void TstProfile::refusesABrokenLedgerAndLeavesIt()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(send).exitCode, 0);
    const QString path = fixture.profile() + QStringLiteral("/ledger.sqlite");
    QFile::remove(path + QStringLiteral("-wal"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QByteArray garbage(20000, 'x');
    file.write(garbage);
    file.close();
    const CliResult result = fixture.run(send);
    QCOMPARE(result.exitCode, 9);
    QVERIFY2(result.err.contains("ledger.sqlite"), result.err);
    QCOMPARE(contentOf(path), garbage);
    QCOMPARE(fixture.wire(), 1); // nothing is sent that could not be recorded
}

void TstProfile::refusesANewerLedgerAndLeavesIt()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(send).exitCode, 0);
    const QString path = fixture.profile() + QStringLiteral("/ledger.sqlite");
    {
        const auto database = Database::open(path, {});
        QVERIFY(database.ok());
        QVERIFY((*database)->exec("PRAGMA user_version = 999").ok());
        QVERIFY((*database)->checkpoint().ok());
    }
    const QByteArray before = contentOf(path);
    const CliResult result = fixture.run(send);
    QCOMPARE(result.exitCode, 9);
    QVERIFY2(result.err.contains("newer"), result.err);
    QCOMPARE(contentOf(path), before);
    QCOMPARE(fixture.wire(), 1);
}

void TstProfile::setsABrokenCacheAside()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(send).exitCode, 0);
    QFile file(fixture.profile() + QStringLiteral("/cache.sqlite"));
    QFile::remove(file.fileName() + QStringLiteral("-wal"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(20000, 'x'));
    file.close();
    const CliResult again = fixture.run(send);
    QVERIFY2(again.exitCode == 0, again.err);
    QCOMPARE(again.json()[u"cache"].toString(), QStringLiteral("miss"));
    QCOMPARE(fixture.run(send).json()[u"cache"].toString(), QStringLiteral("hit"));
    QVERIFY(!QDir(fixture.profile()).entryList({QStringLiteral("cache.sqlite.broken*")}).isEmpty());
}

void TstProfile::takesOverFromAnOwnerThatWasKilled()
{
    const CliFixture fixture({}, {QStringLiteral("--tokens-per-second"), QStringLiteral("20"), QStringLiteral("--tokens"), QStringLiteral("5000")});
    const auto owner = startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("Long"), QStringLiteral("--stream")}));
    QVERIFY(owner->waitForReadyRead(30000));
    ::kill(pid_t(owner->processId()), SIGKILL);
    owner->waitForFinished();
    const CliResult list = fixture.run({QStringLiteral("requests"), QStringLiteral("list"), QStringLiteral("--json")});
    QVERIFY2(list.exitCode == 0, list.err);
    QCOMPARE(list.jsonLines().size(), 1);
    const CliResult show = fixture.run({QStringLiteral("requests"), QStringLiteral("show"), QStringLiteral("r-1"), QStringLiteral("--json")});
    QCOMPARE(show.json()[u"error"].toObject()[u"kind"].toString(), QStringLiteral("ambiguous"));
}

void TstProfile::worksFarDownInTheTree()
{
    // Deeper than a socket's name may be long.
    QTemporaryDir folder;
    const QString profile = folder.filePath(QString(60, u'a') + u'/' + QString(60, u'b'));
    const SimulateProcess simulator({QStringLiteral("--tokens-per-second"), QStringLiteral("20"), QStringLiteral("--tokens"), QStringLiteral("5000")});
    const QStringList option{QStringLiteral("--profile"), profile};
    QCOMPARE(runCli(option + QStringList{QStringLiteral("providers"), QStringLiteral("add"), QStringLiteral("Sim"), QStringLiteral("--type"),
                                         QStringLiteral("openai-compatible"), QStringLiteral("--base-url"), simulator.baseUrl(),
                                         QStringLiteral("--default-model"), QStringLiteral("sim-fast")}).exitCode, 0);
    const auto owner = startCli(option + QStringList{QStringLiteral("send"), QStringLiteral("Long"), QStringLiteral("--stream")});
    QVERIFY(owner->waitForReadyRead(30000));
    const CliResult list = runCli(option + QStringList{QStringLiteral("providers"), QStringLiteral("list"), QStringLiteral("--json")});
    QVERIFY2(list.exitCode == 0, list.err);
    QCOMPARE(list.jsonLines().size(), 1);
    ::kill(pid_t(owner->processId()), SIGINT);
    QCOMPARE(waitCli(*owner).exitCode, 8);
}

void TstProfile::keepsFilesPrivate()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(send).exitCode, 0);
    const QFile::Permissions others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    for (const char *name : {"settings.json", "ledger.sqlite", "cache.sqlite"})
        QVERIFY2(!(QFile::permissions(fixture.profile() + u'/' + QString::fromLatin1(name)) & others), name);
}

TOLLGATE_TEST(TstProfile)
#include "tst_profile.moc"
