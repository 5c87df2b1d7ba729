// Token counts before a provider reports them: bytes per token by model family. Always shown as "est.".
#pragma once

#include "core/chat/chatrequest.h"

namespace tollgate {

// Tokens of `text` for a model's family; at least 1 for non-empty text. Linear, no tables to load.
qint64 estimateTokens(QStringView text, QStringView model);
// All messages with their per-message overhead, tools and schema included.
qint64 estimateInputTokens(const ChatRequest &request, QStringView model);

} // namespace tollgate
