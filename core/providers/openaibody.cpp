#include "core/providers/openaibody.h"

#include "core/base/json.h"
#include "core/providers/requestchecks.h"

#include <QCoreApplication>

#include <vector>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

Error usageError(const QString &what, const QString &why = {}, const QString &fix = {})
{
    return Error{ErrorKind::Usage, what, why, fix};
}

// Which assistant messages go back with their reasoning: DeepSeek wants it in every turn that called tools, a turn being all that
// lies between two user messages.
std::vector<bool> reasoningToReturn(const QList<Message> &messages)
{
    std::vector<bool> marked(size_t(messages.size()), false);
    qsizetype turn = 0;
    bool calledTools = false;
    for (qsizetype i = 0; i <= messages.size(); ++i) {
        if (i < messages.size() && messages[i].role != Role::User) {
            calledTools = calledTools || !messages[i].toolCalls.isEmpty();
            continue;
        }
        for (qsizetype j = turn; calledTools && j < i; ++j)
            marked[size_t(j)] = messages[j].role == Role::Assistant && !messages[j].reasoning.isEmpty();
        turn = i;
        calledTools = false;
    }
    return marked;
}

class BodyBuilder
{
public:
    BodyBuilder(Dialect dialect, const ChatRequest &request, JsonValue extra)
        : m_dialect(dialect), m_request(request), m_parameters(request.parameters), m_extra(extra), m_writer(m_body.json)
    {
    }

    OpenAiBody build()
    {
        m_body.streamed = m_extra["stream"].boolean().value_or(m_request.stream);
        m_writer.beginObject();
        if (wants("model"))
            m_writer.key("model").value(m_request.model);
        if (wants("messages"))
            writeMessages();
        writeStream();
        writeSampling();
        writeReasoning();
        writeFormat();
        writeTools();
        m_extra.forEachMember([this](QByteArrayView name, JsonValue value) { m_writer.key(name).raw(value.toJson()); });
        m_writer.endObject();
        return std::move(m_body);
    }

private:
    // The user's own member of that name replaces ours.
    bool wants(QByteArrayView name) const { return !m_extra[name].exists(); }
    void drop(const char *parameter) { m_body.droppedParameters.append(QString::fromLatin1(parameter)); }

    void writeStream()
    {
        if (wants("stream"))
            m_writer.key("stream").value(m_body.streamed);
        // Mistral sends usage unasked and refuses the member; OpenAI refuses it without a stream.
        if (m_body.streamed && m_dialect != Dialect::Mistral && wants("stream_options"))
            m_writer.key("stream_options").beginObject().key("include_usage").value(true).endObject();
    }

    // DeepSeek takes sampling parameters while thinking but ignores them.
    bool ignoresSampling() const
    {
        const QString &effort = m_parameters.reasoningEffort;
        return m_dialect == Dialect::DeepSeek
            && (m_request.model == u"deepseek-reasoner" || (!effort.isEmpty() && effort != u"none"));
    }

    void writeSampling()
    {
        const bool completion = m_dialect == Dialect::OpenAi || m_dialect == Dialect::Groq;
        const QByteArrayView limit = completion ? "max_completion_tokens" : "max_tokens";
        if (m_parameters.maxTokens && wants("max_tokens") && wants("max_completion_tokens"))
            m_writer.key(limit).value(*m_parameters.maxTokens);
        writeSampling("temperature", m_parameters.temperature);
        writeSampling("top_p", m_parameters.topP);
        if (!m_parameters.stop.isEmpty() && wants("stop")) {
            m_writer.key("stop").beginArray();
            for (const QString &stop : m_parameters.stop)
                m_writer.value(stop);
            m_writer.endArray();
        }
        if (!m_parameters.seed)
            return;
        const QByteArrayView seed = m_dialect == Dialect::Mistral ? "random_seed" : "seed";
        if (m_dialect == Dialect::DeepSeek)
            drop("seed");
        else if (wants(seed))
            m_writer.key(seed).value(*m_parameters.seed);
    }

    void writeSampling(const char *name, const std::optional<double> &number)
    {
        if (!number)
            return;
        if (ignoresSampling())
            drop(name);
        else if (wants(name))
            m_writer.key(name).value(*number);
    }

    void writeReasoning()
    {
        const QString &effort = m_parameters.reasoningEffort;
        if (effort.isEmpty())
            return;
        if (m_dialect == Dialect::DeepSeek) {
            writeThinking(effort);
        } else if (m_dialect == Dialect::OpenRouter) {
            if (wants("reasoning") && wants("reasoning_effort"))
                m_writer.key("reasoning").beginObject().key("effort").value(effort).endObject();
        } else if (wants("reasoning_effort")) {
            m_writer.key("reasoning_effort").value(effort);
        }
    }

    // DeepSeek switches thinking on and off, and knows two efforts only.
    void writeThinking(const QString &effort)
    {
        const bool off = effort == u"none";
        if (wants("thinking"))
            m_writer.key("thinking").beginObject().key("type").utf8(off ? "disabled" : "enabled").endObject();
        if (off)
            return;
        if (effort != u"high" && effort != u"max")
            drop("reasoning_effort");
        else if (wants("reasoning_effort"))
            m_writer.key("reasoning_effort").value(effort);
    }

    void writeFormat()
    {
        if (m_parameters.responseFormat == ResponseFormat::Text || !wants("response_format"))
            return;
        const bool schema = m_parameters.responseFormat == ResponseFormat::JsonSchema;
        m_writer.key("response_format").beginObject();
        if (!schema || m_dialect == Dialect::DeepSeek) {
            // DeepSeek can be held to JSON, not to a schema.
            if (schema)
                drop("json_schema");
            m_writer.key("type").utf8("json_object");
        } else {
            const QString &name = m_parameters.schemaName;
            m_writer.key("type").utf8("json_schema").key("json_schema").beginObject();
            m_writer.key("name").value(name.isEmpty() ? QStringLiteral("answer") : name).key("strict").value(true);
            m_writer.key("schema").raw(m_parameters.jsonSchema.trimmed()).endObject();
        }
        m_writer.endObject();
    }

    void writeTools()
    {
        if (!m_parameters.tools.isEmpty() && wants("tools")) {
            m_writer.key("tools").beginArray();
            for (const ToolDefinition &tool : m_parameters.tools)
                writeTool(tool);
            m_writer.endArray();
        }
        const QString &choice = m_parameters.toolChoice;
        if (choice.isEmpty() || !wants("tool_choice"))
            return;
        // A choice among no tools is refused by most.
        if (m_parameters.tools.isEmpty() && wants("tools")) {
            drop("tool_choice");
            return;
        }
        m_writer.key("tool_choice");
        if (choice == u"required" && m_dialect == Dialect::Mistral) {
            m_writer.utf8("any");
        } else if (choice == u"auto" || choice == u"none" || choice == u"required") {
            m_writer.value(choice);
        } else {
            m_writer.beginObject().key("type").utf8("function").key("function").beginObject();
            m_writer.key("name").value(choice).endObject().endObject();
        }
    }

    void writeTool(const ToolDefinition &tool)
    {
        m_writer.beginObject().key("type").utf8("function").key("function").beginObject().key("name").value(tool.name);
        if (!tool.description.isEmpty())
            m_writer.key("description").value(tool.description);
        const QByteArray schema = tool.parametersSchema.trimmed();
        m_writer.key("parameters").raw(schema.isEmpty() ? QByteArray(R"({"type":"object","properties":{}})") : schema);
        m_writer.endObject().endObject();
    }

    void writeMessages()
    {
        const QList<Message> &messages = m_request.messages;
        const std::vector<bool> withReasoning = m_dialect == Dialect::DeepSeek
                                                    ? reasoningToReturn(messages)
                                                    : std::vector<bool>(size_t(messages.size()), false);
        m_writer.key("messages").beginArray();
        for (qsizetype i = 0; i < messages.size(); ++i) {
            const Message &message = messages[i];
            m_writer.beginObject().key("role").value(roleName(message.role));
            writeContent(message);
            if (withReasoning[size_t(i)])
                m_writer.key("reasoning_content").value(message.reasoning);
            if (message.role == Role::Tool)
                m_writer.key("tool_call_id").value(message.toolCallId);
            if (message.role == Role::Assistant && !message.toolCalls.isEmpty())
                writeToolCalls(message.toolCalls);
            m_writer.endObject();
        }
        m_writer.endArray();
    }

    void writeContent(const Message &message)
    {
        m_writer.key("content");
        if (message.role == Role::Assistant && message.text.isEmpty() && !message.toolCalls.isEmpty()) {
            m_writer.null();
            return;
        }
        if (message.images.isEmpty()) {
            m_writer.value(message.text);
            return;
        }
        m_writer.beginArray();
        if (!message.text.isEmpty())
            m_writer.beginObject().key("type").utf8("text").key("text").value(message.text).endObject();
        for (const ImagePart &image : message.images) {
            const QByteArray url = "data:" + image.mimeType.toLatin1() + ";base64," + image.data.toBase64();
            m_writer.beginObject().key("type").utf8("image_url").key("image_url").beginObject();
            m_writer.key("url").utf8(url).endObject().endObject();
        }
        m_writer.endArray();
    }

    void writeToolCalls(const QList<ToolCall> &calls)
    {
        m_writer.key("tool_calls").beginArray();
        for (const ToolCall &call : calls) {
            m_writer.beginObject().key("id").value(call.id).key("type").utf8("function").key("function").beginObject();
            m_writer.key("name").value(call.name).key("arguments").value(call.arguments).endObject().endObject();
        }
        m_writer.endArray();
    }

    const Dialect m_dialect;
    const ChatRequest &m_request;
    const Parameters &m_parameters;
    const JsonValue m_extra;
    OpenAiBody m_body;
    JsonWriter m_writer;
};

} // namespace

Result<OpenAiBody> openAiBody(Dialect dialect, const ChatRequest &request)
{
    if (const Result<void> checked = checkRequest(request); !checked.ok())
        return checked.error();
    JsonDocument document;
    JsonValue extra;
    if (!request.parameters.extraBody.trimmed().isEmpty()) {
        const Result<JsonValue> parsed = document.parse(request.parameters.extraBody);
        if (!parsed.ok() || !parsed->isObject() || hasDuplicateKeys(*parsed))
            return usageError(tr("The extra request fields cannot be sent"),
                              parsed.ok() && parsed->isObject() ? tr("A field is there twice.") : tr("They are not a JSON object."),
                              tr("Correct the extra fields."));
        extra = *parsed;
    }
    return BodyBuilder(dialect, request, extra).build();
}

} // namespace tollgate
