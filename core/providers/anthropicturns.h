// A conversation as the Anthropic wire wants it: the system text apart, tool results inside user messages, and thinking handed back
// as it came.
#pragma once

#include "core/base/json.h"
#include "core/chat/message.h"

namespace tollgate {

// Writes the members "system" (all system messages, wherever they stand; absent without one) and "messages" into an open object.
void writeAnthropicTurns(JsonWriter &writer, const QList<Message> &messages);

} // namespace tollgate
