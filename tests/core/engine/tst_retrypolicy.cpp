#include "core/engine/retrypolicy.h"

#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

namespace {

// Gives the same number for ever and counts how often it was asked.
class FixedRandom final : public Random
{
public:
    explicit FixedRandom(double value) : m_value(value) {}
    double unit() override
    {
        ++draws;
        return m_value;
    }
    int draws = 0;

private:
    double m_value;
};

Failure failureOf(FailureKind kind, int status = 0)
{
    Failure failure;
    failure.kind = kind;
    failure.httpStatus = status;
    return failure;
}

Failure hinted(FailureKind kind, int status, qint64 retryAfterMs)
{
    Failure failure = failureOf(kind, status);
    failure.retryAfter = Milliseconds(retryAfterMs);
    return failure;
}

RetryHistory after(int attempts)
{
    RetryHistory history;
    history.attempts = attempts;
    return history;
}

RetryDecision decide(const Failure &failure, const RetryHistory &history, double unit = 0.999, const RetryPolicy &policy = {})
{
    FixedRandom random(unit);
    return decideRetry(policy, history, failure, random);
}

} // namespace

class TstRetryPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void followsTheTableOfKinds_data();
    void followsTheTableOfKinds();
    void growsTheBackOffWithFullJitter_data();
    void growsTheBackOffWithFullJitter();
    void honoursRetryAfter_data();
    void honoursRetryAfter();
    void neverWaitsLongerThanTwoMinutesInLine();
    void retriesServerErrorsOnce();
    void retriesConflictsAndTimeoutsLikeOverloads();
    void retriesARateLimitWithoutHintOnce();
    void stopsWhenAttemptsAreUsedUp();
    void neverRetriesAfterContent();
    void obeysTheProvidersWord();
    void doesNotLetTheProviderDecideAboutMoneySpent();
    void retriesAmbiguousOnlyWhereAllowedAndOnce();
    void usesTheCapOfThePolicy();
    void drawsAtMostOnce();
};

void TstRetryPolicy::followsTheTableOfKinds_data()
{
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<int>("status");
    QTest::addColumn<bool>("retries");
    using enum FailureKind;
    const struct {
        FailureKind kind;
        int status;
        bool retries;
    } rows[] = {{Usage, 0, false},         {Storage, 0, false},      {Budget, 0, false},        {BreakerOpen, 0, false},
                {NoKey, 0, false},         {BadKey, 401, false},     {BadKey, 403, false},      {Quota, 402, false},
                {Quota, 429, false},       {RateLimited, 429, true}, {RateLimited, 498, true},  {Overloaded, 503, true},
                {Overloaded, 529, true},   {ServerError, 500, true}, {ServerError, 502, true},  {ServerError, 504, true},
                {ServerError, 408, true},  {ServerError, 409, true}, {Rejected, 400, false},    {Rejected, 404, false},
                {Rejected, 413, false},    {Rejected, 422, false},   {Filtered, 0, false},      {Unreachable, 0, true},
                {Certificate, 0, false},   {Ambiguous, 0, false},    {Incomplete, 0, false},    {Protocol, 0, false},
                {Protocol, 302, false},    {Cancelled, 0, false},    {Queued, 202, false}};
    for (const auto &row : rows)
        QTest::addRow("%s %d", qPrintable(failureName(row.kind)), row.status) << row.kind << row.status << row.retries;
}

void TstRetryPolicy::followsTheTableOfKinds()
{
    QFETCH(FailureKind, kind);
    QFETCH(int, status);
    QFETCH(bool, retries);
    const RetryDecision decision = decide(failureOf(kind, status), after(1));
    QCOMPARE(decision.retry, retries);
    QVERIFY(!decision.why.isEmpty());
    QCOMPARE(decision.delay.count() > 0, retries);
}

void TstRetryPolicy::growsTheBackOffWithFullJitter_data()
{
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("attempts");
    QTest::addColumn<int>("ceilingMs");
    using enum FailureKind;
    QTest::newRow("503 first") << Overloaded << 503 << 1 << 500;
    QTest::newRow("503 second") << Overloaded << 503 << 2 << 1000;
    QTest::newRow("503 fifth is capped") << Overloaded << 503 << 5 << 8000;
    QTest::newRow("503 ninth is capped") << Overloaded << 503 << 9 << 8000;
    QTest::newRow("529 first") << Overloaded << 529 << 1 << 1000;
    QTest::newRow("overload told inside a stream") << Overloaded << 0 << 1 << 1000;
    QTest::newRow("429 first") << RateLimited << 429 << 1 << 1000;
    QTest::newRow("unreachable first") << Unreachable << 0 << 1 << 500;
    QTest::newRow("unreachable third") << Unreachable << 0 << 3 << 2000;
    QTest::newRow("500 first") << ServerError << 500 << 1 << 500;
}

void TstRetryPolicy::growsTheBackOffWithFullJitter()
{
    QFETCH(FailureKind, kind);
    QFETCH(int, status);
    QFETCH(int, attempts);
    QFETCH(int, ceilingMs);
    RetryPolicy policy;
    policy.maxAttempts = 10;
    const Failure failure = failureOf(kind, status);
    QCOMPARE(decide(failure, after(attempts), 0.0, policy).delay.count(), 0);
    QCOMPARE(decide(failure, after(attempts), 0.5, policy).delay.count(), ceilingMs / 2);
    QCOMPARE(decide(failure, after(attempts), 0.999999, policy).delay.count(), ceilingMs - 1);
}

void TstRetryPolicy::honoursRetryAfter_data()
{
    QTest::addColumn<qint64>("toldMs");
    QTest::addColumn<double>("unit");
    QTest::addColumn<qint64>("delayMs");
    QTest::newRow("one second, no jitter") << qint64(1'000) << 0.0 << qint64(1'000);
    QTest::newRow("one second, half of ten percent") << qint64(1'000) << 0.5 << qint64(1'050);
    QTest::newRow("one and a half") << qint64(1'500) << 0.0 << qint64(1'500);
    QTest::newRow("a minute: the jitter ends at a second") << qint64(60'000) << 0.5 << qint64(60'500);
    QTest::newRow("two minutes exactly") << qint64(120'000) << 0.0 << qint64(120'000);
    QTest::newRow("one millisecond") << qint64(1) << 0.999 << qint64(1);
    QTest::newRow("zero is no hint: the usual back-off") << qint64(0) << 0.5 << qint64(500);
    QTest::newRow("negative is no hint") << qint64(-5) << 0.5 << qint64(500);
}

void TstRetryPolicy::honoursRetryAfter()
{
    QFETCH(qint64, toldMs);
    QFETCH(double, unit);
    QFETCH(qint64, delayMs);
    const RetryDecision decision = decide(hinted(FailureKind::RateLimited, 429, toldMs), after(1), unit);
    QVERIFY(decision.retry);
    QCOMPARE(decision.delay.count(), delayMs);
}

void TstRetryPolicy::neverWaitsLongerThanTwoMinutesInLine()
{
    QVERIFY(!decide(hinted(FailureKind::RateLimited, 429, 120'001), after(1)).retry);
    QVERIFY(!decide(hinted(FailureKind::Overloaded, 503, 121'000), after(1)).retry);
    Failure failure = hinted(FailureKind::Overloaded, 503, 86'400'000);
    failure.shouldRetry = true;
    QVERIFY(!decide(failure, after(1)).retry);
}

void TstRetryPolicy::retriesServerErrorsOnce()
{
    RetryHistory history = after(1);
    const Failure failure = failureOf(FailureKind::ServerError, 502);
    QVERIFY(decide(failure, history).retry);
    countRetry(history, failure);
    history.attempts = 2;
    QVERIFY(!decide(failure, history).retry);
    // Another kind of trouble still has its own chance.
    QVERIFY(decide(failureOf(FailureKind::Overloaded, 503), history).retry);
}

void TstRetryPolicy::retriesConflictsAndTimeoutsLikeOverloads()
{
    for (const int status : {408, 409}) {
        RetryHistory history = after(1);
        const Failure failure = failureOf(FailureKind::ServerError, status);
        countRetry(history, failure);
        history.attempts = 2;
        QVERIFY(decide(failure, history).retry);
    }
}

void TstRetryPolicy::retriesARateLimitWithoutHintOnce()
{
    RetryHistory history = after(1);
    const Failure bare = failureOf(FailureKind::RateLimited, 429);
    QVERIFY(decide(bare, history).retry);
    countRetry(history, bare);
    history.attempts = 2;
    QVERIFY(!decide(bare, history).retry);
    QVERIFY(decide(hinted(FailureKind::RateLimited, 429, 1'000), history).retry);
    Failure told = bare;
    told.shouldRetry = true;
    QVERIFY(decide(told, history).retry);
}

void TstRetryPolicy::stopsWhenAttemptsAreUsedUp()
{
    RetryPolicy policy;
    policy.maxAttempts = 1;
    QVERIFY(!decide(failureOf(FailureKind::Unreachable), after(1), 0.5, policy).retry);
    policy.maxAttempts = 3;
    QVERIFY(decide(failureOf(FailureKind::Unreachable), after(2), 0.5, policy).retry);
    QVERIFY(!decide(failureOf(FailureKind::Unreachable), after(3), 0.5, policy).retry);
    Failure told = failureOf(FailureKind::Overloaded, 503);
    told.shouldRetry = true;
    QVERIFY(!decide(told, after(3), 0.5, policy).retry);
}

void TstRetryPolicy::neverRetriesAfterContent()
{
    RetryHistory history = after(1);
    history.contentDelivered = true;
    for (const FailureKind kind : {FailureKind::Overloaded, FailureKind::RateLimited, FailureKind::Unreachable, FailureKind::ServerError}) {
        Failure failure = failureOf(kind);
        QVERIFY(!decide(failure, history).retry);
        failure.shouldRetry = true;
        QVERIFY(!decide(failure, history).retry);
    }
}

void TstRetryPolicy::obeysTheProvidersWord()
{
    Failure rejected = failureOf(FailureKind::Rejected, 400);
    rejected.shouldRetry = true;
    QVERIFY(decide(rejected, after(1)).retry);
    Failure overloaded = failureOf(FailureKind::Overloaded, 503);
    overloaded.shouldRetry = false;
    QVERIFY(!decide(overloaded, after(1)).retry);
    RetryHistory history = after(2);
    history.serverErrorRetries = 1;
    Failure failed = failureOf(FailureKind::ServerError, 500);
    failed.shouldRetry = true;
    QVERIFY(decide(failed, history).retry);
}

void TstRetryPolicy::doesNotLetTheProviderDecideAboutMoneySpent()
{
    for (const FailureKind kind : {FailureKind::Quota, FailureKind::Incomplete, FailureKind::Protocol, FailureKind::Filtered}) {
        Failure failure = failureOf(kind, 429);
        failure.shouldRetry = true;
        QVERIFY(!decide(failure, after(1)).retry);
    }
    Failure ambiguous = failureOf(FailureKind::Ambiguous);
    ambiguous.shouldRetry = true;
    QVERIFY(!decide(ambiguous, after(1)).retry);
}

void TstRetryPolicy::retriesAmbiguousOnlyWhereAllowedAndOnce()
{
    RetryPolicy policy;
    policy.retryAmbiguous = true;
    QVERIFY(decide(failureOf(FailureKind::Ambiguous), after(1), 0.5, policy).retry);
    QVERIFY(!decide(failureOf(FailureKind::Ambiguous), after(2), 0.5, policy).retry);
}

void TstRetryPolicy::usesTheCapOfThePolicy()
{
    RetryPolicy policy;
    policy.maxAttempts = 10;
    policy.cap = Milliseconds(20'000);
    QCOMPARE(decide(failureOf(FailureKind::Overloaded, 503), after(9), 0.5, policy).delay.count(), 10'000);
}

void TstRetryPolicy::drawsAtMostOnce()
{
    for (const Failure &failure : {failureOf(FailureKind::Overloaded, 503), hinted(FailureKind::RateLimited, 429, 2'000)}) {
        FixedRandom random(0.5);
        (void)decideRetry({}, after(1), failure, random);
        QCOMPARE(random.draws, 1);
    }
    FixedRandom random(0.5);
    (void)decideRetry({}, after(1), failureOf(FailureKind::Rejected, 400), random);
    QCOMPARE(random.draws, 0);
}

TOLLGATE_TEST(TstRetryPolicy)

#include "tst_retrypolicy.moc"
