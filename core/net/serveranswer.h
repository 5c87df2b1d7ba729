// The head of an answer as bytes. Pure.
#pragma once

#include "core/base/headers.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace tollgate {

struct AnswerFraming {
    std::optional<qint64> length; // Content-Length; empty: chunked, or by close
    bool chunked = false;
    bool close = false; // Connection: close
};

// "Not Found"; a plain word for codes without a registered phrase.
const char *reasonPhrase(int status);

// Appends status line, Date (unless given), the headers, and the framing. Framing headers among `headers` are left out, as are
// unsafe ones.
void appendAnswerHead(QByteArray &out, int status, const Headers &headers, const AnswerFraming &framing,
                      const QByteArray &date);

// True when the handler's headers ask for "Connection: close".
bool wantsClose(const Headers &headers);
// 1xx, 204 and 304 have no body and no length.
bool mayHaveBody(int status);

} // namespace tollgate
