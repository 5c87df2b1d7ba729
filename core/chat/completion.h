// An answer, and the pieces it streams in: plain values.
#pragma once

#include "core/base/money.h"
#include "core/chat/message.h"
#include "core/chat/usage.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace tollgate {

// One piece of a streamed answer. Exactly one of the kinds; tool-call pieces are keyed by index.
struct Delta {
    enum class Kind : quint8 { Text, Reasoning, ToolCall, Refusal };
    Kind kind = Kind::Text;
    QString text;      // Text, Reasoning, Refusal: the piece; ToolCall: a piece of the arguments
    int toolIndex = 0; // ToolCall only
    QString toolId;    // ToolCall only: set on its first piece
    QString toolName;  // ToolCall only: set on its first piece
    friend bool operator==(const Delta &, const Delta &) = default;
};

enum class FinishReason : quint8 { None, Stop, Length, ToolCalls, ContentFilter, Refusal, Error, Other };

struct Completion {
    QString text;
    QString reasoning;
    QString refusal;
    QList<ToolCall> toolCalls;
    FinishReason finishReason = FinishReason::None;
    QString rawFinishReason; // the provider's own word
    QString model;           // as answered, often a dated id
    QString responseId;      // the provider's id of the answer
    QString requestId;       // x-request-id and the like, for support
    QString serviceTier;     // the tier used; decides the price block
    Usage usage;
    QByteArray rawUsage;                // the usage object as sent, so that a later price can be applied
    std::optional<Money> providerCost;  // OpenRouter tells its own cost: it wins over any table
    QByteArray opaqueJson;              // blocks to hand back unchanged in the next turn
    bool complete = false;              // end marker seen and finish reason present

    void append(const Delta &delta); // adds a piece to text, reasoning, refusal or toolCalls
};

QString finishReasonName(FinishReason reason); // "stop", "length", "tool_calls", "content_filter", "refusal", "error", "other", ""

} // namespace tollgate
