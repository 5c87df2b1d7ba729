// Our own HTTP/1.1 client on QSslSocket and QTcpSocket: a keep-alive pool, exchanges with phases and deadlines, warm-up.
// It never re-sends, never follows a redirect, keeps no cookies, and asks for identity encoding. One thread.
#pragma once

#include "core/net/exchange.h"

#include <memory>

namespace tollgate {

class HttpClient
{
public:
    struct Settings {
        int maxConnectionsPerEndpoint = 24;      // HttpRequest::maxConnections raises it; exchanges beyond it wait in their order
        Milliseconds idleLifetime{15'000};       // a keep-alive socket idle for longer is not reused (definitions.md)
    };

    explicit HttpClient(Clock &clock);
    HttpClient(Clock &clock, Settings settings);
    ~HttpClient();

    // Never calls the listener from inside start(). The listener must outlive the exchange.
    std::unique_ptr<Exchange> start(HttpRequest request, ExchangeListener &listener);
    // Opens (and for TLS handshakes) one idle connection if the endpoint has none, so that the next exchange pays for neither.
    // Errors are ignored: the exchange that needs the connection will meet and report them.
    void warm(const Endpoint &endpoint);
    int idleConnections(const Endpoint &endpoint) const;
    int openConnections() const;
    void closeIdle();

private:
    class Private;
    std::unique_ptr<Private> d;
};

// Loads the system's certificate authorities on a worker thread, once per process (170-220 ms, network.md 1.2). Any thread;
// a TLS connection made before it is done waits for it inside its TLS phase without blocking the thread.
void preloadCertificates();

} // namespace tollgate
