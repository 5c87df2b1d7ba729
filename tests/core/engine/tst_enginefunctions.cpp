// Serverless endpoints end to end against the simulator: accepted, answered from their own cache, failed, tested; and what each cost.
#include "core/engine/engine.h"

#include "core/engine/functioncost.h"
#include "core/pricing/functionprice.h"
#include "tests/support/engineworld.h"
#include "tests/support/testmain.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QUrl>

using namespace tollgate;
using namespace tollgate::test;

namespace {

class EndpointWorld : public EngineWorld
{
public:
    explicit EndpointWorld(const char *path = "/invoke", Time time = Time::System) : EngineWorld(time)
    {
        ProviderConfig config;
        config.id = config.name = QStringLiteral("endpoint");
        config.type = ProviderType::Serverless;
        config.baseUrl = QUrl(simulator.baseUrl()).resolved(QUrl(QString::fromLatin1(path))).toString();
        config.needsKey = false;
        config.functionPrice = {QStringLiteral("0.6"), QStringLiteral("0.0000166667"), QStringLiteral("0.0000002"), 1024};
        set(config);
    }

    void set(const ProviderConfig &config)
    {
        edit([&config](SettingsData &data) {
            data.providers.removeIf([&](const ProviderConfig &other) { return other.id == config.id; });
            data.providers.append(config);
        });
    }
    ProviderConfig config() const { return *settings->snapshot()->provider(QStringLiteral("endpoint")); }

    static ChatRequest request()
    {
        ChatRequest request = EngineWorld::request(QStringLiteral("Name a river."));
        request.provider = QStringLiteral("endpoint");
        request.model.clear();
        return request;
    }

    ProviderTest test(const ProviderConfig &config)
    {
        std::optional<ProviderTest> result;
        QObject context;
        engine->test(config, {}, {}, &context, [&](ProviderTest found) { result = std::move(found); });
        waitFor([&] { return result.has_value(); });
        return result.value_or(ProviderTest{Failure(), {}, {}});
    }
};

// What the attempts' runs of the function cost at the world's price.
qint64 runsNano(const RequestRecord &record, qint64 tokens, const FunctionPrice &price)
{
    qint64 sum = 0;
    for (const AttemptRecord &attempt : record.attempts) {
        FunctionUse use;
        use.runs = ranFunction(attempt) ? 1 : 0;
        use.milliseconds = use.runs ? functionMilliseconds(attempt) : 0;
        if (&attempt == &record.attempts.constLast())
            use.tokens = tokens;
        sum += FunctionRates(price).cost(use).nanoUsd();
    }
    return sum;
}

} // namespace

class TstEngineFunctions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void needsNoModelAndNoKey();
    void costsTokensAndTime();
    void answersOfItsOwnCacheCostNoTokens();
    void isKeptInOurCacheWithWhatItCost();
    void acceptedRequestsAreNotErrors();
    void failedRunsAreNotFree();
    void refusalsAreFree();
    void withoutAPriceItIsUnpriced();
    void reservesTheWorstCase();
    void aTestSendsNothing();
    void aTestSaysWhyThereIsNoConnection();
};

void TstEngineFunctions::needsNoModelAndNoKey()
{
    EndpointWorld world;
    const Outcome outcome = world.run(EndpointWorld::request());
    QVERIFY2(outcome.ok(), outcome.failure ? qPrintable(outcome.failure->message) : "");
    QCOMPARE(outcome.record.model, QStringLiteral("endpoint"));
    QVERIFY(!outcome.completion.text.isEmpty());
    QVERIFY(!outcome.record.requestId.isEmpty());
}

void TstEngineFunctions::costsTokensAndTime()
{
    EndpointWorld world;
    const Outcome outcome = world.run(EndpointWorld::request());
    const Usage &usage = outcome.record.usage;
    QVERIFY(usage.present && usage.estimated);
    QCOMPARE(usage.inputTokens() + usage.outputTokens(), 3 + 4 + 4 + 12);
    QCOMPARE(outcome.record.cost.state, CostState::Estimated);
    QCOMPARE(outcome.record.cost.amount->nanoUsd(),
             runsNano(outcome.record, usage.inputTokens() + usage.outputTokens(), world.config().functionPrice));
    const auto row = world.row(outcome.record.id);
    QVERIFY(row);
    QCOMPARE(row->cost.amount, outcome.record.cost.amount);
    QCOMPARE(row->rawUsage, outcome.completion.rawUsage);
    QVERIFY(row->decisions.join(u'\n').contains(QStringLiteral("the function ran")));
    QCOMPARE(world.guard.lastCost, outcome.record.cost.amount);
}

void TstEngineFunctions::answersOfItsOwnCacheCostNoTokens()
{
    EndpointWorld world;
    QVERIFY(world.run(EndpointWorld::request()).ok());
    const Outcome again = world.run(EndpointWorld::request());
    QVERIFY(again.ok());
    QCOMPARE(again.record.rawUsage, QByteArray("{\"cached\":true}"));
    QCOMPARE(again.record.usage.inputTokens() + again.record.usage.outputTokens(), 0);
    QVERIFY(again.record.usage.present && !again.record.usage.estimated);
    QCOMPARE(again.record.cost.amount->nanoUsd(), runsNano(again.record, 0, world.config().functionPrice));
    QVERIFY(again.record.cost.amount->nanoUsd() > 0);
}

void TstEngineFunctions::isKeptInOurCacheWithWhatItCost()
{
    EndpointWorld world;
    ChatRequest request = EndpointWorld::request();
    request.cache = CachePolicy::Use;
    const Outcome first = world.run(request);
    const Outcome again = world.run(request);
    QCOMPARE(world.wire(), 1);
    QCOMPARE(again.record.cache, CacheOutcome::Hit);
    QCOMPARE(again.completion.text, first.completion.text);
    QCOMPARE(again.record.savedByCache, first.record.cost.amount);
    QCOMPARE(again.record.cost.state, CostState::Free);
}

void TstEngineFunctions::acceptedRequestsAreNotErrors()
{
    EndpointWorld world("/invoke-async");
    const Outcome outcome = world.run(EndpointWorld::request());
    QVERIFY(outcome.failure.has_value());
    QCOMPARE(outcome.failure->kind, FailureKind::Queued);
    QCOMPARE(ruleOf(outcome.failure->kind).exitCode, 0);
    QCOMPARE(outcome.failure->httpStatus, 202);
    QVERIFY(!outcome.record.responseId.isEmpty());
    QCOMPARE(outcome.record.attempts.size(), 1);
    QCOMPARE(outcome.record.attempts.first().billing, Billing::Unconfirmed);
    QCOMPARE(outcome.record.cost.state, CostState::Estimated);
    QVERIFY(outcome.record.cost.amount->nanoUsd() > 0);
    QCOMPARE(world.wire(), 1);
    QVERIFY(world.isAtRest());
    const auto row = world.row(outcome.record.id);
    QVERIFY(row && row->failure == FailureKind::Queued);
    QCOMPARE(row->responseId, outcome.record.responseId);
    QCOMPARE(world.ledger->today().errors, 0);

    // The same by the body: /invoke with a callback_url.
    EndpointWorld other;
    ChatRequest request = EndpointWorld::request();
    request.parameters.extraBody = R"({"callback_url":"https://127.0.0.1/cb"})";
    QCOMPARE(other.run(request).failure->kind, FailureKind::Queued);
}

void TstEngineFunctions::failedRunsAreNotFree()
{
    EndpointWorld world("/invoke", EngineWorld::Time::Fake);
    SimulatorStep step;
    step.fault = SimulatorStep::Fault::Status;
    step.status = 500;
    world.script({step, step});
    const Outcome failed = world.run(EndpointWorld::request());
    QCOMPARE(failed.failure->kind, FailureKind::ServerError);
    QCOMPARE(failed.record.attempts.size(), 2);
    QCOMPARE(failed.record.cost.state, CostState::Estimated);
    QCOMPARE(failed.record.cost.amount->nanoUsd(), runsNano(failed.record, 0, world.config().functionPrice));
    QVERIFY(failed.record.cost.amount->nanoUsd() >= 2 * 200);
    QCOMPARE(failed.record.usage.inputTokens(), 0);

    world.script({step});
    const Outcome recovered = world.run(EndpointWorld::request());
    QVERIFY(recovered.ok());
    QCOMPARE(recovered.record.attempts.size(), 2);
    const qint64 tokens = recovered.record.usage.inputTokens() + recovered.record.usage.outputTokens();
    QVERIFY(tokens > 0);
    QCOMPARE(recovered.record.cost.amount->nanoUsd(), runsNano(recovered.record, tokens, world.config().functionPrice));
}

void TstEngineFunctions::refusalsAreFree()
{
    EndpointWorld world("/invoke", EngineWorld::Time::Fake);
    SimulatorStep step;
    step.fault = SimulatorStep::Fault::Status;
    step.status = 429;
    world.script({step, step, step});
    const Outcome outcome = world.run(EndpointWorld::request());
    QCOMPARE(outcome.failure->kind, FailureKind::RateLimited);
    QCOMPARE(outcome.record.cost.state, CostState::Free);
    QVERIFY(outcome.record.cost.amount->isZero());
}

void TstEngineFunctions::withoutAPriceItIsUnpriced()
{
    EndpointWorld world;
    ProviderConfig config = world.config();
    config.functionPrice = {};
    world.set(config);
    const Outcome outcome = world.run(EndpointWorld::request());
    QVERIFY(outcome.ok());
    QCOMPARE(outcome.record.cost.state, CostState::Unpriced);
    QVERIFY(!outcome.record.cost.amount);
    QVERIFY(!world.guard.lastWorstCase);
}

void TstEngineFunctions::reservesTheWorstCase()
{
    EndpointWorld world;
    const Outcome outcome = world.run(EndpointWorld::request());
    QVERIFY(world.guard.lastWorstCase);
    QVERIFY(*world.guard.lastWorstCase > *outcome.record.cost.amount);
}

void TstEngineFunctions::aTestSendsNothing()
{
    EndpointWorld world;
    const qsizetype before = world.simulator.entries().size();
    const ProviderTest result = world.test(world.config());
    QVERIFY2(!result.failure, result.failure ? qPrintable(result.failure->message) : "");
    QVERIFY(result.connectedOnly);
    QVERIFY(result.models.isEmpty());
    QCOMPARE(world.simulator.entries().size(), before);
    // Again, over a connection that may stand already.
    QVERIFY(!world.test(world.config()).failure);
    ProviderConfig listing = world.config();
    listing.type = ProviderType::Ollama;
    listing.baseUrl = QUrl(world.simulator.baseUrl()).resolved(QUrl(QStringLiteral("/"))).toString();
    QVERIFY(!world.test(listing).connectedOnly);
    // Not one byte goes out.
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    ProviderConfig bare = world.config();
    bare.baseUrl = QStringLiteral("http://127.0.0.1:%1/run").arg(server.serverPort());
    QVERIFY(!world.test(bare).failure);
    QVERIFY(EngineWorld::waitFor([&] { return server.hasPendingConnections(); }));
    QTcpSocket *const socket = server.nextPendingConnection();
    QVERIFY(EngineWorld::waitFor([&] { return socket->state() == QAbstractSocket::UnconnectedState; }));
    QCOMPARE(socket->readAll(), QByteArray());
}

void TstEngineFunctions::aTestSaysWhyThereIsNoConnection()
{
    EndpointWorld world;
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    ProviderConfig config = world.config();
    config.baseUrl = QStringLiteral("http://127.0.0.1:%1/run").arg(server.serverPort());
    server.close();
    const ProviderTest result = world.test(config);
    QVERIFY(result.failure);
    QCOMPARE(result.failure->kind, FailureKind::Unreachable);
    config.needsKey = true;
    QCOMPARE(world.test(config).failure->kind, FailureKind::NoKey);
}

TOLLGATE_TEST(TstEngineFunctions)
#include "tst_enginefunctions.moc"
