// What an error of a serverless endpoint means: the function's own {"error": "text"}, or that of the platform in front of it.
#pragma once

#include "core/base/headers.h"
#include "core/base/json.h"
#include "core/chat/failure.h"

#include <QByteArrayView>

namespace tollgate {

// An answer outside 2xx.
Failure classifyServerlessError(int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs);
// True when a 2xx document is an error.
bool isServerlessError(JsonValue root);
// That error.
Failure serverlessErrorInside(JsonValue root);

} // namespace tollgate
