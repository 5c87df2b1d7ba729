// Replaces every live secret (exact value, and its base64 and URL forms) by "[redacted]" in text that is about to leave the program:
// logs, errors, database columns, exports. Any thread.
#pragma once

#include "core/base/secretbytes.h"

#include <QByteArray>
#include <QString>

#include <mutex>
#include <vector>

namespace tollgate {

class Redactor
{
public:
    // Secrets shorter than 8 bytes are not added: they would mangle ordinary text (reliability.md threat 7).
    void add(const SecretBytes &secret);
    QString redact(const QString &text) const;
    QByteArray redact(const QByteArray &text) const;

private:
    mutable std::mutex m_mutex;
    std::vector<SecretBytes> m_needles; // each form of each secret
};

} // namespace tollgate
