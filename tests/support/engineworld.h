// A whole engine for tests: temporary profile with a real ledger, cache and settings, the real HTTP client, the simulator as its
// provider, and a system or a fake clock. Lives on the thread that made it.
#pragma once

#include "core/async/random.h"
#include "core/budgets/guard.h"
#include "core/cache/responsecache.h"
#include "core/engine/engine.h"
#include "core/ledger/ledger.h"
#include "core/net/httpclient.h"
#include "core/secrets/keychain.h"
#include "core/secrets/vault.h"
#include "core/settings/settings.h"
#include "core/simulator/simulator.h"
#include "tests/support/fakeclock.h"

#include <QTemporaryDir>

#include <functional>
#include <memory>
#include <optional>

namespace tollgate::test {

// Admits all until told otherwise, and keeps the books: what is reserved must be settled, once.
class CountingGuard final : public BudgetGuard
{
public:
    std::optional<Failure> reserve(const ChatRequest &, std::optional<Money> worstCase) override;
    void settle(const ChatRequest &, std::optional<Money> reserved, std::optional<Money> cost, bool nothingSent) override;

    bool refuse = false;
    int held = 0; // reserved and not settled
    int reservations = 0;
    std::optional<Money> lastWorstCase;
    std::optional<Money> lastCost;
    bool lastNothingSent = false;
};

// A Call and everything it said.
struct Heard {
    explicit Heard(std::unique_ptr<Call> running);

    std::unique_ptr<Call> call;
    QList<Delta> deltas;
    int batches = 0;
    QList<CallState> states;
    QList<RetryNotice> notices;
    std::optional<Outcome> outcome;
    int finishes = 0;

    QString text() const; // of the Text deltas
    bool reached(CallState state) const { return states.contains(state); }
};

class EngineWorld
{
public:
    enum class Time { System, Fake };
    enum class Upstream { Simulator, None };
    explicit EngineWorld(Time time = Time::System, Upstream upstream = Upstream::Simulator);
    ~EngineWorld();

    // To the simulator, model sim-fast, streamed, cache bypassed.
    static ChatRequest request(const QString &prompt = QStringLiteral("Hello"));
    std::unique_ptr<Heard> send(ChatRequest request);
    // Sends and waits for the end. With a fake clock back-offs are advanced over.
    Outcome run(ChatRequest request);
    Outcome finish(Heard &heard);
    // The row in SQLite.
    std::optional<RequestRecord> row(RequestId id);
    // Changes provider "sim", or adds another.
    void edit(const std::function<void(SettingsData &)> &change);
    void script(const QList<SimulatorStep> &steps) { simulator.enqueue(steps); }
    qsizetype wire() const; // chat requests the simulator has received
    // Runs the event loop until the condition holds; false after ten seconds.
    static bool waitFor(const std::function<bool()> &condition, int timeoutMs = 10'000);
    // Nothing runs, waits, is reserved, or holds a permit.
    bool isAtRest() const;
    void openEngine() { openEngine(secrets); } // anew, over the same files
    void openEngine(SecretStore &store);
    FakeClock &fake() { return *m_fake; }

    QTemporaryDir folder;
    std::unique_ptr<Clock> clock;
    SeededRandom random{7};
    Redactor redactor;
    SessionSecrets secrets;
    CountingGuard guard;
    Simulator simulator;
    std::unique_ptr<Settings> settings;
    std::unique_ptr<Vault> vault;
    std::unique_ptr<HttpClient> http;
    std::unique_ptr<ResponseCache> cache;
    std::unique_ptr<Ledger> ledger;
    std::shared_ptr<const PriceTable> prices = PriceTable::builtIn(); // asked from the engine's thread only: set it before sending
    bool simulatorRuns = true;
    std::unique_ptr<Engine> engine; // dies first

private:
    FakeClock *m_fake = nullptr;
};

} // namespace tollgate::test
