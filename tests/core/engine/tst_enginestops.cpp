// Stopping, in every state: the row is settled, the permit is back, the socket is closed, and nothing more is heard.
#include "core/engine/engine.h"

#include "tests/support/engineworld.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

using Fault = SimulatorStep::Fault;

namespace {

// A keychain that never answers by itself.
class SilentSecrets final : public SecretStore
{
public:
    void read(const QString &, Callback done) override { waiting.push_back(std::move(done)); }
    void write(const QString &, const SecretBytes &, Callback) override {}
    void remove(const QString &, Callback) override {}
    void probe(std::function<void(KeychainState)>) override {}
    bool isPersistent() const override { return false; }

    std::vector<Callback> waiting;
};

SimulatorStep fault(Fault kind, int afterEvents = 0)
{
    SimulatorStep step;
    step.fault = kind;
    step.afterEvents = afterEvents;
    return step;
}

} // namespace

class TstEngineStops : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stopsBeforeTheEngineHasLooked();
    void stopsWhileTheKeychainIsSilent();
    void endsWhenTheKeychainStaysSilent();
    void stopsWhileWaitingAtTheGate();
    void stopsWhileConnecting();
    void stopsWhileWaitingForTheFirstByte();
    void stopsWhileStreaming();
    void stopsWhileBackingOff();
    void stopsAtRandomPoints();
    void ignoresAStopAfterTheEnd();
    void isStoppedByDeletion();
    void stopsFromInsideADelta();
    void stopsWhileItsPermitGoesToAnother();
    void drainsFromInsideASignal();

private:
    static void checkStopped(EngineWorld &world, Heard &heard);
};

void TstEngineStops::checkStopped(EngineWorld &world, Heard &heard)
{
    QVERIFY(EngineWorld::waitFor([&] { return heard.outcome.has_value(); }));
    QVERIFY(heard.outcome->failure.has_value());
    QCOMPARE(heard.outcome->failure->kind, FailureKind::Cancelled);
    QCOMPARE(heard.finishes, 1);
    QVERIFY(world.isAtRest());
    const auto row = world.row(heard.outcome->record.id);
    QVERIFY(row.has_value());
    QVERIFY(row->failure == FailureKind::Cancelled);
    QCOMPARE(row->attempts.size(), world.wire());
    QVERIFY(EngineWorld::waitFor([&] { return world.simulator.openConnections() == 0; }));
}

void TstEngineStops::stopsBeforeTheEngineHasLooked()
{
    EngineWorld world;
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    heard->call->cancel();
    QVERIFY(EngineWorld::waitFor([&] { return heard->outcome.has_value(); }));
    QCOMPARE(heard->outcome->failure->kind, FailureKind::Cancelled);
    QVERIFY(world.isAtRest());
    QVERIFY(world.row(heard->outcome->record.id).has_value());
}

void TstEngineStops::stopsWhileTheKeychainIsSilent()
{
    EngineWorld world;
    SilentSecrets silent;
    world.openEngine(silent);
    world.edit([&](SettingsData &data) {
        ProviderConfig config;
        config.id = config.name = QStringLiteral("keyed");
        config.baseUrl = world.simulator.baseUrl();
        config.defaultModel = QStringLiteral("sim-fast");
        data.providers.append(config);
    });
    ChatRequest request = EngineWorld::request();
    request.provider = QStringLiteral("keyed");
    const std::unique_ptr<Heard> heard = world.send(request);
    QVERIFY(EngineWorld::waitFor([&] { return silent.waiting.size() == 1; }));
    heard->call->cancel();
    checkStopped(world, *heard);
    silent.waiting.front()({SecretStatus::Ok, SecretBytes("sk-late-0123456789"), {}}); // too late to matter
    QCoreApplication::processEvents();
    QCOMPARE(world.wire(), 0);
    world.engine.reset();
    world.vault.reset();
}

void TstEngineStops::endsWhenTheKeychainStaysSilent()
{
    EngineWorld world(EngineWorld::Time::Fake);
    SilentSecrets silent;
    world.openEngine(silent);
    world.edit([&](SettingsData &data) {
        ProviderConfig config;
        config.id = config.name = QStringLiteral("keyed");
        config.baseUrl = world.simulator.baseUrl();
        config.defaultModel = QStringLiteral("sim-fast");
        data.providers.append(config);
    });
    ChatRequest request = EngineWorld::request();
    request.provider = QStringLiteral("keyed");
    request.timeout = std::chrono::seconds(2);
    const std::unique_ptr<Heard> heard = world.send(request);
    QVERIFY(EngineWorld::waitFor([&] { return silent.waiting.size() == 1; }));
    world.fake().advance(std::chrono::seconds(2));
    QVERIFY(heard->outcome.has_value());
    QCOMPARE(heard->outcome->failure->kind, FailureKind::NoKey);
    QVERIFY(world.isAtRest());
    world.engine.reset();
    world.vault.reset();
}

void TstEngineStops::stopsWhileWaitingAtTheGate()
{
    EngineWorld world;
    world.edit([](SettingsData &data) { data.providers[0].maxParallel = 1; });
    world.script({fault(Fault::Hang)});
    const std::unique_ptr<Heard> first = world.send(EngineWorld::request());
    const std::unique_ptr<Heard> second = world.send(EngineWorld::request());
    QVERIFY(EngineWorld::waitFor([&] { return second->reached(CallState::Waiting) && world.wire() == 1; }));
    second->call->cancel();
    QVERIFY(EngineWorld::waitFor([&] { return second->outcome.has_value(); }));
    QCOMPARE(second->outcome->failure->kind, FailureKind::Cancelled);
    QCOMPARE(second->outcome->failure->phase, Phase::Gate);
    QVERIFY(second->outcome->record.attempts.isEmpty());
    QVERIFY(world.guard.lastNothingSent);
    QCOMPARE(world.engine->figures().queued, 0);
    first->call->cancel();
    checkStopped(world, *first);
    QVERIFY(world.run(EngineWorld::request()).ok()); // the permit is back
}

void TstEngineStops::stopsWhileConnecting()
{
    EngineWorld world;
    world.edit([](SettingsData &data) {
        ProviderConfig config;
        config.id = config.name = QStringLiteral("far");
        config.baseUrl = QStringLiteral("http://10.255.255.1:9/v1"); // answers nobody
        config.needsKey = false;
        config.defaultModel = QStringLiteral("m");
        data.providers.append(config);
    });
    ChatRequest request = EngineWorld::request();
    request.provider = QStringLiteral("far");
    request.maxAttempts = 1;
    const std::unique_ptr<Heard> heard = world.send(request);
    QVERIFY(EngineWorld::waitFor([&] { return heard->reached(CallState::Connecting); }));
    heard->call->cancel();
    QVERIFY(EngineWorld::waitFor([&] { return heard->outcome.has_value(); }));
    if (heard->outcome->failure->kind == FailureKind::Unreachable)
        QSKIP("this machine refuses the address at once");
    QCOMPARE(heard->outcome->failure->kind, FailureKind::Cancelled);
    QCOMPARE(heard->outcome->record.attempts.size(), 1);
    QCOMPARE(heard->outcome->record.attempts.first().billing, Billing::None);
    QVERIFY(world.isAtRest());
}

void TstEngineStops::stopsWhileWaitingForTheFirstByte()
{
    EngineWorld world;
    world.script({fault(Fault::Hang)});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(EngineWorld::waitFor([&] { return world.wire() == 1; }));
    heard->call->cancel();
    checkStopped(world, *heard);
    QCOMPARE(heard->outcome->record.attempts.first().billing, Billing::Unconfirmed);
    QVERIFY(heard->outcome->record.usage.estimated);
    QVERIFY(heard->outcome->record.usage.inputTokens() > 0);
}

void TstEngineStops::stopsWhileStreaming()
{
    EngineWorld world;
    world.script({fault(Fault::HangStream, 6)});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(EngineWorld::waitFor([&] { return heard->deltas.size() >= 3; }));
    heard->call->cancel();
    checkStopped(world, *heard);
    QCOMPARE(heard->outcome->completion.text, heard->text());
    QCOMPARE(heard->outcome->failure->phase, Phase::Stream);
    QVERIFY(heard->outcome->record.usage.outputTokens() > 0);
    QVERIFY(heard->outcome->record.firstContent > 0);
}

void TstEngineStops::stopsWhileBackingOff()
{
    EngineWorld world(EngineWorld::Time::Fake);
    SimulatorStep limited = fault(Fault::Status);
    limited.status = 429;
    limited.headers = {{"Retry-After", "30"}};
    limited.keepAlive = false;
    world.script({limited});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(EngineWorld::waitFor([&] { return !heard->notices.isEmpty(); }));
    heard->call->cancel();
    checkStopped(world, *heard);
    QCOMPARE(heard->outcome->record.attempts.first().billing, Billing::PresumedUnbilled);
    world.fake().advance(std::chrono::seconds(60));
    QCoreApplication::processEvents();
    QCOMPARE(world.wire(), 1);
}

void TstEngineStops::stopsAtRandomPoints()
{
    EngineWorld world;
    SimulatorOptions options;
    options.ttftMs = 3;
    options.tokensPerSecond = 1'000;
    options.tokens = 20;
    world.simulator.setOptions(options);
    SeededRandom random(20261124);
    int stopped = 0;
    for (int round = 0; round < 60; ++round) {
        const std::unique_ptr<Heard> heard = world.send(EngineWorld::request(QString::number(round)));
        const int turns = int(random.unit() * 40);
        for (int turn = 0; turn < turns && !heard->outcome; ++turn)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 1);
        heard->call->cancel();
        QVERIFY(EngineWorld::waitFor([&] { return heard->outcome.has_value(); }));
        QCOMPARE(heard->finishes, 1);
        stopped += heard->outcome->failure.has_value();
        if (heard->outcome->failure)
            QCOMPARE(heard->outcome->failure->kind, FailureKind::Cancelled);
        const auto row = world.row(heard->outcome->record.id);
        QVERIFY(row.has_value());
        QCOMPARE(row->attempts.size(), heard->outcome->record.attempts.size());
        QVERIFY(world.isAtRest());
    }
    QVERIFY(stopped > 0);
    QVERIFY(EngineWorld::waitFor([&] { return world.simulator.activeAnswers() == 0; }));
}

void TstEngineStops::ignoresAStopAfterTheEnd()
{
    EngineWorld world;
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(world.finish(*heard).ok());
    heard->call->cancel();
    QCoreApplication::processEvents();
    QCOMPARE(heard->finishes, 1);
}

void TstEngineStops::isStoppedByDeletion()
{
    EngineWorld world;
    world.script({fault(Fault::HangStream, 3)});
    std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(EngineWorld::waitFor([&] { return !heard->deltas.isEmpty(); }));
    const RequestId id = heard->call->id();
    heard.reset();
    QVERIFY(EngineWorld::waitFor([&] { return world.isAtRest(); }));
    const auto row = world.row(id);
    QVERIFY(row.has_value());
    QVERIFY(row->failure == FailureKind::Cancelled);
    QVERIFY(EngineWorld::waitFor([&] { return world.simulator.openConnections() == 0; }));
}

void TstEngineStops::stopsFromInsideADelta()
{
    EngineWorld world;
    world.script({fault(Fault::HangStream, 3)});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QObject::connect(heard->call.get(), &Call::delta, heard->call.get(), [&] { heard->call->cancel(); });
    checkStopped(world, *heard);
}

// The second one's caller runs an event loop in which the first one is stopped, while the first one's failed attempt is being closed.
void TstEngineStops::stopsWhileItsPermitGoesToAnother()
{
    EngineWorld world;
    world.edit([](SettingsData &data) { data.providers[0].maxParallel = 1; });
    SimulatorStep limited;
    limited.fault = Fault::Status;
    limited.status = 503;
    world.script({limited});
    const std::unique_ptr<Heard> first = world.send(EngineWorld::request());
    const std::unique_ptr<Heard> second = world.send(EngineWorld::request());
    QObject::connect(second->call.get(), &Call::stateChanged, second->call.get(), [&](CallState state) {
        if (state != CallState::Connecting || first->outcome)
            return;
        first->call->cancel();
        EngineWorld::waitFor([&] { return first->outcome.has_value(); });
    });
    QVERIFY(world.finish(*second).ok());
    QCOMPARE(first->finishes, 1);
    QCOMPARE(first->outcome->failure->kind, FailureKind::Cancelled);
    QVERIFY(world.isAtRest());
    QCOMPARE(world.wire(), 2); // nothing is sent for a request that has ended
    const auto row = world.row(first->outcome->record.id);
    QVERIFY(row.has_value());
    QCOMPARE(row->attempts.size(), 1);
}

void TstEngineStops::drainsFromInsideASignal()
{
    EngineWorld world;
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    bool drained = false;
    QObject::connect(heard->call.get(), &Call::stateChanged, heard->call.get(), [&](CallState state) {
        if (state == CallState::Settling)
            world.engine->drain([&] { drained = true; });
    });
    QVERIFY(world.finish(*heard).ok());
    QVERIFY(EngineWorld::waitFor([&] { return drained; }));
    QVERIFY(world.isAtRest());
}

TOLLGATE_TEST(TstEngineStops)

#include "tst_enginestops.moc"
