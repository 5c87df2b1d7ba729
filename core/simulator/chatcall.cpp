#include "core/simulator/chatcall.h"

#include "core/chat/tokenestimate.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

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

} // namespace

void appendNumber(QByteArray &out, qint64 number)
{
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    out.append(text, end - text);
}

WireError fittingError(int status)
{
    switch (status) {
    case 400: return {400, "invalid_request_error", {}, {}, "The request was malformed."};
    case 401: return {401, "invalid_request_error", "invalid_api_key", {}, "Incorrect API key provided."};
    case 402: return {402, "insufficient_quota", "insufficient_quota", {}, "The account is out of credit."};
    case 403: return {403, "invalid_request_error", "permission_denied", {}, "The key may not use this model."};
    case 404: return {404, "invalid_request_error", "model_not_found", "model", "The model does not exist."};
    case 408: return {408, "server_error", "request_timeout", {}, "The request took too long."};
    case 409: return {409, "invalid_request_error", "conflict", {}, "The request conflicts with another one."};
    case 413: return {413, "invalid_request_error", "request_too_large", {}, "The request is too large."};
    case 422: return {422, "invalid_request_error", "unprocessable", {}, "The request could not be processed."};
    case 429: return {429, "requests", "rate_limit_exceeded", {}, "Rate limit reached for requests."};
    case 503: return {503, "service_unavailable_error", "server_is_overloaded", {}, "The server is overloaded."};
    case 529: return {529, "service_unavailable_error", "overloaded", {}, "The site is overloaded."};
    default: return {status, "server_error", {}, {}, "The server had an error while processing the request."};
    }
}

WireError serverError()
{
    WireError error = fittingError(500);
    error.code = error.type;
    return error;
}

WireError invalidRequest(QByteArrayView param, QByteArray message)
{
    return {400, "invalid_request_error", {}, param.toByteArray(), std::move(message)};
}

CallReader::CallReader(ChatCall &call) : m_call(call), m_model(QString::fromUtf8(call.model))
{
    m_call.promptHash = 0xCBF29CE484222325ULL;
    m_call.promptTokens = 3; // the marker that opens the answer
}

void CallReader::message(QByteArrayView role)
{
    m_call.promptTokens += 4; // role markers, as the estimate before sending counts them
    m_call.promptHash = mix(m_call.promptHash, role);
}

void CallReader::text(QByteArrayView text)
{
    m_call.promptHash = mix(m_call.promptHash, text);
    m_call.promptTokens += estimateTokens(QString::fromUtf8(text), m_model);
}

std::optional<WireError> CallReader::maxTokens(JsonValue limit, QByteArrayView name)
{
    if (!limit.exists() || limit.isNull())
        return std::nullopt;
    m_call.maxTokens = limit.integer();
    if (m_call.maxTokens.value_or(0) < 1)
        return invalidRequest(name, "The limit of output tokens must be a positive integer.");
    return std::nullopt;
}

std::optional<WireError> CallReader::temperature(JsonValue temperature, QByteArrayView name, double highest) const
{
    if (!temperature.exists() || temperature.isNull())
        return std::nullopt;
    const std::optional<double> value = temperature.number();
    if (!value || *value < 0 || *value > highest)
        return invalidRequest(name, "The temperature must be a number from 0 to " + QByteArray::number(highest) + '.');
    return std::nullopt;
}

std::optional<WireError> CallReader::tooLong(QByteArrayView name) const
{
    if (m_call.promptTokens <= contextWindow)
        return std::nullopt;
    return WireError{400, "invalid_request_error", "context_length_exceeded", name.toByteArray(),
                     "This model's maximum context length is 200000 tokens. Your messages resulted in "
                         + QByteArray::number(m_call.promptTokens) + " tokens."};
}

QByteArray ChatAnswer::argumentsJson() const
{
    JsonDocument text;
    JsonDocument object;
    const Result<JsonValue> unescaped = text.parse('"' + this->text().toByteArray() + '"');
    const QByteArray arguments = unescaped.ok() ? unescaped->utf8().toByteArray() : QByteArray();
    const Result<JsonValue> parsed = object.parse(arguments);
    return parsed.ok() && parsed->isObject() ? arguments : QByteArray("{}");
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
