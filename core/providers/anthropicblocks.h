// The blocks of one answer of the Anthropic wire, kept so that they can be handed back unchanged: thinking is signed, and a turn
// whose thinking was altered is refused. Text and reasoning are kept as ranges of the completion, not twice.
#pragma once

#include "core/base/json.h"
#include "core/chat/completion.h"

#include <vector>

namespace tollgate {

struct AnthropicBlock {
    enum class Kind : quint8 {
        Text,
        Thinking,
        Tool,  // a call of the client's
        Other, // redacted thinking, the server's own tools and their results, what is yet to come
    };
    qint64 index = -1; // as the stream numbers it
    Kind kind = Kind::Other;
    qsizetype from = 0; // Text: in the completion's text; Thinking: in its reasoning
    qsizetype to = 0;
    int slot = -1;         // Tool: in the completion's tool calls
    bool hasInput = false; // Tool: a piece of its arguments came
    QByteArray start;      // Tool: the input it began with; Other: all of it as it began
    QByteArray pieces;     // Thinking: the signature; Other: its input as text
};

// The JSON array for Completion::opaqueJson; empty when text and calls say it all.
QByteArray anthropicOpaqueJson(const std::vector<AnthropicBlock> &blocks, const Completion &completion);

} // namespace tollgate
