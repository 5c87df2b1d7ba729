// A setting that the model does not take: left out once its provider says so, remembered, and told.
#include "core/engine/engine.h"

#include "tests/support/engineworld.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

namespace {

SimulatorStep refusal(const QByteArray &code, const QByteArray &param, const QByteArray &message)
{
    SimulatorStep step;
    step.fault = SimulatorStep::Fault::Status;
    step.status = 400;
    step.body = "{\"error\":{\"message\":\"" + message + "\",\"type\":\"invalid_request_error\",\"param\":\"" + param + "\",\"code\":\"" + code
                + "\"}}";
    return step;
}

ChatRequest warmRequest()
{
    ChatRequest request = EngineWorld::request();
    request.parameters.temperature = 0.3;
    request.parameters.seed = 7;
    request.keepPayload = true;
    return request;
}

} // namespace

class TstEngineRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leavesOutWhatTheModelDoesNotTake();
    void doesNotSendItAgain();
    void storesTheAnswerUnderWhatWasAsked();
    void doesNotGuess_data();
    void doesNotGuess();
    void keepsWithinTheAttempts();
};

void TstEngineRefusals::leavesOutWhatTheModelDoesNotTake()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({refusal("unsupported_value", "temperature", "Only the default is supported.")});
    const std::unique_ptr<Heard> heard = world.send(warmRequest());
    const Outcome outcome = world.finish(*heard);
    QVERIFY2(outcome.ok(), qPrintable(outcome.failure ? outcome.failure->message : QString()));
    QCOMPARE(world.wire(), 2);
    QCOMPARE(outcome.record.attempts.size(), 2);
    QCOMPARE(outcome.record.attempts.first().failure, FailureKind::Rejected);
    QCOMPARE(outcome.record.attempts.first().billing, Billing::None);
    QCOMPARE(heard->notices.size(), 1);
    QCOMPARE(heard->notices.first().delay.count(), 0);
    QVERIFY(outcome.warning.contains(QStringLiteral("temperature")));
    QVERIFY(!outcome.record.promptJson.contains("temperature"));
    QVERIFY(outcome.record.promptJson.contains("\"seed\":7"));
    QVERIFY(world.isAtRest());
}

void TstEngineRefusals::doesNotSendItAgain()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({refusal("unsupported_parameter", "temperature", "no")});
    QVERIFY(world.run(warmRequest()).ok());
    const Outcome later = world.run(warmRequest());
    QVERIFY(later.ok());
    QCOMPARE(world.wire(), 3);
    QCOMPARE(later.record.attempts.size(), 1);
    QVERIFY(later.warning.contains(QStringLiteral("temperature")));
    QVERIFY(!later.record.promptJson.contains("temperature"));
    // It is kept with the settings, for this model only.
    const auto loaded = Settings::load(world.settings->path());
    QVERIFY(loaded.ok());
    const QList<RefusedSetting> expected{{QStringLiteral("sim"), QStringLiteral("sim-fast"), QStringLiteral("temperature")}};
    QCOMPARE((*loaded)->snapshot()->refusedSettings, expected);
    ChatRequest other = warmRequest();
    other.model = QStringLiteral("sim-large");
    QVERIFY(world.run(other).record.promptJson.contains("temperature"));
}

void TstEngineRefusals::storesTheAnswerUnderWhatWasAsked()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({refusal("unsupported_parameter", "temperature", "no")});
    ChatRequest request = warmRequest();
    request.cache = CachePolicy::Use;
    QVERIFY(world.run(request).ok());
    QCOMPARE(world.run(request).record.cache, CacheOutcome::Hit);
    ChatRequest without = request;
    without.parameters.temperature.reset();
    QCOMPARE(world.run(without).record.cache, CacheOutcome::Hit);
    QCOMPARE(world.wire(), 2);
}

void TstEngineRefusals::doesNotGuess_data()
{
    QTest::addColumn<SimulatorStep>("step");
    QTest::newRow("value out of range") << refusal("invalid_value", "temperature", "temperature must be at most 2");
    QTest::newRow("not set by the user") << refusal("unsupported_parameter", "top_p", "no");
    QTest::newRow("changes the answer") << refusal("unsupported_parameter", "response_format", "not supported");
    QTest::newRow("unknown field") << refusal("unsupported_parameter", "logit_bias", "not supported");
    QTest::newRow("no field") << refusal("unsupported_parameter", "", "temperature is not supported");
}

void TstEngineRefusals::doesNotGuess()
{
    QFETCH(SimulatorStep, step);
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({step});
    const Outcome outcome = world.run(warmRequest());
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::Rejected);
    QCOMPARE(world.wire(), 1);
    QVERIFY(world.settings->snapshot()->refusedSettings.isEmpty());
}

void TstEngineRefusals::keepsWithinTheAttempts()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.script({refusal("unsupported_parameter", "temperature", "no"), refusal("unsupported_parameter", "seed", "no")});
    ChatRequest request = warmRequest();
    request.maxAttempts = 2;
    QVERIFY(!world.run(request).ok());
    QCOMPARE(world.wire(), 2);
    world.script({refusal("unsupported_parameter", "seed", "no")});
    request.maxAttempts = 1; // temperature is known by now
    QVERIFY(!world.run(request).ok());
    QCOMPARE(world.wire(), 3);
    QVERIFY(world.isAtRest());
}

TOLLGATE_TEST(TstEngineRefusals)
#include "tst_enginerefusals.moc"
