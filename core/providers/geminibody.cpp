#include "core/providers/geminibody.h"

#include "core/base/json.h"
#include "core/providers/extrafields.h"
#include "core/providers/requestchecks.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

// How a model is told to think, by its id; what cannot think refuses the member.
enum class Thinking : quint8 { None, Budget, Level };

Thinking thinkingOf(const QString &model)
{
    static const QRegularExpression pattern(QStringLiteral("gemini-(?:[a-z]+-)*?([0-9]+)(?:\\.([0-9]+))?"));
    const QRegularExpressionMatch match = pattern.match(model);
    if (!match.hasMatch())
        return model.contains(u"gemini-") && model.contains(u"-latest") ? Thinking::Level : Thinking::None;
    const int major = match.captured(1).toInt();
    if (major == 2 && match.captured(2).toInt() >= 5)
        return Thinking::Budget;
    return major >= 3 ? Thinking::Level : Thinking::None;
}

// Tokens, as Google's own OpenAI-compatible door takes the efforts; -1: no such effort.
int budgetOf(const QString &effort, const QString &model)
{
    const bool pro = model.contains(u"pro"); // cannot stop thinking, and may think longer
    if (effort == u"none")
        return pro ? 128 : 0;
    if (effort == u"minimal" || effort == u"low")
        return 1024;
    if (effort == u"medium")
        return 8192;
    if (effort == u"high")
        return 24'576;
    return effort == u"xhigh" || effort == u"max" ? (pro ? 32'768 : 24'576) : -1;
}

QByteArrayView levelOf(const QString &effort)
{
    if (effort == u"none" || effort == u"minimal")
        return "MINIMAL";
    if (effort == u"low")
        return "LOW";
    if (effort == u"medium")
        return "MEDIUM";
    return effort == u"high" || effort == u"xhigh" || effort == u"max" ? "HIGH" : "";
}

class BodyBuilder
{
public:
    explicit BodyBuilder(const ChatRequest &request)
        : m_request(request), m_parameters(request.parameters), m_writer(m_body.json)
    {
    }

    GeminiBody build()
    {
        m_writer.beginObject();
        writeSystem();
        writeContents();
        writeGeneration();
        writeTools();
        m_writer.endObject();
        return std::move(m_body);
    }

private:
    void drop(const char *parameter) { m_body.droppedParameters.append(QString::fromLatin1(parameter)); }

    // There is no system role among the turns. A conversation of nothing else becomes a user's, since one turn has to be there.
    bool isSystem(const Message &message) const { return message.role == Role::System && !m_onlySystem; }

    void writeText(const QString &text) { m_writer.beginObject().key("text").value(text).endObject(); }

    void writeSystem()
    {
        bool any = false;
        for (const Message &message : m_request.messages) {
            any = any || message.role == Role::System;
            m_onlySystem = m_onlySystem && message.role == Role::System;
        }
        if (!any || m_onlySystem)
            return;
        m_writer.key("systemInstruction").beginObject().key("parts").beginArray();
        for (const Message &message : m_request.messages) {
            if (isSystem(message))
                writeText(message.text);
        }
        m_writer.endArray().endObject();
    }

    // The results of parallel calls have to stand in one turn.
    void writeContents()
    {
        const QList<Message> &messages = m_request.messages;
        m_writer.key("contents").beginArray();
        for (qsizetype i = 0; i < messages.size(); ++i) {
            if (isSystem(messages[i]))
                continue;
            const Role role = messages[i].role;
            m_writer.beginObject().key("role").utf8(role == Role::Assistant ? "model" : "user").key("parts").beginArray();
            writeParts(i);
            while (role == Role::Tool && i + 1 < messages.size() && messages[i + 1].role == Role::Tool)
                writeParts(++i);
            m_writer.endArray().endObject();
        }
        m_writer.endArray();
    }

    void writeParts(qsizetype at)
    {
        const Message &message = m_request.messages[at];
        if (message.role == Role::Tool)
            return writeResult(at);
        if (message.role == Role::Assistant && handBack(message))
            return;
        const bool empty = message.images.isEmpty() && (message.role != Role::Assistant || message.toolCalls.isEmpty());
        if (!message.text.isEmpty() || empty)
            writeText(message.text);
        for (const ImagePart &image : message.images) {
            m_writer.beginObject().key("inlineData").beginObject().key("mimeType").value(image.mimeType);
            m_writer.key("data").utf8(image.data.toBase64()).endObject().endObject();
        }
        if (message.role == Role::Assistant) {
            for (const ToolCall &call : message.toolCalls)
                writeCall(call);
        }
    }

    void writeId(const QString &id)
    {
        if (!id.isEmpty() && !id.startsWith(geminiOwnCallId))
            m_writer.key("id").value(id);
    }

    void writeCall(const ToolCall &call)
    {
        const QByteArray arguments = call.arguments.trimmed().toUtf8();
        m_writer.beginObject().key("functionCall").beginObject().key("name").value(call.name);
        m_writer.key("args").raw(arguments.isEmpty() ? QByteArray("{}") : arguments);
        writeId(call.id);
        m_writer.endObject().endObject();
    }

    // A result names the function; the nearest call of that id is the one that is answered.
    QString calledName(qsizetype at) const
    {
        const QString &id = m_request.messages[at].toolCallId;
        for (qsizetype i = at - 1; i >= 0; --i) {
            for (const ToolCall &call : m_request.messages[i].toolCalls) {
                if (call.id == id)
                    return call.name;
            }
        }
        return id;
    }

    void writeResult(qsizetype at)
    {
        const Message &message = m_request.messages[at];
        const QByteArray text = message.text.toUtf8();
        m_writer.beginObject().key("functionResponse").beginObject().key("name").value(calledName(at));
        writeId(message.toolCallId);
        m_writer.key("response");
        if (isJsonObject(text))
            m_writer.raw(text.trimmed());
        else // only objects are taken; this member is where the wire looks for a plain result
            m_writer.beginObject().key("result").value(message.text).endObject();
        m_writer.endObject().endObject();
    }

    // The parts of an earlier answer, signatures included, where they still say what the message says.
    bool handBack(const Message &message)
    {
        JsonDocument document;
        const Result<JsonValue> root = document.parse(message.opaqueJson);
        if (!root.ok())
            return false;
        const JsonValue parts = (*root)[geminiOpaqueKey];
        if (!parts.isArray() || !saysTheSame(parts, message))
            return false;
        parts.forEach([this](JsonValue part) { m_writer.raw(part.toJson()); });
        return true;
    }

    static bool saysTheSame(JsonValue parts, const Message &message)
    {
        QString text;
        QStringList calls;
        parts.forEach([&](JsonValue part) {
            if (!part["thought"].boolean().value_or(false))
                text += part["text"].string();
            if (const JsonValue call = part["functionCall"]; call.isObject())
                calls.append(call["name"].string() + u'(' + QString::fromUtf8(canonicalJson(call["args"])));
        });
        QStringList wanted;
        for (const ToolCall &call : message.toolCalls) {
            JsonDocument document;
            const Result<JsonValue> arguments = document.parse(call.arguments.toUtf8());
            wanted.append(call.name + u'(' + (arguments.ok() ? QString::fromUtf8(canonicalJson(*arguments)) : QString()));
        }
        // A call without arguments may lack the member.
        calls.replaceInStrings(QRegularExpression(QStringLiteral("\\($")), QStringLiteral("({}"));
        return text == message.text && calls == wanted;
    }

    void writeGeneration()
    {
        const Parameters &p = m_parameters;
        const bool sampling = p.maxTokens || p.temperature || p.topP || p.seed || !p.stop.isEmpty();
        const bool thinking = !p.reasoningEffort.isEmpty() && canThink();
        if (!sampling && !thinking && p.responseFormat == ResponseFormat::Text)
            return;
        m_writer.key("generationConfig").beginObject();
        writeSampling();
        writeFormat();
        if (thinking)
            writeThinking();
        m_writer.endObject();
    }

    bool canThink()
    {
        const bool can = thinkingOf(m_request.model) != Thinking::None && budgetOf(m_parameters.reasoningEffort, m_request.model) >= 0;
        if (!can)
            drop("reasoning_effort");
        return can;
    }

    void writeSampling()
    {
        const Parameters &p = m_parameters;
        if (p.maxTokens)
            m_writer.key("maxOutputTokens").value(*p.maxTokens);
        if (p.temperature)
            m_writer.key("temperature").value(*p.temperature);
        if (p.topP)
            m_writer.key("topP").value(*p.topP);
        if (p.seed)
            m_writer.key("seed").value(*p.seed);
        if (p.stop.isEmpty())
            return;
        m_writer.key("stopSequences").beginArray();
        for (const QString &stop : p.stop)
            m_writer.value(stop);
        m_writer.endArray();
    }

    void writeFormat()
    {
        if (m_parameters.responseFormat == ResponseFormat::Text)
            return;
        m_writer.key("responseMimeType").utf8("application/json");
        if (m_parameters.responseFormat == ResponseFormat::JsonSchema)
            m_writer.key("responseJsonSchema").raw(m_parameters.jsonSchema.trimmed());
    }

    void writeThinking()
    {
        const QString &effort = m_parameters.reasoningEffort;
        m_writer.key("thinkingConfig").beginObject();
        if (effort != u"none") // thoughts cannot be shown where there are to be none
            m_writer.key("includeThoughts").value(true);
        if (thinkingOf(m_request.model) == Thinking::Budget)
            m_writer.key("thinkingBudget").value(budgetOf(effort, m_request.model));
        else
            m_writer.key("thinkingLevel").utf8(levelOf(effort));
        m_writer.endObject();
    }

    void writeTools()
    {
        const QString &choice = m_parameters.toolChoice;
        if (m_parameters.tools.isEmpty()) {
            if (!choice.isEmpty())
                drop("tool_choice"); // a choice among no tools is refused
            return;
        }
        m_writer.key("tools").beginArray().beginObject().key("functionDeclarations").beginArray();
        for (const ToolDefinition &tool : m_parameters.tools) {
            m_writer.beginObject().key("name").value(tool.name).key("description").value(tool.description);
            if (const QByteArray schema = tool.parametersSchema.trimmed(); !schema.isEmpty())
                m_writer.key("parametersJsonSchema").raw(schema); // "parameters" takes a subset only
            m_writer.endObject();
        }
        m_writer.endArray().endObject().endArray();
        if (choice.isEmpty())
            return;
        m_writer.key("toolConfig").beginObject().key("functionCallingConfig").beginObject().key("mode");
        if (choice == u"auto" || choice == u"none")
            m_writer.value(choice.toUpper());
        else
            m_writer.utf8("ANY");
        if (choice != u"auto" && choice != u"none" && choice != u"required")
            m_writer.key("allowedFunctionNames").beginArray().value(choice).endArray();
        m_writer.endObject().endObject();
    }

    const ChatRequest &m_request;
    const Parameters &m_parameters;
    bool m_onlySystem = true;
    GeminiBody m_body;
    JsonWriter m_writer;
};

// Arguments are spliced in as they are, and the wire takes nothing but an object.
Result<void> checkCalls(const QList<Message> &messages)
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

} // namespace

Result<GeminiBody> geminiBody(const ProviderConfig &config, const ChatRequest &request)
{
    if (const Result<void> checked = checkRequest(request); !checked.ok())
        return checked.error();
    if (const Result<void> checked = checkCalls(request.messages); !checked.ok())
        return checked.error();
    GeminiBody body = BodyBuilder(request).build();
    Result<QByteArray> whole = withExtraFields(std::move(body.json), config, request.parameters, {"generationConfig", "toolConfig"});
    if (!whole.ok())
        return whole.error();
    body.json = std::move(whole).value();
    return body;
}

} // namespace tollgate
