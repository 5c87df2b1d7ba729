// What the exchanges of one HttpClient share: the pool, the queue at its limit, and one timer for all deadlines.
#pragma once

#include "core/async/clock.h"
#include "core/net/httpclient.h"
#include "core/net/pool.h"

#include <QObject>

#include <deque>
#include <memory>
#include <vector>

namespace tollgate {

class Transport;

// Lives while the client or any of its exchanges lives; after shutDown() it does nothing any more. It never calls a listener except
// through an exchange, and never from inside HttpClient::start() or an exchange's destructor.
class ClientCore : public std::enable_shared_from_this<ClientCore>
{
public:
    ClientCore(Clock &clock, const HttpClient::Settings &settings);
    ~ClientCore();

    Clock &clock() { return m_clock; }
    Pool &pool() { return m_pool; }
    // Closes every connection; exchanges stay silent from here on. The clock is not used afterwards.
    void shutDown();

    void add(Transport &exchange);
    void remove(Transport &exchange);
    // The exchange wants a connection that the pool had none of; it gets tryConnection() in its turn.
    void wait(Transport &exchange);
    void stopWaiting(Transport &exchange); // for a connection, or for tell()
    // Something happened where the exchange's listener must not be called; it gets tell() from the event loop.
    void tellLater(Transport &exchange);
    // Something ends at `deadline`: the timer will look then or before. Cheap when it looks earlier anyway.
    void watch(MonoTime deadline);

private:
    void look();
    void serveWaiting();
    void tell();

    Clock &m_clock;
    const Milliseconds m_idleLifetime;
    QObject m_context; // of posted calls: they are dropped with it
    std::vector<Transport *> m_exchanges;
    std::deque<Transport *> m_waiting;
    std::deque<Transport *> m_untold;
    bool m_servePosted = false;
    bool m_shutDown = false;
    MonoTime m_looksAt; // unset: the timer is off
    ScopedTimer m_timer;
    Pool m_pool;
};

} // namespace tollgate
