// The composition root: owns every service by unique_ptr in build order and injects references. One per open profile.
#pragma once

#include "app/profile.h"
#include "core/async/clock.h"
#include "core/base/result.h"
#include "core/base/secretbytes.h"
#include "core/secrets/secretstore.h"
#include "core/simulator/simulator.h"

#include <QObject>
#include <QThread>

#include <functional>
#include <memory>
#include <optional>

namespace tollgate {
class Engine;
class Ledger;
class PriceTable;
class Redactor;
class ResponseCache;
class Settings;
class Vault;
} // namespace tollgate

namespace tollgate::app {

class Application : public QObject
{
    Q_OBJECT
public:
    enum class EngineThread : quint8 { Own, Calling }; // the console has one of its own, the CLI uses its main thread

    // Takes the profile's lock, opens everything, starts the engine. Blocks; start-up only.
    static Result<std::unique_ptr<Application>> open(const ProfilePaths &paths, EngineThread thread);
    // For commands that only read, where open() failed: takes no lock and writes nothing. `reason` is open()'s error. A request is refused
    // (the ledger takes no record), and the cache's file is left alone.
    static Result<std::unique_ptr<Application>> openReadOnly(const ProfilePaths &paths, const Error &reason);
    const std::optional<Error> &readOnlyReason() const; // nothing: this process owns the profile
    ~Application() override; // settles what runs, commits, releases the lock

    const ProfilePaths &paths() const;
    Settings &settings();
    Ledger &ledger();
    Engine &engine();
    ResponseCache &cache(); // engine thread only
    Vault &vault();         // engine thread only
    Redactor &redactor();
    std::shared_ptr<const PriceTable> prices() const; // any thread
    Result<void> reloadPrices();                      // after the user file changed; any thread
    SimulatorOptions simulatorOptions() const;
    void setSimulatorOptions(const SimulatorOptions &options);

    // An object that lives on the engine's thread: the context for callbacks there.
    QObject *engineContext() const;
    // Runs `task` on the engine's thread; at once when this is it.
    void onEngineThread(std::function<void()> task);

private:
    Application();
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace tollgate::app
