#include "core/ledger/crc32.h"
#include "core/ledger/journal.h"
#include "tests/core/ledger/ledgerfixture.h"
#include "tests/support/testmain.h"

#include <QLoggingCategory>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace tollgate;
using namespace tollgate::test;

namespace {

QList<Journal::Entry> entriesOf(const QString &folder, quint64 folded = 0)
{
    QList<Journal::Entry> entries;
    const auto journal = Journal::open(folder, folded, false, [&](const Journal::Entry &entry) { entries.append(entry); });
    return journal ? entries : QList<Journal::Entry>{{0, Journal::Type::Intent, "could not be opened"}};
}

QStringList segments(const QString &folder)
{
    return QDir(folder).entryList({QStringLiteral("*.journal")}, QDir::Files, QDir::Name);
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

int inChild(const std::function<int()> &body)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(body());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const auto ignore = [](const Journal::Entry &) {};

} // namespace

class TstJournal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("tollgate.ledger=false")); } // hundreds of torn tails
    void cleanupTestCase() { QLoggingCategory::setFilterRules({}); }
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("journal"));
    }

    void crcIsTheOneOfZip()
    {
        QCOMPARE(crc32("123456789"), 0xCBF43926U);
        QCOMPARE(crc32(""), 0U);
        QCOMPARE(crc32("56789", crc32("1234")), 0xCBF43926U);
    }

    void replaysWhatWasAppendedInOrder()
    {
        {
            auto journal = Journal::open(m_path, 0, false, ignore).value();
            QCOMPARE(*journal->append(Journal::Type::Intent, "one"), 1U);
            QCOMPARE(*journal->append(Journal::Type::Settle, ""), 2U);
            QCOMPARE(*journal->append(Journal::Type::Settle, QByteArray(100'000, 'x')), 3U);
        }
        struct stat info;
        ::stat(QFile::encodeName(m_path).constData(), &info);
        QCOMPARE(info.st_mode & 0777, 0700U);
        const auto entries = entriesOf(m_path);
        QCOMPARE(entries.size(), 3);
        QCOMPARE(entries[0].payload, "one");
        QCOMPARE(entries[0].type, Journal::Type::Intent);
        QCOMPARE(entries[1].sequence, 2U);
        QCOMPARE(entries[2].payload.size(), 100'000);
        QCOMPARE(entriesOf(m_path, 2).size(), 1);
    }

    void aTailTornAtAnyByteIsCutAndTheRestStays()
    {
        {
            auto journal = Journal::open(m_path, 0, false, ignore).value();
            for (const char *payload : {"first record", "second, longer record", "third"})
                QVERIFY(journal->append(Journal::Type::Settle, payload));
        }
        const QString name = segments(m_path).constFirst();
        const QByteArray whole = contents(m_path + u'/' + name);
        const QList<qsizetype> ends{17 + 12, 2 * 17 + 12 + 21, 3 * 17 + 12 + 21 + 5};
        QCOMPARE(whole.size(), ends.last());
        for (qsizetype size = 0; size <= whole.size(); ++size) {
            QTemporaryDir folder;
            write(folder.filePath(name), whole.first(size));
            const qsizetype expected = std::count_if(ends.begin(), ends.end(), [size](qsizetype end) { return end <= size; });
            {
                QList<Journal::Entry> entries;
                auto journal = Journal::open(folder.path(), 0, false, [&](const Journal::Entry &e) { entries.append(e); }).value();
                QCOMPARE(entries.size(), expected);
                QCOMPARE(*journal->append(Journal::Type::Intent, "after"), quint64(expected + 1));
            }
            const auto entries = entriesOf(folder.path());
            QCOMPARE(entries.size(), expected + 1);
            QCOMPARE(entries.last().payload, "after");
        }
    }

    void aFlippedByteNeverYieldsAWrongRecord()
    {
        {
            auto journal = Journal::open(m_path, 0, false, ignore).value();
            for (const char *payload : {"first record", "second, longer record", "third"})
                QVERIFY(journal->append(Journal::Type::Settle, payload));
        }
        const QString name = segments(m_path).constFirst();
        const QByteArray whole = contents(m_path + u'/' + name);
        for (qsizetype at = 0; at < whole.size(); ++at) {
            QTemporaryDir folder;
            QByteArray broken = whole;
            broken[at] = char(broken[at] ^ 0x10);
            write(folder.filePath(name), broken);
            const auto entries = entriesOf(folder.path());
            const qsizetype before = at < 29 ? 0 : at < 67 ? 1 : 2;
            QCOMPARE(entries.size(), before);
            if (before > 0)
                QCOMPARE(entries[0].payload, "first record");
        }
    }

    void rotatesAndDeletesWhatIsFolded()
    {
        const QByteArray big(1 << 20, 'z');
        {
            auto journal = Journal::open(m_path, 0, false, ignore).value();
            for (int i = 0; i < 12; ++i)
                QVERIFY(journal->append(Journal::Type::Settle, big));
            QCOMPARE(segments(m_path).size(), 3);
            journal->folded(3);
            QCOMPARE(segments(m_path).size(), 3);
            journal->folded(4);
            QCOMPARE(segments(m_path).size(), 2);
            QCOMPARE(entriesOf(QTemporaryDir().path()).size(), 0);
            journal->folded(12);
        }
        QCOMPARE(segments(m_path).size(), 0);
        auto journal = Journal::open(m_path, 12, false, ignore).value();
        QCOMPARE(*journal->append(Journal::Type::Intent, "next"), 13U);
    }

    void replaysOverSeveralSegments()
    {
        const QByteArray big(1 << 20, 'z');
        {
            auto journal = Journal::open(m_path, 0, true, ignore).value();
            for (int i = 0; i < 9; ++i)
                QVERIFY(journal->append(Journal::Type::Settle, big + QByteArray::number(i)));
        }
        const auto entries = entriesOf(m_path);
        QCOMPARE(entries.size(), 9);
        for (int i = 0; i < 9; ++i)
            QVERIFY(entries[i].payload.endsWith(QByteArray::number(i)));
    }

    void aRefusingDiskIsAnErrorAndLeavesNoTornRecord()
    {
        // A limit of the file size is a disk that fills up in the middle of a record.
        const int code = inChild([this] {
            ::signal(SIGXFSZ, SIG_IGN);
            auto journal = Journal::open(m_path, 0, false, ignore).value();
            rlimit limit{10'000, RLIM_INFINITY};
            setrlimit(RLIMIT_FSIZE, &limit);
            const QByteArray payload(983, 'q'); // 1,000 bytes a record
            for (int i = 0; i < 10; ++i) {
                if (!journal->append(Journal::Type::Settle, payload))
                    return 1;
            }
            const auto refused = journal->append(Journal::Type::Settle, payload);
            if (refused || refused.error().kind != ErrorKind::Storage)
                return 2;
            limit.rlim_cur = 10'500;
            setrlimit(RLIMIT_FSIZE, &limit);
            if (journal->append(Journal::Type::Settle, payload)) // half of it fits
                return 3;
            limit.rlim_cur = RLIM_INFINITY;
            setrlimit(RLIMIT_FSIZE, &limit);
            const auto sequence = journal->append(Journal::Type::Settle, "fits again");
            return sequence && *sequence == 11 ? 0 : 4;
        });
        QCOMPARE(code, 0);
        const auto entries = entriesOf(m_path);
        QCOMPARE(entries.size(), 11);
        QCOMPARE(entries.last().payload, "fits again");
    }

    void aFolderThatMayNotBeWrittenIsAnError()
    {
        if (getuid() != 0)
            QSKIP("needs root to become another user");
        ::chmod(QFile::encodeName(m_folder->path()).constData(), 0755);
        const int code = inChild([this] {
            if (setgid(65534) != 0 || setuid(65534) != 0)
                return 10;
            const auto opened = Journal::open(m_path, 0, false, ignore);
            return !opened && opened.error().kind == ErrorKind::Storage ? 0 : 1;
        });
        QCOMPARE(code, 0);
    }

    void recordsReadBackWithEveryField()
    {
        const RequestRecord record = fullRecord(7);
        QByteArray bytes;
        encode(record, 345, bytes);
        const auto read = decodeSettled(bytes);
        QVERIFY(read);
        QCOMPARE(read->estimatedInputTokens, 345);
        QByteArray again;
        encode(read->record, 345, again);
        QCOMPARE(again, bytes);
        QCOMPARE(read->record.tags, record.tags);
        QCOMPARE(read->record.attempts[1].limits.requests.limit, record.attempts[1].limits.requests.limit);
        QCOMPARE(read->record.attempts[0].failure, record.attempts[0].failure);
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeSettled(QByteArrayView(bytes).first(size)));
    }

    void intentsReadBackWithEveryField()
    {
        AttemptIntent intent = intentFor({5}, 3);
        intent.source = Source::Job;
        intent.client = QStringLiteral("importer");
        intent.reserved = Money::fromNanoUsd(12);
        QByteArray bytes;
        encode(intent, bytes);
        const auto read = decodeIntent(bytes);
        QVERIFY(read);
        QCOMPARE(read->request, intent.request);
        QCOMPARE(read->number, 3);
        QCOMPARE(read->source, Source::Job);
        QCOMPARE(read->client, intent.client);
        QCOMPARE(read->reserved, intent.reserved);
        QCOMPARE(read->tags, intent.tags);
        QCOMPARE(read->estimatedInputTokens, 200);
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeIntent(QByteArrayView(bytes).first(size)));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

TOLLGATE_TEST(TstJournal)
#include "tst_journal.moc"
