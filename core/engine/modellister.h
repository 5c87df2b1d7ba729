// Asks a provider for its models, page by page: what "Test" and "Refresh models" do. Engine's thread.
#pragma once

#include "core/async/clock.h"
#include "core/engine/engine.h"
#include "core/net/exchange.h"
#include "core/providers/provider.h"

#include <functional>
#include <memory>
#include <optional>

namespace tollgate {

class ModelLister final : public std::enable_shared_from_this<ModelLister>, private ExchangeListener
{
public:
    ModelLister(Engine::World &world, ProviderConfig config);
    // `key` empty: the stored one. `done` is called once, never from inside start() of the exchange; it may drop the lister.
    void start(const SecretBytes &key, const QHash<QString, QByteArray> &environment, std::function<void(ProviderTest)> done);
    // Answers "stopped" when it has not answered yet.
    void stop();

private:
    void ask();
    void responseStarted(int status, const Headers &headers) override;
    void bodyReceived(QByteArrayView bytes) override;
    void responseComplete(bool closeDelimited) override;
    void exchangeFailed(const Failure &failure) override;
    void pageArrived();
    void finish(std::optional<Failure> failure);
    void fail(FailureKind kind, Phase phase, const QString &message);

    Engine::World &m_world;
    const ProviderConfig m_config;
    const Provider *m_provider = nullptr;
    SecretBytes m_key;
    std::function<void(ProviderTest)> m_done;
    MonoTime m_started;
    std::unique_ptr<Exchange> m_exchange;
    int m_status = 0;
    Headers m_headers;
    QByteArray m_body;
    QByteArray m_page;
    int m_pages = 0;
    ProviderTest m_result;
};

} // namespace tollgate
