#include "core/ledger/retention.h"
#include "core/ledger/rowwriter.h"
#include "core/ledger/schema.h"
#include "tests/core/ledger/ledgerfixture.h"
#include "tests/support/testmain.h"

#include <QRandomGenerator>

#include <cmath>

using namespace tollgate;
using namespace tollgate::test;

namespace {

constexpr qint64 start = 1'795'478'400'000; // 2026-11-24T00:00Z

RequestRecord randomRecord(QRandomGenerator &random, qint64 id)
{
    RequestRecord r = plainRecord(id, start + random.bounded(3 * 86'400) * 1000LL);
    r.provider = QStringLiteral("p%1").arg(random.bounded(3));
    r.model = QStringLiteral("m%1").arg(random.bounded(4));
    r.source = Source(random.bounded(4));
    r.client = random.bounded(2) ? QString() : QStringLiteral("bot");
    r.cache = CacheOutcome(random.bounded(5));
    if (random.bounded(4) == 0)
        r.failure = FailureKind(random.bounded(failureKindCount));
    r.usage = {random.bounded(1000), random.bounded(100), random.bounded(10), random.bounded(10), random.bounded(500), random.bounded(90), false, true};
    if (random.bounded(5) == 0)
        r.cost = {};
    else
        r.cost.amount = Money::fromNanoUsd(random.bounded(1'000'000));
    if (random.bounded(3) == 0)
        r.attempts.clear();
    if (r.cache == CacheOutcome::Hit)
        r.savedByCache = Money::fromNanoUsd(random.bounded(5'000));
    r.settled = random.bounded(1, 5'000'000) * 1000LL;
    r.firstContent = random.bounded(2) ? random.bounded(1, 900'000) * 1000LL : -1;
    if (random.bounded(2))
        r.tags = {QStringLiteral("team=%1").arg(random.bounded(3)), QStringLiteral("team=%1").arg(random.bounded(3))};
    r.tags.removeDuplicates();
    return r;
}

std::optional<qint64> percentile(QList<qint64> nanoseconds, double percent)
{
    if (nanoseconds.isEmpty())
        return std::nullopt;
    std::sort(nanoseconds.begin(), nanoseconds.end());
    const auto rank = qsizetype(std::ceil(double(nanoseconds.size()) * percent / 100));
    return std::llround(double(nanoseconds[qMax<qsizetype>(rank, 1) - 1]) / 1e6);
}

// The figures of some records by the words of definitions.md, written as plainly as possible.
ReportRow figures(const QString &group, const QList<RequestRecord> &records)
{
    ReportRow row;
    row.group = group;
    QList<qint64> latency;
    QList<qint64> ttft;
    for (const RequestRecord &r : records) {
        ++row.requests;
        if (r.failure && *r.failure != FailureKind::Cancelled && *r.failure != FailureKind::Budget && *r.failure != FailureKind::Queued)
            ++row.errors;
        if (r.cache == CacheOutcome::Hit)
            ++row.cacheHits;
        row.inputTokens += r.usage.inputTokens();
        row.cachedInputTokens += r.usage.cachedInput;
        row.outputTokens += r.usage.outputTokens();
        row.reasoningTokens += r.usage.reasoning;
        row.cost += r.cost.amount.value_or(Money());
        row.saved += r.savedByCache.value_or(Money());
        if (!r.cost.amount && !r.attempts.isEmpty())
            ++row.unpriced;
        if (r.failure || r.cache == CacheOutcome::Hit || r.cache == CacheOutcome::Coalesced)
            continue;
        latency.append(r.settled);
        if (r.firstContent >= 0)
            ttft.append(r.firstContent);
    }
    row.latencyP50Ms = percentile(latency, 50);
    row.latencyP95Ms = percentile(latency, 95);
    row.latencyP99Ms = percentile(latency, 99);
    row.ttftP50Ms = percentile(ttft, 50);
    return row;
}

QString line(const ReportRow &r)
{
    return QStringList{r.group, QString::number(r.requests), QString::number(r.errors), QString::number(r.cacheHits), QString::number(r.inputTokens),
                       QString::number(r.cachedInputTokens), QString::number(r.outputTokens), QString::number(r.reasoningTokens),
                       r.cost.toDecimal(), r.saved.toDecimal(), QString::number(r.unpriced), QString::number(r.latencyP50Ms.value_or(-1)),
                       QString::number(r.latencyP95Ms.value_or(-1)), QString::number(r.latencyP99Ms.value_or(-1)),
                       QString::number(r.ttftP50Ms.value_or(-1))}
        .join(u' ');
}

Report reported(Ledger &ledger, const ReportQuery &query)
{
    return **await<Result<Report>>([&](QObject *context, auto done) { ledger.report(query, context, done); });
}

using Grouping = std::function<QStringList(const RequestRecord &)>;

} // namespace

class TstReport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QRandomGenerator random(20261124);
        m_ledger = m_folder.open().value();
        for (int i = 0; i < 3000; ++i) {
            m_records.append(randomRecord(random, m_ledger->nextId().value));
            QVERIFY(m_ledger->settle(m_records.last()));
        }
        QVERIFY(flushed(*m_ledger));
    }
    void cleanupTestCase() { m_ledger.reset(); }

    void figuresEqualThoseCountedByHand_data()
    {
        QTest::addColumn<int>("by");
        QTest::addColumn<int>("groups");
        QTest::newRow("none") << int(GroupBy::None) << 1;
        QTest::newRow("model") << int(GroupBy::Model) << 4;
        QTest::newRow("provider") << int(GroupBy::Provider) << 3;
        QTest::newRow("source") << int(GroupBy::Source) << 4;
        QTest::newRow("client") << int(GroupBy::Client) << 2;
        QTest::newRow("tag") << int(GroupBy::Tag) << 4;
        QTest::newRow("day") << int(GroupBy::Day) << 3;
        QTest::newRow("hour") << int(GroupBy::Hour) << 71;
    }
    void figuresEqualThoseCountedByHand()
    {
        QFETCH(int, by);
        QFETCH(int, groups);
        ReportQuery query;
        query.from = start + 3'600'000;
        query.to = start + 3 * 86'400'000LL;
        query.groupBy = GroupBy(by);
        query.tagKey = QStringLiteral("team");
        query.utc = true;
        const Report report = reported(*m_ledger, query);
        QCOMPARE(report.rows.size(), groups);

        QMap<QString, QList<RequestRecord>> expected;
        QList<RequestRecord> all;
        for (const RequestRecord &r : std::as_const(m_records)) {
            if (r.acceptedWallMs < query.from || r.acceptedWallMs >= query.to)
                continue;
            all.append(r);
            for (const QString &group : groupsOf(r, query.groupBy))
                expected[group].append(r);
        }
        for (const ReportRow &row : report.rows)
            QCOMPARE(line(row), line(figures(row.group, expected.value(row.group))));
        QCOMPARE(line(report.total), line(figures(QStringLiteral("total"), all)));
        const bool byTime = query.groupBy == GroupBy::Day || query.groupBy == GroupBy::Hour;
        for (qsizetype i = 1; i < report.rows.size(); ++i)
            QVERIFY(byTime ? report.rows[i - 1].group < report.rows[i].group : report.rows[i - 1].cost >= report.rows[i].cost);
    }

    void anEmptyRangeHasNoPercentiles()
    {
        ReportQuery query;
        query.to = 1;
        const Report report = reported(*m_ledger, query);
        QCOMPARE(report.rows.size(), 1);
        QCOMPARE(report.total.requests, 0);
        QVERIFY(!report.total.latencyP50Ms);
    }

    void localDaysFollowTheZone()
    {
        const QByteArray zone = qgetenv("TZ");
        qputenv("TZ", "Pacific/Auckland"); // 13 hours ahead in November
        tzset();
        ReportQuery query;
        query.from = start;
        query.to = start + 86'400'000LL;
        query.groupBy = GroupBy::Day;
        const Report report = reported(*m_ledger, query);
        query.groupBy = GroupBy::Hour;
        const Report hours = reported(*m_ledger, query);
        zone.isNull() ? qunsetenv("TZ") : qputenv("TZ", zone);
        tzset();
        QCOMPARE(report.rows.size(), 2);
        QCOMPARE(report.rows[0].group, QStringLiteral("2026-11-24"));
        QCOMPARE(report.rows[1].group, QStringLiteral("2026-11-25"));
        const auto before = std::count_if(m_records.begin(), m_records.end(), [](const RequestRecord &r) {
            return r.acceptedWallMs < start + 11 * 3'600'000LL;
        });
        QCOMPARE(report.rows[0].requests, qint64(before));
        QCOMPARE(hours.rows[0].group, QStringLiteral("2026-11-24T13:00+13:00"));
    }

    void recentFiguresAreOfProviderAnswers()
    {
        QList<RequestRecord> answers;
        for (const RequestRecord &r : std::as_const(m_records)) {
            if (r.provider == u"p1" && r.model == u"m2" && !r.failure && r.cache != CacheOutcome::Hit && r.cache != CacheOutcome::Coalesced)
                answers.append(r);
        }
        const auto recent = await<RecentFigures>(
            [&](QObject *context, auto done) { m_ledger->recent(QStringLiteral("p1"), QStringLiteral("m2"), 100'000, context, done); });
        const ReportRow row = figures({}, answers);
        QCOMPARE(recent->runs, answers.size());
        QCOMPARE(recent->latencyP50Ms, row.latencyP50Ms);
        QCOMPARE(recent->ttftP50Ms, row.ttftP50Ms);
        const auto few = await<RecentFigures>(
            [&](QObject *context, auto done) { m_ledger->recent(QStringLiteral("p1"), QStringLiteral("m2"), 5, context, done); });
        QCOMPARE(few->runs, 5);
    }

    void oldPayloadsGoBeforeOldRows()
    {
        QTemporaryDir folder;
        auto database = Database::open(folder.filePath(QStringLiteral("x.sqlite")), {}).value();
        QVERIFY(migrateLedger(*database));
        RowWriter rows(*database);
        const qint64 day = 86'400'000;
        const qint64 now = start + 1000 * day;
        {
            auto transaction = Transaction::begin(*database);
            for (qint64 id = 1; id <= 2000; ++id)
                QVERIFY(*rows.insert({fullRecord(id, now - (2000 - id) * day / 4), 0}));
            QVERIFY(transaction->commit());
        }
        const Retention retention(30, 400);
        int steps = 1;
        for (auto more = retention.step(*database, now); *more; more = retention.step(*database, now))
            ++steps;
        QVERIFY(steps > 1); // in batches
        const auto count = [&](const char *sql) {
            auto statement = database->prepare(sql);
            return *statement->step() ? statement->integer(0) : -1;
        };
        QCOMPARE(count("SELECT count(*) FROM requests"), 400 * 4 + 1);
        QCOMPARE(count("SELECT count(*) FROM attempts"), 2 * (400 * 4 + 1));
        QVERIFY(count("SELECT count(*) FROM payloads") <= 31 * 4);
        QVERIFY(count("SELECT count(*) FROM payloads") >= 30 * 4);
        QCOMPARE(count("SELECT count(*) FROM requests WHERE id = 2000"), 1);
    }

private:
    static QStringList groupsOf(const RequestRecord &r, GroupBy by)
    {
        const QDateTime time = QDateTime::fromMSecsSinceEpoch(r.acceptedWallMs, Qt::UTC);
        switch (by) {
        case GroupBy::None:
            return {QStringLiteral("all")};
        case GroupBy::Model:
            return {r.model};
        case GroupBy::Provider:
            return {r.provider};
        case GroupBy::Source:
            return {sourceName(r.source)};
        case GroupBy::Client:
            return {r.client};
        case GroupBy::Tag: {
            QStringList values;
            for (const QString &tag : r.tags)
                values.append(tag.section(u'=', 1));
            return values.isEmpty() ? QStringList{QString()} : values;
        }
        case GroupBy::Day:
            return {time.toString(QStringLiteral("yyyy-MM-dd"))};
        case GroupBy::Hour:
            return {time.toString(QStringLiteral("yyyy-MM-ddTHH:00Z"))};
        }
        return {};
    }

    LedgerFolder m_folder;
    std::unique_ptr<Ledger> m_ledger;
    QList<RequestRecord> m_records;
};

TOLLGATE_TEST(TstReport)
#include "tst_report.moc"
