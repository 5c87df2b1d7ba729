// The profile's settings: typed values with key and default in one place, read from and written to one JSON file. Any thread may
// read a snapshot; changes are written before they are seen.
#pragma once

#include "core/base/result.h"
#include "core/settings/providerconfig.h"

#include <QJsonObject>
#include <QObject>

#include <functional>
#include <memory>
#include <mutex>

namespace tollgate {

// A setting that a provider said it does not take for a model, learnt from its refusal.
struct RefusedSetting {
    QString providerId;
    QString model;
    QString setting; // "temperature", ...
    friend bool operator==(const RefusedSetting &, const RefusedSetting &) = default;
};

struct SettingsData {
    QList<ProviderConfig> providers;
    QList<RefusedSetting> refusedSettings; // oldest first; the newest 200 are kept

    // Requests
    int attempts = 3;            // 1 to 10
    int totalTimeoutSeconds = 600;
    int connectTimeoutMs = 5'000;
    int tlsTimeoutMs = 10'000;
    int firstByteTimeoutMs = 120'000;
    int idleTimeoutMs = 60'000;

    // Network, for providers that do not say otherwise
    QString proxy = QStringLiteral("system"); // "none", "system", "http://host:port", "socks5://host:port"
    QString caFile;                           // PEM file trusted besides the system's certificates; empty: none

    // Cache
    int cacheTtlSeconds = 3600;
    int cacheMemoryMib = 64;
    int cacheDiskMib = 256;

    // Storage
    bool survivePowerLoss = false;
    bool keepNothing = false;     // payload history off, cache in memory only
    int payloadDays = 30;         // Playground payloads
    int ledgerDays = 400;

    // Console
    QString theme = QStringLiteral("system"); // system, light, dark
    int textSizePercent = 100;                // 90 to 150
    QString density = QStringLiteral("normal"); // compact, normal, roomy: rows of 24, 26, 30 px
    bool increaseContrast = false;
    bool reduceMotion = false;                // true: no transitions, whatever the desktop says
    bool firstRunDone = false;

    const ProviderConfig *provider(QStringView nameOrId) const; // without case; null when unknown
};

class Settings : public QObject
{
    Q_OBJECT
public:
    // A missing file gives the defaults. A broken or newer file is an error and is left untouched.
    static Result<std::unique_ptr<Settings>> load(const QString &path);
    ~Settings() override;

    std::shared_ptr<const SettingsData> snapshot() const;
    // The same with every provider as requests use it (effective()). Made when the settings change, so that a request need not.
    std::shared_ptr<const SettingsData> inUse() const;
    // Applies `edit` to a copy, validates, writes the file (atomically, 0600), then publishes it and emits changed(). On error nothing changes.
    Result<void> update(const std::function<void(SettingsData &)> &edit);
    QString path() const { return m_path; }

Q_SIGNALS:
    // Emitted on the thread that called update().
    void changed();

private:
    explicit Settings(QString path);
    void publish(SettingsData data);
    QString m_path;
    mutable std::mutex m_mutex;
    std::mutex m_updateMutex;
    QJsonObject m_document; // as read or written last; under m_updateMutex. What it holds beyond our keys is kept
    std::shared_ptr<const SettingsData> m_data;
    std::shared_ptr<const SettingsData> m_inUse;
};

// A provider id from a name: lower case letters, digits and -, made unique among `taken`.
QString providerIdFor(const QString &name, const QList<ProviderConfig> &taken);
// What is wrong with one field, in words; nothing when it can be saved. A proxy must be said here ("none", "system" or an address).
std::optional<QString> keyNameProblem(const QString &name);
std::optional<QString> proxyProblem(const QString &proxy);
std::optional<QString> caFileProblem(const QString &file); // empty: none
// The provider as requests use it: what it leaves to the profile is filled in (proxy, caFile). One on this computer goes through no
// proxy that it does not name itself. Calling it twice changes nothing more.
ProviderConfig effective(ProviderConfig config, const SettingsData &settings);
// The first thing wrong with a provider's fields, in words; nothing when it can be saved.
std::optional<QString> firstProblem(const ProviderConfig &config, const QList<ProviderConfig> &others);

} // namespace tollgate
