#include "core/chat/completion.h"

namespace tollgate {

namespace {

// A provider that numbers its tool calls absurdly must not make us allocate for it.
constexpr int maxToolCalls = 1024;

} // namespace

void Completion::append(const Delta &delta)
{
    switch (delta.kind) {
    case Delta::Kind::Text: text += delta.text; return;
    case Delta::Kind::Reasoning: reasoning += delta.text; return;
    case Delta::Kind::Refusal: refusal += delta.text; return;
    case Delta::Kind::ToolCall: break;
    }
    if (delta.toolIndex < 0 || delta.toolIndex >= maxToolCalls)
        return;
    while (toolCalls.size() <= delta.toolIndex)
        toolCalls.append(ToolCall());
    ToolCall &call = toolCalls[delta.toolIndex];
    if (!delta.toolId.isEmpty())
        call.id = delta.toolId;
    if (!delta.toolName.isEmpty())
        call.name = delta.toolName;
    call.arguments += delta.text;
}

QString finishReasonName(FinishReason reason)
{
    switch (reason) {
    case FinishReason::None: return {};
    case FinishReason::Stop: return QStringLiteral("stop");
    case FinishReason::Length: return QStringLiteral("length");
    case FinishReason::ToolCalls: return QStringLiteral("tool_calls");
    case FinishReason::ContentFilter: return QStringLiteral("content_filter");
    case FinishReason::Refusal: return QStringLiteral("refusal");
    case FinishReason::Error: return QStringLiteral("error");
    case FinishReason::Other: return QStringLiteral("other");
    }
    return {};
}

} // namespace tollgate
