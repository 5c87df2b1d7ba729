// Dates on the wire, to and from Unix milliseconds: HTTP dates in their three shapes (RFC 9110 section 5.6.7) and RFC 3339 times.
// Pure; anything else, days that do not exist included, gives nothing.
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace tollgate {

std::optional<qint64> parseHttpDate(QByteArrayView text);
// "Tue, 24 Nov 2026 11:20:00 GMT"
QByteArray formatHttpDate(qint64 wallMs);
// "2026-11-24T11:20:00.5Z", "2026-11-24T11:20:00+01:00"; a time without a zone is read as UTC.
std::optional<qint64> parseRfc3339(QByteArrayView text);

} // namespace tollgate
