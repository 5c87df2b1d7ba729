#include "core/cache/answercodec.h"
#include "core/cache/responsecache.h"
#include "core/store/database.h"
#include "tests/support/fakeclock.h"
#include "tests/support/testmain.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;

namespace {

CacheKey keyOf(const QByteArray &question)
{
    return {QCryptographicHash::hash(question, QCryptographicHash::Sha256), question};
}

std::shared_ptr<CachedAnswer> answerOf(const QString &text, qint64 expires, const QString &model = QStringLiteral("m"))
{
    auto answer = std::make_shared<CachedAnswer>();
    answer->completion.text = text;
    answer->completion.complete = true;
    answer->completion.finishReason = FinishReason::Stop;
    answer->completion.usage = {1, 2, 3, 4, 5, 6, false, true};
    answer->replay = {{Delta::Kind::Text, text, 0, {}, {}}};
    answer->originalCost = Money::fromNanoUsd(250);
    answer->originalRequest = {17};
    answer->provider = QStringLiteral("openai");
    answer->model = model;
    answer->storedWallMs = expires - 3'600'000;
    answer->expiresWallMs = expires;
    return answer;
}

// Waits for what a call answers through a callback.
template <class T, class Ask>
T awaited(Ask ask)
{
    std::optional<T> answer;
    ask([&answer](T value) { answer = std::move(value); });
    QElapsedTimer timer;
    timer.start();
    while (!answer && timer.elapsed() < 20'000)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 100);
    return answer ? std::move(*answer) : T();
}

} // namespace

class TstResponseCache : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_options = {};
        m_options.path = m_folder->filePath(QStringLiteral("cache.sqlite"));
        open();
    }
    void cleanup()
    {
        m_cache.reset();
        m_folder.reset();
    }

    void answersReadBackWithEveryField()
    {
        CachedAnswer answer = *answerOf(QStringLiteral("caf\u00e9"), m_clock.wallMs());
        answer.completion.reasoning = QStringLiteral("because");
        answer.completion.toolCalls = {{QStringLiteral("id"), QStringLiteral("f"), QStringLiteral("{\"a\":1}")}};
        answer.completion.rawUsage = "{}";
        answer.completion.opaqueJson = "[1]";
        answer.completion.providerCost = Money::fromNanoUsd(3);
        answer.replay.append({Delta::Kind::ToolCall, QStringLiteral("{\"a\":1}"), 2, QStringLiteral("id"), QStringLiteral("f")});
        const QByteArray bytes = encodeAnswer(answer);
        const auto read = decodeAnswer(bytes);
        QVERIFY(read);
        QCOMPARE(encodeAnswer(*read), bytes);
        QCOMPARE(read->replay, answer.replay);
        QCOMPARE(read->completion.toolCalls, answer.completion.toolCalls);
        QCOMPARE(read->completion.usage, answer.completion.usage);
        QCOMPARE(read->originalRequest.value, 17);
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeAnswer(QByteArrayView(bytes).first(size)));
    }

    void aMemoryHitAndACertainMissAnswerAtOnce()
    {
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("a"), later()));
        bool called = false;
        m_cache->lookUp(keyOf("q"), [&](const CachedAnswerPtr &answer) { called = answer && answer->completion.text == u"a"; });
        QVERIFY(called);
        called = false;
        m_cache->lookUp(keyOf("never"), [&](const CachedAnswerPtr &answer) { called = !answer; });
        QVERIFY(called);
        QCOMPARE(m_cache->expiryInMemory(keyOf("q")), later());
        QCOMPARE(m_cache->expiryInMemory(keyOf("never")), 0);
    }

    void answersSurviveARestart()
    {
        const QString text = QStringLiteral("a long answer, ").repeated(1000);
        m_cache->store(keyOf("q"), answerOf(text, later()));
        open();
        QCOMPARE(m_cache->expiryInMemory(keyOf("q")), 0);
        const auto answer = lookUp(keyOf("q"));
        QVERIFY(answer);
        QCOMPARE(answer->completion.text, text);
        QCOMPARE(answer->originalCost, Money::fromNanoUsd(250));
        QCOMPARE(m_cache->expiryInMemory(keyOf("q")), later()); // in memory from now on
        QVERIFY(!lookUp(keyOf("other")));
    }

    void aLookUpWhileOpeningWaitsForTheFile()
    {
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("a"), later()));
        m_cache.reset();
        m_cache = std::make_unique<ResponseCache>(m_clock, m_options);
        m_cache->open();
        QVERIFY(lookUp(keyOf("q")));
    }

    void anotherQuestionWithTheSameHashIsAMiss()
    {
        CacheKey forged = keyOf("q");
        forged.canonical = "something else";
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("a"), later()));
        QVERIFY(!lookUp(forged));
        open();
        QVERIFY(!lookUp(forged));
    }

    void expiredAnswersAreMisses()
    {
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("a"), m_clock.wallMs() + 1000));
        m_cache->store(keyOf("on disk"), answerOf(QStringLiteral("a"), m_clock.wallMs() + 1000));
        QVERIFY(lookUp(keyOf("q")));
        m_clock.advance(std::chrono::milliseconds(1000));
        QVERIFY(!lookUp(keyOf("q")));
        open();
        QVERIFY(!lookUp(keyOf("on disk")));
        QCOMPARE(stats().expired, 2);
        QCOMPARE(purge({}, true), 2);
        QCOMPARE(stats().entries, 0);
    }

    void theNewestAnswerReplacesTheOlder()
    {
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("old"), later()));
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("new"), later()));
        QCOMPARE(lookUp(keyOf("q"))->completion.text, QStringLiteral("new"));
        open();
        QCOMPARE(lookUp(keyOf("q"))->completion.text, QStringLiteral("new"));
        QCOMPARE(stats().entries, 1);
    }

    void tooBigAnswersAreNotKeptAndDropTheOlder()
    {
        m_options.entryBytes = 10'000;
        open();
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("old"), later()));
        m_cache->store(keyOf("q"), answerOf(QString(20'000, u'x'), later()));
        QVERIFY(!lookUp(keyOf("q")));
        open();
        QVERIFY(!lookUp(keyOf("q")));
    }

    void memoryKeepsWhatWasUsedLast()
    {
        m_options.path.clear();
        m_options.memoryBytes = 100'000;
        open();
        for (int i = 0; i < 40; ++i) {
            m_cache->store(keyOf(QByteArray::number(i)), answerOf(QString(1000, u'x'), later()));
            QVERIFY(lookUp(keyOf("0"))); // kept warm
        }
        QVERIFY(!lookUp(keyOf("1")));
        QVERIFY(lookUp(keyOf("39")));
        const CacheStats now = stats();
        QVERIFY(now.memoryBytes <= 100'000 && now.memoryBytes > 50'000);
        QVERIFY(now.memoryEntries > 5 && now.memoryEntries < 40);
    }

    void theDiskKeepsWhatWasUsedLast()
    {
        m_options.diskBytes = 100'000;
        m_options.memoryBytes = 1;
        open();
        for (int i = 0; i < 200; ++i) {
            m_clock.advance(std::chrono::milliseconds(10));
            QByteArray noise; // zstd must not make them small
            for (quint32 n = quint32(i) * 7919 + 1, k = 0; k < 1000; ++k, n = n * 1664525 + 1013904223)
                noise.append(char('a' + (n >> 24) % 26));
            m_cache->store(keyOf(QByteArray::number(i)), answerOf(QString::fromLatin1(noise), later()));
            if (i % 20 == 0)
                m_cache->countHit(keyOf("0"), *answerOf({}, later()));
            QVERIFY(stats().diskBytes <= 100'000);
        }
        QVERIFY(lookUp(keyOf("0")));
        QVERIFY(!lookUp(keyOf("1")));
        QVERIFY(lookUp(keyOf("199")));
    }

    void purgesAModelOrEverything()
    {
        m_cache->store(keyOf("1"), answerOf(QStringLiteral("a"), later(), QStringLiteral("x")));
        m_cache->store(keyOf("2"), answerOf(QStringLiteral("b"), later(), QStringLiteral("y")));
        m_cache->store(keyOf("3"), answerOf(QStringLiteral("c"), later(), QStringLiteral("y")));
        QCOMPARE(purge(QStringLiteral("y"), false), 2);
        QVERIFY(!lookUp(keyOf("2")));
        QVERIFY(lookUp(keyOf("1")));
        QCOMPARE(purge({}, false), 1);
        open();
        QVERIFY(!lookUp(keyOf("1")));
        QFile file(m_options.path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("openai")); // overwritten, not only unlinked
    }

    void countsHitsAndWhatTheySaved()
    {
        for (int i = 0; i < 3; ++i)
            m_cache->countHit(keyOf("q"), *answerOf({}, later()));
        QCOMPARE(stats().hits, 3);
        open();
        QCOMPARE(stats().hits, 3);
        QCOMPARE(stats().saved, Money::fromNanoUsd(750));
        m_options.path.clear();
        open();
        QCOMPARE(stats().saved, Money());
        m_cache->countHit(keyOf("q"), *answerOf({}, later()));
        QCOMPARE(stats().saved, Money::fromNanoUsd(250));
    }

    void aTamperedEntryIsAMissAndRemoved()
    {
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("truth"), later()));
        m_cache.reset();
        {
            auto database = Database::open(m_options.path, {}).value();
            QVERIFY(database->exec("UPDATE answers SET body = CAST(replace(CAST(body AS TEXT), 'truth', 'lies!') AS BLOB)"));
            QCOMPARE(database->changes(), 1);
        }
        open();
        QVERIFY(!lookUp(keyOf("q")));
        QCOMPARE(stats().entries, 0);
    }

    void aBrokenFileIsMovedAsideAndRemade()
    {
        m_cache.reset();
        QFile file(m_options.path);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(QByteArray("not a database").repeated(1000));
        file.close();
        const QString warning = open();
        QVERIFY2(warning.contains(QStringLiteral("started anew")), qPrintable(warning));
        QCOMPARE(m_folder->isValid() ? QDir(m_folder->path()).entryList({QStringLiteral("*.broken-*")}).size() : 0, 1);
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("a"), later()));
        QVERIFY(open().isEmpty());
        QVERIFY(lookUp(keyOf("q")));
    }

    void aFileWithDamagedPagesIsRemadeToo()
    {
        for (int i = 0; i < 300; ++i)
            m_cache->store(keyOf(QByteArray::number(i)), answerOf(QString::number(i).repeated(300), later()));
        m_cache.reset();
        m_options.memoryBytes = 1;
        QFile file(m_options.path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        const qint64 size = file.size();
        for (qint64 at = 4096 * 12; at < size; at += 4096) { // past the schema
            file.seek(at);
            file.write(QByteArray(64, '\x7b'));
        }
        file.close();
        QVERIFY(open().contains(QStringLiteral("is damaged")));
        for (int i = 0; i < 300; ++i)
            lookUp(keyOf(QByteArray::number(i))); // never a wrong answer, never a crash
        m_cache->store(keyOf("fresh"), answerOf(QStringLiteral("a"), later()));
        open();
        QVERIFY(lookUp(keyOf("fresh")));
    }

    void withoutAFileItIsMemoryOnly()
    {
        m_options.path = QStringLiteral("/proc/nowhere/cache.sqlite");
        const QString warning = open();
        QVERIFY(warning.contains(QStringLiteral("memory only")));
        m_cache->store(keyOf("q"), answerOf(QStringLiteral("a"), later()));
        QVERIFY(lookUp(keyOf("q")));
    }

    void isQuick()
    {
        m_options.memoryBytes = 1; // the disk is asked each time
        open();
        const int count = 300;
        for (int i = 0; i < count; ++i)
            m_cache->store(keyOf(QByteArray::number(i)), answerOf(QString(2000, u'x'), later()));
        stats();
        std::vector<qint64> disk;
        for (int i = 0; i < count; ++i) {
            QElapsedTimer timer;
            timer.start();
            QVERIFY(lookUp(keyOf(QByteArray::number(i))));
            disk.push_back(timer.nsecsElapsed());
        }
        m_options.memoryBytes = 64 << 20;
        open();
        const CacheKey key = keyOf("warm");
        m_cache->store(key, answerOf(QString(2000, u'x'), later()));
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 10'000; ++i)
            m_cache->lookUp(key, [](const CachedAnswerPtr &) {});
        const double memory = double(timer.nsecsElapsed()) / 10'000;
        std::nth_element(disk.begin(), disk.begin() + count / 2, disk.end());
        qInfo("memory hit %.2f us, disk hit p50 %.0f us", memory / 1e3, double(disk[count / 2]) / 1e3);
        QVERIFY(memory < 100'000); // a bound for loaded machines; the figure above is the measure
    }

private:
    // Closes what is open and opens the file anew; the warning.
    QString open()
    {
        m_cache.reset();
        m_cache = std::make_unique<ResponseCache>(m_clock, m_options);
        return awaited<QString>([this](auto done) { m_cache->open(done); });
    }
    CachedAnswerPtr lookUp(const CacheKey &key)
    {
        return awaited<CachedAnswerPtr>([&](auto done) { m_cache->lookUp(key, done); });
    }
    CacheStats stats()
    {
        return awaited<CacheStats>([this](auto done) { m_cache->stats(done); });
    }
    qint64 purge(const QString &model, bool expiredOnly)
    {
        std::optional<qint64> removed;
        m_cache->purge(model, expiredOnly, [&](const Result<qint64> &result) { removed = result ? *result : -1; });
        [&] { QTRY_VERIFY(removed); }();
        return removed.value_or(-2);
    }
    qint64 later() const { return 1'795'500'000'000 + 7'200'000; }

    FakeClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;
    ResponseCache::Options m_options;
    std::unique_ptr<ResponseCache> m_cache;
};

TOLLGATE_TEST(TstResponseCache)
#include "tst_responsecache.moc"
