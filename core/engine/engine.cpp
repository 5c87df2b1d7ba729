#include "core/engine/engine.h"

#include "core/async/courier.h"
#include "core/cache/responsecache.h"
#include "core/engine/calllink.h"
#include "core/engine/flight.h"
#include "core/engine/inbox.h"
#include "core/engine/modellister.h"
#include "core/engine/providerkey.h"
#include "core/engine/road.h"
#include "core/engine/words.h"
#include "core/net/httpclient.h"
#include "core/providers/catalog.h"
#include "core/providers/wiretext.h"
#include "core/settings/settings.h"

#include <QThread>

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>
#include <vector>

namespace tollgate {

class Engine::Private
{
public:
    // Hears the inbox's wake-up on the engine's thread.
    class Receiver : public QObject
    {
    public:
        explicit Receiver(Private &owner) : m_owner(owner) {}

    protected:
        void customEvent(QEvent *event) override
        {
            if (event->type() == Inbox::wakeUp)
                m_owner.drainInbox();
        }

    private:
        Private &m_owner;
    };

    Private(Engine &engine, World world)
        : q(engine), road{world, {}, {}}, receiver(*this), inbox(std::make_shared<Inbox>(&receiver)),
          thread(QThread::currentThread()), figuresTimer(world.clock)
    {
        road.ended = [this](Flight &flight) { remove(flight); };
        road.figuresMoved = [this] { moved(); };
    }

    void drainInbox();
    void run(Inbox::Command command);
    std::shared_ptr<Flight> add(std::unique_ptr<Submission> submission);
    void remove(Flight &flight);
    void stopAll();
    void moved();
    void warm(const QString &provider);
    void test(ProviderConfig config, const SecretBytes &key, const QHash<QString, QByteArray> &environment,
              const std::function<void(ProviderTest)> &done);
    void peek(ChatRequest request, const std::function<void(qint64)> &done);

    Engine &q;
    Road road;
    Receiver receiver;
    const std::shared_ptr<Inbox> inbox;
    QThread *const thread;
    std::deque<Inbox::Command> commands; // taken, not run yet; a member, so that a nested event loop goes on where we are
    std::vector<std::shared_ptr<Flight>> flights;
    std::vector<std::shared_ptr<ModelLister>> listers;
    std::function<void()> drained; // of a drain() that has to wait
    std::atomic<int> inFlight{0}; // counted from send() on
    std::atomic<int> queued{0};
    ScopedTimer figuresTimer;
    const std::shared_ptr<const bool> alive = std::make_shared<const bool>(true); // for callbacks that may come after our death
};

void Engine::Private::drainInbox()
{
    for (Inbox::Command &command : inbox->take())
        commands.push_back(std::move(command));
    while (!commands.empty()) {
        Inbox::Command command = std::move(commands.front());
        commands.pop_front();
        run(std::move(command));
    }
}

void Engine::Private::run(Inbox::Command command)
{
    if (command.submission) {
        add(std::move(command.submission))->start();
    } else if (command.stop) {
        if (const auto flight = command.stop->flight())
            flight->stop();
    } else if (command.task) {
        command.task();
    }
}

std::shared_ptr<Flight> Engine::Private::add(std::unique_ptr<Submission> submission)
{
    auto flight = std::make_shared<Flight>(road, std::move(submission));
    flight->slot = flights.size();
    flights.push_back(flight);
    moved();
    return flight;
}

void Engine::Private::remove(Flight &flight)
{
    const size_t slot = flight.slot;
    Q_ASSERT(slot < flights.size() && flights[slot].get() == &flight);
    flights[slot] = std::move(flights.back());
    flights[slot]->slot = slot;
    flights.pop_back();
    inFlight.fetch_sub(1, std::memory_order_relaxed);
    moved();
    if (flights.empty() && drained)
        QMetaObject::invokeMethod(&receiver, std::exchange(drained, {}), Qt::QueuedConnection);
}

// Ends every flight, those still in the inbox included: each gets its row.
void Engine::Private::stopAll()
{
    road.closing = true;
    for (Inbox::Command &command : inbox->take())
        commands.push_back(std::move(command));
    for (Inbox::Command &command : std::exchange(commands, {})) {
        if (command.submission)
            add(std::move(command.submission))->abandon();
        else if (command.task)
            command.task();
    }
    // One that is settling further up the stack ends by itself.
    const auto runs = [](const std::shared_ptr<Flight> &flight) { return !flight->isOver(); };
    for (auto it = flights.begin(); (it = std::find_if(flights.begin(), flights.end(), runs)) != flights.end();) {
        const std::shared_ptr<Flight> flight = *it;
        flight->abandon();
    }
    for (const auto &lister : std::exchange(listers, {}))
        lister->stop();
    road.closing = false;
}

// At most ten signals a second; the last change is always told.
void Engine::Private::moved()
{
    queued.store(road.gate.waiting(), std::memory_order_relaxed);
    if (!figuresTimer.isActive())
        figuresTimer.start(Milliseconds(100), [this] { Q_EMIT q.figuresChanged(); });
}

void Engine::Private::warm(const QString &provider)
{
    const auto settings = road.world.settings.inUse();
    const ProviderConfig *found = settings->provider(provider);
    if (!found || !found->enabled)
        return;
    ProviderConfig config = *found;
    const Provider *wire = providerFor(config.type);
    if (!wire || !resolveSimulator(road.world, config))
        return;
    const Result<EncodedRequest> encoded = wire->listsModels() ? wire->encodeModelList(config, {}) : requestFor(config, {});
    if (!encoded.ok())
        return;
    if (encoded->endpoint.tls)
        preloadCertificates();
    // A key in a variable is read when it is used; only the keychain takes time.
    if (config.keyEnv.isEmpty())
        road.world.vault.fetch(config, {}, [](const VaultReply &) {});
    road.world.http.warm(encoded->endpoint);
}

void Engine::Private::test(ProviderConfig config, const SecretBytes &key, const QHash<QString, QByteArray> &environment,
                           const std::function<void(ProviderTest)> &done)
{
    if (!resolveSimulator(road.world, config)) {
        Failure failure;
        failure.kind = FailureKind::Usage;
        failure.message = engineWords("The simulator is not running.");
        return done({failure, {}, {}});
    }
    const auto lister = std::make_shared<ModelLister>(road.world, std::move(config));
    listers.push_back(lister);
    const ModelLister *raw = lister.get();
    lister->start(key, environment, [this, raw, done](ProviderTest result) {
        std::erase_if(listers, [raw](const auto &other) { return other.get() == raw; });
        done(std::move(result));
    });
}

void Engine::Private::peek(ChatRequest request, const std::function<void(qint64)> &done)
{
    const auto settings = road.world.settings.inUse();
    const ProviderConfig *found = settings->provider(request.provider);
    const Provider *wire = found ? providerFor(found->type) : nullptr;
    if (!wire || firstProblem(request))
        return done(0);
    ProviderConfig config = *found;
    if (!resolveSimulator(road.world, config))
        return done(0);
    if (request.model.isEmpty())
        request.model = config.defaultModel.isEmpty() ? impliedModel(config.type) : config.defaultModel;
    const Result<EncodedRequest> encoded = wire->encode(config, request);
    if (!encoded.ok())
        return done(0);
    const auto withKey = [this, life = std::weak_ptr(alive), config, encoded = *encoded, done](const VaultReply &reply) {
        if (life.expired() || keyProblem(config, reply))
            return done(0);
        const CacheKey key = makeCacheKey(credentialId(config, reply.key), cacheOrigin(config, encoded.endpoint), encoded.target,
                                          providerTypeName(config.type), encoded.body);
        if (!key.isValid())
            return done(0);
        if (const qint64 expires = road.world.cache.expiryInMemory(key))
            return done(expires);
        road.world.cache.lookUp(key, [done](const CachedAnswerPtr &answer) { done(answer ? answer->expiresWallMs : 0); });
    };
    road.world.vault.fetch(config, request.environment, withKey);
}

Engine::Engine(World world) : d(std::make_unique<Private>(*this, std::move(world))) {}

Engine::~Engine()
{
    Q_ASSERT(QThread::currentThread() == d->thread);
    // Closed first: a request that another thread hands over now is either stopped below or never accepted.
    for (Inbox::Command &command : d->inbox->close())
        d->commands.push_back(std::move(command));
    d->stopAll();
}

std::unique_ptr<Call> Engine::send(ChatRequest request)
{
    auto submission = std::make_unique<Submission>();
    submission->request = std::move(request);
    submission->link = std::make_shared<CallLink>(d->inbox, d->thread);
    submission->accepted = d->road.world.clock.now();
    submission->acceptedWallMs = d->road.world.clock.wallMs();
    auto call = std::make_unique<Call>(submission->link);
    d->inFlight.fetch_add(1, std::memory_order_relaxed);
    d->inbox->post({.submission = std::move(submission), .stop = {}, .task = {}});
    return call;
}

void Engine::warm(const QString &provider)
{
    d->inbox->post({.submission = {}, .stop = {}, .task = [this, provider] { d->warm(provider); }});
}

void Engine::test(const ProviderConfig &config, const SecretBytes &key, const QHash<QString, QByteArray> &environment,
                  QObject *context, std::function<void(ProviderTest)> done)
{
    const auto deliver = [courier = Courier(context), done = std::move(done)](ProviderTest result) {
        courier.post([done, result = std::move(result)] { done(result); });
    };
    d->inbox->post({.submission = {}, .stop = {}, .task = [this, config, key, environment, deliver] {
                        d->test(config, key, environment, deliver);
                    }});
}

void Engine::peekCache(ChatRequest request, QObject *context, std::function<void(qint64)> done)
{
    const auto deliver = [courier = Courier(context), done = std::move(done)](qint64 expires) {
        courier.post([done, expires] { done(expires); });
    };
    d->inbox->post({.submission = {}, .stop = {}, .task = [this, request = std::move(request), deliver] {
                        d->peek(request, deliver);
                    }});
}

EngineFigures Engine::figures() const
{
    return {d->inFlight.load(std::memory_order_relaxed), d->queued.load(std::memory_order_relaxed)};
}

void Engine::drain(std::function<void()> done)
{
    Q_ASSERT(QThread::currentThread() == d->thread);
    d->stopAll();
    if (d->flights.empty())
        done();
    else // called from inside a signal of a request that is settling
        d->drained = std::move(done);
}

} // namespace tollgate
