#include "core/net/proxysetting.h"

#include <QHostAddress>
#include <QNetworkProxyFactory>
#include <QNetworkProxyQuery>
#include <QThreadPool>
#include <QUrl>

namespace tollgate {

namespace {

QNetworkProxy systemProxy(const Endpoint &endpoint)
{
    const QNetworkProxyQuery query(QUrl(QString::fromLatin1(endpoint.origin())));
    for (QNetworkProxy proxy : QNetworkProxyFactory::systemProxyForQuery(query)) {
        switch (proxy.type()) {
        case QNetworkProxy::HttpCachingProxy: // the same proxy; a socket reaches it by CONNECT
            proxy.setType(QNetworkProxy::HttpProxy);
            return proxy;
        case QNetworkProxy::HttpProxy:
        case QNetworkProxy::Socks5Proxy:
        case QNetworkProxy::NoProxy:
            return proxy;
        default:
            break;
        }
    }
    return QNetworkProxy::NoProxy;
}

} // namespace

std::optional<QNetworkProxy> proxyFromSetting(const QString &setting)
{
    if (setting.isEmpty() || setting == QLatin1String("none"))
        return QNetworkProxy(QNetworkProxy::NoProxy);
    const QLatin1String socks("socks5://");
    const bool isSocks = setting.startsWith(socks);
    if (!isSocks && !setting.startsWith(QLatin1String("http://")))
        return std::nullopt;
    // The rest follows the grammar of base addresses, so it is read by the same code.
    const QString url = isSocks ? QLatin1String("http://") + setting.mid(socks.size()) : setting;
    const Result<ParsedUrl> parsed = parseBaseUrl(url, true);
    const bool hasPort = setting.lastIndexOf(QLatin1Char(':')) > setting.lastIndexOf(QLatin1Char(']'))
                         && setting.lastIndexOf(QLatin1Char(':')) > setting.indexOf(QLatin1String("://"));
    if (!parsed || !hasPort || !parsed->path.isEmpty() || !parsed->query.isEmpty())
        return std::nullopt;
    return QNetworkProxy(isSocks ? QNetworkProxy::Socks5Proxy : QNetworkProxy::HttpProxy, parsed->endpoint.host,
                         parsed->endpoint.port);
}

QString proxyName(const QNetworkProxy &proxy)
{
    const QString host = proxy.hostName().contains(QLatin1Char(':')) ? QLatin1Char('[') + proxy.hostName() + QLatin1Char(']') : proxy.hostName();
    return QStringLiteral("%1://%2:%3").arg(QLatin1String(proxy.type() == QNetworkProxy::Socks5Proxy ? "socks5" : "http"), host)
        .arg(proxy.port());
}

bool isLoopback(const Endpoint &endpoint)
{
    return endpoint.host == QLatin1String("localhost") || endpoint.host.endsWith(QLatin1String(".localhost"))
           || QHostAddress(endpoint.host).isLoopback();
}

std::optional<Milliseconds> keepAliveHint(const QByteArray &header)
{
    for (const QByteArray &part : header.toLower().split(',')) {
        const QByteArray word = part.trimmed();
        bool ok = false;
        if (word.startsWith("timeout=")) {
            const qint64 seconds = word.mid(8).trimmed().toLongLong(&ok);
            if (ok && seconds >= 0 && seconds < 86'400)
                return Milliseconds(qMax<qint64>(seconds - 1, 0) * 1000);
        }
    }
    return std::nullopt;
}

void SystemProxyLookup::start()
{
    QThreadPool::globalInstance()->start([this] {
        Q_EMIT found(systemProxy(m_endpoint));
        deleteLater();
    });
}

} // namespace tollgate

#include "moc_proxysetting.cpp"
