#include "core/net/certificates.h"

#include "core/net/httpclient.h"

#include <QFileInfo>
#include <QSslCertificate>
#include <QThreadPool>

namespace tollgate {

namespace {

// What holds for every TLS connection, whomever it trusts.
void harden(QSslConfiguration &configuration)
{
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    configuration.setAllowedNextProtocols({QByteArrayLiteral("http/1.1")});
}

} // namespace

SystemAuthorities &SystemAuthorities::shared()
{
    static SystemAuthorities authorities;
    return authorities;
}

void SystemAuthorities::load()
{
    if (m_started.exchange(true))
        return;
    QThreadPool::globalInstance()->start([this] {
        // The first call initialises OpenSSL and, where the system has no directory of hashed certificates that verification can
        // look into, reads the whole bundle: the slow part. Setting a list here would make every handshake add all of it again.
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        harden(configuration);
        m_configuration = configuration;
        m_loaded.store(true, std::memory_order_release);
        Q_EMIT loaded();
    });
}

void SystemAuthorities::loadList()
{
    if (m_listStarted.exchange(true))
        return;
    QThreadPool::globalInstance()->start([this] {
        m_list = QSslConfiguration::systemCaCertificates();
        m_isListed.store(true, std::memory_order_release);
        Q_EMIT listed();
    });
}

std::optional<QSslConfiguration> FileAuthorities::configuration(const QString &file, const QList<QSslCertificate> &system)
{
    const QFileInfo info(file);
    const auto known = m_entries.constFind(file);
    if (known != m_entries.constEnd() && info.exists() && known->modified == info.lastModified() && known->size == info.size())
        return known->configuration;
    m_entries.remove(file);
    const QList<QSslCertificate> certificates
        = info.isFile() ? QSslCertificate::fromPath(file, QSsl::Pem, QSslCertificate::PatternSyntax::FixedString)
                        : QList<QSslCertificate>();
    if (certificates.isEmpty())
        return std::nullopt;
    // Made from nothing and not from the default configuration: that one may fetch system authorities on demand.
    QSslConfiguration configuration;
    configuration.setCaCertificates(system + certificates);
    harden(configuration);
    m_entries.insert(file, {info.lastModified(), info.size(), configuration});
    return configuration;
}

void preloadCertificates()
{
    SystemAuthorities::shared().load();
}

} // namespace tollgate

#include "moc_certificates.cpp"
