#include "core/simulator/simulatorwire.h"

#include "core/simulator/anthropicwire.h"
#include "core/simulator/azurechatwire.h"
#include "core/simulator/geminiwire.h"
#include "core/simulator/ollamawire.h"
#include "core/simulator/openaichatwire.h"
#include "core/simulator/responseswire.h"
#include "core/simulator/serverlesswire.h"

#include <algorithm>

namespace tollgate {

namespace {

qsizetype pieces(qsizetype tokens, qsizetype perEvent)
{
    return (tokens + perEvent - 1) / perEvent;
}

TokenSpan spanOf(const ChatAnswer &answer, qsizetype index, qsizetype perEvent)
{
    const qsizetype reasoningEvents = pieces(answer.reasoningTokens, perEvent);
    TokenSpan span;
    span.index = index;
    span.reasoning = index < reasoningEvents;
    span.from = (span.reasoning ? index : index - reasoningEvents) * perEvent;
    span.to = std::min(span.from + perEvent, span.reasoning ? answer.reasoningTokens : answer.contentTokens);
    span.text = (span.reasoning ? answer.reasoning : answer.content)->slice(span.from, span.to);
    return span;
}

} // namespace

QByteArray SimulatorWire::key(const Headers &headers) const
{
    const QByteArray value = headers.value("authorization");
    return value.startsWith("Bearer ") ? value.sliced(7).trimmed() : QByteArray();
}

qsizetype tokenEvents(const ChatAnswer &answer, qsizetype perEvent)
{
    return pieces(answer.reasoningTokens, perEvent) + pieces(answer.contentTokens, perEvent);
}

qsizetype SimulatorWire::eventCount(const ChatAnswer &answer, qsizetype perEvent) const
{
    return 1 + tokenEvents(answer, perEvent) + endEvents(answer);
}

void SimulatorWire::appendEvent(QByteArray &out, const ChatAnswer &answer, qsizetype index, qsizetype perEvent) const
{
    const qsizetype tokens = tokenEvents(answer, perEvent);
    if (index == 0)
        appendHead(out, answer);
    else if (index <= tokens)
        appendTokens(out, answer, spanOf(answer, index - 1, perEvent));
    else
        appendEnd(out, answer, index - 1 - tokens);
}

std::vector<std::unique_ptr<const SimulatorWire>> makeSimulatorWires()
{
    std::vector<std::unique_ptr<const SimulatorWire>> wires;
    wires.push_back(std::make_unique<AnthropicWire>());
    wires.push_back(std::make_unique<ResponsesWire>());
    wires.push_back(std::make_unique<GeminiWire>());
    wires.push_back(std::make_unique<AzureChatWire>());
    wires.push_back(std::make_unique<OllamaWire>());
    wires.push_back(std::make_unique<ServerlessWire>());
    wires.push_back(std::make_unique<OpenAiChatWire>());
    return wires;
}

} // namespace tollgate
