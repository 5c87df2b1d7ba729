// Every open connection by endpoint, and which of them may carry the next request.
#pragma once

#include "core/net/certificates.h"
#include "core/net/connection.h"
#include "core/net/httpclient.h"

#include <functional>
#include <unordered_map>
#include <vector>

namespace tollgate {

// Owns the connections. It hands out the one that was used last (its window is warm, and the others can grow old and close), never
// one that is older than allowed or that the kernel knows to be dead, and never opens more than allowed per endpoint.
class Pool final : private ConnectionOwner
{
public:
    // `idle` is called when a connection became idle, `room` when one is gone or idle: someone waiting may be served.
    Pool(Clock &clock, const HttpClient::Settings &settings, std::function<void()> idle, std::function<void()> room);
    ~Pool() override;

    // An idle connection, or one that is being opened for nobody, or a new one that has yet to be open()ed. Null at the limit.
    // `fresh` asks for a new one; `limit` raises the client's own.
    Connection *acquire(const Endpoint &endpoint, MonoTime now, bool fresh, int limit);
    // Opens one connection for nobody if the endpoint has none that is free.
    void warm(const Endpoint &endpoint, MonoTime now);

    // Closes what is idle or being opened for nobody for too long; gives the time of the next such end, unset: none.
    MonoTime expire(MonoTime now);
    void closeIdle();
    void closeAll();
    int idleCount(const Endpoint &endpoint) const;
    int openCount() const;

private:
    struct Hash {
        size_t operator()(const Endpoint &endpoint) const { return qHash(endpoint); }
    };
    struct Site {
        std::vector<Connection *> all;
        std::vector<Connection *> idle; // oldest first
    };

    void connectionIdle(Connection &connection) override;
    void connectionGone(Connection &connection) override;
    Connection *takeIdle(Site &site, MonoTime now);
    Connection *create(const Endpoint &endpoint, Site &site);
    MonoTime endOf(const Connection &connection) const;

    Clock &m_clock;
    const HttpClient::Settings m_settings;
    const std::function<void()> m_idle;
    const std::function<void()> m_room;
    FileAuthorities m_authorities;
    std::unordered_map<Endpoint, Site, Hash> m_sites;
};

} // namespace tollgate
