#include "core/providers/anthropicbody.h"

#include "core/base/json.h"
#include "core/providers/anthropicmodel.h"
#include "core/providers/anthropicturns.h"
#include "core/providers/extrafields.h"
#include "core/providers/requestchecks.h"

#include <algorithm>

namespace tollgate {

namespace {

constexpr qint64 leastBudget = 1024; // of thinking tokens, by the API

// Thinking tokens for an effort, on models that take a number instead of a word.
qint64 budgetFor(const QString &effort)
{
    if (effort == u"minimal")
        return leastBudget;
    if (effort == u"low")
        return 4096;
    if (effort == u"medium")
        return 8192;
    return effort == u"high" ? 16'384 : 24'576; // xhigh, max
}

class BodyBuilder
{
public:
    BodyBuilder(QByteArrayView version, const ChatRequest &request, JsonValue provided)
        : m_request(request), m_parameters(request.parameters), m_model(anthropicModel(request.model)), m_provided(provided),
          m_samples(version != QByteArrayView("2026-10-21")), m_writer(m_body.json)
    {
    }

    AnthropicBody build()
    {
        m_writer.beginObject().key("model").value(m_request.model);
        writeMaxTokens();
        writeAnthropicTurns(m_writer, m_request.messages);
        m_writer.key("stream").value(m_request.stream);
        writeThinking();
        writeSampling();
        writeOutputConfig();
        writeTools();
        m_writer.endObject();
        return std::move(m_body);
    }

private:
    void drop(const char *parameter) { m_body.droppedParameters.append(QString::fromLatin1(parameter)); }
    bool forcesTool() const
    {
        const QString &choice = m_parameters.toolChoice;
        return !m_parameters.tools.isEmpty() && !choice.isEmpty() && choice != u"auto" && choice != u"none";
    }

    void writeMaxTokens()
    {
        m_maxTokens = m_parameters.maxTokens.value_or(anthropicMaxTokens(m_request.model, m_parameters.reasoningEffort));
        // A limit among the provider's extra fields is the user's word, our default is not.
        if (m_parameters.maxTokens || !m_provided["max_tokens"].exists())
            m_writer.key("max_tokens").value(m_maxTokens);
        else
            m_maxTokens = m_provided["max_tokens"].integer().value_or(m_maxTokens);
    }

    void writeThinking()
    {
        const QString &effort = m_parameters.reasoningEffort;
        if (effort.isEmpty())
            return;
        if (effort == u"none") {
            if (m_model.thinking != Thinking::None)
                m_writer.key("thinking").beginObject().key("type").utf8("disabled").endObject();
            return;
        }
        if (m_model.thinking == Thinking::Adaptive) {
            m_effort = effort == u"minimal" ? QStringLiteral("low") : effort;
            m_thinks = !forcesTool(); // thinking and a forced tool exclude each other; the effort holds for both
            if (m_thinks)
                m_writer.key("thinking").beginObject().key("type").utf8("adaptive").endObject();
            return;
        }
        m_thinks = m_model.thinking == Thinking::Budget && m_maxTokens > leastBudget && !forcesTool();
        if (!m_thinks)
            return drop("reasoning_effort");
        // What is left after thinking has to hold the answer.
        const qint64 budget = std::max(leastBudget, std::min(budgetFor(effort), m_maxTokens * 3 / 4));
        m_writer.key("thinking").beginObject().key("type").utf8("enabled").key("budget_tokens").value(budget).endObject();
    }

    void writeSampling()
    {
        const std::optional<double> &temperature = m_parameters.temperature;
        if (temperature && m_samples && (*temperature == 1 || (m_model.samples && !m_thinks)))
            m_writer.key("temperature").value(*temperature);
        else if (temperature)
            drop("temperature");
        // 0.95 and more goes with thinking, 0.99 and more with models that do not sample.
        const std::optional<double> &topP = m_parameters.topP;
        if (topP && m_samples && *topP >= (m_model.samples ? m_thinks ? 0.95 : 0.0 : 0.99))
            m_writer.key("top_p").value(*topP);
        else if (topP)
            drop("top_p");
        if (!m_parameters.stop.isEmpty()) {
            m_writer.key("stop_sequences").beginArray();
            for (const QString &stop : m_parameters.stop)
                m_writer.value(stop);
            m_writer.endArray();
        }
        if (m_parameters.seed)
            drop("seed");
    }

    void writeOutputConfig()
    {
        const bool schema = m_parameters.responseFormat == ResponseFormat::JsonSchema;
        if (m_parameters.responseFormat == ResponseFormat::JsonObject)
            drop("json_object"); // this wire holds an answer to a schema, or to nothing
        if (m_effort.isEmpty() && !schema)
            return;
        m_writer.key("output_config").beginObject();
        if (!m_effort.isEmpty())
            m_writer.key("effort").value(m_effort);
        if (schema) {
            m_writer.key("format").beginObject().key("type").utf8("json_schema");
            m_writer.key("schema").raw(m_parameters.jsonSchema.trimmed()).endObject();
        }
        m_writer.endObject();
    }

    void writeTools()
    {
        const QString &choice = m_parameters.toolChoice;
        if (m_parameters.tools.isEmpty()) {
            if (!choice.isEmpty())
                drop("tool_choice");
            return;
        }
        m_writer.key("tools").beginArray();
        for (const ToolDefinition &tool : m_parameters.tools)
            writeTool(tool);
        m_writer.endArray();
        if (choice.isEmpty())
            return;
        m_writer.key("tool_choice").beginObject().key("type");
        if (choice == u"auto" || choice == u"none")
            m_writer.value(choice);
        else if (choice == u"required")
            m_writer.utf8("any");
        else
            m_writer.utf8("tool").key("name").value(choice);
        m_writer.endObject();
    }

    void writeTool(const ToolDefinition &tool)
    {
        m_writer.beginObject().key("name").value(tool.name);
        if (!tool.description.isEmpty())
            m_writer.key("description").value(tool.description);
        const QByteArray schema = tool.parametersSchema.trimmed();
        m_writer.key("input_schema").raw(schema.isEmpty() ? QByteArray(R"({"type":"object","properties":{}})") : schema);
        m_writer.endObject();
    }

    const ChatRequest &m_request;
    const Parameters &m_parameters;
    const AnthropicModel m_model;
    const JsonValue m_provided; // the provider's extra fields
    const bool m_samples;       // the version takes temperature and top_p at all
    qint64 m_maxTokens = 0;
    bool m_thinks = false;
    QString m_effort; // for output_config
    AnthropicBody m_body;
    JsonWriter m_writer;
};

} // namespace

Result<AnthropicBody> anthropicBody(const ProviderConfig &config, QByteArrayView version, const ChatRequest &request)
{
    if (const Result<void> checked = checkRequest(request); !checked.ok())
        return checked.error();
    JsonDocument document;
    const Result<JsonValue> provided = document.parse(config.extraBody); // what is wrong with it is told below
    AnthropicBody body = BodyBuilder(version, request, provided.ok() ? *provided : JsonValue()).build();
    Result<QByteArray> whole = withExtraFields(std::move(body.json), config, request.parameters, {"output_config"});
    if (!whole.ok())
        return whole.error();
    body.json = *std::move(whole);
    // The user's own "stream" decides what to expect.
    body.streamed = request.stream;
    if (!request.parameters.extraBody.trimmed().isEmpty()) {
        if (const Result<JsonValue> extra = document.parse(request.parameters.extraBody); extra.ok())
            body.streamed = (*extra)["stream"].boolean().value_or(request.stream);
    }
    return body;
}

} // namespace tollgate
