#include "tests/support/engineworld.h"

#include "core/pricing/pricetable.h"

#include <QTest>

#include <algorithm>

namespace tollgate::test {

std::optional<Failure> CountingGuard::reserve(const ChatRequest &, std::optional<Money> worstCase)
{
    lastWorstCase = worstCase;
    if (refuse) {
        Failure failure;
        failure.kind = FailureKind::Budget;
        failure.message = QStringLiteral("The budget is spent.");
        return failure;
    }
    ++held;
    ++reservations;
    return {};
}

void CountingGuard::settle(const ChatRequest &, std::optional<Money>, std::optional<Money> cost, bool nothingSent)
{
    --held;
    lastCost = cost;
    lastNothingSent = nothingSent;
}

Heard::Heard(std::unique_ptr<Call> running) : call(std::move(running))
{
    QObject::connect(call.get(), &Call::delta, call.get(), [this](const QList<Delta> &pieces) {
        deltas += pieces;
        ++batches;
    });
    QObject::connect(call.get(), &Call::stateChanged, call.get(), [this](CallState state) { states.append(state); });
    QObject::connect(call.get(), &Call::retrying, call.get(), [this](const RetryNotice &notice) { notices.append(notice); });
    QObject::connect(call.get(), &Call::finished, call.get(), [this](const Outcome &ended) {
        outcome = ended;
        ++finishes;
    });
}

QString Heard::text() const
{
    QString text;
    for (const Delta &delta : deltas) {
        if (delta.kind == Delta::Kind::Text)
            text += delta.text;
    }
    return text;
}

namespace {

SimulatorOptions quick()
{
    SimulatorOptions options;
    options.ttftMs = 0;
    options.tokensPerSecond = 0; // as fast as it can
    options.tokens = 12;
    return options;
}

} // namespace

EngineWorld::EngineWorld(Time time, Upstream upstream) : simulator(quick())
{
    if (time == Time::Fake) {
        auto fakeClock = std::make_unique<FakeClock>();
        m_fake = fakeClock.get();
        clock = std::move(fakeClock);
    } else {
        clock = std::make_unique<SystemClock>();
    }
    if (upstream == Upstream::Simulator) {
        const Result<void> started = simulator.start();
        if (!started.ok())
            qFatal("%s", qPrintable(started.error().text()));
    }
    settings = std::move(Settings::load(folder.filePath(QStringLiteral("settings.json")))).value();
    edit([](SettingsData &data) {
        ProviderConfig config;
        config.id = QStringLiteral("sim");
        config.name = QStringLiteral("Simulator");
        config.type = ProviderType::Simulator;
        config.needsKey = false;
        config.defaultModel = QStringLiteral("sim-fast");
        data.providers.append(config);
    });
    openEngine();
}

EngineWorld::~EngineWorld() = default;

void EngineWorld::openEngine(SecretStore &store)
{
    engine.reset();
    ledger.reset();
    cache.reset();
    vault = std::make_unique<Vault>(store, redactor);
    http = std::make_unique<HttpClient>(*clock);
    ResponseCache::Options options;
    options.path = folder.filePath(QStringLiteral("cache.sqlite"));
    cache = std::make_unique<ResponseCache>(*clock, options);
    bool opened = false;
    cache->open([&opened](const QString &) { opened = true; });
    ledger = std::move(Ledger::open(*clock, {.path = folder.filePath(QStringLiteral("ledger.sqlite")),
                                             .journalFolder = folder.filePath(QStringLiteral("journal"))}))
                 .value();
    engine = std::make_unique<Engine>(Engine::World{*clock, random, *settings, *vault, *http, *cache, *ledger, guard, redactor,
                                                    [this] { return prices; },
                                                    [this] { return simulatorRuns ? simulator.baseUrl() : QString(); }});
    waitFor([&opened] { return opened; });
}

ChatRequest EngineWorld::request(const QString &prompt)
{
    ChatRequest request;
    request.provider = QStringLiteral("sim");
    request.model = QStringLiteral("sim-fast");
    Message message;
    message.text = prompt;
    request.messages.append(message);
    request.cache = CachePolicy::Bypass;
    return request;
}

std::unique_ptr<Heard> EngineWorld::send(ChatRequest request)
{
    return std::make_unique<Heard>(engine->send(std::move(request)));
}

Outcome EngineWorld::run(ChatRequest request)
{
    const std::unique_ptr<Heard> heard = send(std::move(request));
    return finish(*heard);
}

Outcome EngineWorld::finish(Heard &heard)
{
    qsizetype advanced = 0;
    waitFor([this, &heard, &advanced] {
        if (m_fake && heard.notices.size() > advanced)
            m_fake->advance(heard.notices.at(advanced++).delay);
        return heard.outcome.has_value();
    });
    if (heard.outcome)
        return *heard.outcome;
    qWarning("the request did not finish; last state: %s",
             heard.states.isEmpty() ? "none" : qPrintable(callStateName(heard.states.last())));
    Outcome none;
    none.failure = Failure();
    none.failure->message = QStringLiteral("the request did not finish");
    return none;
}

std::optional<RequestRecord> EngineWorld::row(RequestId id)
{
    QObject context;
    bool answered = false;
    std::optional<RequestRecord> record;
    ledger->flush(&context, [&](const Result<void> &) {
        ledger->find(id, &context, [&](const Result<std::optional<RequestRecord>> &found) {
            if (found.ok())
                record = *found;
            answered = true;
        });
    });
    waitFor([&answered] { return answered; });
    return record;
}

void EngineWorld::edit(const std::function<void(SettingsData &)> &change)
{
    const Result<void> written = settings->update(change);
    if (!written.ok())
        qFatal("%s", qPrintable(written.error().text()));
}

qsizetype EngineWorld::wire() const
{
    const QList<SimulatorEntry> entries = simulator.entries();
    return std::count_if(entries.cbegin(), entries.cend(), [](const SimulatorEntry &entry) { return entry.method == "POST"; });
}

bool EngineWorld::waitFor(const std::function<bool()> &condition, int timeoutMs)
{
    return QTest::qWaitFor(condition, timeoutMs);
}

bool EngineWorld::isAtRest() const
{
    const EngineFigures figures = engine->figures();
    return figures.inFlight == 0 && figures.queued == 0 && guard.held == 0;
}

} // namespace tollgate::test
