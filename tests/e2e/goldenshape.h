// The shape of a command's JSON, held by a golden file.
#pragma once

#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QStringList>
#include <QTest>

namespace tollgate::test {

inline QStringList words(const char *text) { return QString::fromUtf8(text).split(u' ', Qt::SkipEmptyParts); }

// The names of an object's members, sorted, nested objects as name.member: the shape that scripts rely on.
inline QStringList shape(const QJsonObject &object, const QString &prefix = {})
{
    QStringList names;
    for (auto it = object.begin(); it != object.end(); ++it) {
        names.append(prefix + it.key());
        if (it->isObject())
            names += shape(it->toObject(), prefix + it.key() + u'.');
        else if (it->isArray() && it->toArray().first().isObject())
            names += shape(it->toArray().first().toObject(), prefix + it.key() + QStringLiteral("[]."));
    }
    names.sort();
    return names;
}

// Compares with the golden file; TOLLGATE_UPDATE_GOLDEN=1 writes it anew.
inline void compareShape(const QString &name, const QJsonObject &object)
{
    const QString path = QStringLiteral(TOLLGATE_FIXTURES "/cli/") + name + QStringLiteral(".shape");
    const QByteArray now = shape(object).join(u'\n').toUtf8() + '\n';
    QFile file(path);
    if (qEnvironmentVariableIsSet("TOLLGATE_UPDATE_GOLDEN")) {
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(now);
        return;
    }
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(path));
    QCOMPARE(now, file.readAll());
}

} // namespace tollgate::test
