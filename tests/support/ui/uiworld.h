// Views for tests: the whole engine of EngineWorld, a theme, a state file, and a keychain whose answers the test decides.
#pragma once

#include "core/pricing/pricetable.h"
#include "tests/support/engineworld.h"
#include "ui/shell/services.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QPointer>
#include <QSettings>
#include <QTimer>

#include <memory>

namespace tollgate::test {

class UiWorld
{
public:
    // `store`: the engine's vault and the services share it; else keys go to the hashes below.
    explicit UiWorld(bool withProvider = true, bool demo = false, SecretStore *store = nullptr)
        : m_sharesStore(store && (core.openEngine(*store), true)), state(core.folder.filePath(QStringLiteral("state.ini")), QSettings::IniFormat), theme(*qApp),
          services{theme, *core.settings, *core.engine, *core.ledger, state, [] { return PriceTable::builtIn(); },
                   {}, {}, {}, {}, {}, demo, core.folder.path(), {}, {}, {}, {}, {}}
    {
        if (!withProvider)
            core.edit([](SettingsData &edited) { edited.providers.clear(); });
        services.storeKey = [this](const QString &entry, const SecretBytes &key, QObject *context, std::function<void(SecretReply)> done) {
            ++stores;
            if (storeAnswer == SecretStatus::Ok)
                keys.insert(entry, key);
            answer(context, std::move(done), storeAnswer);
        };
        services.forgetKey = [this](const QString &entry, QObject *context, std::function<void(SecretReply)> done) {
            if (forgetAnswer == SecretStatus::Ok)
                keys.remove(entry);
            answer(context, std::move(done), forgetAnswer);
        };
        services.useKeyForSession = [this](const QString &entry, const SecretBytes &key) { sessionKeys.insert(entry, key); };
        services.probeKeychain = [this](QObject *context, std::function<void(KeychainState)> done) {
            QTimer::singleShot(0, context, [done = std::move(done), found = keychain] { done(found); });
        };
        services.cacheStats = [this](QObject *context, std::function<void(CacheStats)> done) {
            QTimer::singleShot(0, context, [this, done = std::move(done)] { core.cache->stats(done); });
        };
        services.purgeCache = [this](bool expiredOnly, QObject *context, std::function<void(Result<qint64>)> done) {
            QTimer::singleShot(0, context, [this, expiredOnly, done = std::move(done)] { core.cache->purge({}, expiredOnly, done); });
        };
        if (m_sharesStore)
            useVault(*store);
        services.switchProfile = [this](bool toDemo) { switchedTo = toDemo; };
        services.keyFromEnvironment = [this](const QString &name) { return environment.value(name); };
    }

    EngineWorld core;

private:
    const bool m_sharesStore; // decided before the services name the engine

public:
    QSettings state;
    ui::Theme theme;
    ui::Services services;
    SecretStatus storeAnswer = SecretStatus::Ok;
    SecretStatus forgetAnswer = SecretStatus::Ok;
    KeychainState keychain = KeychainState::Available;
    QHash<QString, SecretBytes> keys;        // "in the keychain"
    QHash<QString, SecretBytes> sessionKeys;
    QHash<QString, SecretBytes> environment;
    std::optional<bool> switchedTo;
    int stores = 0;

private:
    // As the console does it.
    void useVault(SecretStore &store)
    {
        const auto carry = [](QObject *context, std::function<void(SecretReply)> done) {
            return [context = QPointer<QObject>(context), done = std::move(done)](const SecretReply &reply) {
                if (context)
                    done(reply);
            };
        };
        services.storeKey = [this, carry](const QString &entry, const SecretBytes &key, QObject *context, std::function<void(SecretReply)> done) {
            sessionKeys.remove(entry);
            core.vault->store(entry, key, carry(context, std::move(done)));
        };
        services.forgetKey = [this, carry](const QString &entry, QObject *context, std::function<void(SecretReply)> done) {
            core.vault->forget(entry, carry(context, std::move(done)));
        };
        services.useKeyForSession = [this](const QString &entry, const SecretBytes &key) {
            key.isEmpty() ? void(sessionKeys.remove(entry)) : void(sessionKeys.insert(entry, key));
            core.vault->useForSession(entry, key);
        };
        services.probeKeychain = [&store](QObject *context, std::function<void(KeychainState)> done) {
            store.probe([context = QPointer<QObject>(context), done = std::move(done)](KeychainState found) {
                if (context)
                    done(found);
            });
        };
        services.checkKey = [this](const ProviderConfig &config, bool sessionOnly, QObject *context, std::function<void(ui::KeyCheck)> done) {
            const bool session = sessionKeys.contains(config.credentialName());
            if (session || sessionOnly) {
                QTimer::singleShot(0, context, [done, session] {
                    done({session ? SecretStatus::Ok : SecretStatus::NotFound, session, 0, {}});
                });
                return;
            }
            core.vault->fetch(config, {}, [context = QPointer<QObject>(context), done](const VaultReply &reply) {
                if (context)
                    done({reply.status, false, 1'763'390'000'000, reply.detail});
            });
        };
    }
    static void answer(QObject *context, std::function<void(SecretReply)> done, SecretStatus status)
    {
        QTimer::singleShot(0, context, [done = std::move(done), status] { done({status, {}, {}}); });
    }
};

} // namespace tollgate::test
