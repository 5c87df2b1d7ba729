// What an error of the Gemini wire means: by the details Google adds, then by its status word, then by the HTTP status.
#pragma once

#include "core/base/headers.h"
#include "core/base/json.h"
#include "core/chat/failure.h"

#include <QByteArrayView>

namespace tollgate {

// An answer outside 2xx.
Failure classifyGeminiError(int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs);

// {"error": {...}} inside a 2xx document or stream. Its code stands for the status that could not be sent any more.
Failure geminiErrorInside(JsonValue root);

} // namespace tollgate
