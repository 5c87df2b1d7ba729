#include "ui/settings/certificatecheck.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QSslCertificate>

namespace tollgate::ui {

namespace {

// The bundle of a whole distribution is 0.2 MiB.
constexpr qint64 largest = 8 * 1024 * 1024;

QString tr(const char *text)
{
    return QCoreApplication::translate("CertificateFile", text);
}

QString nameOf(const QSslCertificate &certificate)
{
    const QStringList names = certificate.subjectInfo(QSslCertificate::CommonName) + certificate.subjectInfo(QSslCertificate::Organization);
    return names.value(0);
}

} // namespace

CertificateFile checkCertificateFile(const QString &path)
{
    CertificateFile result;
    const QFileInfo info(path);
    const QString name = info.fileName().isEmpty() ? path : info.fileName();
    QFile file(path);
    if (!info.isAbsolute()) {
        result.problem = tr("The path of the file must be whole, from / on.");
    } else if (!info.exists()) {
        result.problem = tr("%1 does not exist.").arg(name);
    } else if (!info.isFile()) {
        result.problem = tr("%1 is not a file.").arg(name);
    } else if (info.size() > largest) {
        result.problem = tr("%1 is too big for a list of certificates.").arg(name);
    } else if (!file.open(QIODevice::ReadOnly)) {
        result.problem = tr("%1 cannot be read: %2.").arg(name, file.errorString());
    } else {
        const QList<QSslCertificate> certificates = QSslCertificate::fromDevice(&file, QSsl::Pem);
        result.count = int(certificates.size());
        for (const QSslCertificate &certificate : certificates) {
            if (!result.expires.isValid() || certificate.expiryDate() < result.expires)
                result.expires = certificate.expiryDate();
        }
        if (certificates.isEmpty())
            result.problem = tr("%1 holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).").arg(name);
        else
            result.first = nameOf(certificates.first());
    }
    return result;
}

} // namespace tollgate::ui
