// The usage object of the OpenAI wire, in any dialect, as disjoint token counts.
#pragma once

#include "core/base/json.h"
#include "core/chat/completion.h"
#include "core/providers/catalog.h"

namespace tollgate {

// Replaces the completion's usage, raw usage and (OpenRouter) cost by what `usage` says. An object without counts, or with nothing
// but zeros, changes nothing: some servers send one, and a missing usage must be estimated, never counted as 0.
void applyOpenAiUsage(Dialect dialect, JsonValue usage, Completion &completion);

} // namespace tollgate
