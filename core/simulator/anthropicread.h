// Reading a request of the Anthropic Messages wire.
#pragma once

#include "core/net/httpserver.h"
#include "core/simulator/chatcall.h"

namespace tollgate {

// As strict as the service: max_tokens and the version are required, and what a version refuses is refused.
std::optional<WireError> readAnthropicCall(const ServerRequest &request, JsonValue body, ChatCall &call);

} // namespace tollgate
