#include "core/cache/cachekey.h"

#include "core/base/json.h"

#include <QCryptographicHash>

namespace tollgate {

CacheKey makeCacheKey(const QString &credential, const QByteArray &origin, const QByteArray &target, const QString &wire, QByteArrayView body)
{
    JsonDocument document;
    const Result<JsonValue> value = document.parse(body);
    // Of two members of one name a provider may read either: such a body equals nothing.
    if (!value || !value->isObject() || hasDuplicateKeys(*value))
        return {};
    CacheKey key;
    // Streamed or not, the answer is the same one.
    const QByteArray question = canonicalJson(*value, {"stream", "stream_options"});
    key.canonical.reserve(question.size() + 256);
    JsonWriter writer(key.canonical);
    writer.beginArray();
    writer.value(1); // the scheme: a new one never meets old answers
    writer.value(credential);
    writer.value(QString::fromUtf8(origin));
    writer.value(QString::fromUtf8(target));
    writer.value(wire);
    writer.raw(question);
    writer.endArray();
    key.hash = QCryptographicHash::hash(key.canonical, QCryptographicHash::Sha256);
    return key;
}

} // namespace tollgate
