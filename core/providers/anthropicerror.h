// What an error of the Anthropic wire means: by error.type, then details.error_code, by the status only where they are missing.
#pragma once

#include "core/base/headers.h"
#include "core/base/json.h"
#include "core/chat/failure.h"

#include <QByteArrayView>

namespace tollgate {

// An answer outside 2xx. What is no error of this wire (a proxy's page, another wire's object) is judged as OpenAI's are.
Failure classifyAnthropicError(int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs);

// True when a 2xx document or an event of a stream is an error.
bool isAnthropicError(JsonValue root);
Failure anthropicErrorInside(JsonValue root);

} // namespace tollgate
