// Helpers that every wire shares: provider text made safe to show, base URLs joined with a path, common request headers.
#pragma once

#include "core/base/result.h"
#include "core/providers/provider.h"

#include <QByteArrayView>
#include <QString>

namespace tollgate {

// The longest text of a provider that a failure keeps (definitions of Failure::message), in bytes of UTF-8.
inline constexpr qsizetype failureTextBytes = 2048;

// Text of a provider as plain text: control characters other than line feed and tab are gone, those that reorder text and white
// space at the ends too, and it is cut at a character within failureTextBytes.
QString plainText(const QString &text);
// The same for raw bytes; invalid UTF-8 becomes replacement characters.
QString plainExcerpt(QByteArrayView bytes);

// A request for `config` to base URL + `path` ("/chat/completions"): endpoint with trust and proxy, target, where the key goes, and
// headers with the user's extra ones. The key goes into the provider's keyHeader, else into `keyHeader`; "Bearer " precedes it in
// Authorization and nowhere else. Fails (Usage) on a bad base URL or an unsafe header. A base URL that already ends in `path` is taken.
Result<EncodedRequest> requestFor(const ProviderConfig &config, QByteArrayView path, QByteArrayView keyHeader = "Authorization");

Failure providerFailure(FailureKind kind, const QString &message, int httpStatus = 0);

} // namespace tollgate
