#include "core/store/bytes.h"
#include "core/store/database.h"
#include "core/store/zip.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <limits>

using namespace tollgate;

namespace {

qint64 number(Database &database, const char *sql)
{
    auto statement = database.prepare(sql);
    if (!statement)
        return -1;
    const auto row = statement->step();
    return row && *row ? statement->integer(0) : -1;
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// Runs `body` in a child process; its return value is the exit code. Nothing of Qt Test may be used inside.
int inChild(const std::function<int()> &body)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(body());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

class TstDatabase : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("test.sqlite"));
    }
    void cleanup() { m_folder.reset(); }

    void opensAPrivateFileWithTheAgreedPragmas()
    {
        auto opened = Database::open(m_path, {});
        QVERIFY2(opened, qPrintable(opened ? QString() : opened.error().text()));
        Database &database = **opened;
        QVERIFY(database.exec("CREATE TABLE t (x INTEGER) STRICT; INSERT INTO t VALUES (1)"));
        for (const char *suffix : {"", "-wal", "-shm"}) {
            struct stat info;
            QCOMPARE(::stat(QFile::encodeName(m_path + QLatin1String(suffix)).constData(), &info), 0);
            QCOMPARE(info.st_mode & 0777, 0600U);
        }
        QCOMPARE(number(database, "PRAGMA synchronous"), 1);
        QCOMPARE(number(database, "PRAGMA foreign_keys"), 1);
        QCOMPARE(number(database, "PRAGMA trusted_schema"), 0);
        QCOMPARE(number(database, "PRAGMA cell_size_check"), 1);
        QCOMPARE(number(database, "PRAGMA secure_delete"), 1);
        QCOMPARE(number(database, "PRAGMA busy_timeout"), 5000);
        QCOMPARE(number(database, "PRAGMA journal_size_limit"), 67108864);
        QCOMPARE(number(database, "PRAGMA wal_autocheckpoint"), 1000);
        auto mode = database.prepare("PRAGMA journal_mode");
        QVERIFY(*mode->step());
        QCOMPARE(mode->text(0), QStringLiteral("wal"));

        auto reader = Database::open(m_path, {Database::Mode::ReadOnly, false});
        QVERIFY(reader);
        QCOMPARE(number(**reader, "PRAGMA wal_autocheckpoint"), 0);
        QCOMPARE(number(**reader, "SELECT x FROM t"), 1);
        QVERIFY(!(*reader)->exec("INSERT INTO t VALUES (2)"));
    }

    void syncsFullyWhenAskedTo()
    {
        auto database = Database::open(m_path, {Database::Mode::ReadWrite, true});
        QCOMPARE(number(**database, "PRAGMA synchronous"), 2);
    }

    void takesAwayTheRightsOfOthersFromAnExistingFile()
    {
        {
            auto database = Database::open(m_path, {});
            QVERIFY(database);
        }
        ::chmod(QFile::encodeName(m_path).constData(), 0644);
        auto database = Database::open(m_path, {});
        struct stat info;
        ::stat(QFile::encodeName(m_path).constData(), &info);
        QCOMPARE(info.st_mode & 0777, 0600U);
    }

    void reusesAStatementAndKeepsTwoInUseApart()
    {
        auto database = Database::open(m_path, {}).value();
        QVERIFY(database->exec("CREATE TABLE t (x INTEGER, s TEXT, b BLOB); INSERT INTO t VALUES (1, 'a', x'00'), (2, NULL, NULL)"));
        const char *sql = "SELECT x FROM t WHERE x >= ? ORDER BY x";
        auto first = database->prepare(sql);
        first->bind(1, qint64(1));
        QVERIFY(*first->step());
        {
            auto second = database->prepare(sql);
            second->bind(1, qint64(2));
            QVERIFY(*second->step());
            QCOMPARE(second->integer(0), 2);
        }
        QCOMPARE(first->integer(0), 1);
        QVERIFY(*first->step());
        QCOMPARE(first->integer(0), 2);
        QVERIFY(!*first->step());
    }

    void aStatementIsResetWhenItGoes()
    {
        auto database = Database::open(m_path, {}).value();
        QVERIFY(database->exec("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)"));
        {
            auto cursor = database->prepare("SELECT x FROM t WHERE ?1 IS NULL OR x = ?1");
            cursor->bind(1, qint64(2));
            QVERIFY(*cursor->step());
        }
        QVERIFY(database->exec("DROP TABLE t"));            // would be locked by an open cursor
        QVERIFY(database->exec("CREATE TABLE t (x); INSERT INTO t VALUES (7)"));
        auto cursor = database->prepare("SELECT x FROM t WHERE ?1 IS NULL OR x = ?1");
        QVERIFY(*cursor->step()); // the old binding is gone
        QCOMPARE(cursor->integer(0), 7);
    }

    void keepsTextAndBytesExactly()
    {
        auto database = Database::open(m_path, {}).value();
        QVERIFY(database->exec("CREATE TABLE t (s TEXT, b BLOB, n INTEGER, r REAL, o INTEGER) STRICT"));
        const QString text = QStringLiteral("caf\u00e9 \U0001F600") + QChar(0) + QStringLiteral("end");
        const QByteArray bytes("\0\xff\0", 3);
        {
            auto insert = database->prepare("INSERT INTO t VALUES (?,?,?,?,?)");
            insert->bind(1, text).bindBlob(2, bytes).bind(3, std::numeric_limits<qint64>::min()).bind(4, 0.1);
            insert->bindOptional(5, std::optional<qint64>());
            QVERIFY(insert->run());
        }
        auto select = database->prepare("SELECT * FROM t");
        QVERIFY(*select->step());
        QCOMPARE(select->text(0), text);
        QCOMPARE(select->blob(1), bytes);
        QCOMPARE(select->integer(2), std::numeric_limits<qint64>::min());
        QCOMPARE(select->real(3), 0.1);
        QVERIFY(select->isNull(4));
    }

    void tellsABadBindInsteadOfRunning()
    {
        auto database = Database::open(m_path, {}).value();
        QVERIFY(database->exec("CREATE TABLE t (x)"));
        auto insert = database->prepare("INSERT INTO t VALUES (?)");
        insert->bind(2, qint64(1));
        QVERIFY(!insert->run());
        QCOMPARE(number(*database, "SELECT count(*) FROM t"), 0);
    }

    void rollsBackUnlessCommitted()
    {
        auto database = Database::open(m_path, {}).value();
        QVERIFY(database->exec("CREATE TABLE t (x)"));
        {
            auto transaction = Transaction::begin(*database);
            QVERIFY(transaction);
            QVERIFY(database->exec("INSERT INTO t VALUES (1)"));
        }
        QCOMPARE(number(*database, "SELECT count(*) FROM t"), 0);
        {
            auto transaction = Transaction::begin(*database);
            QVERIFY(database->exec("INSERT INTO t VALUES (1)"));
            QVERIFY(transaction->commit());
        }
        QCOMPARE(number(*database, "SELECT count(*) FROM t"), 1);
    }

    void saysWhoseLockIsInTheWay()
    {
        auto database = Database::open(m_path, {}).value();
        QVERIFY(database->exec("CREATE TABLE t (x)"));
        auto other = Database::open(m_path, {}).value();
        QVERIFY(other->exec("PRAGMA busy_timeout=0"));
        auto transaction = Transaction::begin(*database);
        auto blocked = Transaction::begin(*other);
        QVERIFY(!blocked);
        QCOMPARE(blocked.error().kind, ErrorKind::Busy);
        QVERIFY(blocked.error().why.contains(QStringLiteral("Another program is using")));
    }

    void refusesWhatIsNotADatabaseAndLeavesItAlone()
    {
        const QByteArray text = QByteArray("This is a letter to my aunt.\n").repeated(100);
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        auto opened = Database::open(m_path, {});
        QVERIFY(!opened);
        QCOMPARE(opened.error().kind, ErrorKind::Storage);
        QVERIFY(opened.error().why.contains(QStringLiteral("not a Tollgate database")));
        QCOMPARE(contents(m_path), text);
    }

    void saysWhatIsDamaged()
    {
        {
            auto database = Database::open(m_path, {}).value();
            QVERIFY(database->exec("CREATE TABLE t (x TEXT) STRICT; CREATE INDEX i ON t (x);"
                                   "WITH RECURSIVE n(v) AS (VALUES(1) UNION ALL SELECT v+1 FROM n WHERE v<5000)"
                                   " INSERT INTO t SELECT 'row ' || v FROM n"));
            QVERIFY(database->quickCheck());
            QVERIFY(database->checkpoint());
        }
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        for (qint64 page = 4096 * 2; page < file.size(); page += 4096) {
            file.seek(page);
            file.write(QByteArray(64, '\xA5'));
        }
        file.close();
        auto database = Database::open(m_path, {});
        QVERIFY(database);
        const auto checked = (*database)->quickCheck();
        QVERIFY(!checked);
        QVERIFY2(checked.error().why.contains(QStringLiteral("is damaged")), qPrintable(checked.error().text()));
    }

    void aMissingFileIsNotMadeForReading()
    {
        auto opened = Database::open(m_path, {Database::Mode::ReadOnly, false});
        QVERIFY(!opened);
        QCOMPARE(opened.error().kind, ErrorKind::NotFound);
        QVERIFY(!QFile::exists(m_path));
    }

    void aReadOnlyFolderIsReadableAndSaysWhyItCannotBeWritten()
    {
        {
            auto database = Database::open(m_path, {}).value();
            QVERIFY(database->exec("CREATE TABLE t (x); INSERT INTO t VALUES (42)"));
        }
        if (getuid() != 0)
            QSKIP("needs root to become another user");
        ::chmod(QFile::encodeName(m_path).constData(), 0644);
        ::chmod(QFile::encodeName(m_folder->path()).constData(), 0755);
        const int code = inChild([this] {
            if (setgid(65534) != 0 || setuid(65534) != 0)
                return 10;
            auto writing = Database::open(m_path, {});
            if (writing)
                return 1;
            if (!writing.error().why.contains(QStringLiteral("may not be written")))
                return 2;
            auto reading = Database::open(m_path, {Database::Mode::ReadOnly, false});
            if (!reading)
                return 3;
            return number(**reading, "SELECT x FROM t") == 42 ? 0 : 4;
        });
        QCOMPARE(code, 0);
    }

    void aFullDiskIsNamedAndNothingIsLost()
    {
        const QByteArray place = QFile::encodeName(m_folder->filePath(QStringLiteral("small")));
        ::mkdir(place.constData(), 0700);
        if (::mount("tmpfs", place.constData(), "tmpfs", 0, "size=1m") != 0)
            QSKIP("mounting a small tmpfs is not permitted here");
        {
            auto database = Database::open(QString::fromLocal8Bit(place) + QStringLiteral("/full.sqlite"), {}).value();
            QVERIFY(database->exec("CREATE TABLE t (x)"));
            Result<void> result;
            qint64 rows = 0;
            for (; rows < 1000 && result; ++rows)
                result = database->exec("INSERT INTO t VALUES (zeroblob(20000))");
            QVERIFY(!result);
            QVERIFY2(result.error().why.contains(QStringLiteral("is full")), qPrintable(result.error().text()));
            QCOMPARE(number(*database, "SELECT count(*) FROM t"), rows - 1);
            QVERIFY(database->quickCheck());
        }
        ::umount(place.constData());
    }

    void migratesAnOldDatabaseAndKeepsACopy()
    {
        {
            auto database = Database::open(m_path, {}).value();
            QVERIFY(migrate(*database, {{1, "CREATE TABLE t (x)"}}));
            QVERIFY(database->exec("INSERT INTO t VALUES (5)"));
            QVERIFY(!QFile::exists(m_path + QStringLiteral(".backup-v0")));
        }
        auto database = Database::open(m_path, {}).value();
        QVERIFY(migrate(*database, {{1, "CREATE TABLE t (x)"}, {2, "ALTER TABLE t ADD y"}, {3, "UPDATE t SET y = x + 1"}}));
        QCOMPARE(number(*database, "PRAGMA user_version"), 3);
        QCOMPARE(number(*database, "SELECT y FROM t"), 6);
        const QString backup = m_path + QStringLiteral(".backup-v1");
        auto old = Database::open(backup, {}).value();
        QCOMPARE(number(*old, "PRAGMA user_version"), 1);
        QCOMPARE(number(*old, "SELECT x FROM t"), 5);
        struct stat info;
        ::stat(QFile::encodeName(backup).constData(), &info);
        QCOMPARE(info.st_mode & 0777, 0600U);
    }

    void aFailingStepLeavesTheStepBefore()
    {
        auto database = Database::open(m_path, {}).value();
        QVERIFY(!migrate(*database, {{1, "CREATE TABLE t (x)"}, {2, "INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (1)"}}));
        QCOMPARE(number(*database, "PRAGMA user_version"), 1);
        QCOMPARE(number(*database, "SELECT count(*) FROM t"), 0);
    }

    void refusesANewerSchemaUnchanged()
    {
        {
            auto database = Database::open(m_path, {}).value();
            QVERIFY(migrate(*database, {{1, "CREATE TABLE t (x)"}, {2, "CREATE TABLE u (x)"}}));
        }
        const QByteArray before = contents(m_path);
        {
            auto database = Database::open(m_path, {}).value();
            const auto refused = migrate(*database, {{1, "CREATE TABLE t (x)"}});
            QVERIFY(!refused);
            QVERIFY(refused.error().why.contains(QStringLiteral("newer version")));
        }
        QCOMPARE(contents(m_path), before);
        QVERIFY(!QFile::exists(m_path + QStringLiteral(".backup-v2")));
    }

    void refusesTheDatabaseOfAnotherProgram()
    {
        auto database = Database::open(m_path, {}).value();
        QVERIFY(database->exec("CREATE TABLE cookies (x)"));
        const auto refused = migrate(*database, {{1, "CREATE TABLE t (x)"}});
        QVERIFY(!refused);
        QCOMPARE(number(*database, "SELECT count(*) FROM sqlite_schema"), 1);
    }

    void checkpointEmptiesTheLogAndDoesNotWaitForReaders()
    {
        auto database = Database::open(m_path, {}).value();
        QVERIFY(database->exec("CREATE TABLE t (x); INSERT INTO t VALUES (1)"));
        QVERIFY(database->walBytes() > 0);
        QVERIFY(database->checkpoint());
        QCOMPARE(database->walBytes(), 0);
        auto reader = Database::open(m_path, {Database::Mode::ReadOnly, false}).value();
        QVERIFY(database->exec("INSERT INTO t VALUES (2)"));
        auto cursor = reader->prepare("SELECT x FROM t");
        QVERIFY(*cursor->step());
        QVERIFY(database->exec("INSERT INTO t VALUES (3)"));
        QElapsedTimer timer;
        timer.start();
        const auto busy = database->checkpoint();
        QVERIFY(!busy);
        QCOMPARE(busy.error().kind, ErrorKind::Busy);
        QVERIFY(timer.elapsed() < 1000);
    }

    void bytesReadBackWhatWasWritten()
    {
        QByteArray out;
        ByteWriter writer(out);
        const QString text = QStringLiteral("\u00e9\U0001F600").repeated(100);
        writer.integer(std::numeric_limits<qint64>::min());
        writer.number(std::numeric_limits<quint64>::max());
        writer.text(text);
        writer.text(QStringLiteral("short \u20ac"));
        writer.text(QString());
        writer.list({QStringLiteral("a"), QString(), QStringLiteral("b")});
        writer.optional({});
        writer.optional(-5);
        writer.money(Money::fromNanoUsd(7));
        const auto read = [&](QByteArrayView in) {
            ByteReader reader(in);
            const bool same = reader.integer() == std::numeric_limits<qint64>::min() && reader.number() == std::numeric_limits<quint64>::max()
                              && reader.text() == text && reader.text() == QStringLiteral("short \u20ac") && reader.text().isNull()
                              && reader.list() == QStringList{QStringLiteral("a"), QString(), QStringLiteral("b")}
                              && !reader.optional() && reader.optional() == -5 && reader.money() == Money::fromNanoUsd(7);
            return same && reader.ok() && reader.atEnd();
        };
        QVERIFY(read(out));
        for (qsizetype size = 0; size < out.size(); ++size)
            QVERIFY(!read(QByteArrayView(out).first(size)));
    }

    void packsAndRefusesBrokenBytes()
    {
        const QByteArray small("tiny");
        const QByteArray big = QByteArray("a conversation about nothing, ").repeated(200);
        QCOMPARE(unpack(pack(small)), small);
        QCOMPARE(unpack(pack(big)), big);
        QVERIFY(pack(big).size() < big.size() / 10);
        QVERIFY(!unpack(pack(big), 100));
        QVERIFY(!unpack(QByteArrayView()));
        QByteArray broken = pack(big);
        broken.chop(3);
        QVERIFY(!unpack(broken));
        broken[0] = 9;
        QVERIFY(!unpack(broken));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

TOLLGATE_TEST(TstDatabase)
#include "tst_database.moc"
