// The road every prompt travels: route, cache, coalesce, reserve, gate, attempt, retry, settle. Lives on its own thread (the console)
// or on the main thread (the CLI); never blocks it.
#pragma once

#include "core/async/clock.h"
#include "core/async/random.h"
#include "core/base/redactor.h"
#include "core/engine/call.h"
#include "core/providers/provider.h"

#include <QObject>

#include <functional>
#include <memory>

namespace tollgate {

class BudgetGuard;
class HttpClient;
class Ledger;
class PriceTable;
class ResponseCache;
class Settings;
class Vault;

struct EngineFigures {
    int inFlight = 0; // accepted and not settled
    int queued = 0;   // waiting at the gate
};

// What a test of a provider found.
struct ProviderTest {
    std::optional<Failure> failure; // empty: the models were listed
    QList<ModelInfo> models;
    std::chrono::milliseconds took{0};
    // The wire has no list to ask for and any prompt may cost: a connection was opened, its certificate checked, and nothing sent.
    // Whether the key is right is not known.
    bool connectedOnly = false;
};

class Engine : public QObject
{
    Q_OBJECT
public:
    // Everything the engine needs from the world; references must outlive it.
    struct World {
        Clock &clock; // of the engine's thread
        Random &random;
        Settings &settings;
        Vault &vault;
        HttpClient &http;
        ResponseCache &cache;
        Ledger &ledger;
        BudgetGuard &budgets;
        Redactor &redactor;
        // The prices of now; asked per request, so that an edit applies at once. Any thread.
        std::function<std::shared_ptr<const PriceTable>()> prices;
        // Base URL of the built-in simulator, for providers of that type; empty while it is not running. Engine thread.
        std::function<QString()> simulatorUrl;
    };
    explicit Engine(World world);
    // Cancels what runs and settles it. Not from inside a Call's signal on the engine's thread.
    ~Engine() override;

    // Any thread. Never null; the Call lives in the caller's thread.
    std::unique_ptr<Call> send(ChatRequest request);
    // Opens a connection to the provider ahead of the first prompt, certificates and key included. Any thread.
    void warm(const QString &provider);
    // Lists the models of `config` (saved or not; see ProviderTest::connectedOnly) with `key` (empty: the stored one). Called on `context`'s thread, which the callback
    // comes to; dropped when `context` dies first.
    void test(const ProviderConfig &config, const SecretBytes &key, const QHash<QString, QByteArray> &environment, QObject *context,
              std::function<void(ProviderTest)> done);
    // When the cache would answer `request` now: the entry's expiry in Unix ms; 0: not stored. Nothing is sent or counted.
    // Threads as test().
    void peekCache(ChatRequest request, QObject *context, std::function<void(qint64 expiresWallMs)> done);
    EngineFigures figures() const; // any thread
    // Cancels everything and calls back when the last request has settled. Engine thread.
    void drain(std::function<void()> done);

Q_SIGNALS:
    // After a change of figures(), at most ten times a second; engine thread.
    void figuresChanged();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace tollgate
