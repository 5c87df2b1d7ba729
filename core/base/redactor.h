// Replaces every live secret by "[redacted]" in text that is about to leave the program: logs, errors, database columns, exports,
// output. Knows its forms: as it is, in JSON, base64 (any alignment, both alphabets), hex, percent-encoded and, in bytes, UTF-16. Any thread.
#pragma once

#include "core/base/secretbytes.h"

#include <QByteArray>
#include <QString>

#include <memory>
#include <mutex>

namespace tollgate {

class Redactor
{
public:
    Redactor();
    ~Redactor();

    // Secrets shorter than 8 bytes are not added: they would mangle ordinary text (reliability.md threat 7).
    void add(const SecretBytes &secret);
    QString redact(const QString &text) const;
    QByteArray redact(const QByteArray &text) const;
    // Whether redact() would change it. Reads about one byte in five: 4 KiB take a microsecond.
    bool finds(QStringView text) const;
    bool finds(QByteArrayView text) const;
    // How many bytes at the end of `text` may be the beginning of a secret whose rest is still to come: what a stream holds back.
    qsizetype beginningAtEnd(QByteArrayView text) const;

private:
    class Needles;
    std::shared_ptr<const Needles> needles() const;

    mutable std::mutex m_mutex;
    std::shared_ptr<const Needles> m_needles; // never null; replaced as a whole
};

} // namespace tollgate
