// Views for tests: the whole engine of EngineWorld, a theme, a state file, and a keychain whose answers the test decides.
#pragma once

#include "core/pricing/pricetable.h"
#include "tests/support/engineworld.h"
#include "ui/shell/services.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QSettings>
#include <QTimer>

#include <memory>

namespace tollgate::test {

class UiWorld
{
public:
    explicit UiWorld(bool withProvider = true, bool demo = false)
        : state(core.folder.filePath(QStringLiteral("state.ini")), QSettings::IniFormat), theme(*qApp),
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
        services.switchProfile = [this](bool toDemo) { switchedTo = toDemo; };
        services.keyFromEnvironment = [this](const QString &name) { return environment.value(name); };
    }

    EngineWorld core;
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
    static void answer(QObject *context, std::function<void(SecretReply)> done, SecretStatus status)
    {
        QTimer::singleShot(0, context, [done = std::move(done), status] { done({status, {}, {}}); });
    }
};

} // namespace tollgate::test
