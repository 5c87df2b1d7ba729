#include "core/net/httpserver.h"

#include "core/base/log.h"
#include "core/net/serverconnection.h"

#include <QTcpServer>
#include <QTcpSocket>

#include <algorithm>
#include <utility>
#include <vector>

namespace tollgate {

namespace {

constexpr int listenBacklog = 256;
constexpr int maxRefusing = 16;                 // connections being told that there is no room; more are closed without a word
constexpr Milliseconds unusedBeforeGivenUp{1'000};
constexpr Milliseconds acceptRest{1'000};       // after the system ran out of descriptors

class Listener final : public QTcpServer
{
public:
    explicit Listener(std::function<void(qintptr)> accept) : m_accept(std::move(accept)) {}

protected:
    void incomingConnection(qintptr descriptor) override { m_accept(descriptor); }

private:
    std::function<void(qintptr)> m_accept;
};

} // namespace

class HttpServer::Private
{
public:
    Private(Clock &clock, Handler handler, ServerLimits limits)
        : context{clock, std::move(handler), std::move(limits), 0, false, 0, {}, {}, -1}, listener([this](qintptr descriptor) { accept(descriptor); }),
          rest(clock)
    {
        context.gone = [this](ServerConnection *connection) { forget(connection); };
        listener.setListenBacklogSize(listenBacklog);
        // Qt stops accepting for good when accept() fails, as it does when descriptors run out.
        QObject::connect(&listener, &QTcpServer::acceptError, &listener, [this] {
            qCWarning(lcNet) << "accepting a connection failed:" << listener.errorString();
            rest.start(acceptRest, [this] { listener.resumeAccepting(); });
        });
    }
    ~Private()
    {
        listener.close();
        for (ServerConnection *connection : std::exchange(connections, {}))
            delete connection;
    }

    void accept(qintptr descriptor)
    {
        const bool full = count() >= context.limits.connections && !giveUpUnused();
        if (full && int(connections.size()) - count() >= maxRefusing) {
            QTcpSocket socket;
            socket.setSocketDescriptor(descriptor);
            socket.abort();
            return;
        }
        auto *connection = new ServerConnection(context, descriptor, full);
        connection->setParent(&listener); // also one that waits for its deferred deletion dies with the server
        connections.push_back(connection);
    }

    // Closes the oldest connection that has sent nothing for a while; a client with a request is worth more.
    bool giveUpUnused()
    {
        const MonoTime now = context.clock.now();
        const auto oldest = std::find_if(connections.begin(), connections.end(), [&](const ServerConnection *c) {
            return !c->isFull() && c->isUnused() && now - c->acceptedAt() >= unusedBeforeGivenUp;
        });
        if (oldest == connections.end())
            return false;
        (*oldest)->drop();
        return true;
    }

    int count() const
    {
        return int(std::count_if(connections.begin(), connections.end(), [](const ServerConnection *c) { return !c->isFull(); }));
    }

    void forget(ServerConnection *connection) { std::erase(connections, connection); }

    ServerContext context;
    std::vector<ServerConnection *> connections; // in order of acceptance; each deletes itself after forget()
    Listener listener;
    ScopedTimer rest;
};

HttpServer::HttpServer(Clock &clock, Handler handler, ServerLimits limits)
    : d(std::make_unique<Private>(clock, std::move(handler), std::move(limits)))
{
}

HttpServer::~HttpServer() = default;

std::optional<QString> HttpServer::listen(const QHostAddress &address, quint16 port)
{
    if (!d->listener.listen(address, port))
        return d->listener.errorString();
    d->context.port = d->listener.serverPort();
    d->context.closing = false;
    return std::nullopt;
}

quint16 HttpServer::port() const
{
    return d->context.port;
}

int HttpServer::connectionCount() const
{
    return d->count();
}

void HttpServer::close()
{
    d->listener.close();
    d->context.closing = true;
    for (ServerConnection *connection : std::vector(d->connections))
        connection->closeIfIdle();
}

} // namespace tollgate
