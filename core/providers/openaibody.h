// The body of a chat completion request in one dialect of the OpenAI wire.
#pragma once

#include "core/base/result.h"
#include "core/chat/chatrequest.h"
#include "core/providers/catalog.h"

#include <QByteArray>
#include <QStringList>

namespace tollgate {

struct OpenAiBody {
    QByteArray json;
    bool streamed = false;         // as the body says it, the user's own members included
    QStringList droppedParameters; // set by the user, unknown to the dialect
};

// Members of parameters.extraBody replace ours of the same name. Fails (Usage) on what the wire cannot say: no model, images
// outside user messages, a schema or extra body that is not a JSON object.
Result<OpenAiBody> openAiBody(Dialect dialect, const ChatRequest &request);

} // namespace tollgate
