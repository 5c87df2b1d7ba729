#include "core/base/redactor.h"

#include "core/base/json.h"

#include <QUrl>

#include <algorithm>

namespace tollgate {

namespace {

constexpr QByteArrayView replacement = "[redacted]";
constexpr qsizetype shortestSecret = 8;

bool sameBytes(const SecretBytes &a, QByteArrayView b)
{
    return a.view() == b;
}

} // namespace

void Redactor::add(const SecretBytes &secret)
{
    if (secret.view().size() < shortestSecret)
        return;
    const std::lock_guard lock(m_mutex);
    const auto known = [this](QByteArrayView form) {
        return std::any_of(m_needles.begin(), m_needles.end(), [form](const SecretBytes &n) { return sameBytes(n, form); });
    };
    if (known(secret.view()))
        return;
    m_needles.push_back(secret);
    QByteArray plain = secret.view().toByteArray();
    QByteArray json;
    JsonWriter(json).utf8(plain);
    QByteArray forms[] = {plain.toBase64(QByteArray::Base64Encoding | QByteArray::OmitTrailingEquals),
                          plain.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals),
                          plain.toPercentEncoding(), plain.toPercentEncoding().toLower(),
                          json.sliced(1, json.size() - 2)};
    for (QByteArray &form : forms) {
        if (!known(form))
            m_needles.push_back(SecretBytes(form));
        wipe(form);
    }
    wipe(json);
    wipe(plain);
    // Longest first: a form that contains another must go whole, not leave its ends standing.
    std::stable_sort(m_needles.begin(), m_needles.end(),
                     [](const SecretBytes &a, const SecretBytes &b) { return a.view().size() > b.view().size(); });
}

QString Redactor::redact(const QString &text) const
{
    const std::lock_guard lock(m_mutex);
    QString result = text;
    for (const SecretBytes &needle : m_needles) {
        QString form = QString::fromUtf8(needle.view());
        if (result.contains(form))
            result.replace(form, QLatin1String(replacement.data(), replacement.size()));
        wipe(form);
    }
    return result;
}

QByteArray Redactor::redact(const QByteArray &text) const
{
    const std::lock_guard lock(m_mutex);
    QByteArray result = text;
    for (const SecretBytes &needle : m_needles) {
        if (result.contains(needle.view()))
            result.replace(needle.view(), replacement);
    }
    return result;
}

} // namespace tollgate
