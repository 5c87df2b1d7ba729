// Reading requests, and JSON that fits a schema.
#include "core/chat/tokenestimate.h"
#include "core/simulator/chatwire.h"

#include <algorithm>

namespace tollgate {

namespace {

constexpr qint64 contextWindow = 200'000;
constexpr int schemaDepth = 12;

// Equal on every platform, so that a seed gives the same answers everywhere; not for security.
quint64 mix(quint64 hash, QByteArrayView bytes)
{
    for (const char c : bytes)
        hash = (hash ^ uchar(c)) * 0x100000001B3ULL;
    return (hash ^ 0xFF) * 0x100000001B3ULL;
}

WireError invalid(QByteArrayView param, QByteArray message)
{
    return {400, "invalid_request_error", {}, param.toByteArray(), std::move(message)};
}

void readText(QByteArrayView text, ChatCall &call, const QString &model)
{
    call.promptHash = mix(call.promptHash, text);
    call.promptTokens += estimateTokens(QString::fromUtf8(text), model);
}

void readMessage(JsonValue message, ChatCall &call, const QString &model)
{
    call.promptTokens += 4; // role markers, as the estimate before sending counts them
    call.promptHash = mix(call.promptHash, message["role"].utf8());
    const JsonValue content = message["content"];
    if (content.isString())
        readText(content.utf8(), call, model);
    content.forEach([&](JsonValue part) {
        if (part["text"].isString())
            readText(part["text"].utf8(), call, model);
    });
    message["tool_calls"].forEach([&](JsonValue toolCall) {
        readText(toolCall["function"]["arguments"].utf8(), call, model);
    });
}

// The model calls the first tool when it must, or when it has not got a tool's result yet.
void readTools(JsonValue body, ChatCall &call)
{
    const JsonValue choice = body["tool_choice"];
    const JsonValue tools = body["tools"];
    if (!tools.isArray() || tools.size() == 0 || choice.utf8() == QByteArrayView("none"))
        return;
    const JsonValue messages = body["messages"];
    if (messages.at(messages.size() - 1)["role"].utf8() == QByteArrayView("tool"))
        return;
    JsonValue function = tools.at(0)["function"];
    const QByteArrayView wanted = choice["function"]["name"].utf8();
    tools.forEach([&](JsonValue tool) {
        if (!wanted.isEmpty() && tool["function"]["name"].utf8() == wanted)
            function = tool["function"];
    });
    call.tool = function["name"].utf8();
    call.toolParameters = function["parameters"];
}

QByteArrayView typeOf(JsonValue schema)
{
    const JsonValue type = schema["type"];
    if (type.isArray())
        return type.at(0).utf8();
    if (type.isString())
        return type.utf8();
    return schema["properties"].isObject() ? QByteArrayView("object") : QByteArrayView("string");
}

void writeForSchema(JsonWriter &json, JsonValue schema, QByteArrayView name, quint64 choice, int depth)
{
    static constexpr const char *words[] = {"Quarterly report", "Rhine", "Delivery on Monday", "Support request", "Blue, size M"};
    const QByteArrayView type = typeOf(schema);
    const JsonValue options = schema["enum"];
    if (options.isArray() && options.size() > 0) {
        json.raw(options.at(qsizetype(choice % quint64(options.size()))).toJson());
    } else if (depth > schemaDepth) {
        json.null();
    } else if (type == QByteArrayView("object")) {
        json.beginObject();
        schema["properties"].forEachMember([&](QByteArrayView key, JsonValue property) {
            json.key(key);
            writeForSchema(json, property, key, mix(choice, key), depth + 1);
        });
        json.endObject();
    } else if (type == QByteArrayView("array")) {
        json.beginArray();
        for (quint64 i = 0; i < 2; ++i)
            writeForSchema(json, schema["items"], name, choice + i, depth + 1);
        json.endArray();
    } else if (type == QByteArrayView("integer")) {
        json.value(std::max<qint64>(schema["minimum"].integer().value_or(0), qint64(choice % 100)));
    } else if (type == QByteArrayView("number")) {
        json.value(double(choice % 1000) / 1000);
    } else if (type == QByteArrayView("boolean")) {
        json.value(choice % 2 == 0);
    } else if (type == QByteArrayView("null")) {
        json.null();
    } else {
        json.utf8(words[choice % std::size(words)]);
    }
}

std::optional<WireError> readLimits(JsonValue body, ChatCall &call)
{
    for (const char *name : {"max_completion_tokens", "max_tokens"}) {
        const JsonValue limit = body[name];
        if (!limit.exists() || limit.isNull() || call.maxTokens)
            continue;
        call.maxTokens = limit.integer();
        if (call.maxTokens.value_or(0) < 1)
            return invalid(name, "The limit of output tokens must be a positive integer.");
    }
    const JsonValue temperature = body["temperature"];
    if (temperature.exists() && !temperature.isNull()) {
        const std::optional<double> value = temperature.number();
        if (!value || *value < 0 || *value > 2)
            return invalid("temperature", "The temperature must be a number from 0 to 2.");
    }
    return std::nullopt;
}

} // namespace

std::optional<WireError> readChatCall(JsonValue body, ChatCall &call)
{
    if (!body.isObject())
        return invalid({}, "The body must be a JSON object.");
    if (!body["model"].isString())
        return invalid("model", "You must provide a model parameter.");
    const JsonValue messages = body["messages"];
    if (!messages.isArray() || messages.size() == 0)
        return invalid("messages", "The messages must be a list with at least one message.");
    call.model = body["model"].utf8().toByteArray();
    call.stream = body["stream"].boolean().value_or(false);
    const JsonValue streamOptions = body["stream_options"];
    if (streamOptions.isObject() && !call.stream)
        return invalid("stream_options", "The stream_options parameter is only allowed when stream is enabled.");
    call.includeUsage = streamOptions["include_usage"].boolean().value_or(false);
    if (auto error = readLimits(body, call))
        return error;
    call.promptHash = 0xCBF29CE484222325ULL;
    call.promptTokens = 3; // the marker that opens the answer
    const QString model = QString::fromUtf8(call.model);
    messages.forEach([&](JsonValue message) { readMessage(message, call, model); });
    if (call.promptTokens > contextWindow) {
        return WireError{400, "invalid_request_error", "context_length_exceeded", "messages",
                         "This model's maximum context length is 200000 tokens. Your messages resulted in "
                             + QByteArray::number(call.promptTokens) + " tokens."};
    }
    const JsonValue format = body["response_format"];
    const QByteArrayView formatType = format["type"].utf8();
    call.wantsJson = formatType == QByteArrayView("json_object") || formatType == QByteArrayView("json_schema");
    call.schema = format["json_schema"]["schema"];
    readTools(body, call);
    return std::nullopt;
}

QByteArray jsonForSchema(JsonValue schema, quint64 choice)
{
    QByteArray out;
    JsonWriter json(out);
    if (schema.isObject()) {
        writeForSchema(json, schema, {}, choice, 0);
        return out;
    }
    json.beginObject();
    json.key("summary").utf8("The request was read and answered.");
    json.key("confidence").value(double(70 + choice % 30) / 100);
    json.key("items").beginArray().utf8("first").utf8("second").endArray();
    json.endObject();
    return out;
}

} // namespace tollgate
