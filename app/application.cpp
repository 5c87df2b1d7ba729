#include "app/application.h"

#include "app/demo.h"
#include "app/messagelog.h"
#include "core/async/random.h"
#include "core/async/worker.h"
#include "core/base/redactor.h"
#include "core/budgets/guard.h"
#include "core/cache/responsecache.h"
#include "core/engine/engine.h"
#include "core/ledger/ledger.h"
#include "core/net/httpclient.h"
#include "core/pricing/pricetable.h"
#include "core/secrets/keychain.h"
#include "core/secrets/vault.h"
#include "core/settings/settings.h"

#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>

#include <mutex>

namespace tollgate::app {

// Members are destroyed from the bottom up: each service before those it refers to.
class Application::Private
{
public:
    ProfilePaths paths;
    std::optional<Error> readOnlyReason;
    std::unique_ptr<ProfileLock> lock;
    std::optional<QTemporaryDir> scratch; // of a ledger without a row
    std::unique_ptr<Settings> settings;
    Redactor redactor;
    LogRedaction logRedaction{redactor};
    OpenGuard budgets;
    SeededRandom random{QRandomGenerator::system()->generate64()};

    mutable std::mutex mutex; // prices and simulator options
    std::shared_ptr<const PriceTable> prices;
    SimulatorOptions simulatorOptions;
    std::unique_ptr<Simulator> simulator;

    QThread thread;
    QObject *context = nullptr; // lives on the engine's thread
    bool ownThread = false;

    // Made and destroyed on the engine's thread.
    std::unique_ptr<SystemClock> clock;
    std::unique_ptr<Ledger> ledger;
    std::unique_ptr<SecretStore> secrets;
    std::unique_ptr<Vault> vault;
    std::unique_ptr<HttpClient> http;
    std::unique_ptr<ResponseCache> cache;
    std::unique_ptr<Engine> engine;

    void onEngineThreadAndWait(const std::function<void()> &task);
    Result<void> openServices();
    void closeServices();
    Result<void> makeEmptyLedger(Ledger::Options &options);
    QString simulatorUrl();
};

void Application::Private::onEngineThreadAndWait(const std::function<void()> &task)
{
    if (!ownThread)
        task();
    else
        QMetaObject::invokeMethod(context, task, Qt::BlockingQueuedConnection);
}

QString Application::Private::simulatorUrl()
{
    const std::lock_guard guard(mutex);
    if (!simulator) {
        auto made = std::make_unique<Simulator>(simulatorOptions);
        if (!made->start())
            return {};
        simulator = std::move(made);
    }
    return simulator->baseUrl();
}

// A folder that may not be written and has no history yet: questions about it get the answers of an empty ledger.
Result<void> Application::Private::makeEmptyLedger(Ledger::Options &options)
{
    scratch.emplace();
    Ledger::Options empty = options;
    empty.path = scratch->filePath(QStringLiteral("ledger.sqlite"));
    empty.journalFolder = scratch->filePath(QStringLiteral("journal"));
    empty.readOnly = false;
    const Result<std::unique_ptr<Ledger>> made = Ledger::open(*clock, empty);
    if (!made)
        return made.error();
    options.path = empty.path;
    options.journalFolder = empty.journalFolder;
    return {};
}

Result<void> Application::Private::openServices()
{
    const std::shared_ptr<const SettingsData> data = settings->snapshot();
    Result<void> result;
    onEngineThreadAndWait([&] {
        clock = std::make_unique<SystemClock>();
        Ledger::Options ledgerOptions;
        ledgerOptions.path = paths.ledger;
        ledgerOptions.journalFolder = paths.journal;
        ledgerOptions.readOnly = readOnlyReason.has_value();
        if (readOnlyReason && !QFile::exists(paths.ledger)) {
            if (Result<void> made = makeEmptyLedger(ledgerOptions); !made) {
                result = made.error();
                return;
            }
        }
        ledgerOptions.survivePowerLoss = data->survivePowerLoss;
        ledgerOptions.payloadDays = data->payloadDays;
        ledgerOptions.ledgerDays = data->ledgerDays;
        Result<std::unique_ptr<Ledger>> opened = Ledger::open(*clock, ledgerOptions);
        if (!opened) {
            result = opened.error();
            return;
        }
        ledger = std::move(opened).value();
        secrets = std::make_unique<Keychain>(*clock);
        vault = std::make_unique<Vault>(*secrets, redactor);
        http = std::make_unique<HttpClient>(*clock);
        ResponseCache::Options cacheOptions;
        if (!data->keepNothing && !readOnlyReason)
            cacheOptions.path = paths.cache;
        cacheOptions.memoryBytes = qint64(data->cacheMemoryMib) << 20;
        cacheOptions.diskBytes = qint64(data->cacheDiskMib) << 20;
        cache = std::make_unique<ResponseCache>(*clock, cacheOptions);
        cache->open();
        engine = std::make_unique<Engine>(Engine::World{
            *clock, random, *settings, *vault, *http, *cache, *ledger, budgets, redactor,
            [this] {
                const std::lock_guard guard(mutex);
                return prices;
            },
            [this] { return simulatorUrl(); }});
    });
    return result;
}

void Application::Private::closeServices()
{
    if (!context)
        return;
    onEngineThreadAndWait([this] {
        engine.reset();
        cache.reset();
        http.reset();
        vault.reset();
        secrets.reset();
        ledger.reset();
        clock.reset();
    });
    if (ownThread) {
        thread.quit();
        thread.wait();
    }
    delete context;
    context = nullptr;
    simulator.reset();
}

Application::Application() : d(std::make_unique<Private>()) {}

Application::~Application() { d->closeServices(); }

Result<std::unique_ptr<Application>> Application::open(const ProfilePaths &paths, EngineThread thread)
{
    std::unique_ptr<Application> app(new Application);
    Private &d = *app->d;
    d.paths = paths;

    Result<std::unique_ptr<ProfileLock>> lock = ProfileLock::take(paths);
    if (!lock)
        return lock.error();
    d.lock = std::move(lock).value();
    Result<std::unique_ptr<Settings>> settings = Settings::load(paths.settings);
    if (!settings)
        return settings.error();
    d.settings = std::move(settings).value();
    if (isDemoProfile(paths)) {
        if (Result<void> prepared = prepareDemoProfile(paths, *d.settings); !prepared)
            return prepared.error();
    }
    if (Result<void> prices = app->reloadPrices(); !prices)
        return prices.error();
    d.simulatorOptions = storedSimulatorOptions(paths);

    d.ownThread = thread == EngineThread::Own;
    d.context = new QObject;
    if (d.ownThread) {
        d.thread.setObjectName(QStringLiteral("engine"));
        d.context->moveToThread(&d.thread);
        d.thread.start();
    }
    if (Result<void> opened = d.openServices(); !opened)
        return opened.error();
    return app;
}

Result<std::unique_ptr<Application>> Application::openReadOnly(const ProfilePaths &paths, const Error &reason)
{
    std::unique_ptr<Application> app(new Application);
    Private &d = *app->d;
    d.paths = paths;
    d.readOnlyReason = reason;
    Result<std::unique_ptr<Settings>> settings = Settings::load(paths.settings);
    if (!settings)
        return settings.error();
    d.settings = std::move(settings).value();
    if (Result<void> prices = app->reloadPrices(); !prices)
        return prices.error();
    d.simulatorOptions = storedSimulatorOptions(paths);
    d.context = new QObject;
    if (Result<void> opened = d.openServices(); !opened)
        return opened.error();
    return app;
}

const std::optional<Error> &Application::readOnlyReason() const { return d->readOnlyReason; }
const ProfilePaths &Application::paths() const { return d->paths; }
Settings &Application::settings() { return *d->settings; }
Ledger &Application::ledger() { return *d->ledger; }
Engine &Application::engine() { return *d->engine; }
ResponseCache &Application::cache() { return *d->cache; }
Vault &Application::vault() { return *d->vault; }
Redactor &Application::redactor() { return d->redactor; }

std::shared_ptr<const PriceTable> Application::prices() const
{
    const std::lock_guard guard(d->mutex);
    return d->prices;
}

Result<void> Application::reloadPrices()
{
    Result<std::shared_ptr<const PriceTable>> loaded = PriceTable::load(d->paths.userPrices);
    if (!loaded)
        return loaded.error();
    const std::lock_guard guard(d->mutex);
    d->prices = std::move(loaded).value();
    return {};
}

SimulatorOptions Application::simulatorOptions() const
{
    const std::lock_guard guard(d->mutex);
    return d->simulatorOptions;
}

void Application::setSimulatorOptions(const SimulatorOptions &options)
{
    const std::lock_guard guard(d->mutex);
    d->simulatorOptions = options;
    if (d->simulator)
        d->simulator->setOptions(options);
}

QObject *Application::engineContext() const { return d->context; }

void Application::onEngineThread(std::function<void()> task)
{
    if (d->context->thread() == QThread::currentThread())
        task();
    else
        postTo(d->context, std::move(task));
}

} // namespace tollgate::app
