// The body of a request of the Gemini wire.
#pragma once

#include "core/base/result.h"
#include "core/chat/chatrequest.h"
#include "core/settings/providerconfig.h"

#include <QByteArray>
#include <QStringList>

namespace tollgate {

struct GeminiBody {
    QByteArray json;
    QStringList droppedParameters; // set by the user, unknown to the wire or the model
};

// The member of Message::opaqueJson and Completion::opaqueJson that is this wire's: the parts of one answer with their thought
// signatures, in order. They are handed back unchanged as long as text and tool calls of the message are still those of the parts.
inline constexpr QByteArrayView geminiOpaqueKey = "gemini";
// Ids of tool calls to which the provider gave none begin so, and are not sent to it.
inline constexpr QLatin1String geminiOwnCallId("gemini-call-");

// Extra fields join generationConfig and toolConfig member by member. Fails (Usage) as checkRequest() does, on tool calls whose
// arguments are not a JSON object, and on extra fields that are not one.
Result<GeminiBody> geminiBody(const ProviderConfig &config, const ChatRequest &request);

} // namespace tollgate
