// What makes two requests equal: SHA-256 over canonical JSON of everything that can change an answer (reliability.md section 2.6).
#pragma once

#include <QByteArray>
#include <QString>

namespace tollgate {

struct CacheKey {
    QByteArray hash;      // 32 bytes
    QByteArray canonical; // what was hashed; compared byte for byte on a hit

    bool isValid() const { return hash.size() == 32; }
};

// `credential` names the key (never the key itself: provider id, key name, fingerprint). `body` is the encoded request; "stream" and
// "stream_options" are left out. Not valid when the body is not a JSON object.
CacheKey makeCacheKey(const QString &credential, const QByteArray &origin, const QByteArray &target, const QString &wire, QByteArrayView body);

} // namespace tollgate
