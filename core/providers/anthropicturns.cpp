#include "core/providers/anthropicturns.h"

#include <algorithm>

namespace tollgate {

namespace {

// Blocks that only this wire makes: an answer of another provider, in the same conversation, has none of them.
bool isOurs(JsonValue block)
{
    const QByteArrayView type = block["type"].utf8();
    return type == "thinking" || type == "redacted_thinking" || type == "server_tool_use" || type == "fallback"
        || type.endsWith("_tool_result") || (type == "compaction" && block["content"].exists());
}

bool isThinking(JsonValue block)
{
    const QByteArrayView type = block["type"].utf8();
    return type == "thinking" || type == "redacted_thinking";
}

// Whether the blocks say what the message says: the user can edit an answer, and then its text and calls count.
bool sayTheSame(JsonValue blocks, const Message &message)
{
    QByteArray text;
    qsizetype calls = 0;
    bool same = true;
    blocks.forEach([&](JsonValue block) {
        const QByteArrayView type = block["type"].utf8();
        if (type == "text") {
            text += block["text"].utf8();
        } else if (type == "tool_use") {
            same = same && calls < message.toolCalls.size() && block["id"].string() == message.toolCalls[calls].id;
            ++calls;
        }
    });
    return same && calls == message.toolCalls.size() && QString::fromUtf8(text) == message.text;
}

void writeText(JsonWriter &writer, const QString &text)
{
    if (!text.isEmpty()) // an empty block is refused
        writer.beginObject().key("type").utf8("text").key("text").value(text).endObject();
}

void writeImage(JsonWriter &writer, const ImagePart &image)
{
    writer.beginObject().key("type").utf8("image").key("source").beginObject().key("type").utf8("base64");
    writer.key("media_type").value(image.mimeType).key("data").utf8(image.data.toBase64()).endObject().endObject();
}

void writeUserBlocks(JsonWriter &writer, const Message &message)
{
    for (const ImagePart &image : message.images)
        writeImage(writer, image);
    writeText(writer, message.text);
}

void writeToolResult(JsonWriter &writer, const Message &message)
{
    writer.beginObject().key("type").utf8("tool_result").key("tool_use_id").value(message.toolCallId);
    if (!message.text.isEmpty())
        writer.key("content").value(message.text);
    writer.endObject();
}

class TurnWriter
{
public:
    explicit TurnWriter(JsonWriter &writer) : m_writer(writer) {}

    void write(const QList<Message> &messages)
    {
        m_writer.key("messages").beginArray();
        for (qsizetype i = 0; i < messages.size();) {
            const Message &message = messages[i];
            if (message.role == Role::Tool) {
                i = writeToolTurn(messages, i);
                continue;
            }
            if (message.role == Role::User)
                writeUser(message);
            else if (message.role == Role::Assistant)
                writeAssistant(message);
            ++i;
        }
        m_writer.endArray();
    }

private:
    // All results of one turn stand in one message, before whatever the user says next. Returns the message after it.
    qsizetype writeToolTurn(const QList<Message> &messages, qsizetype i)
    {
        begin("user");
        m_writer.beginArray();
        for (; i < messages.size() && messages[i].role == Role::Tool; ++i)
            writeToolResult(m_writer, messages[i]);
        if (i < messages.size() && messages[i].role == Role::User)
            writeUserBlocks(m_writer, messages[i++]);
        m_writer.endArray().endObject();
        return i;
    }

    void writeUser(const Message &message)
    {
        begin("user");
        if (message.images.isEmpty()) {
            m_writer.value(message.text);
        } else {
            m_writer.beginArray();
            writeUserBlocks(m_writer, message);
            m_writer.endArray();
        }
        m_writer.endObject();
    }

    void writeAssistant(const Message &message)
    {
        JsonValue blocks;
        if (!message.opaqueJson.isEmpty()) {
            if (const Result<JsonValue> parsed = m_opaque.parse(message.opaqueJson); parsed.ok() && parsed->isArray())
                blocks = *parsed;
        }
        bool ours = false;
        blocks.forEach([&ours](JsonValue block) { ours = ours || isOurs(block); });
        begin("assistant");
        if (ours && sayTheSame(blocks, message))
            m_writer.raw(message.opaqueJson);
        else if (message.toolCalls.isEmpty() && !ours)
            m_writer.value(message.text);
        else
            writeAssistantBlocks(message, blocks);
        m_writer.endObject();
    }

    void writeAssistantBlocks(const Message &message, JsonValue blocks)
    {
        m_writer.beginArray();
        blocks.forEach([this](JsonValue block) {
            if (isThinking(block))
                m_writer.raw(block.toJson());
        });
        writeText(m_writer, message.text);
        for (const ToolCall &call : message.toolCalls)
            writeToolUse(call);
        m_writer.endArray();
    }

    // Arguments are a text that may be no JSON; here they have to be an object, and the model should see what it wrote.
    void writeToolUse(const ToolCall &call)
    {
        m_writer.beginObject().key("type").utf8("tool_use").key("id").value(call.id).key("name").value(call.name).key("input");
        const QByteArray arguments = call.arguments.toUtf8();
        const Result<JsonValue> input = m_arguments.parse(arguments);
        if (input.ok() && input->isObject())
            m_writer.raw(arguments.trimmed());
        else if (arguments.trimmed().isEmpty())
            m_writer.beginObject().endObject();
        else
            m_writer.beginObject().key("invalid_json").value(call.arguments).endObject();
        m_writer.endObject();
    }

    void begin(QByteArrayView role) { m_writer.beginObject().key("role").utf8(role).key("content"); }

    JsonWriter &m_writer;
    JsonDocument m_opaque;
    JsonDocument m_arguments;
};

void writeSystem(JsonWriter &writer, const QList<Message> &messages)
{
    QList<QString> texts;
    for (const Message &message : messages) {
        if (message.role == Role::System && !message.text.isEmpty())
            texts.append(message.text);
    }
    if (texts.isEmpty())
        return;
    writer.key("system");
    if (texts.size() == 1) {
        writer.value(texts.first());
        return;
    }
    writer.beginArray();
    for (const QString &text : texts)
        writeText(writer, text);
    writer.endArray();
}

} // namespace

void writeAnthropicTurns(JsonWriter &writer, const QList<Message> &messages)
{
    writeSystem(writer, messages);
    TurnWriter(writer).write(messages);
}

} // namespace tollgate
