#include "core/simulator/ollamawire.h"

#include <QDateTime>

namespace tollgate {

namespace {

void readMessage(JsonValue message, CallReader &reader)
{
    reader.message(message["role"].utf8());
    if (message["content"].isString())
        reader.text(message["content"].utf8());
    message["tool_calls"].forEach([&](JsonValue call) { reader.text(call["function"]["arguments"].toJson()); });
}

// The first tool is called, unless its result has just come.
void readTools(JsonValue body, ChatCall &call)
{
    const JsonValue messages = body["messages"];
    const JsonValue function = body["tools"].at(0)["function"];
    if (!function.isObject() || messages.at(messages.size() - 1)["role"].utf8() == QByteArrayView("tool"))
        return;
    call.tool = function["name"].utf8();
    call.toolParameters = function["parameters"];
}

void beginLine(QByteArray &out, const ChatAnswer &answer)
{
    out.append("{\"model\":\"").append(answer.model).append("\",\"created_at\":\"");
    out.append(QDateTime::fromSecsSinceEpoch(answer.created, Qt::UTC).toString(Qt::ISODate).toLatin1());
    out.append("\",\"message\":{\"role\":\"assistant\",\"content\":\"");
}

// The call's arguments are an object here, not a string that holds one.
void appendCall(QByteArray &out, const ChatAnswer &answer)
{
    JsonDocument document;
    const Result<JsonValue> arguments = document.parse('"' + answer.text().toByteArray() + '"');
    out.append("\",\"tool_calls\":[{\"function\":{\"name\":\"").append(answer.tool).append("\",\"arguments\":");
    out.append(arguments.ok() && !arguments->utf8().isEmpty() ? arguments->utf8() : QByteArrayView("{}")).append("}}]");
}

void appendDone(QByteArray &out, const ChatAnswer &answer)
{
    // Calling a tool is stopping, in Ollama's words.
    out.append(",\"done\":true");
    if (!answer.finishReason.isEmpty())
        out.append(answer.finishReason == "length" ? ",\"done_reason\":\"length\"" : ",\"done_reason\":\"stop\"");
    out.append(",\"total_duration\":900000000,\"load_duration\":100000000,\"prompt_eval_count\":");
    appendNumber(out, answer.promptTokens);
    out.append(",\"prompt_eval_duration\":80000000,\"eval_count\":");
    appendNumber(out, answer.tokens());
    out.append(",\"eval_duration\":");
    appendNumber(out, qint64(answer.tokens()) * 20'000'000);
}

} // namespace

// ---- requests

SimulatorWire::Route OllamaWire::route(const ServerRequest &request) const
{
    if (request.path == "/api/chat")
        return request.method == "POST" ? Route::Chat : Route::NotAllowed;
    if (request.path == "/api/tags")
        return request.method == "GET" || request.method == "HEAD" ? Route::Models : Route::NotAllowed;
    return Route::Other;
}

std::optional<WireError> OllamaWire::readCall(const ServerRequest &, JsonValue body, ChatCall &call) const
{
    if (!body.isObject() || !body["model"].isString())
        return invalidRequest("model", "model is required");
    const JsonValue messages = body["messages"];
    if (!messages.isArray() || messages.size() == 0)
        return invalidRequest("messages", "messages are required");
    call.model = body["model"].utf8().toByteArray();
    call.stream = body["stream"].boolean().value_or(true); // unlike everyone else
    call.includeUsage = true;
    CallReader reader(call);
    const JsonValue options = body["options"];
    if (options["num_predict"].integer().value_or(1) > 0) { // -1: until it ends
        if (auto error = reader.maxTokens(options["num_predict"], "num_predict"))
            return error;
    }
    if (auto error = reader.temperature(options["temperature"], "temperature"))
        return error;
    messages.forEach([&](JsonValue message) { readMessage(message, reader); });
    if (auto error = reader.tooLong("messages"))
        return error;
    call.wantsJson = body["format"].isObject() || body["format"].utf8() == QByteArrayView("json");
    if (body["format"].isObject())
        call.schema = body["format"];
    readTools(body, call);
    return std::nullopt;
}

// ---- answers

Headers OllamaWire::headers(qint64, int) const
{
    return {}; // it tells neither limits nor ids
}

QByteArray OllamaWire::errorBody(const WireError &error) const
{
    QByteArray message = error.message;
    const qsizetype from = message.indexOf('`') + 1; // "The model `NAME` does not exist ..."
    const qsizetype to = message.indexOf('`', from);
    if (error.status == 404 && from > 0 && to > from)
        message = "model '" + message.sliced(from, to - from) + "' not found";
    QByteArray out;
    JsonWriter(out).beginObject().key("error").utf8(message).endObject();
    return out;
}

std::optional<QByteArray> OllamaWire::models(const ServerRequest &) const
{
    QByteArray list;
    for (const char *name : simulatedModels) {
        list.append(list.isEmpty() ? "{\"models\":[" : ",").append("{\"name\":\"").append(name).append("\",\"model\":\"").append(name);
        list.append("\",\"modified_at\":\"2026-11-23T10:00:00Z\",\"size\":2019393189,\"details\":{\"family\":\"simulator\","
                    "\"parameter_size\":\"3.2B\",\"quantization_level\":\"Q4_K_M\",\"context_length\":200000}}");
    }
    return list.append("]}");
}

QByteArray OllamaWire::whole(const ChatAnswer &answer) const
{
    QByteArray out;
    out.reserve(answer.text().size() + answer.reasoningText().size() + 500);
    beginLine(out, answer);
    if (answer.tool.isEmpty())
        out.append(answer.text()).append('"');
    else
        appendCall(out, answer);
    if (answer.reasoningTokens > 0)
        out.append(",\"thinking\":\"").append(answer.reasoningText()).append('"');
    out.append('}');
    if (answer.finishReason.isEmpty())
        out.append(",\"done\":false");
    else
        appendDone(out, answer);
    return out.append('}');
}

// ---- streams

void OllamaWire::appendHead(QByteArray &out, const ChatAnswer &answer) const
{
    beginLine(out, answer);
    out.append("\"},\"done\":false}\n");
}

void OllamaWire::appendTokens(QByteArray &out, const ChatAnswer &answer, const TokenSpan &span) const
{
    beginLine(out, answer);
    if (span.reasoning)
        out.append("\",\"thinking\":\"").append(span.text).append('"');
    else if (answer.tool.isEmpty())
        out.append(span.text).append('"');
    else if (span.to == answer.contentTokens) // a call comes when all of it is known
        appendCall(out, answer);
    else
        out.append('"');
    out.append("},\"done\":false}\n");
}

void OllamaWire::appendEnd(QByteArray &out, const ChatAnswer &answer, qsizetype) const
{
    beginLine(out, answer);
    out.append("\"}");
    appendDone(out, answer);
    out.append("}\n");
}

void OllamaWire::appendStreamError(QByteArray &out, QByteArrayView body) const
{
    out.append(body).append('\n');
}

} // namespace tollgate
