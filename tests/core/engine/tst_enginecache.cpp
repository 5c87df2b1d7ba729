// Answers from the cache, and equal requests in flight: what is asked once is paid once.
#include "core/engine/engine.h"

#include "tests/support/engineworld.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <algorithm>

using namespace tollgate;
using namespace tollgate::test;

namespace {

ChatRequest cached(const QString &prompt = QStringLiteral("Hello"))
{
    ChatRequest request = EngineWorld::request(prompt);
    request.cache = CachePolicy::Use;
    return request;
}

// Neighbours of one kind joined, as a replay has them.
QList<Delta> joined(const QList<Delta> &deltas)
{
    QList<Delta> result;
    for (const Delta &delta : deltas) {
        const bool same = !result.isEmpty() && result.last().kind == delta.kind && result.last().toolIndex == delta.toolIndex
                          && delta.toolId.isEmpty() && delta.toolName.isEmpty();
        if (same)
            result.last().text += delta.text;
        else
            result.append(delta);
    }
    return result;
}

bool allFinished(const std::vector<std::unique_ptr<Heard>> &all)
{
    return std::all_of(all.begin(), all.end(), [](const auto &heard) { return heard->outcome.has_value(); });
}

SimulatorStep slow(int ttftMs = 60)
{
    SimulatorStep step;
    step.ttftMs = ttftMs;
    return step;
}

} // namespace

class TstEngineCache : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void replaysAHitFaithfully_data();
    void replaysAHitFaithfully();
    void costsNothingAndSaysWhatItSaved();
    void answersStreamsFromWholeAnswersAndBack();
    void survivesARestart();
    void asksAnewAfterTheTimeToLive();
    void refreshesAndStores();
    void bypassesBothWays();
    void tellsParametersApart();
    void tellsKeysApart();
    void keepsNoAnswerCutByTheLimit();
    void peeksWithoutCounting();
    void asksOnceForAHundredEqualRequests();
    void givesLateFollowersWhatHasComeSoFar();
    void keepsFollowersWhenTheFirstStops();
    void stopsUpstreamWhenTheLastOneLeaves();
    void letsAFollowerStopAlone();
    void givesFollowersTheLeadersError();
    void endsAFollowerAtItsOwnDeadline();
    void followsOnlyUnderUse();
    void followsAcrossRetries();
    void ledgersEveryFollower();
};

void TstEngineCache::replaysAHitFaithfully_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<bool>("tool");
    QTest::newRow("text") << QStringLiteral("sim-fast") << false;
    QTest::newRow("reasoning") << QStringLiteral("sim-reasoner") << false;
    QTest::newRow("tool call") << QStringLiteral("sim-fast") << true;
}

void TstEngineCache::replaysAHitFaithfully()
{
    QFETCH(QString, model);
    QFETCH(bool, tool);
    EngineWorld world;
    SimulatorStep step;
    step.toolCall = tool;
    if (model == u"sim-reasoner")
        step.reasoning = QStringLiteral("First this, then that.");
    world.script({step});
    ChatRequest request = cached();
    request.model = model;
    const std::unique_ptr<Heard> first = world.send(request);
    const Outcome miss = world.finish(*first);
    QVERIFY2(miss.ok(), miss.failure ? qPrintable(miss.failure->message) : "");
    QCOMPARE(miss.record.cache, CacheOutcome::Miss);
    const std::unique_ptr<Heard> second = world.send(request);
    const Outcome hit = world.finish(*second);
    QVERIFY(hit.ok());
    QCOMPARE(hit.record.cache, CacheOutcome::Hit);
    QCOMPARE(joined(second->deltas), joined(first->deltas));
    QCOMPARE(hit.completion.text, miss.completion.text);
    QCOMPARE(hit.completion.reasoning, miss.completion.reasoning);
    QCOMPARE(hit.completion.toolCalls, miss.completion.toolCalls);
    QCOMPARE(hit.completion.finishReason, miss.completion.finishReason);
    QCOMPARE(miss.completion.toolCalls.isEmpty(), !tool);
    QCOMPARE(miss.completion.reasoning.isEmpty(), model != u"sim-reasoner");
    QCOMPARE(world.wire(), 1);
}

void TstEngineCache::costsNothingAndSaysWhatItSaved()
{
    EngineWorld world;
    const Outcome miss = world.run(cached());
    const Outcome hit = world.run(cached());
    QCOMPARE(hit.record.cost.state, CostState::Free);
    QVERIFY(hit.record.cost.amount == Money());
    QCOMPARE(hit.record.savedByCache, miss.record.cost.amount);
    QCOMPARE(hit.record.cachedFrom, miss.record.id);
    QVERIFY(hit.record.attempts.isEmpty());
    QCOMPARE(hit.record.firstContent, -1);
    QVERIFY(hit.record.settled > 0);
    QVERIFY(hit.record.complete);
    QCOMPARE(world.guard.reservations, 1);
    const auto row = world.row(hit.record.id);
    QVERIFY(row.has_value());
    QCOMPARE(row->cache, CacheOutcome::Hit);
}

void TstEngineCache::answersStreamsFromWholeAnswersAndBack()
{
    EngineWorld world;
    ChatRequest whole = cached();
    whole.stream = false;
    const Outcome first = world.run(whole);
    const std::unique_ptr<Heard> heard = world.send(cached());
    const Outcome second = world.finish(*heard);
    QCOMPARE(second.record.cache, CacheOutcome::Hit);
    QCOMPARE(heard->text(), first.completion.text);
}

void TstEngineCache::survivesARestart()
{
    EngineWorld world;
    const Outcome miss = world.run(cached());
    world.openEngine();
    const std::unique_ptr<Heard> heard = world.send(cached());
    const Outcome hit = world.finish(*heard);
    QCOMPARE(hit.record.cache, CacheOutcome::Hit);
    QCOMPARE(heard->text(), miss.completion.text);
    QCOMPARE(hit.record.cachedFrom, miss.record.id);
    QVERIFY(hit.record.id > miss.record.id);
    QCOMPARE(world.wire(), 1);
}

void TstEngineCache::asksAnewAfterTheTimeToLive()
{
    EngineWorld world(EngineWorld::Time::Fake);
    ChatRequest request = cached();
    request.ttl = std::chrono::seconds(60);
    QVERIFY(world.run(request).ok());
    world.fake().advance(std::chrono::seconds(59));
    QCOMPARE(world.run(request).record.cache, CacheOutcome::Hit);
    world.fake().advance(std::chrono::seconds(2));
    QCOMPARE(world.run(request).record.cache, CacheOutcome::Miss);
    QCOMPARE(world.wire(), 2);
}

void TstEngineCache::refreshesAndStores()
{
    EngineWorld world;
    SimulatorStep one;
    one.text = QStringLiteral("first");
    SimulatorStep two;
    two.text = QStringLiteral("second");
    world.script({one, two});
    QCOMPARE(world.run(cached()).completion.text, QStringLiteral("first"));
    ChatRequest refresh = cached();
    refresh.cache = CachePolicy::Refresh;
    const Outcome refreshed = world.run(refresh);
    QCOMPARE(refreshed.record.cache, CacheOutcome::Refresh);
    QCOMPARE(refreshed.completion.text, QStringLiteral("second"));
    const Outcome hit = world.run(cached());
    QCOMPARE(hit.record.cache, CacheOutcome::Hit);
    QCOMPARE(hit.completion.text, QStringLiteral("second"));
    QCOMPARE(world.wire(), 2);
}

void TstEngineCache::bypassesBothWays()
{
    EngineWorld world;
    QCOMPARE(world.run(EngineWorld::request()).record.cache, CacheOutcome::Bypass);
    QCOMPARE(world.run(cached()).record.cache, CacheOutcome::Miss);
    QCOMPARE(world.run(EngineWorld::request()).record.cache, CacheOutcome::Bypass);
    QCOMPARE(world.wire(), 3);
}

void TstEngineCache::tellsParametersApart()
{
    EngineWorld world;
    QVERIFY(world.run(cached()).ok());
    ChatRequest other = cached();
    other.parameters.temperature = 0.5;
    QCOMPARE(world.run(other).record.cache, CacheOutcome::Miss);
    other = cached();
    other.model = QStringLiteral("sim-large");
    QCOMPARE(world.run(other).record.cache, CacheOutcome::Miss);
    QCOMPARE(world.run(cached(QStringLiteral("hello"))).record.cache, CacheOutcome::Miss);
    QCOMPARE(world.run(cached()).record.cache, CacheOutcome::Hit);
}

void TstEngineCache::tellsKeysApart()
{
    EngineWorld world;
    world.edit([&](SettingsData &data) {
        ProviderConfig config;
        config.id = config.name = QStringLiteral("keyed");
        config.baseUrl = world.simulator.baseUrl();
        config.keyEnv = QStringLiteral("SOME_KEY");
        config.defaultModel = QStringLiteral("sim-fast");
        data.providers.append(config);
    });
    ChatRequest request = cached();
    request.provider = QStringLiteral("keyed");
    request.environment.insert(QStringLiteral("SOME_KEY"), "sk-one-0123456789abcdef");
    QCOMPARE(world.run(request).record.cache, CacheOutcome::Miss);
    QCOMPARE(world.run(request).record.cache, CacheOutcome::Hit);
    request.environment.insert(QStringLiteral("SOME_KEY"), "sk-two-0123456789abcdef");
    QCOMPARE(world.run(request).record.cache, CacheOutcome::Miss);
}

void TstEngineCache::keepsNoAnswerCutByTheLimit()
{
    EngineWorld world;
    SimulatorOptions options;
    options.ttftMs = 0;
    options.tokensPerSecond = 0;
    options.tokens = 50;
    world.simulator.setOptions(options);
    ChatRequest request = cached();
    request.parameters.maxTokens = 5;
    const Outcome first = world.run(request);
    QVERIFY(first.ok());
    if (first.completion.finishReason != FinishReason::Length)
        QSKIP("this simulator does not mind max_tokens");
    QCOMPARE(world.run(request).record.cache, CacheOutcome::Miss);
}

void TstEngineCache::peeksWithoutCounting()
{
    EngineWorld world;
    QObject context;
    std::optional<qint64> expires;
    const auto peek = [&] {
        expires.reset();
        world.engine->peekCache(cached(), &context, [&](qint64 wallMs) { expires = wallMs; });
        return EngineWorld::waitFor([&] { return expires.has_value(); });
    };
    QVERIFY(peek());
    QCOMPARE(*expires, 0);
    QVERIFY(world.run(cached()).ok());
    QVERIFY(peek());
    const qint64 now = world.clock->wallMs();
    QVERIFY(*expires > now + 3'590'000 && *expires <= now + 3'600'000);
    QCOMPARE(world.wire(), 1);
    world.openEngine(); // now only the disk knows
    QVERIFY(peek());
    QVERIFY(*expires > now + 3'590'000);
}

void TstEngineCache::asksOnceForAHundredEqualRequests()
{
    EngineWorld world;
    world.script({slow()});
    std::vector<std::unique_ptr<Heard>> all;
    for (int i = 0; i < 100; ++i)
        all.push_back(world.send(cached()));
    QVERIFY(EngineWorld::waitFor([&] { return allFinished(all); }));
    QCOMPARE(world.wire(), 1);
    int coalesced = 0;
    for (const auto &heard : all) {
        QVERIFY(heard->outcome->ok());
        QCOMPARE(heard->finishes, 1);
        QCOMPARE(heard->text(), all[0]->text());
        QCOMPARE(heard->outcome->completion.text, all[0]->outcome->completion.text);
        coalesced += heard->outcome->record.cache == CacheOutcome::Coalesced;
    }
    QCOMPARE(coalesced, 99);
    QCOMPARE(world.guard.reservations, 1);
    QVERIFY(world.isAtRest());
}

void TstEngineCache::givesLateFollowersWhatHasComeSoFar()
{
    EngineWorld world;
    SimulatorStep step;
    step.ttftMs = 0;
    step.tokensPerSecond = 100;
    step.tokens = 30;
    world.script({step});
    const std::unique_ptr<Heard> first = world.send(cached());
    QVERIFY(EngineWorld::waitFor([&] { return first->deltas.size() >= 5; }));
    const std::unique_ptr<Heard> late = world.send(cached());
    QVERIFY(EngineWorld::waitFor([&] { return first->outcome && late->outcome; }));
    QCOMPARE(late->text(), first->text());
    QVERIFY(late->reached(CallState::Following));
    QVERIFY(late->batches > 1);
    QCOMPARE(world.wire(), 1);
}

void TstEngineCache::keepsFollowersWhenTheFirstStops()
{
    EngineWorld world;
    SimulatorStep step = slow(0);
    step.tokensPerSecond = 100;
    step.tokens = 20;
    world.script({step});
    const std::unique_ptr<Heard> first = world.send(cached());
    const std::unique_ptr<Heard> second = world.send(cached());
    QVERIFY(EngineWorld::waitFor([&] { return !first->deltas.isEmpty() && !second->deltas.isEmpty(); }));
    first->call->cancel();
    QVERIFY(EngineWorld::waitFor([&] { return first->outcome.has_value(); }));
    QVERIFY(!second->outcome); // told at once, not when the others are done
    QCOMPARE(first->outcome->failure->kind, FailureKind::Cancelled);
    QVERIFY(first->outcome->record.failure == FailureKind::Cancelled);
    QVERIFY(first->outcome->record.usage.estimated); // what came until then; the row says it all later
    QVERIFY(first->outcome->record.usage.visibleOutput > 0);
    const qsizetype heardSoFar = first->deltas.size();
    QVERIFY(world.finish(*second).ok());
    QCOMPARE(second->text(), second->outcome->completion.text);
    QCOMPARE(first->deltas.size(), heardSoFar);
    QCOMPARE(first->finishes, 1);
    QCOMPARE(world.wire(), 1);
    // One row each: the money stands once, in the row of who asked first.
    const auto rowOfFirst = world.row(first->outcome->record.id);
    QVERIFY(rowOfFirst.has_value());
    QVERIFY(rowOfFirst->failure == FailureKind::Cancelled);
    QCOMPARE(rowOfFirst->attempts.size(), 1);
    QCOMPARE(rowOfFirst->attempts.first().billing, Billing::Billed);
    QVERIFY(!rowOfFirst->usage.estimated);
    QCOMPARE(second->outcome->record.cost.state, CostState::Free);
    QVERIFY(world.isAtRest());
    QCOMPARE(world.run(cached()).record.cache, CacheOutcome::Hit);
}

void TstEngineCache::stopsUpstreamWhenTheLastOneLeaves()
{
    EngineWorld world;
    SimulatorStep hang;
    hang.fault = SimulatorStep::Fault::HangStream;
    hang.afterEvents = 3;
    world.script({hang});
    std::unique_ptr<Heard> first = world.send(cached());
    std::unique_ptr<Heard> second = world.send(cached());
    QVERIFY(EngineWorld::waitFor([&] { return !second->deltas.isEmpty(); }));
    first->call->cancel();
    QVERIFY(EngineWorld::waitFor([&] { return first->outcome.has_value(); }));
    QCOMPARE(world.engine->figures().inFlight, 2); // the first one's upstream call lives on
    second.reset();                                // deleting the Call stops it
    QVERIFY(EngineWorld::waitFor([&] { return world.isAtRest(); }));
    QVERIFY(EngineWorld::waitFor([&] { return world.simulator.openConnections() == 0; }));
    const auto row = world.row(first->outcome->record.id);
    QVERIFY(row.has_value());
    QVERIFY(row->usage.estimated);
    QCOMPARE(first->finishes, 1);
}

void TstEngineCache::letsAFollowerStopAlone()
{
    EngineWorld world;
    world.script({slow(80)});
    const std::unique_ptr<Heard> first = world.send(cached());
    const std::unique_ptr<Heard> second = world.send(cached());
    QVERIFY(EngineWorld::waitFor([&] { return second->reached(CallState::Following); }));
    second->call->cancel();
    QVERIFY(EngineWorld::waitFor([&] { return second->outcome.has_value(); }));
    QCOMPARE(second->outcome->failure->kind, FailureKind::Cancelled);
    QVERIFY(!first->outcome);
    QVERIFY(world.finish(*first).ok());
    QVERIFY(world.row(second->outcome->record.id).has_value());
    QVERIFY(world.isAtRest());
}

void TstEngineCache::givesFollowersTheLeadersError()
{
    EngineWorld world;
    SimulatorStep bad = slow(50);
    bad.fault = SimulatorStep::Fault::Status;
    bad.status = 400;
    bad.latencyMs = 50;
    world.script({bad});
    std::vector<std::unique_ptr<Heard>> all;
    for (int i = 0; i < 3; ++i)
        all.push_back(world.send(cached()));
    QVERIFY(EngineWorld::waitFor([&] { return allFinished(all); }));
    for (const auto &heard : all) {
        QVERIFY(heard->outcome->failure.has_value());
        QCOMPARE(heard->outcome->failure->kind, FailureKind::Rejected);
        QCOMPARE(heard->outcome->failure->message, all[0]->outcome->failure->message);
        QVERIFY(!heard->outcome->record.savedByCache || heard == all[0]);
    }
    QCOMPARE(world.wire(), 1);
}

void TstEngineCache::endsAFollowerAtItsOwnDeadline()
{
    EngineWorld world(EngineWorld::Time::Fake);
    SimulatorStep hang;
    hang.fault = SimulatorStep::Fault::Hang;
    world.script({hang});
    const std::unique_ptr<Heard> first = world.send(cached());
    QVERIFY(EngineWorld::waitFor([&] { return world.wire() == 1; }));
    ChatRequest hasty = cached();
    hasty.timeout = std::chrono::seconds(3);
    const std::unique_ptr<Heard> second = world.send(hasty);
    QVERIFY(EngineWorld::waitFor([&] { return second->reached(CallState::Following); }));
    world.fake().advance(std::chrono::seconds(3));
    QVERIFY(EngineWorld::waitFor([&] { return second->outcome.has_value(); }));
    QCOMPARE(second->outcome->failure->kind, FailureKind::Ambiguous);
    QVERIFY(!first->outcome);
    first->call->cancel();
    (void)world.finish(*first);
    QVERIFY(world.isAtRest());
}

void TstEngineCache::followsOnlyUnderUse()
{
    EngineWorld world;
    std::vector<std::unique_ptr<Heard>> all;
    for (const CachePolicy policy : {CachePolicy::Use, CachePolicy::Bypass, CachePolicy::Refresh, CachePolicy::Use}) {
        ChatRequest request = cached();
        request.cache = policy;
        all.push_back(world.send(request));
    }
    QVERIFY(EngineWorld::waitFor([&] { return allFinished(all); }));
    QCOMPARE(world.wire(), 3);
    QCOMPARE(all[3]->outcome->record.cache, CacheOutcome::Coalesced);
}

void TstEngineCache::followsAcrossRetries()
{
    EngineWorld world(EngineWorld::Time::Fake);
    SimulatorStep busy;
    busy.fault = SimulatorStep::Fault::Status;
    busy.status = 503;
    world.script({busy});
    const std::unique_ptr<Heard> first = world.send(cached());
    const std::unique_ptr<Heard> second = world.send(cached());
    QVERIFY(EngineWorld::waitFor([&] { return !second->notices.isEmpty(); }));
    QVERIFY(world.finish(*first).ok());
    QVERIFY(EngineWorld::waitFor([&] { return second->outcome.has_value(); }));
    QVERIFY(second->outcome->ok());
    QCOMPARE(world.wire(), 2);
}

void TstEngineCache::ledgersEveryFollower()
{
    EngineWorld world;
    world.script({slow()});
    const std::unique_ptr<Heard> first = world.send(cached());
    const std::unique_ptr<Heard> second = world.send(cached());
    QVERIFY(EngineWorld::waitFor([&] { return first->outcome && second->outcome; }));
    const auto row = world.row(second->outcome->record.id);
    QVERIFY(row.has_value());
    QCOMPARE(row->cache, CacheOutcome::Coalesced);
    QCOMPARE(row->cachedFrom, first->outcome->record.id);
    QCOMPARE(row->cost.state, CostState::Free);
    QCOMPARE(row->savedByCache, first->outcome->record.cost.amount);
    QVERIFY(row->attempts.isEmpty());
}

TOLLGATE_TEST(TstEngineCache)

#include "tst_enginecache.moc"
