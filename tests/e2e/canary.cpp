#include "tests/e2e/canary.h"

#include <QDirIterator>
#include <QFile>

namespace tollgate::test {

namespace {

constexpr qsizetype fragment = 16; // so much of it in one piece is a find as well

QByteArray wide(const QByteArray &text, bool little)
{
    QByteArray bytes;
    for (const char c : text)
        little ? bytes.append(c).append('\0') : bytes.append('\0').append(c);
    return bytes;
}

} // namespace

Canary::Canary(const QByteArray &secret) : m_secret(secret)
{
    add(QStringLiteral("raw"), secret);
    for (qsizetype at = 0; at + fragment <= secret.size(); ++at)
        add(QStringLiteral("fragment %1").arg(at), secret.mid(at, fragment));
    add(QStringLiteral("hex"), secret.toHex());
    add(QStringLiteral("HEX"), secret.toHex().toUpper());
    add(QStringLiteral("percent"), secret.toPercentEncoding());
    add(QStringLiteral("UTF-16LE"), wide(secret, true));
    add(QStringLiteral("UTF-16BE"), wide(secret, false));
    for (const auto alphabet : {QByteArray::Base64Encoding, QByteArray::Base64UrlEncoding}) {
        for (int before = 0; before < 3; ++before) {
            // Only the characters that the secret alone decides: four of them stand for three whole bytes.
            const QByteArray aligned = secret.mid((3 - before) % 3);
            add(QStringLiteral("base64 + %1").arg(before), aligned.first(aligned.size() / 3 * 3).toBase64(alphabet));
        }
    }
}

void Canary::add(const QString &name, const QByteArray &bytes) { m_forms.append({name, bytes}); }

QString Canary::foundIn(const QByteArray &bytes) const
{
    for (const Form &form : m_forms) {
        if (bytes.contains(form.bytes))
            return form.name;
    }
    return {};
}

QStringList Canary::foundUnder(const QString &folder, const QStringList &without) const
{
    QStringList found;
    QDirIterator files(folder, QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        if (without.contains(files.fileName()))
            continue;
        QFile file(path);
        // A socket cannot be opened and holds nothing.
        const QByteArray bytes = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        const QString form = foundIn(bytes + '\n' + path.toUtf8());
        if (!form.isEmpty())
            found.append(path + QStringLiteral(": ") + form);
    }
    return found;
}

} // namespace tollgate::test
