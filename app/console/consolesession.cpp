#include "app/console/consolesession.h"

#include "app/application.h"
#include "app/demo.h"
#include "app/ownerserver.h"
#include "core/async/courier.h"
#include "core/base/log.h"
#include "core/cache/responsecache.h"
#include "core/secrets/vault.h"
#include "core/settings/settings.h"
#include "core/net/httpclient.h"
#include "core/providers/catalog.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/services.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QFile>
#include <QSet>
#include <QSettings>
#include <QTimer>

namespace tollgate::app {

namespace {

// Says on the debug log when the window has been painted for the first time: what the start-up benchmark measures.
class FirstPaintLog final : public QObject
{
public:
    using QObject::QObject;
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() == QEvent::Paint) {
            QTimer::singleShot(0, watched, [] { qCDebug(lcApp, "first window painted"); });
            watched->removeEventFilter(this);
            deleteLater();
        }
        return false;
    }
};

} // namespace

class ConsoleSession::Private
{
public:
    std::unique_ptr<Application> app;
    std::unique_ptr<QSettings> state;
    OwnerServer *server = nullptr; // on the engine's thread
    std::unique_ptr<ui::Services> services;
    std::unique_ptr<ui::MainWindow> window;
    QSet<QString> sessionKeys; // entries whose key was given for this session
    bool demo = false;

    Result<void> startServer();
    void makeServices(ui::Theme &theme);
    void addKeychain();
};

Result<void> ConsoleSession::Private::startServer()
{
    Result<void> result;
    QMetaObject::invokeMethod(
        app->engineContext(),
        [this, &result] {
            server = new OwnerServer(*app);
            result = server->listen();
        },
        Qt::BlockingQueuedConnection);
    return result;
}

void ConsoleSession::Private::makeServices(ui::Theme &theme)
{
    services.reset(new ui::Services{theme, app->settings(), app->engine(), app->ledger(), *state,
                                    {}, {}, {}, {}, {}, {}, false, {}, {}, {}, {}, {}, {}});
    services->prices = [this] { return app->prices(); };
    services->cacheStats = [this](QObject *context, std::function<void(CacheStats)> done) {
        app->onEngineThread([this, courier = Courier(context), done = std::move(done)] {
            app->cache().stats([courier, done](const CacheStats &stats) { courier.post([done, stats] { done(stats); }); });
        });
    };
    services->purgeCache = [this](bool expiredOnly, QObject *context, std::function<void(Result<qint64>)> done) {
        app->onEngineThread([this, expiredOnly, courier = Courier(context), done = std::move(done)] {
            app->cache().purge({}, expiredOnly, [courier, done](const Result<qint64> &removed) {
                courier.post([done, removed] { done(removed); });
            });
        });
    };
    addKeychain();
    services->demoProfile = isDemoProfile(app->paths());
    services->profilePath = app->paths().folder;
    services->switchProfile = [this](bool toDemo) {
        demo = toDemo;
        if (toDemo) {
            // What first run asked for is for the simulator of the demo profile.
            QSettings other(ProfilePaths::at(ProfilePaths::demoFolder()).consoleState, QSettings::IniFormat);
            for (const char *key : {"simulator/speed", "simulator/failures"}) {
                if (state->contains(QString::fromLatin1(key)))
                    other.setValue(QString::fromLatin1(key), state->value(QString::fromLatin1(key)));
            }
        }
        QCoreApplication::exit(switchProfileCode);
    };
    services->simulatorOptions = [this] { return app->simulatorOptions(); };
    services->setSimulatorOptions = [this](const SimulatorOptions &options) { app->setSimulatorOptions(options); };
    for (const ProviderPreset &preset : providerPresets()) {
        if (!preset.keyVariable.isEmpty() && !qEnvironmentVariableIsEmpty(preset.keyVariable.toLatin1().constData()))
            services->keyVariables.append(preset.keyVariable);
    }
    services->keyVariables.removeDuplicates();
    services->keyFromEnvironment = [](const QString &variable) {
        QByteArray value = qgetenv(variable.toLatin1().constData());
        const SecretBytes key(value);
        wipe(value);
        return key;
    };
}

void ConsoleSession::Private::addKeychain()
{
    // The vault lives on the engine's thread; its answers are carried back to the window's.
    const auto carry = [](QObject *context, std::function<void(SecretReply)> done) {
        return [courier = Courier(context), done = std::move(done)](const SecretReply &reply) {
            courier.post([done, reply] { done(reply); });
        };
    };
    services->storeKey = [this, carry](const QString &entry, const SecretBytes &key, QObject *context, std::function<void(SecretReply)> done) {
        done = [this, entry, done = std::move(done)](const SecretReply &reply) {
            if (reply.status == SecretStatus::Ok)
                sessionKeys.remove(entry); // the vault prefers the stored one now
            done(reply);
        };
        app->onEngineThread([this, entry, key, carried = carry(context, std::move(done))] { app->vault().store(entry, key, carried); });
    };
    services->forgetKey = [this, carry](const QString &entry, QObject *context, std::function<void(SecretReply)> done) {
        sessionKeys.remove(entry);
        app->onEngineThread([this, entry, carried = carry(context, std::move(done))] { app->vault().forget(entry, carried); });
    };
    services->useKeyForSession = [this](const QString &entry, const SecretBytes &key) {
        if (key.isEmpty())
            sessionKeys.remove(entry);
        else
            sessionKeys.insert(entry);
        app->onEngineThread([this, entry, key] { app->vault().useForSession(entry, key); });
    };
    services->checkKey = [this](const ProviderConfig &config, bool sessionOnly, QObject *context, std::function<void(ui::KeyCheck)> done) {
        const bool session = sessionKeys.contains(config.credentialName());
        if (session || sessionOnly) {
            Courier(context).post([session, done = std::move(done)] {
                done({session ? SecretStatus::Ok : SecretStatus::NotFound, session, 0, {}});
            });
            return;
        }
        app->onEngineThread([this, config, courier = Courier(context), done = std::move(done)] {
            app->vault().fetch(config, {}, [courier, done](const VaultReply &reply) {
                courier.post([done, check = ui::KeyCheck{reply.status, false, reply.readWallMs, reply.detail}] { done(check); });
            });
        });
    };
    services->probeKeychain = [this](QObject *context, std::function<void(KeychainState)> done) {
        app->onEngineThread([this, courier = Courier(context), done = std::move(done)] {
            app->vault().secretStore().probe([courier, done](KeychainState found) { courier.post([done, found] { done(found); }); });
        });
    };
}

ConsoleSession::ConsoleSession() : d(std::make_unique<Private>()) {}

ConsoleSession::~ConsoleSession()
{
    d->window.reset();
    if (d->server)
        QMetaObject::invokeMethod(d->app->engineContext(), [this] { delete d->server; }, Qt::BlockingQueuedConnection);
}

Result<std::unique_ptr<ConsoleSession>> ConsoleSession::open(const ProfilePaths &paths, ui::Theme &theme)
{
    std::unique_ptr<ConsoleSession> session(new ConsoleSession);
    Private &d = *session->d;
    Result<std::unique_ptr<Application>> app = Application::open(paths, Application::EngineThread::Own);
    if (!app)
        return app.error();
    d.app = std::move(app).value();
    if (Result<void> listening = d.startServer(); !listening)
        return listening.error();
    // QSettings' own lock: left behind by a process that was killed while it wrote, it would hold up the window for half a minute. The
    // profile is ours now, so nobody else writes this file.
    QFile::remove(paths.consoleState + QStringLiteral(".lock"));
    d.state = std::make_unique<QSettings>(paths.consoleState, QSettings::IniFormat);
    d.makeServices(theme);
    d.window = std::make_unique<ui::MainWindow>(*d.services);
    QObject::connect(d.server, &OwnerServer::raiseRequested, d.window.get(), [window = d.window.get()] {
        if (window->isMinimized())
            window->showNormal();
        window->raise();
        window->activateWindow();
    });
    return session;
}

int ConsoleSession::run()
{
    if (lcApp().isDebugEnabled())
        d->window->installEventFilter(new FirstPaintLog(d->window.get()));
    d->window->show();
    // After the first frame: loading OpenSSL beside it costs the start a tenth.
    QTimer::singleShot(0, d->window.get(), [] { preloadCertificates(); });
    return QCoreApplication::exec();
}

bool ConsoleSession::wantsDemo() const { return d->demo; }
QWidget &ConsoleSession::window() { return *d->window; }

} // namespace tollgate::app
