#include "core/store/database.h"
#include "tests/core/ledger/ledgerfixture.h"
#include "tests/support/testmain.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QSignalSpy>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace tollgate;
using namespace tollgate::test;

namespace {

// A small disk that is mounted while it lives; isValid() is false where mounting is not permitted.
class SmallDisk
{
public:
    SmallDisk() : m_valid(::mount("tmpfs", QFile::encodeName(m_folder.path()).constData(), "tmpfs", 0, "size=2m") == 0) {}
    ~SmallDisk()
    {
        if (m_valid)
            ::umount(QFile::encodeName(m_folder.path()).constData());
    }
    bool isValid() const { return m_valid; }
    QString path() const { return m_folder.path(); }
    void fill()
    {
        QFile filler(m_folder.filePath(QStringLiteral("filler")));
        if (!filler.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered))
            return;
        while (filler.write(QByteArray(4096, 'f')) == 4096) { }
        while (filler.write("f", 1) == 1) { }
    }
    void empty() { QFile::remove(m_folder.filePath(QStringLiteral("filler"))); }

private:
    QTemporaryDir m_folder;
    bool m_valid;
};

qint64 number(const QString &path, const char *sql)
{
    auto database = Database::open(path, {Database::Mode::ReadOnly, false});
    if (!database)
        return -1;
    auto statement = (*database)->prepare(sql);
    return statement && *statement->step() ? statement->integer(0) : -1;
}

} // namespace

class TstLedger : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSettledRequestIsFoundWithEverything()
    {
        LedgerFolder folder;
        auto ledger = folder.open().value();
        const RequestId id = ledger->nextId();
        QCOMPARE(id.value, 1);
        QVERIFY(ledger->intend(intentFor(id)));
        QVERIFY(ledger->settle(fullRecord(1)));
        QVERIFY(flushed(*ledger));
        const auto record = found(*ledger, 1);
        QVERIFY(record);
        QCOMPARE(bytesOf(*record), bytesOf(fullRecord(1)));
        QVERIFY(!found(*ledger, 2));
        const auto checked = await<Result<qint64>>([&](QObject *context, auto done) { ledger->check(context, done); });
        QCOMPARE(**checked, 1);
    }

    void listsNewestFirstPageByPage()
    {
        LedgerFolder folder;
        auto ledger = folder.open().value();
        // The wall clock jumped back in the middle: order is by time, then by number.
        for (qint64 id = 1; id <= 100; ++id)
            QVERIFY(ledger->settle(plainRecord(ledger->nextId().value, 1'795'500'000'000 + (id > 50 ? id - 20 : id) / 2)));
        QVERIFY(flushed(*ledger));
        const auto all = listed(*ledger);
        QCOMPARE(all.size(), 100);
        for (qsizetype i = 1; i < all.size(); ++i)
            QVERIFY(std::pair(all[i - 1].acceptedWallMs, all[i - 1].id) > std::pair(all[i].acceptedWallMs, all[i].id));
        QList<qint64> paged;
        RequestId before;
        for (auto page = listed(*ledger, {}, before, 7); !page.isEmpty(); page = listed(*ledger, {}, before, 7)) {
            for (const auto &record : page)
                paged.append(record.id.value);
            before = page.last().id;
        }
        QCOMPARE(paged.size(), 100);
        for (qsizetype i = 0; i < paged.size(); ++i)
            QCOMPARE(paged[i], all[i].id.value);
    }

    void everyFilterHolds()
    {
        LedgerFolder folder;
        auto ledger = folder.open().value();
        QList<RequestRecord> records;
        for (int i = 0; i < 200; ++i) {
            RequestRecord r = plainRecord(ledger->nextId().value, 1'795'500'000'000 + i * 1000);
            r.provider = i % 2 ? QStringLiteral("openai") : QStringLiteral("local");
            r.model = i % 3 ? QStringLiteral("a") : QStringLiteral("b");
            r.source = Source(i % 4);
            r.cache = CacheOutcome(i % 5);
            r.tags = i % 6 ? QStringList() : QStringList{QStringLiteral("team=blue"), QStringLiteral("x")};
            if (i % 7 == 0)
                r.failure = FailureKind(i % failureKindCount);
            records.append(r);
            QVERIFY(ledger->settle(r));
        }
        QVERIFY(flushed(*ledger));
        const auto check = [&](const LedgerFilter &filter, auto holds) {
            const auto rows = listed(*ledger, filter);
            const auto expected = std::count_if(records.begin(), records.end(), holds);
            return expected > 0 && rows.size() == expected && std::all_of(rows.begin(), rows.end(), holds);
        };
        LedgerFilter filter;
        filter.provider = QStringLiteral("local");
        QVERIFY(check(filter, [](const RequestRecord &r) { return r.provider == u"local"; }));
        filter = {};
        filter.model = QStringLiteral("b");
        filter.from = 1'795'500'050'000;
        filter.to = 1'795'500'100'000;
        QVERIFY(check(filter, [](const RequestRecord &r) {
            return r.model == u"b" && r.acceptedWallMs >= 1'795'500'050'000 && r.acceptedWallMs < 1'795'500'100'000;
        }));
        filter = {};
        filter.source = Source::Job;
        filter.cache = CacheOutcome::Hit;
        QVERIFY(check(filter, [](const RequestRecord &r) { return r.source == Source::Job && r.cache == CacheOutcome::Hit; }));
        for (const QString &tag : {QStringLiteral("x"), QStringLiteral("team=blue"), QStringLiteral("team")}) {
            filter = {};
            filter.tag = tag;
            QVERIFY(check(filter, [](const RequestRecord &r) { return !r.tags.isEmpty(); }));
        }
        filter = {};
        filter.tag = QStringLiteral("tea");
        QVERIFY(listed(*ledger, filter).isEmpty());
        filter = {};
        filter.failure = records[7].failure;
        QVERIFY(check(filter, [&](const RequestRecord &r) { return r.failure == records[7].failure; }));
        filter = {};
        filter.errorsOnly = true;
        QVERIFY(check(filter, [](const RequestRecord &r) {
            return r.failure && *r.failure != FailureKind::Cancelled && *r.failure != FailureKind::Budget && *r.failure != FailureKind::Queued;
        }));
    }

    void idsContinueAfterAStop()
    {
        LedgerFolder folder;
        {
            auto ledger = folder.open().value();
            for (int i = 0; i < 5; ++i)
                QVERIFY(ledger->settle(plainRecord(ledger->nextId().value)));
        }
        QVERIFY(QDir(folder.path() + QStringLiteral("/journal")).entryList(QDir::Files).isEmpty());
        QCOMPARE(number(folder.options().path, "SELECT value FROM marks WHERE id = 3"), 1);
        auto ledger = folder.open().value();
        QCOMPARE(ledger->nextId().value, 6);
        QCOMPARE(listed(*ledger).size(), 5);
    }

    void whatWasSettledIsThereAfterAKillWithoutACommit()
    {
        LedgerFolder folder;
        LedgerFolder left;
        {
            auto ledger = folder.open().value();
            QVERIFY(ledger->intend(intentFor(ledger->nextId())));
            QVERIFY(ledger->settle(fullRecord(1)));
            folder.copyTo(left); // before the writer's 50 ms
        }
        auto ledger = left.open().value();
        QCOMPARE(bytesOf(*found(*ledger, 1)), bytesOf(fullRecord(1)));
        QCOMPARE(ledger->nextId().value, 2);
    }

    void anAttemptWithoutAnOutcomeReadsUnconfirmed()
    {
        LedgerFolder folder;
        LedgerFolder left;
        {
            auto ledger = folder.open().value();
            AttemptIntent first = intentFor(ledger->nextId());
            first.reserved = Money::fromNanoUsd(5'000);
            QVERIFY(ledger->intend(first));
            first.number = 2;
            QVERIFY(ledger->intend(first));
            QVERIFY(ledger->intend(intentFor(ledger->nextId())));
            QVERIFY(ledger->settle(plainRecord(ledger->nextId().value)));
            QVERIFY(flushed(*ledger));
            folder.copyTo(left);
            QVERIFY(ledger->settle(plainRecord(1)));
            QVERIFY(ledger->settle(plainRecord(2)));
        }
        {
            auto ledger = left.open().value();
            const auto record = found(*ledger, 1);
            QVERIFY(record);
            QCOMPARE(record->failure, FailureKind::Ambiguous);
            QVERIFY(!record->complete);
            QVERIFY(record->message.contains(QStringLiteral("possibly billed")));
            QCOMPARE(record->cost.state, CostState::Estimated);
            QCOMPARE(record->cost.amount, Money::fromNanoUsd(5'000));
            QCOMPARE(record->tags, QStringList{QStringLiteral("team=blue")});
            QCOMPARE(record->attempts.size(), 2);
            QCOMPARE(record->attempts[1].billing, Billing::Unconfirmed);
            const auto unpriced = found(*ledger, 2);
            QCOMPARE(unpriced->cost.state, CostState::Unpriced);
            QVERIFY(!unpriced->cost.amount);
            QVERIFY(!found(*ledger, 3)->failure);
            QCOMPARE(ledger->nextId().value, 4);
            QCOMPARE(ledger->today().unpriced, 1);
        }
        auto again = left.open().value(); // told once, not at every start
        QCOMPARE(listed(*again).size(), 3);
    }

    void aLongRequestDoesNotHoldTheJournalForEver()
    {
        LedgerFolder folder;
        LedgerFolder left;
        {
            auto ledger = folder.open().value();
            const RequestId slow = ledger->nextId();
            QVERIFY(ledger->intend(intentFor(slow)));
            const RequestId slowAndEnding = ledger->nextId();
            QVERIFY(ledger->intend(intentFor(slowAndEnding)));
            for (int i = 0; i < 45'000; ++i)
                QVERIFY(ledger->settle(plainRecord(ledger->nextId().value)));
            QVERIFY(ledger->settle(plainRecord(slowAndEnding.value)));
            QVERIFY(flushed(*ledger));
            QVERIFY(QDir(folder.path() + QStringLiteral("/journal")).entryList(QDir::Files).size() <= 2);
            folder.copyTo(left);
        }
        auto ledger = left.open().value();
        QCOMPARE(found(*ledger, 1)->failure, FailureKind::Ambiguous);
        QVERIFY(!found(*ledger, 2)->failure);
        QCOMPARE(number(left.options().path, "SELECT count(*) FROM requests"), 45'002);
        QCOMPARE(number(left.options().path, "SELECT count(*) FROM open_attempts"), 0);
    }

    void nothingAcknowledgedIsLostWhenTheProcessIsKilled()
    {
        const quint32 seed = qEnvironmentVariableIsSet("TOLLGATE_SEED") ? qEnvironmentVariable("TOLLGATE_SEED").toUInt()
                                                                        : QRandomGenerator::global()->generate();
        qInfo("seed %u (TOLLGATE_SEED)", seed);
        QRandomGenerator random(seed);
        LedgerFolder folder;
        QMap<qint64, bool> settled; // id: acknowledged
        for (int round = 0; round < 20; ++round) {
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--settle"), folder.path()});
            QVERIFY(child.waitForStarted());
            QByteArray told;
            QElapsedTimer life;
            life.start();
            const qint64 end = random.bounded(20, 250);
            while (life.elapsed() < end || told.isEmpty()) {
                child.waitForReadyRead(5);
                told += child.readAllStandardOutput();
                QVERIFY(life.elapsed() < 20'000);
            }
            child.kill(); // SIGKILL
            QVERIFY(child.waitForFinished());
            told += child.readAllStandardOutput();
            const auto lines = told.split('\n');
            for (const QByteArray &line : lines.first(lines.size() - 1)) {
                const qint64 id = line.sliced(2).toLongLong();
                settled[id] = settled.value(id) || line.startsWith('s');
            }
        }
        auto ledger = folder.open().value();
        QHash<qint64, RequestRecord> rows;
        for (const RequestRecord &record : listed(*ledger))
            rows.insert(record.id.value, record);
        for (auto it = settled.cbegin(); it != settled.cend(); ++it) {
            QVERIFY2(rows.contains(it.key()), qPrintable(QStringLiteral("r-%1 is lost").arg(it.key())));
            if (it.value())
                QVERIFY(rows[it.key()].failure != FailureKind::Ambiguous);
        }
        QVERIFY(settled.size() > 100);
        const auto checked = await<Result<qint64>>([&](QObject *context, auto done) { ledger->check(context, done); });
        QVERIFY2(*checked, "integrity_check");
        QCOMPARE(**checked, rows.size());
        QCOMPARE(number(folder.options().path, "SELECT count(*) FROM attempts WHERE request NOT IN (SELECT id FROM requests)"), 0);
    }

    void aFullDiskStopsSendingAndHealsByItself()
    {
        SmallDisk disk;
        if (!disk.isValid())
            QSKIP("mounting a small tmpfs is not permitted here");
        FakeClock clock;
        Ledger::Options options;
        options.path = disk.path() + QStringLiteral("/ledger.sqlite");
        options.journalFolder = disk.path() + QStringLiteral("/journal");
        auto ledger = Ledger::open(clock, options).value();
        QSignalSpy spy(ledger.get(), &Ledger::storageErrorChanged);
        qint64 settled = 0;
        disk.fill();
        Result<void> refused;
        for (int i = 0; i < 10'000 && refused; ++i) {
            refused = ledger->intend(intentFor(ledger->nextId()));
            if (refused)
                QVERIFY(ledger->settle(plainRecord(++settled)) || true);
        }
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Storage);
        QVERIFY2(refused.error().why.contains(QStringLiteral("full")), qPrintable(refused.error().text()));
        QVERIFY(ledger->storageError());
        QVERIFY(!spy.isEmpty());
        disk.empty();
        QVERIFY(ledger->intend(intentFor(ledger->nextId())));
        QVERIFY(flushed(*ledger));
        QVERIFY(!ledger->storageError());
        QCOMPARE(listed(*ledger).size(), settled);
        ledger.reset();
    }

    void aFullDiskUnderTheTablesOnlyIsToldAndRetried()
    {
        SmallDisk disk;
        if (!disk.isValid())
            QSKIP("mounting a small tmpfs is not permitted here");
        LedgerFolder folder;
        Ledger::Options options = folder.options();
        options.path = disk.path() + QStringLiteral("/ledger.sqlite");
        auto ledger = Ledger::open(folder.clock, options).value();
        disk.fill();
        for (int i = 0; i < 200; ++i)
            QVERIFY(ledger->settle(fullRecord(ledger->nextId().value)));
        const auto failed = flushed(*ledger);
        QVERIFY(!failed);
        QCOMPARE(ledger->storageError()->what, QStringLiteral("History is not being saved"));
        QVERIFY(ledger->intend(intentFor(ledger->nextId()))); // the journal still holds what is sent
        QVERIFY(ledger->settle(plainRecord(201)));
        disk.empty();
        QTRY_VERIFY_WITH_TIMEOUT(!ledger->storageError(), 15'000); // without being asked
        QCOMPARE(listed(*ledger).size(), 201);
        ledger.reset();
    }

    void readsWhatThereIsFromAFullDisk()
    {
        SmallDisk disk;
        if (!disk.isValid())
            QSKIP("mounting a small tmpfs is not permitted here");
        FakeClock clock;
        Ledger::Options options;
        options.path = disk.path() + QStringLiteral("/ledger.sqlite");
        options.journalFolder = disk.path() + QStringLiteral("/journal");
        {
            auto ledger = Ledger::open(clock, options).value();
            QVERIFY(ledger->settle(plainRecord(ledger->nextId().value)));
        }
        disk.fill();
        options.readOnly = true;
        auto ledger = Ledger::open(clock, options);
        QVERIFY2(ledger, ledger ? "" : qPrintable(ledger.error().text()));
        QCOMPARE(listed(**ledger).size(), 1);
        QVERIFY(!(*ledger)->intend(intentFor({9})));
        ledger.value().reset();
    }

    void aDamagedLedgerIsRefusedWithWords()
    {
        LedgerFolder folder;
        LedgerFolder left;
        {
            auto ledger = folder.open().value();
            for (int i = 0; i < 3000; ++i)
                QVERIFY(ledger->settle(plainRecord(ledger->nextId().value)));
            QVERIFY(flushed(*ledger));
            folder.copyTo(left);
        }
        QFile::remove(left.options().path + QStringLiteral("-wal"));
        QFile::remove(left.options().path);
        QFile::copy(folder.options().path, left.options().path);
        {
            auto database = Database::open(left.options().path, {}).value();
            QVERIFY(database->exec("UPDATE marks SET value = 0 WHERE id = 3")); // the last stop was not clean
        }
        QFile file(left.options().path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        for (qint64 page = 4096 * 12; page < file.size(); page += 4096 * 3) {
            file.seek(page);
            file.write(QByteArray(100, '\x5A'));
        }
        file.close();
        const auto opened = left.open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().kind, ErrorKind::Storage);
        QVERIFY2(opened.error().why.contains(QStringLiteral("damaged")), qPrintable(opened.error().text()));
    }

    void aNewerLedgerIsRefusedUnchanged()
    {
        LedgerFolder folder;
        {
            auto ledger = folder.open().value();
        }
        {
            auto database = Database::open(folder.options().path, {}).value();
            QVERIFY(database->exec("PRAGMA user_version=99"));
        }
        QFile file(folder.options().path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray before = file.readAll();
        const auto opened = folder.open();
        QVERIFY(!opened);
        QVERIFY(opened.error().why.contains(QStringLiteral("newer version")));
        file.seek(0);
        QCOMPARE(file.readAll(), before);
    }

    void readersSeeWholeRequestsWhileTheWriterWrites()
    {
        LedgerFolder folder;
        auto ledger = folder.open().value();
        int answers = 0;
        int torn = 0;
        QObject context;
        for (qint64 id = 1; id <= 20'000; ++id) {
            QVERIFY(ledger->settle(fullRecord(ledger->nextId().value)));
            if (id % 500 == 0) {
                ledger->find({id - 250}, &context, [&](const Result<std::optional<RequestRecord>> &record) {
                    ++answers;
                    if (!record || (*record && (*record)->attempts.size() != 2))
                        ++torn;
                });
                QCoreApplication::processEvents();
            }
        }
        QVERIFY(flushed(*ledger));
        QTRY_COMPARE(answers, 40);
        QCOMPARE(torn, 0);
        QCOMPARE(listed(*ledger, {}, {}, 30'000).size(), 20'000);
    }

    void answersForTheDeadAreDropped()
    {
        LedgerFolder folder;
        auto ledger = folder.open().value();
        bool called = false;
        {
            QObject context;
            ledger->list({}, {}, 10, &context, [&](const auto &) { called = true; });
            ledger->flush(&context, [&](const auto &) { called = true; });
        }
        QVERIFY(flushed(*ledger));
        listed(*ledger);
        QVERIFY(!called);
    }

    void tellsOfChangesAtMostFourTimesASecond()
    {
        LedgerFolder folder;
        auto ledger = folder.open().value();
        QSignalSpy spy(ledger.get(), &Ledger::changed);
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 20; ++i) {
            QVERIFY(ledger->settle(plainRecord(ledger->nextId().value)));
            QVERIFY(flushed(*ledger));
        }
        QTRY_VERIFY(spy.count() >= 2);
        QVERIFY(spy.count() <= 2 + timer.elapsed() / 250);
    }

    void todayCountsAndStartsAnewAtMidnight()
    {
        LedgerFolder folder;
        const QDateTime noon(QDate(2026, 11, 24), QTime(12, 0));
        folder.clock.setWallMs(noon.toMSecsSinceEpoch());
        auto ledger = folder.open().value();
        RequestRecord hit = plainRecord(ledger->nextId().value, noon.toMSecsSinceEpoch());
        hit.cache = CacheOutcome::Hit;
        hit.cost = {CostState::Free, Money(), Money(), {}};
        hit.savedByCache = Money::fromNanoUsd(700);
        hit.attempts.clear();
        QVERIFY(ledger->settle(hit));
        RequestRecord failed = plainRecord(ledger->nextId().value, noon.toMSecsSinceEpoch());
        failed.failure = FailureKind::ServerError;
        failed.cost = {};
        QVERIFY(ledger->settle(failed));
        RequestRecord stopped = plainRecord(ledger->nextId().value, noon.toMSecsSinceEpoch());
        stopped.failure = FailureKind::Cancelled;
        QVERIFY(ledger->settle(stopped));
        QVERIFY(ledger->settle(plainRecord(ledger->nextId().value, noon.addDays(-1).toMSecsSinceEpoch())));
        QVERIFY(flushed(*ledger));
        const auto check = [](const DayFigures &day) {
            return day.requests == 3 && day.errors == 1 && day.cacheHits == 1 && day.cacheMisses == 2 && day.cost.nanoUsd() == 1'000
                   && day.saved.nanoUsd() == 700 && day.unpriced == 1;
        };
        QVERIFY(check(ledger->today()));
        ledger.reset();
        ledger = folder.open().value();
        QVERIFY(check(ledger->today())); // counted anew from the rows
        folder.clock.setWallMs(noon.addSecs(13 * 3600).toMSecsSinceEpoch());
        QCOMPARE(ledger->today().requests, 0);
        QVERIFY(ledger->settle(plainRecord(ledger->nextId().value, folder.clock.wallMs())));
        QVERIFY(flushed(*ledger));
        QCOMPARE(ledger->today().requests, 1);
    }

    void learnsHowFarEstimatesAreOff()
    {
        LedgerFolder folder;
        {
            auto ledger = folder.open().value();
            QCOMPARE(ledger->estimateRatio(QStringLiteral("gpt-x")), 1.0);
            for (int i = 0; i < 50; ++i) {
                const RequestId id = ledger->nextId();
                QVERIFY(ledger->intend(intentFor(id))); // 200 estimated
                RequestRecord record = plainRecord(id.value);
                record.usage.uncachedInput = 300;
                QVERIFY(ledger->settle(record));
            }
            QVERIFY(flushed(*ledger));
            QVERIFY(qAbs(ledger->estimateRatio(QStringLiteral("gpt-x")) - 1.5) < 1e-9);
            QCOMPARE(ledger->estimateRatio(QStringLiteral("other")), 1.0);
        }
        auto ledger = folder.open().value();
        QVERIFY(qAbs(ledger->estimateRatio(QStringLiteral("gpt-x")) - 1.5) < 1e-9);
    }
};

TOLLGATE_TEST(TstLedger)
#include "tst_ledger.moc"
