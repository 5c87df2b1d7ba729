// The body of a request of the OpenAI Responses wire.
#pragma once

#include "core/base/result.h"
#include "core/chat/chatrequest.h"
#include "core/settings/providerconfig.h"

#include <QByteArray>
#include <QStringList>

namespace tollgate {

struct ResponsesBody {
    QByteArray json;
    bool streamed = false;         // as the body says it, the user's own members included
    QStringList droppedParameters; // set by the user, unknown to the wire
};

// The member of Message::opaqueJson and Completion::opaqueJson that is this wire's: the output items of one answer, in order. They
// are handed back unchanged as long as text and tool calls of the message are still those of the items.
inline constexpr QByteArrayView responsesOpaqueKey = "openai-responses";

// Tells the provider to store nothing ("store":false): the answer stays with the user. Extra fields can say otherwise.
// Fails (Usage) as checkRequest() does, and on extra fields that are not a JSON object.
Result<ResponsesBody> responsesBody(const ProviderConfig &config, const ChatRequest &request);

} // namespace tollgate
