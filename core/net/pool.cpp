#include "core/net/pool.h"

#include <algorithm>
#include <utility>

namespace tollgate {

namespace {

// A connection that nobody waits for has the connect and TLS deadlines of definitions.md together.
constexpr Milliseconds openingLifetime{15'000};

} // namespace

Pool::Pool(Clock &clock, const HttpClient::Settings &settings, std::function<void()> idle, std::function<void()> room)
    : m_clock(clock), m_settings(settings), m_idle(std::move(idle)), m_room(std::move(room))
{
}

Pool::~Pool()
{
    closeAll();
}

Connection *Pool::acquire(const Endpoint &endpoint, MonoTime now, bool fresh, int limit)
{
    Site &site = m_sites[endpoint];
    if (!fresh) {
        if (Connection *const idle = takeIdle(site, now))
            return idle;
        const auto opening = std::find_if(site.all.begin(), site.all.end(), [](const Connection *connection) {
            return !connection->isAttached()
                   && (connection->state() == Connection::State::Connecting || connection->state() == Connection::State::Securing);
        });
        if (opening != site.all.end())
            return *opening;
    }
    if (int(site.all.size()) >= std::max(limit, m_settings.maxConnectionsPerEndpoint)) {
        if (site.idle.empty())
            return nullptr;
        site.idle.front()->drop(); // a fresh one was asked for: the oldest idle one makes room
    }
    return create(endpoint, site);
}

Connection *Pool::takeIdle(Site &site, MonoTime now)
{
    while (!site.idle.empty()) {
        Connection *const connection = site.idle.back();
        if (endOf(*connection) > now && connection->isReusable()) {
            site.idle.pop_back();
            return connection;
        }
        connection->drop(); // takes itself off the lists
    }
    return nullptr;
}

Connection *Pool::create(const Endpoint &endpoint, Site &site)
{
    auto *const connection = new Connection(endpoint, m_clock, m_authorities, *this);
    site.all.push_back(connection);
    return connection;
}

void Pool::warm(const Endpoint &endpoint, MonoTime now)
{
    Site &site = m_sites[endpoint];
    const bool hasFree = std::any_of(site.all.begin(), site.all.end(), [&](const Connection *connection) {
        return !connection->isAttached()
               && (connection->state() != Connection::State::Idle || (endOf(*connection) > now && connection->isReusable()));
    });
    if (hasFree || int(site.all.size()) >= m_settings.maxConnectionsPerEndpoint)
        return;
    create(endpoint, site)->open();
    m_idle();
}

MonoTime Pool::endOf(const Connection &connection) const
{
    if (connection.state() != Connection::State::Idle)
        return connection.idleSince() + openingLifetime;
    return connection.idleSince() + std::min(m_settings.idleLifetime, connection.idleHint().value_or(m_settings.idleLifetime));
}

MonoTime Pool::expire(MonoTime now)
{
    MonoTime next;
    std::vector<Connection *> old;
    for (const auto &[endpoint, site] : m_sites) {
        for (Connection *const connection : site.all) {
            if (connection->isAttached() || connection->state() == Connection::State::Busy)
                continue;
            const MonoTime end = endOf(*connection);
            if (end <= now)
                old.push_back(connection);
            else if (!next || end < next)
                next = end;
        }
    }
    for (Connection *const connection : old)
        connection->drop();
    std::erase_if(m_sites, [](const auto &entry) { return entry.second.all.empty(); });
    return next;
}

void Pool::closeIdle()
{
    for (auto &[endpoint, site] : m_sites) {
        while (!site.idle.empty())
            site.idle.back()->drop();
    }
}

void Pool::closeAll()
{
    for (auto &[endpoint, site] : m_sites) {
        while (!site.all.empty())
            site.all.back()->drop();
    }
}

int Pool::idleCount(const Endpoint &endpoint) const
{
    const auto site = m_sites.find(endpoint);
    return site == m_sites.end() ? 0 : int(site->second.idle.size());
}

int Pool::openCount() const
{
    int count = 0;
    for (const auto &[endpoint, site] : m_sites)
        count += int(site.all.size());
    return count;
}

void Pool::connectionIdle(Connection &connection)
{
    m_sites[connection.endpoint()].idle.push_back(&connection);
    m_idle();
    m_room();
}

void Pool::connectionGone(Connection &connection)
{
    const auto site = m_sites.find(connection.endpoint());
    if (site == m_sites.end())
        return;
    std::erase(site->second.all, &connection);
    std::erase(site->second.idle, &connection);
    m_room();
}

} // namespace tollgate
