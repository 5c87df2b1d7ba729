#include "core/net/httpclient.h"

#include "core/net/clientcore.h"
#include "core/net/transport.h"

#include <utility>

namespace tollgate {

class HttpClient::Private
{
public:
    std::shared_ptr<ClientCore> core;
};

HttpClient::HttpClient(Clock &clock) : HttpClient(clock, Settings()) {}

HttpClient::HttpClient(Clock &clock, Settings settings)
    : d(std::make_unique<Private>(Private{std::make_shared<ClientCore>(clock, settings)}))
{
}

HttpClient::~HttpClient()
{
    d->core->shutDown();
}

std::unique_ptr<Exchange> HttpClient::start(HttpRequest request, ExchangeListener &listener)
{
    auto exchange = std::make_unique<Transport>(d->core, std::move(request), listener);
    exchange->begin();
    return exchange;
}

void HttpClient::warm(const Endpoint &endpoint)
{
    d->core->pool().warm(endpoint, d->core->clock().now());
}

int HttpClient::idleConnections(const Endpoint &endpoint) const
{
    return d->core->pool().idleCount(endpoint);
}

int HttpClient::openConnections() const
{
    return d->core->pool().openCount();
}

void HttpClient::closeIdle()
{
    d->core->pool().closeIdle();
}

} // namespace tollgate
