// What a profile that cannot be used gets: its own words, exit code 9, and nothing changed.
#include "core/store/database.h"
#include "tests/e2e/clifixture.h"
#include "tests/support/testmain.h"

#include <QDir>
#include <QJsonArray>
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
    void readsWhatItMayNotWrite();
    void readsAProfileWithoutAHistoryThatItMayNotWrite();
    void tellsTheDoctorWhatIsWrong();
    void ownerStaysUntilItsAnswerIsTaken();
    void stopsACommandThatTheOwnerRuns();
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

void TstProfile::readsWhatItMayNotWrite()
{
    const CliFixture fixture;
    QCOMPARE(fixture.run(send).exitCode, 0);
    // Root may write everywhere: a folder in the lock's place is in everybody's way.
    QVERIFY(QFile::remove(fixture.profile() + QStringLiteral("/lock")));
    QVERIFY(QDir(fixture.profile()).mkdir(QStringLiteral("lock")));
    const CliResult list = fixture.run({QStringLiteral("requests"), QStringLiteral("list"), QStringLiteral("--json")});
    QVERIFY2(list.exitCode == 0, list.err);
    QCOMPARE(list.jsonLines().size(), 1);
    QVERIFY2(list.err.contains("Reading only"), list.err);
    const CliResult report = fixture.run({QStringLiteral("report"), QStringLiteral("--json")});
    QCOMPARE(report.json()[u"total"].toObject()[u"requests"].toInt(), 1);
    const CliResult refused = fixture.run(send);
    QCOMPARE(refused.exitCode, 9);
    QCOMPARE(refused.json()[u"error"].toObject()[u"kind"].toString(), QStringLiteral("storage"));
    QCOMPARE(fixture.wire(), 1);
}

void TstProfile::readsAProfileWithoutAHistoryThatItMayNotWrite()
{
    QTemporaryDir folder;
    const QString profile = folder.filePath(QStringLiteral("p"));
    QVERIFY(QDir().mkpath(profile + QStringLiteral("/lock"))); // in everybody's way
    const auto run = [&profile](const char *line) {
        return runCli(QStringList{QStringLiteral("--profile"), profile} + QString::fromUtf8(line).split(u' '));
    };
    const CliResult prices = run("prices list --model gpt-5.6-sol --json");
    QVERIFY2(prices.exitCode == 0, prices.err);
    QVERIFY(!prices.jsonLines().isEmpty());
    for (const char *line : {"providers list --json", "requests list --json", "report --json", "keys status --json"}) {
        const CliResult result = run(line);
        QVERIFY2(result.exitCode == 0, result.err);
    }
    for (const char *line : {"prices set m --provider openai --input 1 --output 1", "prices import x", "providers add X --type simulator", "providers set X", "send Hi"})
        QCOMPARE(run(line).exitCode, 9);
    QCOMPARE(QDir(profile).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList{QStringLiteral("lock")}); // nothing was written
}

void TstProfile::tellsTheDoctorWhatIsWrong()
{
    const CliFixture fixture;
    QFile file(fixture.profile() + QStringLiteral("/settings.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{");
    file.close();
    const CliResult result = fixture.run({QStringLiteral("doctor"), QStringLiteral("--json")});
    QCOMPARE(result.exitCode, 1);
    QCOMPARE(result.json()[u"ok"].toBool(true), false);
    QVERIFY(result.json()[u"detail"].toString().contains(QStringLiteral("settings.json")));
}

void TstProfile::ownerStaysUntilItsAnswerIsTaken()
{
    const CliFixture fixture({}, {QStringLiteral("--tokens"), QStringLiteral("150000")});
    const SimulateProcess slow({QStringLiteral("--tokens-per-second"), QStringLiteral("20"), QStringLiteral("--tokens"), QStringLiteral("5000")});
    QCOMPARE(fixture.run({QStringLiteral("providers"), QStringLiteral("add"), QStringLiteral("Slow"), QStringLiteral("--type"),
                          QStringLiteral("openai-compatible"), QStringLiteral("--base-url"), slow.baseUrl(), QStringLiteral("--default-model"),
                          QStringLiteral("sim-fast")}).exitCode, 0);
    const auto owner = startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("Long"), QStringLiteral("--stream"),
                                                     QStringLiteral("--provider"), QStringLiteral("Slow")}));
    QVERIFY(owner->waitForReadyRead(30000));
    // Nobody reads this one's output for a while: more than pipes and sockets hold is left with the owner.
    const auto client = startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("Big"), QStringLiteral("--json"),
                                                      QStringLiteral("--provider"), QStringLiteral("Sim")}));
    for (int pieces = 0; pieces < 600 && fixture.wire() == 0; ++pieces)
        QVERIFY(owner->waitForReadyRead(30000));
    QCOMPARE(fixture.wire(), 1);
    for (int pieces = 0; pieces < 40; ++pieces)
        QVERIFY(owner->waitForReadyRead(30000));
    ::kill(pid_t(owner->processId()), SIGINT);
    owner->waitForFinished(1500);
    const CliResult result = waitCli(*client);
    QVERIFY2(result.exitCode == 0, result.err);
    QVERIFY(result.out.size() > 400'000);
    QVERIFY(result.json()[u"complete"].toBool());
    QCOMPARE(waitCli(*owner).exitCode, 8);
}

void TstProfile::stopsACommandThatTheOwnerRuns()
{
    const CliFixture fixture({}, {QStringLiteral("--tokens-per-second"), QStringLiteral("20"), QStringLiteral("--tokens"), QStringLiteral("5000")});
    const auto owner = startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("One"), QStringLiteral("--stream")}));
    QVERIFY(owner->waitForReadyRead(30000));
    const auto client = startCli(fixture.withProfile({QStringLiteral("send"), QStringLiteral("Two"), QStringLiteral("--stream"), QStringLiteral("--json")}));
    QVERIFY(client->waitForReadyRead(30000));
    ::kill(pid_t(client->processId()), SIGINT);
    const CliResult stopped = waitCli(*client);
    QCOMPARE(stopped.exitCode, 8);
    // What was settled is told, as it is when the process runs the command itself.
    QCOMPARE(stopped.json()[u"error"].toObject()[u"kind"].toString(), QStringLiteral("cancelled"));
    QCOMPARE(stopped.json()[u"attempts"].toArray().size(), 1);
    ::kill(pid_t(owner->processId()), SIGINT);
    QCOMPARE(waitCli(*owner).exitCode, 8);
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
