#include "core/net/clientcore.h"

#include "core/net/transport.h"

#include <QMetaObject>

#include <algorithm>
#include <utility>

namespace tollgate {

ClientCore::ClientCore(Clock &clock, const HttpClient::Settings &settings)
    : m_clock(clock), m_idleLifetime(settings.idleLifetime), m_timer(clock),
      m_pool(
          clock, settings, [this] { watch(m_clock.now() + m_idleLifetime); },
          [this] {
              if (m_waiting.empty() || m_shutDown || std::exchange(m_servePosted, true))
                  return;
              QMetaObject::invokeMethod(&m_context, [this] { serveWaiting(); }, Qt::QueuedConnection);
          })
{
}

ClientCore::~ClientCore() = default;

void ClientCore::shutDown()
{
    m_shutDown = true;
    m_timer.stop();
    m_looksAt = {};
    for (Transport *const exchange : std::exchange(m_exchanges, {}))
        exchange->silence();
    m_waiting.clear();
    m_untold.clear();
    m_pool.closeAll();
}

void ClientCore::add(Transport &exchange)
{
    exchange.index = m_exchanges.size();
    m_exchanges.push_back(&exchange);
}

void ClientCore::remove(Transport &exchange)
{
    if (m_shutDown)
        return;
    Transport *const last = m_exchanges.back();
    m_exchanges[exchange.index] = last;
    last->index = exchange.index;
    m_exchanges.pop_back();
}

void ClientCore::wait(Transport &exchange)
{
    m_waiting.push_back(&exchange);
}

void ClientCore::stopWaiting(Transport &exchange)
{
    std::erase(m_waiting, &exchange);
    std::erase(m_untold, &exchange);
}

void ClientCore::tellLater(Transport &exchange)
{
    m_untold.push_back(&exchange);
    QMetaObject::invokeMethod(&m_context, [this] { tell(); }, Qt::QueuedConnection);
}

void ClientCore::watch(MonoTime deadline)
{
    if (m_shutDown || !deadline || (m_looksAt && m_looksAt <= deadline))
        return;
    m_looksAt = deadline;
    m_timer.start(deadline - m_clock.now(), [this] { look(); });
}

// Deadlines mostly move later without telling the timer, so it asks everyone when it fires.
void ClientCore::look()
{
    const std::shared_ptr<ClientCore> alive = shared_from_this();
    m_looksAt = {};
    const MonoTime now = m_clock.now();
    // One at a time: a listener may delete, start or shut down anything.
    const auto due = [now](const Transport *exchange) {
        const MonoTime deadline = exchange->deadline();
        return deadline && deadline <= now;
    };
    while (!m_shutDown) {
        const auto found = std::find_if(m_exchanges.begin(), m_exchanges.end(), due);
        if (found == m_exchanges.end())
            break;
        (*found)->expire(now);
    }
    if (m_shutDown)
        return;
    for (const Transport *const exchange : m_exchanges)
        watch(exchange->deadline());
    watch(m_pool.expire(now));
}

void ClientCore::serveWaiting()
{
    const std::shared_ptr<ClientCore> alive = shared_from_this();
    m_servePosted = false;
    // Each is asked once; one whose endpoint is still full goes to the end of the same round in its order.
    std::deque<Transport *> still;
    while (!m_shutDown && !m_waiting.empty()) {
        Transport *const exchange = m_waiting.front();
        m_waiting.pop_front();
        if (!exchange->tryConnection())
            still.push_back(exchange);
    }
    if (!m_shutDown)
        m_waiting = std::move(still);
}

void ClientCore::tell()
{
    const std::shared_ptr<ClientCore> alive = shared_from_this();
    while (!m_shutDown && !m_untold.empty()) {
        Transport *const exchange = m_untold.front();
        m_untold.pop_front();
        exchange->tell();
    }
}

} // namespace tollgate
