// Looks into a file of certificate authorities: how many it holds, or what is wrong with it, in words. Any thread; reads the file.
#pragma once

#include <QDateTime>
#include <QString>

namespace tollgate::ui {

struct CertificateFile {
    int count = 0;
    QString first;      // name of the first authority
    QDateTime expires;  // the earliest end
    QString problem;    // empty: the file can be used
};

CertificateFile checkCertificateFile(const QString &path);

} // namespace tollgate::ui
