#include "core/engine/engine.h"

#include "core/async/worker.h"
#include "tests/support/engineworld.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"

#include <QTest>
#include <QThread>

#include <csignal>
#include <sys/resource.h>

using namespace tollgate;
using namespace tollgate::test;

namespace {

// While it lives no file of this process can grow: what a full disk looks like.
class FullDisk
{
public:
    FullDisk()
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        rlimit none = m_before;
        none.rlim_cur = 0;
        setrlimit(RLIMIT_FSIZE, &none);
    }
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

ProviderConfig compatible(const EngineWorld &world, const QString &id)
{
    ProviderConfig config;
    config.id = id;
    config.name = id;
    config.type = ProviderType::OpenAiCompatible;
    config.baseUrl = world.simulator.baseUrl();
    config.defaultModel = QStringLiteral("sim-fast");
    return config;
}

} // namespace

class TstEngine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersAndSettles();
    void givesNoFirstTokenTimeToAnswersInOnePiece();
    void deliversNothingFromInsideSend();
    void survivesDeletionOfTheCallInItsOwnSignals();
    void deliversToAnotherThread();
    void cancelsACallDeletedOnAnotherThread();
    void fillsInTheDefaultModel();
    void refusesWhatCannotBeSent_data();
    void refusesWhatCannotBeSent();
    void refusesTheSimulatorWhileItIsNotRunning();
    void refusesWithoutAKey();
    void readsTheKeyFromTheVariableOfTheCaller();
    void refusesAKeyThatCannotBeAHeader();
    void refusesWhatTheBudgetRefuses();
    void reservesTheWorstCase();
    void waitsAtTheGate();
    void endsTheWaitAtTheTotalDeadline();
    void sendsNothingThatTheLedgerCannotNote();
    void showsAnAnswerThatCouldNotBeSettled();
    void keepsPayloadsOnlyWhenAsked();
    void listsTheModelsOfAProvider();
    void saysWhyAProviderCannotBeTested();
    void showsNoKeyThatIsOnlyBeingTried();
    void settlesEverythingWhenItDies();
    void drainsWhatRunsAndWaits();
    void tellsOfFiguresAtMostTenTimesASecond();
};

void TstEngine::answersAndSettles()
{
    EngineWorld world;
    ChatRequest request = EngineWorld::request();
    request.tags = {QStringLiteral("team=blue")};
    const std::unique_ptr<Heard> heard = world.send(request);
    const Outcome outcome = world.finish(*heard);
    QVERIFY2(outcome.ok(), outcome.failure ? qPrintable(outcome.failure->message) : "");
    QVERIFY(!outcome.completion.text.isEmpty());
    QCOMPARE(heard->text(), outcome.completion.text);
    QCOMPARE(heard->finishes, 1);
    QVERIFY(heard->call->isFinished());
    QVERIFY(outcome.warning.isEmpty());
    QCOMPARE(world.wire(), 1);
    const RequestRecord &record = outcome.record;
    QCOMPARE(record.id, heard->call->id());
    QVERIFY(record.complete && record.streamed);
    QCOMPARE(record.provider, QStringLiteral("sim"));
    QCOMPARE(record.cache, CacheOutcome::Bypass);
    QVERIFY(record.usage.present && !record.usage.estimated);
    QVERIFY(record.cost.amount.has_value());
    QCOMPARE(record.attempts.size(), 1);
    const AttemptRecord &attempt = record.attempts.first();
    QCOMPARE(attempt.billing, Billing::Billed);
    QCOMPARE(attempt.httpStatus, 200);
    const AttemptStamps &stamps = attempt.stamps;
    QVERIFY(0 <= record.permitted && record.permitted <= stamps.connectStart);
    QVERIFY(stamps.connectStart <= stamps.connected && stamps.connected <= stamps.sent);
    QVERIFY(stamps.sent <= stamps.firstByte && stamps.firstByte <= stamps.firstEvent);
    QVERIFY(stamps.firstEvent <= stamps.ended && stamps.firstContent <= stamps.ended);
    QVERIFY(stamps.ended <= record.settled);
    QCOMPARE(record.firstContent, stamps.firstContent);
    QVERIFY(record.firstContent > 0);
    const auto row = world.row(record.id);
    QVERIFY(row.has_value());
    QCOMPARE(row->attempts.size(), 1);
    QCOMPARE(row->tags, request.tags);
    QCOMPARE(row->usage, record.usage);
    QVERIFY(world.isAtRest());
}

void TstEngine::givesNoFirstTokenTimeToAnswersInOnePiece()
{
    EngineWorld world;
    ChatRequest request = EngineWorld::request();
    request.stream = false;
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.ok());
    QVERIFY(!outcome.completion.text.isEmpty());
    QVERIFY(!outcome.record.streamed);
    QCOMPARE(outcome.record.firstContent, -1);
    QVERIFY(outcome.record.settled > 0);
}

void TstEngine::deliversNothingFromInsideSend()
{
    EngineWorld world;
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(heard->states.isEmpty());
    QVERIFY(!heard->call->id().isValid());
    QCOMPARE(world.engine->figures().inFlight, 1);
    QVERIFY(world.finish(*heard).ok());
    // On one thread every station is told, in the order of the road.
    const QList<CallState> road{CallState::Routing,    CallState::LookingUp, CallState::Reserving, CallState::Waiting,
                                CallState::Connecting, CallState::Sending,   CallState::Streaming, CallState::Settling};
    QCOMPARE(heard->states, road);
}

void TstEngine::survivesDeletionOfTheCallInItsOwnSignals()
{
    EngineWorld world;
    SimulatorOptions slow;
    slow.ttftMs = 1;
    slow.tokensPerSecond = 50;
    slow.tokens = 50;
    world.simulator.setOptions(slow);
    auto call = world.engine->send(EngineWorld::request());
    QObject::connect(call.get(), &Call::delta, call.get(), [&] { call.reset(); });
    QVERIFY(EngineWorld::waitFor([&] { return !call && world.isAtRest(); }));
    auto second = world.engine->send(EngineWorld::request());
    QObject::connect(second.get(), &Call::stateChanged, second.get(), [&] { second.reset(); });
    QVERIFY(EngineWorld::waitFor([&] { return !second && world.isAtRest(); }));
    auto third = world.engine->send(EngineWorld::request());
    third->cancel();
    QObject::connect(third.get(), &Call::finished, third.get(), [&] { third.reset(); });
    QVERIFY(EngineWorld::waitFor([&] { return !third && world.isAtRest(); }));
    QVERIFY(EngineWorld::waitFor([&] { return world.simulator.activeAnswers() == 0; }));
}

void TstEngine::deliversToAnotherThread()
{
    Worker thread(QStringLiteral("engine"));
    std::unique_ptr<EngineWorld> world;
    thread.runAndWait([&] { world = std::make_unique<EngineWorld>(); });
    {
        const std::unique_ptr<Heard> heard = world->send(EngineWorld::request());
        QThread *emitted = nullptr;
        QObject::connect(heard->call.get(), &Call::finished, heard->call.get(), [&] { emitted = QThread::currentThread(); },
                         Qt::DirectConnection);
        QVERIFY(EngineWorld::waitFor([&] { return heard->outcome.has_value(); }));
        QVERIFY(heard->outcome->ok());
        QCOMPARE(emitted, QThread::currentThread());
        QCOMPARE(heard->text(), heard->outcome->completion.text);
        QCOMPARE(heard->call->id(), heard->outcome->record.id);
    }
    thread.runAndWait([&] { world.reset(); });
}

void TstEngine::cancelsACallDeletedOnAnotherThread()
{
    Worker thread(QStringLiteral("engine"));
    std::unique_ptr<EngineWorld> world;
    thread.runAndWait([&] { world = std::make_unique<EngineWorld>(); });
    for (int i = 0; i < 30; ++i) {
        std::unique_ptr<Heard> heard = world->send(EngineWorld::request(QString::number(i)));
        if (i % 3 == 0)
            EngineWorld::waitFor([&] { return !heard->states.isEmpty(); });
        if (i % 3 == 1)
            EngineWorld::waitFor([&] { return !heard->deltas.isEmpty() || heard->outcome; });
    }
    QVERIFY(EngineWorld::waitFor([&] { return world->engine->figures().inFlight == 0; }));
    std::unique_ptr<Heard> last = world->send(EngineWorld::request());
    thread.runAndWait([&] { world.reset(); }); // the engine dies first
    QVERIFY(EngineWorld::waitFor([&] { return last->outcome.has_value(); }));
    last->call->cancel();
}

void TstEngine::fillsInTheDefaultModel()
{
    EngineWorld world;
    ChatRequest request = EngineWorld::request();
    request.model.clear();
    request.provider = QStringLiteral("SIMULATOR"); // by name, without case
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.ok());
    QCOMPARE(outcome.record.model, QStringLiteral("sim-fast"));
    QCOMPARE(world.simulator.entries().last().model, QStringLiteral("sim-fast"));
}

void TstEngine::refusesWhatCannotBeSent_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"unknown provider", "switched off", "no model", "temperature out of range", "no messages"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

void TstEngine::refusesWhatCannotBeSent()
{
    QFETCH(QString, what);
    EngineWorld world;
    ChatRequest request = EngineWorld::request();
    if (what == u"unknown provider")
        request.provider = QStringLiteral("nobody");
    if (what == u"switched off")
        world.edit([](SettingsData &data) { data.providers[0].enabled = false; });
    if (what == u"no model") {
        request.model.clear();
        world.edit([](SettingsData &data) { data.providers[0].defaultModel.clear(); });
    }
    if (what == u"temperature out of range")
        request.parameters.temperature = 9;
    if (what == u"no messages")
        request.messages.clear();
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::Usage);
    QVERIFY(!outcome.failure->message.isEmpty());
    QVERIFY(outcome.record.attempts.isEmpty());
    QCOMPARE(world.wire(), 0);
    QVERIFY(world.row(outcome.record.id).has_value());
    QVERIFY(world.isAtRest());
}

void TstEngine::refusesTheSimulatorWhileItIsNotRunning()
{
    EngineWorld world;
    world.simulatorRuns = false;
    const Outcome outcome = world.run(EngineWorld::request());
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::Usage);
    QCOMPARE(outcome.failure->message, QStringLiteral("The simulator is not running."));
}

void TstEngine::refusesWithoutAKey()
{
    EngineWorld world;
    world.edit([&](SettingsData &data) { data.providers.append(compatible(world, QStringLiteral("keyed"))); });
    ChatRequest request = EngineWorld::request();
    request.provider = QStringLiteral("keyed");
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::NoKey);
    QCOMPARE(ruleOf(outcome.failure->kind).exitCode, 4);
    QVERIFY(outcome.failure->message.contains(u"keyed"));
    QCOMPARE(world.wire(), 0);
    QVERIFY(world.isAtRest());
}

void TstEngine::readsTheKeyFromTheVariableOfTheCaller()
{
    EngineWorld world;
    world.edit([&](SettingsData &data) {
        ProviderConfig config = compatible(world, QStringLiteral("keyed"));
        config.keyEnv = QStringLiteral("SOME_KEY");
        data.providers.append(config);
    });
    ChatRequest request = EngineWorld::request();
    request.provider = QStringLiteral("keyed");
    const Outcome without = world.run(request);
    QVERIFY(without.failure.has_value());
    QCOMPARE(without.failure->kind, FailureKind::NoKey);
    QVERIFY(without.failure->message.contains(u"SOME_KEY"));
    request.environment.insert(QStringLiteral("SOME_KEY"), "sk-test-0123456789abcdef");
    QVERIFY(world.run(request).ok());
    QCOMPARE(world.wire(), 1);
}

void TstEngine::refusesAKeyThatCannotBeAHeader()
{
    EngineWorld world;
    world.edit([&](SettingsData &data) {
        ProviderConfig config = compatible(world, QStringLiteral("keyed"));
        config.keyEnv = QStringLiteral("SOME_KEY");
        data.providers.append(config);
    });
    ChatRequest request = EngineWorld::request();
    request.provider = QStringLiteral("keyed");
    request.environment.insert(QStringLiteral("SOME_KEY"), QByteArray("sk-test\r\nX-Evil: 1"));
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::NoKey);
    QVERIFY(!outcome.failure->message.contains(u"Evil"));
    QCOMPARE(world.wire(), 0);
}

void TstEngine::refusesWhatTheBudgetRefuses()
{
    EngineWorld world;
    world.guard.refuse = true;
    const Outcome outcome = world.run(EngineWorld::request());
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::Budget);
    QCOMPARE(outcome.failure->phase, Phase::Reserve);
    QCOMPARE(world.wire(), 0);
    QVERIFY(world.row(outcome.record.id).has_value());
    QVERIFY(world.isAtRest());
}

void TstEngine::reservesTheWorstCase()
{
    EngineWorld world;
    ChatRequest request = EngineWorld::request();
    request.parameters.maxTokens = 100;
    const Outcome outcome = world.run(request);
    QVERIFY(outcome.ok());
    QCOMPARE(world.guard.reservations, 1);
    QVERIFY(world.guard.lastWorstCase.has_value());
    QVERIFY(outcome.record.cost.amount <= world.guard.lastWorstCase);
    QCOMPARE(world.guard.lastCost, outcome.record.cost.amount);
    QVERIFY(!world.guard.lastNothingSent);
}

void TstEngine::waitsAtTheGate()
{
    EngineWorld world;
    world.edit([](SettingsData &data) { data.providers[0].maxParallel = 2; });
    SimulatorStep slow;
    slow.ttftMs = 30;
    world.script({slow, slow, slow, slow});
    std::vector<std::unique_ptr<Heard>> all;
    for (int i = 0; i < 4; ++i)
        all.push_back(world.send(EngineWorld::request(QString::number(i))));
    QVERIFY(EngineWorld::waitFor([&] { return world.engine->figures().queued == 2; }));
    QCOMPARE(world.engine->figures().inFlight, 4);
    int most = 0;
    QVERIFY(EngineWorld::waitFor([&] {
        most = std::max(most, world.simulator.activeAnswers());
        return std::all_of(all.begin(), all.end(), [](const auto &heard) { return heard->outcome.has_value(); });
    }));
    for (const auto &heard : all)
        QVERIFY(heard->outcome->ok());
    QVERIFY(most <= 2);
    QVERIFY(all[3]->outcome->record.permitted > all[0]->outcome->record.permitted);
    QVERIFY(world.isAtRest());
}

void TstEngine::endsTheWaitAtTheTotalDeadline()
{
    EngineWorld world(EngineWorld::Time::Fake);
    world.edit([](SettingsData &data) { data.providers[0].maxParallel = 1; });
    SimulatorStep hang;
    hang.fault = SimulatorStep::Fault::Hang;
    world.script({hang});
    const std::unique_ptr<Heard> first = world.send(EngineWorld::request());
    QVERIFY(EngineWorld::waitFor([&] { return world.wire() == 1; }));
    ChatRequest request = EngineWorld::request();
    request.timeout = std::chrono::seconds(5);
    const std::unique_ptr<Heard> second = world.send(request);
    QVERIFY(EngineWorld::waitFor([&] { return second->reached(CallState::Waiting); }));
    world.fake().advance(std::chrono::milliseconds(4'999));
    QVERIFY(!second->outcome);
    world.fake().advance(std::chrono::milliseconds(1));
    QVERIFY(second->outcome.has_value());
    QCOMPARE(second->outcome->failure->kind, FailureKind::Unreachable);
    QCOMPARE(second->outcome->failure->phase, Phase::Gate);
    QVERIFY(second->outcome->record.attempts.isEmpty());
    QVERIFY(world.guard.lastNothingSent);
    first->call->cancel();
    (void)world.finish(*first);
    QCOMPARE(world.wire(), 1);
    QVERIFY(world.isAtRest());
}

void TstEngine::sendsNothingThatTheLedgerCannotNote()
{
    EngineWorld world;
    QVERIFY(world.run(EngineWorld::request()).ok());
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    {
        const FullDisk full;
        (void)world.finish(*heard);
    }
    QVERIFY(heard->outcome.has_value() && heard->outcome->failure.has_value());
    QCOMPARE(heard->outcome->failure->kind, FailureKind::Storage);
    QVERIFY(heard->outcome->record.attempts.isEmpty());
    QVERIFY(!heard->outcome->failure->message.isEmpty());
    QCOMPARE(world.wire(), 1);
    QVERIFY(world.guard.lastNothingSent);
    QVERIFY(world.isAtRest());
    QVERIFY(world.run(EngineWorld::request()).ok()); // space again: all is well again
}

void TstEngine::showsAnAnswerThatCouldNotBeSettled()
{
    EngineWorld world;
    SimulatorStep slow;
    slow.ttftMs = 50;
    world.script({slow});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(EngineWorld::waitFor([&] { return world.wire() == 1; }));
    {
        const FullDisk full;
        (void)world.finish(*heard);
    }
    QVERIFY(heard->outcome.has_value());
    QVERIFY(heard->outcome->ok());
    QVERIFY(!heard->outcome->warning.isEmpty());
    QVERIFY(!heard->outcome->completion.text.isEmpty());
}

void TstEngine::keepsPayloadsOnlyWhenAsked()
{
    EngineWorld world;
    QVERIFY(world.run(EngineWorld::request()).record.promptJson.isEmpty());
    ChatRequest request = EngineWorld::request(QStringLiteral("keep this"));
    request.keepPayload = true;
    const Outcome kept = world.run(request);
    QVERIFY(kept.record.promptJson.contains("keep this"));
    QVERIFY(kept.record.answerJson.contains("\"text\""));
    const auto row = world.row(kept.record.id);
    QVERIFY(row.has_value());
    QCOMPARE(row->promptJson, kept.record.promptJson);
    world.edit([](SettingsData &data) { data.keepNothing = true; });
    QVERIFY(world.run(request).record.promptJson.isEmpty());
}

void TstEngine::listsTheModelsOfAProvider()
{
    EngineWorld world;
    std::optional<ProviderTest> found;
    QObject context;
    world.engine->test(*world.settings->snapshot()->provider(u"sim"), {}, {}, &context, [&](ProviderTest result) { found = result; });
    QVERIFY(!found);
    QVERIFY(EngineWorld::waitFor([&] { return found.has_value(); }));
    QVERIFY2(!found->failure, found->failure ? qPrintable(found->failure->message) : "");
    QStringList ids;
    for (const ModelInfo &model : found->models)
        ids.append(model.id);
    ids.sort();
    QStringList expected = simulatorModels();
    expected.sort();
    QCOMPARE(ids, expected);
}

void TstEngine::saysWhyAProviderCannotBeTested()
{
    EngineWorld world;
    QObject context;
    std::optional<ProviderTest> found;
    const auto ask = [&](const ProviderConfig &config) {
        found.reset();
        world.engine->test(config, {}, {}, &context, [&](ProviderTest result) { found = result; });
        return EngineWorld::waitFor([&] { return found.has_value(); }) && found->failure;
    };
    QVERIFY(ask(compatible(world, QStringLiteral("keyed"))));
    QCOMPARE(found->failure->kind, FailureKind::NoKey);
    ProviderConfig nowhere = compatible(world, QStringLiteral("nowhere"));
    nowhere.needsKey = false;
    nowhere.baseUrl = QStringLiteral("http://127.0.0.1:1/v1");
    QVERIFY(ask(nowhere));
    QCOMPARE(found->failure->kind, FailureKind::Unreachable);
    world.simulatorRuns = false;
    QVERIFY(ask(*world.settings->snapshot()->provider(u"sim")));
    QCOMPARE(found->failure->kind, FailureKind::Usage);
}

void TstEngine::showsNoKeyThatIsOnlyBeingTried()
{
    EngineWorld world;
    const ScriptedServer server([](Peer &peer, const QByteArray &) {
        const QByteArray body = R"({"error":{"message":"Incorrect API key provided: sk-tried-0123456789.","code":"invalid_api_key"}})";
        peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size())
                  + "\r\n\r\n" + body);
    });
    ProviderConfig config = compatible(world, QStringLiteral("tried"));
    config.baseUrl = QStringLiteral("http://127.0.0.1:%1/v1").arg(server.port());
    QObject context;
    std::optional<ProviderTest> found;
    world.engine->test(config, SecretBytes("sk-tried-0123456789"), {}, &context, [&](ProviderTest result) { found = result; });
    QVERIFY(EngineWorld::waitFor([&] { return found.has_value(); }));
    QCOMPARE(found->failure->kind, FailureKind::BadKey);
    QVERIFY(found->failure->message.contains(u"Incorrect"));
    QVERIFY(!found->failure->message.contains(u"sk-tried"));
}

void TstEngine::settlesEverythingWhenItDies()
{
    EngineWorld world;
    world.edit([](SettingsData &data) { data.providers[0].maxParallel = 2; });
    SimulatorStep hang;
    hang.fault = SimulatorStep::Fault::HangStream;
    hang.afterEvents = 3;
    world.script({hang, hang, hang, hang});
    std::vector<std::unique_ptr<Heard>> all;
    for (int i = 0; i < 4; ++i)
        all.push_back(world.send(EngineWorld::request(QString::number(i))));
    QVERIFY(EngineWorld::waitFor([&] { return !all[0]->deltas.isEmpty() && world.engine->figures().queued == 2; }));
    ChatRequest waiting = EngineWorld::request();
    waiting.cache = CachePolicy::Use;
    waiting.tags = {QStringLiteral("late")};
    all.push_back(world.send(waiting)); // still in the inbox
    world.engine.reset();
    for (const auto &heard : all) {
        QCOMPARE(heard->finishes, 1);
        QCOMPARE(heard->outcome->failure->kind, FailureKind::Cancelled);
        QVERIFY(heard->outcome->record.id.isValid());
        const auto row = world.row(heard->outcome->record.id);
        QVERIFY(row.has_value());
        QVERIFY(row->failure == FailureKind::Cancelled);
    }
    const auto late = world.row(all.back()->outcome->record.id);
    QCOMPARE(late->tags, waiting.tags);
    QCOMPARE(late->cache, CacheOutcome::Bypass); // the cache was not asked
    QCOMPARE(world.guard.held, 0);
    QVERIFY(EngineWorld::waitFor([&] { return world.simulator.openConnections() == 0; }));
    all.clear(); // Calls outlive their engine
}

void TstEngine::drainsWhatRunsAndWaits()
{
    EngineWorld world;
    SimulatorStep hang;
    hang.fault = SimulatorStep::Fault::Hang;
    world.script({hang});
    const std::unique_ptr<Heard> heard = world.send(EngineWorld::request());
    QVERIFY(EngineWorld::waitFor([&] { return world.wire() == 1; }));
    bool drained = false;
    world.engine->drain([&] { drained = true; });
    QVERIFY(EngineWorld::waitFor([&] { return drained; }));
    QVERIFY(heard->outcome.has_value());
    QVERIFY(world.isAtRest());
}

void TstEngine::tellsOfFiguresAtMostTenTimesASecond()
{
    EngineWorld world(EngineWorld::Time::Fake);
    int told = 0;
    QObject::connect(world.engine.get(), &Engine::figuresChanged, world.engine.get(), [&] { ++told; });
    for (int i = 0; i < 5; ++i)
        QVERIFY(world.run(EngineWorld::request()).ok());
    QCOMPARE(told, 0);
    world.fake().advance(std::chrono::milliseconds(100));
    QCOMPARE(told, 1);
    world.fake().advance(std::chrono::seconds(10));
    QCOMPARE(told, 1);
}

TOLLGATE_TEST(TstEngine)

#include "tst_engine.moc"
