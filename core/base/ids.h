// Numbers that name rows, each its own type so that they cannot be mixed up.
#pragma once

#include <QHashFunctions>
#include <QString>

#include <compare>
#include <optional>

namespace tollgate {

// Dense and rising within one profile: 1, 2, 3, ... 0 means "none". Shown as "r-1842".
struct RequestId {
    qint64 value = 0;

    bool isValid() const { return value > 0; }
    QString toString() const { return QStringLiteral("r-") + QString::number(value); }
    // Accepts "r-1842" and "1842".
    static std::optional<RequestId> fromString(QStringView text)
    {
        if (text.startsWith(u"r-"))
            text = text.sliced(2);
        bool ok = false;
        const qint64 value = text.toLongLong(&ok);
        return ok && value > 0 ? std::optional(RequestId{value}) : std::nullopt;
    }
    friend auto operator<=>(const RequestId &, const RequestId &) = default;
};

inline size_t qHash(RequestId id, size_t seed = 0) { return ::qHash(id.value, seed); }

} // namespace tollgate
