// A secret that must be found nowhere, and the search for it in every form it could leave in.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

namespace tollgate::test {

class Canary
{
public:
    explicit Canary(const QByteArray &secret);

    const QByteArray &secret() const { return m_secret; }
    // The name of the first form that `bytes` holds ("raw", "base64 + 1", "fragment 3", ...); empty: none.
    QString foundIn(const QByteArray &bytes) const;
    // "file: form" of every file under `folder` that holds it, names of files included.
    QStringList foundUnder(const QString &folder, const QStringList &without = {}) const;

private:
    struct Form {
        QString name;
        QByteArray bytes;
    };
    void add(const QString &name, const QByteArray &bytes);
    QByteArray m_secret;
    QList<Form> m_forms;
};

} // namespace tollgate::test
