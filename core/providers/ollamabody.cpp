#include "core/providers/ollamabody.h"

#include "core/base/json.h"
#include "core/providers/extrafields.h"
#include "core/providers/requestchecks.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

// Ollama takes the arguments of a call as an object, not as text; they are written into the body as they are.
Result<void> checkToolCalls(const QList<Message> &messages)
{
    for (const Message &message : messages) {
        for (const ToolCall &call : message.toolCalls) {
            if (!call.arguments.trimmed().isEmpty() && !isJsonObject(call.arguments.toUtf8()))
                return Error{ErrorKind::Usage, tr("The call of the tool \"%1\" cannot be sent back").arg(call.name),
                             tr("Its arguments are not a JSON object, and this provider takes nothing else."),
                             tr("Correct the arguments or remove the call.")};
        }
    }
    return {};
}

class OllamaBodyBuilder
{
public:
    explicit OllamaBodyBuilder(const ChatRequest &request)
        : m_request(request), m_parameters(request.parameters), m_writer(m_body.json)
    {
    }

    OllamaBody build()
    {
        m_body.streamed = m_request.stream;
        m_writer.beginObject();
        m_writer.key("model").value(m_request.model);
        writeMessages();
        m_writer.key("stream").value(m_request.stream);
        writeFormat();
        writeThink();
        writeTools();
        writeOptions();
        m_writer.endObject();
        return std::move(m_body);
    }

private:
    void drop(const char *parameter) { m_body.droppedParameters.append(QString::fromLatin1(parameter)); }

    void writeMessages()
    {
        const QList<Message> &messages = m_request.messages;
        m_writer.key("messages").beginArray();
        for (qsizetype i = 0; i < messages.size(); ++i) {
            const Message &message = messages[i];
            m_writer.beginObject().key("role").value(roleName(message.role)).key("content").value(message.text);
            // Models that call tools go on from their own thoughts; in other turns they are not looked at.
            if (!message.reasoning.isEmpty() && !message.toolCalls.isEmpty())
                m_writer.key("thinking").value(message.reasoning);
            writeImages(message.images);
            if (message.role == Role::Assistant)
                writeToolCalls(message.toolCalls);
            if (message.role == Role::Tool)
                writeToolName(i);
            m_writer.endObject();
        }
        m_writer.endArray();
    }

    void writeImages(const QList<ImagePart> &images)
    {
        if (images.isEmpty())
            return;
        m_writer.key("images").beginArray();
        for (const ImagePart &image : images)
            m_writer.utf8(image.data.toBase64());
        m_writer.endArray();
    }

    void writeToolCalls(const QList<ToolCall> &calls)
    {
        if (calls.isEmpty())
            return;
        m_writer.key("tool_calls").beginArray();
        for (const ToolCall &call : calls) {
            const QByteArray arguments = call.arguments.trimmed().toUtf8();
            m_writer.beginObject().key("function").beginObject().key("name").value(call.name);
            m_writer.key("arguments").raw(arguments.isEmpty() ? QByteArray("{}") : arguments).endObject().endObject();
        }
        m_writer.endArray();
    }

    // Ollama tells results apart by the tool's name; the nearest call of that id is the one that is answered.
    void writeToolName(qsizetype at)
    {
        const QString &id = m_request.messages[at].toolCallId;
        for (qsizetype i = at - 1; i >= 0 && !id.isEmpty(); --i) {
            for (const ToolCall &call : m_request.messages[i].toolCalls) {
                if (call.id == id) {
                    m_writer.key("tool_name").value(call.name);
                    return;
                }
            }
        }
    }

    void writeFormat()
    {
        if (m_parameters.responseFormat == ResponseFormat::JsonObject)
            m_writer.key("format").utf8("json");
        else if (m_parameters.responseFormat == ResponseFormat::JsonSchema)
            m_writer.key("format").raw(m_parameters.jsonSchema.trimmed());
    }

    // The efforts of other providers fall on the nearest one here, as Ollama's own OpenAI-compatible door does it.
    void writeThink()
    {
        const QString &effort = m_parameters.reasoningEffort;
        if (effort.isEmpty())
            return;
        if (effort == u"none")
            m_writer.key("think").value(false);
        else if (effort == u"low" || effort == u"medium" || effort == u"high" || effort == u"max")
            m_writer.key("think").value(effort);
        else if (effort == u"minimal")
            m_writer.key("think").utf8("low");
        else if (effort == u"xhigh" || effort == u"ultra")
            m_writer.key("think").utf8("max");
        else
            drop("reasoning_effort");
    }

    // There is no tool_choice: "none" is said by offering no tools, and a forced choice cannot be said.
    void writeTools()
    {
        const QString &choice = m_parameters.toolChoice;
        if (!choice.isEmpty() && choice != u"auto" && choice != u"none")
            drop("tool_choice");
        if (m_parameters.tools.isEmpty() || choice == u"none")
            return;
        m_writer.key("tools").beginArray();
        for (const ToolDefinition &tool : m_parameters.tools) {
            m_writer.beginObject().key("type").utf8("function").key("function").beginObject().key("name").value(tool.name);
            m_writer.key("description").value(tool.description);
            const QByteArray schema = tool.parametersSchema.trimmed();
            m_writer.key("parameters").raw(schema.isEmpty() ? QByteArray(R"({"type":"object","properties":{}})") : schema);
            m_writer.endObject().endObject();
        }
        m_writer.endArray();
    }

    void writeOptions()
    {
        const Parameters &p = m_parameters;
        if (!p.temperature && !p.topP && !p.seed && !p.maxTokens && p.stop.isEmpty())
            return;
        m_writer.key("options").beginObject();
        if (p.temperature)
            m_writer.key("temperature").value(*p.temperature);
        if (p.topP)
            m_writer.key("top_p").value(*p.topP);
        if (p.seed)
            m_writer.key("seed").value(*p.seed);
        if (p.maxTokens)
            m_writer.key("num_predict").value(*p.maxTokens);
        if (!p.stop.isEmpty()) {
            m_writer.key("stop").beginArray();
            for (const QString &stop : p.stop)
                m_writer.value(stop);
            m_writer.endArray();
        }
        m_writer.endObject();
    }

    const ChatRequest &m_request;
    const Parameters &m_parameters;
    OllamaBody m_body;
    JsonWriter m_writer;
};

} // namespace

Result<OllamaBody> ollamaBody(const ProviderConfig &config, const ChatRequest &request)
{
    if (const Result<void> checked = checkRequest(request); !checked.ok())
        return checked.error();
    if (const Result<void> checked = checkToolCalls(request.messages); !checked.ok())
        return checked.error();
    OllamaBody body = OllamaBodyBuilder(request).build();
    Result<QByteArray> whole = withExtraFields(std::move(body.json), config, request.parameters, {"options"});
    if (!whole.ok())
        return whole.error();
    body.json = std::move(whole).value();
    JsonDocument document;
    if (!request.parameters.extraBody.trimmed().isEmpty()) {
        const Result<JsonValue> extra = document.parse(request.parameters.extraBody);
        if (extra.ok())
            body.streamed = (*extra)["stream"].boolean().value_or(body.streamed);
    }
    return body;
}

} // namespace tollgate
