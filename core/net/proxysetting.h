// Reads a proxy setting, asks the desktop for its proxy off the engine thread, and reads the server's Keep-Alive hint.
#pragma once

#include "core/async/clock.h"
#include "core/net/endpoint.h"

#include <QNetworkProxy>
#include <QObject>

#include <optional>

namespace tollgate {

// "" and "none" give an explicit NoProxy; "http://host:port" and "socks5://host:port" give that proxy; anything else nothing.
std::optional<QNetworkProxy> proxyFromSetting(const QString &setting);

// "http://host:port" or "socks5://host:port", without the user and password that the system's proxy may have.
QString proxyName(const QNetworkProxy &proxy);

// "timeout=5, max=100" -> 4 s: a second earlier than the server, so that the two do not race. Nothing without a timeout.
std::optional<Milliseconds> keepAliveHint(const QByteArray &header);

// Whether an endpoint is on this computer: no system's proxy is asked for the way there.
bool isLoopback(const Endpoint &endpoint);

// Asks the system which proxy leads to an endpoint, on a pool thread because the answer may need a script from the network.
// Destroys itself after the answer; a receiver that died first is simply not called.
class SystemProxyLookup : public QObject
{
    Q_OBJECT

public:
    explicit SystemProxyLookup(const Endpoint &endpoint) : m_endpoint(endpoint) {}
    void start();

Q_SIGNALS:
    void found(const QNetworkProxy &proxy);

private:
    const Endpoint m_endpoint;
};

} // namespace tollgate
