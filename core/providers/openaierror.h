// What an error of the OpenAI wire means: by its code and type first, by the status only then (providers.md sections 1 and 7).
#pragma once

#include "core/base/headers.h"
#include "core/base/json.h"
#include "core/chat/failure.h"
#include "core/providers/catalog.h"

#include <QByteArrayView>

namespace tollgate {

// An answer outside 2xx.
Failure classifyOpenAiError(Dialect dialect, int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs);

// True when a 2xx document or stream chunk is an error: {"error": ...} or Mistral's flat {"object":"error", ...}.
bool isOpenAiError(JsonValue root);
// That error. A numeric code stands for the status that could not be sent any more.
Failure openAiErrorInside(Dialect dialect, JsonValue root);

} // namespace tollgate
