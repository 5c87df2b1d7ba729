// What has to hold of a request before any wire writes it.
#pragma once

#include "core/base/result.h"
#include "core/chat/chatrequest.h"

namespace tollgate {

// Fails (Usage) without a model or a message, on images outside user messages or of no image type, and on schemas that are not a
// JSON object: they are spliced into the body as they are and could end it early.
Result<void> checkRequest(const ChatRequest &request);

// True when the text is one JSON object.
bool isJsonObject(const QByteArray &text);

} // namespace tollgate
