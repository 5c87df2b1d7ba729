// The usageMetadata of the Gemini wire as disjoint token counts.
#pragma once

#include "core/base/json.h"
#include "core/chat/completion.h"

namespace tollgate {

// Replaces the completion's usage and raw usage by what `usage` says; an object without counts, or with nothing but zeros, changes
// nothing.
void applyGeminiUsage(JsonValue usage, Completion &completion);

} // namespace tollgate
