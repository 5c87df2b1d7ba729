#include "core/providers/responsesbody.h"

#include "core/base/json.h"
#include "core/providers/catalog.h"
#include "core/providers/extrafields.h"
#include "core/providers/requestchecks.h"

#include <QRegularExpression>

namespace tollgate {

namespace {

// Models that think, and so can give their thoughts sealed; others answer 400 to the wish. By id, because the list does not tell.
bool isReasoningModel(const QString &model)
{
    static const QRegularExpression pattern(QStringLiteral("\\A(ft:)?(o[1-9]|gpt-([5-9]|[1-9][0-9])|codex)"));
    return pattern.match(model).hasMatch() && !model.contains(u"-chat");
}

class BodyBuilder
{
public:
    // `below` and `above`: the extra fields of the provider and of the request; absent ones have no members.
    BodyBuilder(const ProviderConfig &config, const ChatRequest &request, JsonValue below, JsonValue above)
        : m_sealed(dialectOf(config) == Dialect::OpenAi && isReasoningModel(request.model)), m_request(request),
          m_parameters(request.parameters), m_below(below), m_above(above), m_writer(m_body.json)
    {
    }

    ResponsesBody build()
    {
        m_body.streamed = m_above["stream"].boolean().value_or(m_request.stream);
        m_writer.beginObject().key("model").value(m_request.model);
        writeInput();
        m_writer.key("stream").value(m_body.streamed);
        // What Tollgate says unasked gives way to the provider's own fields.
        if (!m_below["store"].exists())
            m_writer.key("store").value(false);
        if (m_sealed && !m_below["include"].exists())
            m_writer.key("include").beginArray().utf8("reasoning.encrypted_content").endArray();
        writeSampling();
        writeReasoning();
        writeFormat();
        writeTools();
        m_writer.endObject();
        return std::move(m_body);
    }

private:
    void drop(const char *parameter) { m_body.droppedParameters.append(QString::fromLatin1(parameter)); }

    void writeSampling()
    {
        if (m_parameters.maxTokens)
            m_writer.key("max_output_tokens").value(*m_parameters.maxTokens);
        if (m_parameters.temperature)
            m_writer.key("temperature").value(*m_parameters.temperature);
        if (m_parameters.topP)
            m_writer.key("top_p").value(*m_parameters.topP);
        if (m_parameters.seed)
            drop("seed");
        if (!m_parameters.stop.isEmpty())
            drop("stop");
    }

    void writeReasoning()
    {
        const QString &effort = m_parameters.reasoningEffort;
        if (effort.isEmpty())
            return;
        m_writer.key("reasoning").beginObject().key("effort").value(effort);
        if (effort != u"none")
            m_writer.key("summary").utf8("auto");
        m_writer.endObject();
    }

    void writeFormat()
    {
        if (m_parameters.responseFormat == ResponseFormat::Text)
            return;
        m_writer.key("text").beginObject().key("format").beginObject();
        if (m_parameters.responseFormat == ResponseFormat::JsonObject) {
            m_writer.key("type").utf8("json_object");
        } else {
            const QString &name = m_parameters.schemaName;
            m_writer.key("type").utf8("json_schema").key("name").value(name.isEmpty() ? QStringLiteral("answer") : name);
            m_writer.key("strict").value(true).key("schema").raw(m_parameters.jsonSchema.trimmed());
        }
        m_writer.endObject().endObject();
    }

    void writeTools()
    {
        if (!m_parameters.tools.isEmpty()) {
            m_writer.key("tools").beginArray();
            for (const ToolDefinition &tool : m_parameters.tools)
                writeTool(tool);
            m_writer.endArray();
        }
        const QString &choice = m_parameters.toolChoice;
        if (choice.isEmpty())
            return;
        if (m_parameters.tools.isEmpty() && !m_below["tools"].exists() && !m_above["tools"].exists()) {
            drop("tool_choice"); // a choice among no tools is refused
            return;
        }
        m_writer.key("tool_choice");
        if (choice == u"auto" || choice == u"none" || choice == u"required")
            m_writer.value(choice);
        else
            m_writer.beginObject().key("type").utf8("function").key("name").value(choice).endObject();
    }

    void writeTool(const ToolDefinition &tool)
    {
        m_writer.beginObject().key("type").utf8("function").key("name").value(tool.name);
        if (!tool.description.isEmpty())
            m_writer.key("description").value(tool.description);
        const QByteArray schema = tool.parametersSchema.trimmed();
        m_writer.key("parameters").raw(schema.isEmpty() ? QByteArray(R"({"type":"object","properties":{}})") : schema);
        // Here strict is the default, and a schema that does not name every property as required would be refused.
        m_writer.key("strict").value(false).endObject();
    }

    // The system messages at the beginning are the instructions, unless there is nothing else: an input has to be there.
    void writeInput()
    {
        const QList<Message> &messages = m_request.messages;
        qsizetype first = 0;
        while (first < messages.size() && messages[first].role == Role::System)
            ++first;
        if (first == messages.size())
            first = 0;
        QStringList instructions;
        for (qsizetype i = 0; i < first; ++i)
            instructions.append(messages[i].text);
        if (first > 0)
            m_writer.key("instructions").value(instructions.join(QStringLiteral("\n\n")));
        m_writer.key("input").beginArray();
        for (qsizetype i = first; i < messages.size(); ++i)
            writeMessage(messages[i]);
        m_writer.endArray();
    }

    void writeMessage(const Message &message)
    {
        if (message.role == Role::Tool) {
            m_writer.beginObject().key("type").utf8("function_call_output").key("call_id").value(message.toolCallId);
            m_writer.key("output").value(message.text).endObject();
            return;
        }
        if (message.role == Role::Assistant && handBack(message))
            return;
        if (message.role != Role::Assistant || !message.text.isEmpty() || message.toolCalls.isEmpty()) {
            m_writer.beginObject().key("role").value(roleName(message.role)).key("content");
            writeContent(message);
            m_writer.endObject();
        }
        if (message.role != Role::Assistant)
            return;
        for (const ToolCall &call : message.toolCalls) {
            m_writer.beginObject().key("type").utf8("function_call").key("call_id").value(call.id);
            m_writer.key("name").value(call.name).key("arguments").value(call.arguments).endObject();
        }
    }

    void writeContent(const Message &message)
    {
        if (message.images.isEmpty()) {
            m_writer.value(message.text);
            return;
        }
        m_writer.beginArray();
        if (!message.text.isEmpty())
            m_writer.beginObject().key("type").utf8("input_text").key("text").value(message.text).endObject();
        for (const ImagePart &image : message.images) {
            const QByteArray url = "data:" + image.mimeType.toLatin1() + ";base64," + image.data.toBase64();
            m_writer.beginObject().key("type").utf8("input_image").key("image_url").utf8(url).endObject();
        }
        m_writer.endArray();
    }

    // The items of an earlier answer, thoughts included, where they still say what the message says.
    bool handBack(const Message &message)
    {
        if (!m_sealed || message.opaqueJson.isEmpty())
            return false;
        JsonDocument document;
        const Result<JsonValue> root = document.parse(message.opaqueJson);
        if (!root.ok())
            return false;
        const JsonValue items = (*root)[responsesOpaqueKey];
        if (!items.isArray() || !saysTheSame(items, message))
            return false;
        items.forEach([this](JsonValue item) { m_writer.raw(item.toJson()); });
        return true;
    }

    static bool saysTheSame(JsonValue items, const Message &message)
    {
        QString text;
        QList<ToolCall> calls;
        bool sound = true;
        items.forEach([&](JsonValue item) {
            const QByteArrayView type = item["type"].utf8();
            sound = sound && !type.isEmpty();
            if (type == "message")
                item["content"].forEach([&text](JsonValue part) { text += part["text"].string(); });
            else if (type == "function_call")
                calls.append({item["call_id"].string(), item["name"].string(), item["arguments"].string()});
        });
        return sound && text == message.text && calls == message.toolCalls;
    }

    const bool m_sealed; // sealed thoughts are asked for and handed back
    const ChatRequest &m_request;
    const Parameters &m_parameters;
    const JsonValue m_below;
    const JsonValue m_above;
    ResponsesBody m_body;
    JsonWriter m_writer;
};

// Absent when it is none; withExtraFields() says what is wrong with it.
JsonValue fieldsOf(JsonDocument &document, const QByteArray &text)
{
    const Result<JsonValue> fields = document.parse(text);
    return fields.ok() ? *fields : JsonValue();
}

} // namespace

Result<ResponsesBody> responsesBody(const ProviderConfig &config, const ChatRequest &request)
{
    if (const Result<void> checked = checkRequest(request); !checked.ok())
        return checked.error();
    JsonDocument below;
    JsonDocument above;
    ResponsesBody body = BodyBuilder(config, request, fieldsOf(below, config.extraBody),
                                     fieldsOf(above, request.parameters.extraBody)).build();
    Result<QByteArray> whole = withExtraFields(std::move(body.json), config, request.parameters, {"reasoning", "text"});
    if (!whole.ok())
        return whole.error();
    body.json = std::move(whole).value();
    return body;
}

} // namespace tollgate
