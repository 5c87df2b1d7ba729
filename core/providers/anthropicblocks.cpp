#include "core/providers/anthropicblocks.h"

#include <algorithm>

namespace tollgate {

namespace {

using Kind = AnthropicBlock::Kind;

void writeThinking(JsonWriter &writer, const AnthropicBlock &block, const QString &reasoning)
{
    writer.key("type").utf8("thinking").key("thinking").value(QStringView(reasoning).sliced(block.from, block.to - block.from));
    writer.key("signature").utf8(block.pieces);
}

// Arguments that are no object could not be handed back as they are; then the plain road writes the message.
bool writeTool(JsonWriter &writer, const ToolCall &call, JsonDocument &document)
{
    const QByteArray arguments = call.arguments.toUtf8();
    const Result<JsonValue> input = document.parse(arguments);
    if (!input.ok() || !input->isObject())
        return false;
    writer.key("type").utf8("tool_use").key("id").value(call.id).key("name").value(call.name).key("input").raw(arguments);
    return true;
}

// As it began; the server's own calls stream their input like ours.
bool writeOther(JsonWriter &writer, const AnthropicBlock &block, JsonDocument &document, JsonDocument &pieces)
{
    const Result<JsonValue> start = document.parse(block.start);
    if (!start.ok())
        return false;
    const Result<JsonValue> input = pieces.parse(block.pieces);
    if (!block.pieces.isEmpty() && !input.ok())
        return false;
    start->forEachMember([&](QByteArrayView name, JsonValue value) {
        const bool streamed = name == "input" && !block.pieces.isEmpty();
        writer.key(name).raw(streamed ? block.pieces : value.toJson());
    });
    return true;
}

} // namespace

QByteArray anthropicOpaqueJson(const std::vector<AnthropicBlock> &blocks, const Completion &completion)
{
    const auto saysMore = [](const AnthropicBlock &b) { return b.kind == Kind::Thinking || b.kind == Kind::Other; };
    if (std::none_of(blocks.begin(), blocks.end(), saysMore))
        return {};
    QByteArray json;
    JsonWriter writer(json);
    JsonDocument document;
    JsonDocument pieces;
    bool ok = true;
    writer.beginArray();
    for (const AnthropicBlock &block : blocks) {
        if (block.kind == Kind::Text && block.to == block.from)
            continue; // an empty text is refused when it comes back
        writer.beginObject();
        if (block.kind == Kind::Text)
            writer.key("type").utf8("text").key("text").value(QStringView(completion.text).sliced(block.from, block.to - block.from));
        else if (block.kind == Kind::Thinking)
            writeThinking(writer, block, completion.reasoning);
        else if (block.kind == Kind::Tool)
            ok = ok && writeTool(writer, completion.toolCalls[block.slot], document);
        else
            ok = ok && writeOther(writer, block, document, pieces);
        writer.endObject();
    }
    writer.endArray();
    return ok ? json : QByteArray();
}

} // namespace tollgate
