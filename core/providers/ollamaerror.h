// What an error of Ollama's wire means, and what can be done about it.
#pragma once

#include "core/base/headers.h"
#include "core/base/json.h"
#include "core/chat/failure.h"

#include <QByteArrayView>

namespace tollgate {

// An answer outside 2xx.
Failure classifyOllamaError(int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs);
// A line or document of a 2xx answer that has a member "error".
Failure ollamaErrorInside(JsonValue root);

} // namespace tollgate
