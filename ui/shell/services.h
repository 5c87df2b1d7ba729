// What the console's views need from the world, handed down by the composition root. References outlive the main window; all
// functions are called on the UI thread and answer on it.
#pragma once

#include "core/base/secretbytes.h"
#include "core/cache/responsecache.h"
#include "core/secrets/secretstore.h"
#include "core/settings/providerconfig.h"
#include "core/simulator/simulator.h"

#include <QObject>

#include <functional>
#include <memory>

class QSettings;

namespace tollgate {
class Engine;
class Ledger;
class PriceTable;
class Settings;
} // namespace tollgate

namespace tollgate::ui {

class Theme;

// What is known about a stored key without showing it.
struct KeyCheck {
    SecretStatus status = SecretStatus::Failed;
    bool session = false;   // a key for this session is used instead of the stored one
    qint64 readWallMs = 0;  // when the keychain gave it last; 0: unknown
    QString detail;         // the backend's words, without secrets
};

struct Services {
    Theme &theme;
    Settings &settings;
    Engine &engine;
    Ledger &ledger;
    QSettings &state; // window geometry, splitters, drafts: things that may be lost
    std::function<std::shared_ptr<const PriceTable>()> prices;

    // Keychain, by credential name. `context` guards the callback.
    std::function<void(const QString &entry, const SecretBytes &key, QObject *context, std::function<void(SecretReply)>)> storeKey;
    std::function<void(const QString &entry, QObject *context, std::function<void(SecretReply)>)> forgetKey;
    std::function<void(const QString &entry, const SecretBytes &key)> useKeyForSession;
    std::function<void(QObject *context, std::function<void(KeychainState)>)> probeKeychain;
    std::function<void(QObject *context, std::function<void(CacheStats)>)> cacheStats;

    // The demo profile is a folder of its own; switching closes this window and opens the other profile in the same process.
    bool demoProfile = false;
    QString profilePath;
    std::function<void(bool demo)> switchProfile;
    // Built-in simulator, only while a simulator provider exists.
    std::function<SimulatorOptions()> simulatorOptions;
    std::function<void(const SimulatorOptions &)> setSimulatorOptions;
    // Variables such as OPENAI_API_KEY found in the environment of this process: names only.
    QStringList keyVariables;
    std::function<SecretBytes(const QString &variable)> keyFromEnvironment;
    // Removes cached answers, all or the expired ones, and tells how many.
    std::function<void(bool expiredOnly, QObject *context, std::function<void(Result<qint64>)>)> purgeCache = {};
    // Whether the key of `config` can be had, and since when. Reads the keychain (which may open its prompt) unless `sessionOnly`.
    std::function<void(const ProviderConfig &config, bool sessionOnly, QObject *context, std::function<void(KeyCheck)>)> checkKey = {};
};

} // namespace tollgate::ui
