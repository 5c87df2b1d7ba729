// Every way an upstream can fail, end to end: what it is called, how often it was tried, and that every POST on the wire has its attempt.
#include "core/engine/engine.h"

#include "tests/support/engineworld.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

using Fault = SimulatorStep::Fault;

namespace {

SimulatorStep fault(Fault kind, int afterEvents = 0)
{
    SimulatorStep step;
    step.fault = kind;
    step.afterEvents = afterEvents;
    return step;
}

SimulatorStep status(int code, const QByteArray &body = {}, const QList<QPair<QByteArray, QByteArray>> &headers = {})
{
    SimulatorStep step = fault(Fault::Status);
    step.status = code;
    step.body = body;
    step.headers = headers;
    return step;
}

qint64 milliseconds(const RetryNotice &notice) { return notice.delay.count(); }

} // namespace

class TstEngineFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesEveryFault_data();
    void namesEveryFault();
    void endsSilenceAtItsDeadline_data();
    void endsSilenceAtItsDeadline();
    void endsADripAtTheTotalDeadline();
    void retriesAfterRateLimitThenSucceeds();
    void waitsAsLongAsTheProviderSays_data();
    void waitsAsLongAsTheProviderSays();
    void tellsOfEachRetry();
    void retriesServerErrorsOnceOnly();
    void givesUpWhenThereIsNoTimeToTryAgain();
    void obeysTheProvidersWordOnRetries();
    void keepsThePartOfACutAnswer();
    void settlesAWholeAnswerWhoseConnectionLingers();
    void reusesTheConnectionOfAWholeAnswer();
    void estimatesTheUsageOfACutAnswer();
    void chargesForAFailedAttemptThatReportedUsage();
    void triesAnUnreachableProviderThreeTimes();
    void putsNoKeyIntoMessagesOrRows();
};

void TstEngineFaults::namesEveryFault_data()
{
    QTest::addColumn<SimulatorStep>("step");
    QTest::addColumn<bool>("stream");
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<int>("attempts");
    QTest::addColumn<Billing>("billing");
    using enum FailureKind;
    using B = Billing;
    const struct {
        const char *name;
        SimulatorStep step;
        FailureKind kind;
        int attempts;
        Billing billing;
        bool streamedOnly = false;
    } rows[] = {
        {"close before headers", fault(Fault::CloseBeforeHeaders), Ambiguous, 1, B::Unconfirmed},
        {"close mid headers", fault(Fault::CloseMidHeaders), Ambiguous, 1, B::Unconfirmed},
        {"reset", fault(Fault::Reset), Ambiguous, 1, B::Unconfirmed},
        {"garbage", fault(Fault::Garbage), Protocol, 1, B::Unconfirmed},
        {"html", fault(Fault::Html), Protocol, 1, B::Unconfirmed},
        {"truncated json", fault(Fault::TruncatedJson), Protocol, 1, B::Unconfirmed},
        {"redirect", fault(Fault::Redirect), Protocol, 1, B::Unconfirmed},
        {"cut before any event", fault(Fault::CutStream, 0), Ambiguous, 1, B::Unconfirmed, true},
        {"cut after content", fault(Fault::CutStream, 4), Incomplete, 1, B::Unconfirmed, true},
        {"cut at a chunk border", fault(Fault::CutAtChunkBorder, 4), Incomplete, 1, B::Unconfirmed, true},
        {"reset after content", fault(Fault::ResetStream, 4), Incomplete, 1, B::Unconfirmed, true},
        {"no end marker", fault(Fault::NoEndMarker), Incomplete, 1, B::Unconfirmed, true},
        {"400", status(400), Rejected, 1, B::None},
        {"404", status(404), Rejected, 1, B::None},
        {"413", status(413), Rejected, 1, B::None},
        {"422", status(422), Rejected, 1, B::None},
        {"401", status(401), BadKey, 1, B::PresumedUnbilled},
        {"402", status(402), Quota, 1, B::PresumedUnbilled},
        {"429 quota", status(429, "{\"error\":{\"message\":\"spent\",\"code\":\"insufficient_quota\"}}"), Quota, 1,
         B::PresumedUnbilled},
        {"429 without hint", status(429), RateLimited, 2, B::PresumedUnbilled},
        {"429 with hint", status(429, {}, {{"Retry-After", "1"}}), RateLimited, 3, B::PresumedUnbilled},
        {"429 with a hint beyond two minutes", status(429, {}, {{"Retry-After", "121"}}), RateLimited, 1, B::PresumedUnbilled},
        {"500", status(500), ServerError, 2, B::PresumedUnbilled},
        {"502", status(502), ServerError, 2, B::PresumedUnbilled},
        {"504", status(504), ServerError, 2, B::PresumedUnbilled},
        {"408", status(408), ServerError, 3, B::PresumedUnbilled},
        {"409", status(409), ServerError, 3, B::PresumedUnbilled},
        {"503", status(503), Overloaded, 3, B::PresumedUnbilled},
        {"529", status(529), Overloaded, 3, B::PresumedUnbilled},
    };
    for (const auto &row : rows) {
        QTest::addRow("%s, streamed", row.name) << row.step << true << row.kind << row.attempts << row.billing;
        if (!row.streamedOnly)
            QTest::addRow("%s, in one piece", row.name) << row.step << false << row.kind << row.attempts << row.billing;
    }
}

void TstEngineFaults::namesEveryFault()
{
    QFETCH(SimulatorStep, step);
    QFETCH(bool, stream);
    QFETCH(FailureKind, kind);
    QFETCH(int, attempts);
    QFETCH(Billing, billing);
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({step, step, step, step});
    ChatRequest request = EngineWorld::request();
    request.stream = stream;
    request.cache = CachePolicy::Use;
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.failure.has_value());
    QVERIFY2(outcome.failure->kind == kind,
             qPrintable(failureName(outcome.failure->kind) + QStringLiteral(": ") + outcome.failure->message));
    QVERIFY(!outcome.failure->message.isEmpty());
    QCOMPARE(outcome.record.attempts.size(), attempts);
    QCOMPARE(world.wire(), attempts);
    const auto row = world.row(outcome.record.id);
    QVERIFY(row.has_value());
    QCOMPARE(row->attempts.size(), attempts);
    for (const AttemptRecord &attempt : row->attempts) {
        QVERIFY(attempt.failure == kind);
        QCOMPARE(attempt.billing, billing);
    }
    if (step.fault == Fault::Status)
        QCOMPARE(outcome.failure->httpStatus, step.status);
    if (billing == Billing::Unconfirmed)
        QVERIFY(outcome.record.usage.estimated && outcome.record.usage.inputTokens() > 0);
    else
        QVERIFY(outcome.record.cost.amount == Money());
    QVERIFY(world.isAtRest());
    // Failures are never kept: the next one asks anew.
    const Outcome next = world.run(request);
    QVERIFY(next.record.cache == CacheOutcome::Miss);
}

void TstEngineFaults::endsSilenceAtItsDeadline_data()
{
    QTest::addColumn<SimulatorStep>("step");
    QTest::addColumn<int>("seconds");
    QTest::addColumn<FailureKind>("kind");
    QTest::newRow("no answer") << fault(Fault::Hang) << 120 << FailureKind::Ambiguous;
    QTest::newRow("silence after content") << fault(Fault::HangStream, 4) << 60 << FailureKind::Incomplete;
}

void TstEngineFaults::endsSilenceAtItsDeadline()
{
    QFETCH(SimulatorStep, step);
    QFETCH(int, seconds);
    QFETCH(FailureKind, kind);
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({step});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    if (step.fault == Fault::Hang)
        QVERIFY(EngineWorld::waitFor([&] { return world.wire() == 1; }));
    else
        QVERIFY(EngineWorld::waitFor([&] { return heard->deltas.size() > 0; }));
    (void)EngineWorld::waitFor([] { return false; }, 50); // everything sent has arrived
    world.fake().advance(std::chrono::seconds(seconds) - std::chrono::milliseconds(250));
    QCoreApplication::processEvents();
    QVERIFY(!heard->outcome);
    world.fake().advance(std::chrono::milliseconds(500));
    QVERIFY(EngineWorld::waitFor([&] { return heard->outcome.has_value(); }));
    QCOMPARE(heard->outcome->failure->kind, kind);
    QCOMPARE(heard->outcome->record.attempts.size(), 1);
    QCOMPARE(world.wire(), 1);
    QVERIFY(EngineWorld::waitFor([&] { return world.simulator.openConnections() == 0; }));
}

void TstEngineFaults::endsADripAtTheTotalDeadline()
{
    EngineWorld world;
    SimulatorStep drip = fault(Fault::SlowDrip);
    drip.dripMs = 20;
    world.script({drip});
    ChatRequest request = EngineWorld::request();
    request.timeout = std::chrono::milliseconds(600);
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.failure.has_value());
    QVERIFY(outcome.failure->kind == FailureKind::Ambiguous || outcome.failure->kind == FailureKind::Incomplete);
    QVERIFY2(outcome.record.settled > 590'000'000 && outcome.record.settled < 850'000'000, qPrintable(QString::number(outcome.record.settled)));
    QCOMPARE(world.wire(), 1);
}

void TstEngineFaults::retriesAfterRateLimitThenSucceeds()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({status(429, {}, {{"Retry-After", "2"}})});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(EngineWorld::waitFor([&] { return heard->notices.size() == 1; }));
    QVERIFY(heard->reached(CallState::BackingOff));
    const qint64 delay = milliseconds(heard->notices.first());
    QVERIFY(delay >= 2'000 && delay <= 2'200);
    world.fake().advance(std::chrono::milliseconds(delay - 1));
    (void)EngineWorld::waitFor([] { return false; }, 30);
    QCOMPARE(world.wire(), 1);
    world.fake().advance(std::chrono::milliseconds(1));
    const Outcome outcome = world.finish(*heard);
    QVERIFY(outcome.ok());
    QCOMPARE(world.wire(), 2);
    QCOMPARE(outcome.record.attempts.size(), 2);
    QCOMPARE(outcome.record.attempts.first().backoffMs, delay);
    QVERIFY(outcome.record.attempts.first().retryAfterMs == 2'000);
    QVERIFY(outcome.record.attempts.first().failure == FailureKind::RateLimited);
    QVERIFY(!outcome.record.attempts.last().failure);
    QVERIFY(outcome.record.settled >= delay * 1'000'000);
    QCOMPARE(world.guard.reservations, 1); // held over both attempts
    QVERIFY(world.isAtRest());
}

void TstEngineFaults::waitsAsLongAsTheProviderSays_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("least");
    QTest::addColumn<int>("most");
    QTest::newRow("seconds") << QByteArray("Retry-After") << QByteArray("1") << 1'000 << 1'100;
    QTest::newRow("fraction") << QByteArray("Retry-After") << QByteArray("1.5") << 1'500 << 1'650;
    QTest::newRow("milliseconds") << QByteArray("retry-after-ms") << QByteArray("300") << 300 << 330;
    QTest::newRow("two minutes") << QByteArray("Retry-After") << QByteArray("120") << 120'000 << 121'000;
    QTest::newRow("zero") << QByteArray("Retry-After") << QByteArray("0") << 0 << 1'000;
    QTest::newRow("negative") << QByteArray("Retry-After") << QByteArray("-1") << 0 << 1'000;
    QTest::newRow("not a number") << QByteArray("Retry-After") << QByteArray("NaN") << 0 << 1'000;
}

void TstEngineFaults::waitsAsLongAsTheProviderSays()
{
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, value);
    QFETCH(int, least);
    QFETCH(int, most);
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({status(429, {}, {{header, value}})});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(world.finish(*heard).ok());
    QCOMPARE(heard->notices.size(), 1);
    QVERIFY(milliseconds(heard->notices.first()) >= least);
    QVERIFY(milliseconds(heard->notices.first()) <= most);
}

void TstEngineFaults::tellsOfEachRetry()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({status(503), status(503), status(503)});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    const Outcome outcome = world.finish(*heard);
    QVERIFY(!outcome.ok());
    QCOMPARE(heard->notices.size(), 2);
    QCOMPARE(heard->notices.at(0).attempt, 1);
    QCOMPARE(heard->notices.at(1).attempt, 2);
    QCOMPARE(heard->notices.at(0).failure.kind, FailureKind::Overloaded);
    QVERIFY(heard->notices.at(0).why.contains(u"503"));
    QVERIFY(outcome.record.decisions.size() >= 4); // cache, two waits, the end
}

void TstEngineFaults::retriesServerErrorsOnceOnly()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({status(500)});
    const Outcome outcome = world.run(EngineWorld::request());
    QVERIFY(outcome.ok());
    QCOMPARE(outcome.record.attempts.size(), 2);
    QCOMPARE(outcome.record.attempts.first().billing, Billing::PresumedUnbilled);
    QCOMPARE(outcome.record.attempts.last().billing, Billing::Billed);
}

void TstEngineFaults::givesUpWhenThereIsNoTimeToTryAgain()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({status(429, {}, {{"Retry-After", "30"}})});
    ChatRequest request = EngineWorld::request();
    request.timeout = std::chrono::seconds(10);
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::RateLimited);
    QVERIFY(outcome.failure->retryAfter == std::chrono::milliseconds(30'000));
    QCOMPARE(world.wire(), 1);
}

void TstEngineFaults::obeysTheProvidersWordOnRetries()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({status(400, {}, {{"x-should-retry", "true"}})});
    QVERIFY(world.run(EngineWorld::request()).ok());
    QCOMPARE(world.wire(), 2);
    world.script({status(503, {}, {{"x-should-retry", "false"}})});
    QVERIFY(!world.run(EngineWorld::request()).ok());
    QCOMPARE(world.wire(), 3);
}

void TstEngineFaults::keepsThePartOfACutAnswer()
{
    EngineWorld world;
    world.script({fault(Fault::CutStream, 5)});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    const Outcome outcome = world.finish(*heard);
    QCOMPARE(outcome.failure->kind, FailureKind::Incomplete);
    QCOMPARE(outcome.failure->phase, Phase::Stream);
    QVERIFY(!outcome.completion.text.isEmpty());
    QCOMPARE(outcome.completion.text, heard->text());
    QVERIFY(!outcome.completion.complete);
    QCOMPARE(world.wire(), 1);
}

void TstEngineFaults::settlesAWholeAnswerWhoseConnectionLingers()
{
    // Everything but the last chunk: the end marker has come, the HTTP message never ends.
    EngineWorld world(EngineWorld::Time::Fake);
    SimulatorStep step = fault(Fault::HangStream, 1'000);
    step.tokens = 3;
    world.script({step});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    (void)EngineWorld::waitFor([&] { return heard->outcome.has_value(); }, 200);
    if (heard->outcome)
        QSKIP("this simulator ends the message when it runs out of events");
    world.fake().advance(std::chrono::milliseconds(250));
    QVERIFY(heard->outcome.has_value());
    QVERIFY(heard->outcome->ok());
}

void TstEngineFaults::reusesTheConnectionOfAWholeAnswer()
{
    EngineWorld world;
    QVERIFY(!world.run(EngineWorld::request()).record.attempts.first().stamps.reusedConnection);
    QVERIFY(world.run(EngineWorld::request()).record.attempts.first().stamps.reusedConnection);
    QCOMPARE(world.simulator.openConnections(), 1);
    // Never one whose answer was not read to its end.
    world.script({fault(Fault::CutStream, 3)});
    (void)world.run(EngineWorld::request());
    QVERIFY(!world.run(EngineWorld::request()).record.attempts.first().stamps.reusedConnection);
}

void TstEngineFaults::estimatesTheUsageOfACutAnswer()
{
    EngineWorld world;
    SimulatorStep step = fault(Fault::CutStream, 40);
    step.tokens = 60;
    world.script({step});
    const Outcome outcome = world.run(EngineWorld::request(QStringLiteral("a prompt of some length ").repeated(50)));
    QCOMPARE(outcome.failure->kind, FailureKind::Incomplete);
    QVERIFY(outcome.record.usage.estimated);
    QVERIFY(outcome.record.usage.inputTokens() > 50);
    QVERIFY(outcome.record.usage.outputTokens() > 5);
    QVERIFY(outcome.record.cost.state == CostState::Estimated || outcome.record.cost.state == CostState::Free
            || outcome.record.cost.state == CostState::Unpriced);
    QCOMPARE(outcome.record.attempts.first().billing, Billing::Unconfirmed);
}

void TstEngineFaults::chargesForAFailedAttemptThatReportedUsage()
{
    EngineWorld world(EngineWorld::Time::Fake);
    const auto prices = PriceTable::fromJson("{\"schema\":1,\"generated\":\"2026-11-23\",\"models\":[{\"provider\":\"simulator\","
                                             "\"id\":\"sim-fast\",\"in\":1,\"out\":2}]}", true);
    QVERIFY2(prices.ok(), qPrintable(prices.ok() ? QString() : prices.error().text()));
    world.prices = *prices;
    world.openEngine();
    const Outcome plain = world.run(EngineWorld::request());
    QVERIFY2(plain.ok(), qPrintable(plain.failure ? plain.failure->message : QString()));
    QCOMPARE(plain.record.cost.state, CostState::Priced);

    // Overloaded after the prompt was read, said inside a 200: retried, and billed by the provider's own count.
    const QByteArray told = "data: {\"id\":\"x\",\"model\":\"sim-fast\",\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":0,"
                            "\"total_tokens\":1000}}\n\n"
                            "data: {\"error\":{\"type\":\"service_unavailable_error\",\"code\":\"server_is_overloaded\",\"message\":\"busy\"}}\n\n";
    world.script({status(200, told, {{"Content-Type", "text/event-stream"}})});
    ChatRequest request = EngineWorld::request();
    request.cache = CachePolicy::Use;
    const Outcome retried = world.run(request);
    QVERIFY(retried.ok());
    QCOMPARE(retried.record.attempts.size(), 2);
    QCOMPARE(retried.record.attempts.first().billing, Billing::Billed);
    QCOMPARE(retried.record.usage.inputTokens(), plain.record.usage.inputTokens() + 1000);
    QCOMPARE(*retried.record.cost.amount, *plain.record.cost.amount + Money::fromNanoUsd(1'000'000));
    QCOMPARE(retried.completion.usage, plain.completion.usage);
    const auto row = world.row(retried.record.id);
    QVERIFY(row.has_value());
    QCOMPARE(row->cost.amount, retried.record.cost.amount);
    // An equal request would not cost the failed attempt again.
    const Outcome hit = world.run(request);
    QCOMPARE(hit.record.cache, CacheOutcome::Hit);
    QCOMPARE(hit.record.savedByCache, plain.record.cost.amount);
}

void TstEngineFaults::triesAnUnreachableProviderThreeTimes()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.edit([](SettingsData &data) {
        ProviderConfig config;
        config.id = config.name = QStringLiteral("nowhere");
        config.baseUrl = QStringLiteral("http://127.0.0.1:1/v1");
        config.needsKey = false;
        config.defaultModel = QStringLiteral("m");
        data.providers.append(config);
    });
    ChatRequest request = EngineWorld::request();
    request.provider = QStringLiteral("nowhere");
    const Outcome outcome = world.run(request);
    QCOMPARE(outcome.failure->kind, FailureKind::Unreachable);
    QCOMPARE(outcome.record.attempts.size(), 3);
    for (const AttemptRecord &attempt : outcome.record.attempts)
        QCOMPARE(attempt.billing, Billing::None);
    QVERIFY(outcome.record.cost.amount == Money());
    QVERIFY(world.guard.lastNothingSent);
    QVERIFY(world.isAtRest());
}

void TstEngineFaults::putsNoKeyIntoMessagesOrRows()
{
    EngineWorld world;
    const QByteArray key = "sk-secret-0123456789abcdef";
    world.edit([&](SettingsData &data) {
        ProviderConfig config;
        config.id = config.name = QStringLiteral("keyed");
        config.baseUrl = world.simulator.baseUrl();
        config.keyEnv = QStringLiteral("SOME_KEY");
        config.defaultModel = QStringLiteral("sim-fast");
        data.providers.append(config);
    });
    world.script({status(401, "{\"error\":{\"message\":\"Incorrect API key provided: " + key + ".\",\"code\":\"invalid_api_key\"}}")});
    ChatRequest request = EngineWorld::request();
    request.provider = QStringLiteral("keyed");
    request.environment.insert(QStringLiteral("SOME_KEY"), key);
    const Outcome outcome = world.run(request);
    QCOMPARE(outcome.failure->kind, FailureKind::BadKey);
    QVERIFY(outcome.failure->message.contains(u"Incorrect"));
    QVERIFY(!outcome.failure->message.contains(QString::fromLatin1(key)));
    const auto row = world.row(outcome.record.id);
    QVERIFY(row.has_value());
    QVERIFY(!row->message.contains(QString::fromLatin1(key)));
    QVERIFY(!row->attempts.first().message.contains(QString::fromLatin1(key)));
}

TOLLGATE_TEST(TstEngineFaults)

#include "tst_enginefaults.moc"
