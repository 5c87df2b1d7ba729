#include "core/simulator/geminiwire.h"

namespace tollgate {

namespace {

constexpr QByteArrayView listPath = "/v1beta/models";
constexpr QByteArrayView wholeMethod = ":generateContent";
constexpr QByteArrayView streamMethod = ":streamGenerateContent";

// ---- requests

// "/v1beta/models/NAME:method", or without a method.
QByteArray nameIn(const QByteArray &path)
{
    if (path.size() <= listPath.size() + 1)
        return {};
    const QByteArray rest = path.sliced(listPath.size() + 1);
    const qsizetype colon = rest.lastIndexOf(':');
    return QByteArray::fromPercentEncoding(colon < 0 ? rest : rest.first(colon));
}

void readPart(JsonValue part, CallReader &reader)
{
    if (part["text"].isString())
        reader.text(part["text"].utf8());
    if (part["functionCall"].isObject())
        reader.text(part["functionCall"]["args"].toJson());
}

// Each result counts as a message, as it is one on other wires.
void readContent(JsonValue content, CallReader &reader)
{
    const JsonValue parts = content["parts"];
    if (!parts.at(0)["functionResponse"].exists())
        reader.message(content["role"].utf8() == QByteArrayView("model") ? "assistant" : "user");
    parts.forEach([&reader](JsonValue part) {
        const JsonValue response = part["functionResponse"]["response"];
        if (!response.isObject())
            return readPart(part, reader);
        reader.message("tool");
        if (response["result"].isString())
            reader.text(response["result"].utf8());
        else
            reader.text(response.toJson());
    });
}

void readContents(JsonValue body, CallReader &reader)
{
    body["systemInstruction"]["parts"].forEach([&reader](JsonValue part) {
        reader.message("system");
        readPart(part, reader);
    });
    body["contents"].forEach([&reader](JsonValue content) { readContent(content, reader); });
}

// The model calls the first tool when it must, or when it has not got a tool's result yet.
void readTools(JsonValue body, ChatCall &call)
{
    const JsonValue functions = body["tools"].at(0)["functionDeclarations"];
    const JsonValue choice = body["toolConfig"]["functionCallingConfig"];
    const JsonValue contents = body["contents"];
    if (functions.size() == 0 || choice["mode"].utf8() == QByteArrayView("NONE")
        || contents.at(contents.size() - 1)["parts"].at(0)["functionResponse"].exists())
        return;
    JsonValue function = functions.at(0);
    const QByteArrayView wanted = choice["allowedFunctionNames"].at(0).utf8();
    functions.forEach([&](JsonValue candidate) {
        if (!wanted.isEmpty() && candidate["name"].utf8() == wanted)
            function = candidate;
    });
    call.tool = function["name"].utf8();
    call.toolParameters = function["parametersJsonSchema"].exists() ? function["parametersJsonSchema"] : function["parameters"];
}

// ---- answers

const char *statusWord(int status)
{
    switch (status) {
    case 401: return "UNAUTHENTICATED";
    case 403: return "PERMISSION_DENIED";
    case 404: return "NOT_FOUND";
    case 402:
    case 429: return "RESOURCE_EXHAUSTED";
    case 409: return "ABORTED";
    case 408:
    case 504: return "DEADLINE_EXCEEDED";
    case 503:
    case 529: return "UNAVAILABLE";
    default: return status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
    }
}

void writeDetail(JsonWriter &json, const WireError &error)
{
    constexpr const char *types = "type.googleapis.com/google.rpc.";
    const auto begin = [&](const char *type) { json.beginObject().key("@type").utf8(QByteArray(types) + type); };
    if (error.status == 401) {
        begin("ErrorInfo");
        json.key("reason").utf8("API_KEY_INVALID").key("domain").utf8("googleapis.com").endObject();
    } else if (error.code == "insufficient_quota") {
        begin("QuotaFailure");
        json.key("violations").beginArray().beginObject().key("quotaId").utf8("GenerateRequestsPerDayPerProjectPerModel");
        json.endObject().endArray().endObject();
    } else if (error.status == 429) {
        begin("RetryInfo");
        json.key("retryDelay").utf8("0.5s").endObject();
    } else if (!error.param.isEmpty()) {
        begin("BadRequest");
        json.key("fieldViolations").beginArray().beginObject().key("field").utf8(error.param).endObject().endArray().endObject();
    }
}

QByteArray modelJson(QByteArrayView name)
{
    return QByteArray("{\"name\":\"models/").append(name).append("\",\"version\":\"001\",\"displayName\":\"").append(name)
        .append("\",\"inputTokenLimit\":200000,\"outputTokenLimit\":65536,"
                "\"supportedGenerationMethods\":[\"generateContent\",\"countTokens\"]}");
}

QByteArrayView finishWord(const ChatAnswer &answer)
{
    return answer.finishReason == "length" ? "MAX_TOKENS" : "STOP";
}

// Arguments go out as an object, so what is escaped for a string is read back. A call that was cut is none.
QByteArray argumentsOf(const ChatAnswer &answer)
{
    JsonDocument outer;
    JsonDocument inner;
    const Result<JsonValue> text = outer.parse('"' + answer.text().toByteArray() + '"');
    const Result<JsonValue> arguments = inner.parse(text.ok() ? text->utf8() : QByteArrayView());
    return arguments.ok() && arguments->isObject() ? arguments->toJson() : QByteArray();
}

void appendCall(QByteArray &out, const ChatAnswer &answer)
{
    const QByteArray arguments = argumentsOf(answer);
    if (arguments.isEmpty())
        return;
    out.append("{\"functionCall\":{\"id\":\"").append(answer.callId).append("\",\"name\":\"").append(answer.tool);
    out.append("\",\"args\":").append(arguments).append("},\"thoughtSignature\":\"c2lnbmF0dXJl\"}");
}

void appendUsage(QByteArray &out, const ChatAnswer &answer)
{
    out.append("\"usageMetadata\":{\"promptTokenCount\":");
    appendNumber(out, answer.promptTokens);
    out.append(",\"cachedContentTokenCount\":");
    appendNumber(out, answer.cachedTokens);
    out.append(",\"candidatesTokenCount\":");
    appendNumber(out, answer.contentTokens);
    out.append(",\"thoughtsTokenCount\":");
    appendNumber(out, answer.reasoningTokens);
    out.append(",\"totalTokenCount\":");
    appendNumber(out, answer.promptTokens + answer.tokens());
    out.append("},");
}

void beginParts(QByteArray &out)
{
    out.append("{\"candidates\":[{\"content\":{\"parts\":[");
}

void endObject(QByteArray &out, const ChatAnswer &answer, bool last)
{
    out.append("],\"role\":\"model\"}");
    if (last && !answer.finishReason.isEmpty())
        out.append(",\"finishReason\":\"").append(finishWord(answer)).append('"');
    out.append(",\"index\":0}],");
    if (last)
        appendUsage(out, answer);
    out.append("\"modelVersion\":\"").append(answer.model).append("\",\"responseId\":\"").append(answer.id).append("\"}");
}

} // namespace

SimulatorWire::Route GeminiWire::route(const ServerRequest &request) const
{
    if (request.path != listPath && !request.path.startsWith("/v1beta/models/"))
        return Route::Other;
    if (request.path.endsWith(wholeMethod) || request.path.endsWith(streamMethod))
        return request.method == "POST" ? Route::Chat : Route::NotAllowed;
    return request.method == "GET" || request.method == "HEAD" ? Route::Models : Route::NotAllowed;
}

QByteArray GeminiWire::key(const Headers &headers) const
{
    return headers.value("x-goog-api-key").trimmed();
}

std::optional<WireError> GeminiWire::readCall(const ServerRequest &request, JsonValue body, ChatCall &call) const
{
    if (!body.isObject())
        return invalidRequest({}, "The body must be a JSON object.");
    const JsonValue contents = body["contents"];
    if (!contents.isArray() || contents.size() == 0)
        return invalidRequest("contents", "contents is not specified");
    call.model = nameIn(request.path);
    call.stream = request.path.endsWith(streamMethod);
    if (call.stream && !request.query.split('&').contains("alt=sse"))
        return invalidRequest("alt", "The simulator streams server-sent events only: ask for alt=sse.");
    call.includeUsage = true;
    CallReader reader(call);
    const JsonValue config = body["generationConfig"];
    if (auto error = reader.maxTokens(config["maxOutputTokens"], "generationConfig.maxOutputTokens"))
        return error;
    if (auto error = reader.temperature(config["temperature"], "generationConfig.temperature"))
        return error;
    readContents(body, reader);
    if (auto error = reader.tooLong("contents"))
        return error;
    call.wantsJson = config["responseMimeType"].utf8() == QByteArrayView("application/json");
    call.schema = config["responseJsonSchema"];
    readTools(body, call);
    return std::nullopt;
}

// No rate limits: Google tells none.
Headers GeminiWire::headers(qint64 number, int) const
{
    return {{"x-goog-request-id", "sim-" + QByteArray::number(number)}};
}

QByteArray GeminiWire::errorBody(const WireError &error) const
{
    QByteArray out;
    JsonWriter json(out);
    json.beginObject().key("error").beginObject().key("code").value(error.status).key("message").utf8(error.message);
    json.key("status").utf8(statusWord(error.status)).key("details").beginArray();
    writeDetail(json, error);
    json.endArray().endObject().endObject();
    return out;
}

std::optional<QByteArray> GeminiWire::models(const ServerRequest &request) const
{
    const QByteArray wanted = nameIn(request.path);
    QByteArray list;
    for (const char *name : simulatedModels) {
        if (wanted == name)
            return modelJson(name);
        list.append(list.isEmpty() ? "{\"models\":[" : ",").append(modelJson(name));
    }
    if (!wanted.isEmpty())
        return std::nullopt;
    return list.append("]}");
}

QByteArray GeminiWire::whole(const ChatAnswer &answer) const
{
    QByteArray out;
    out.reserve(answer.text().size() + answer.reasoningText().size() + 700);
    beginParts(out);
    if (answer.reasoningTokens > 0)
        out.append("{\"text\":\"").append(answer.reasoningText()).append("\",\"thought\":true}");
    QByteArray part;
    if (answer.tool.isEmpty())
        part.append("{\"text\":\"").append(answer.text()).append("\"}");
    else
        appendCall(part, answer);
    if (answer.reasoningTokens > 0 && !part.isEmpty())
        out.append(',');
    out.append(part);
    endObject(out, answer, true);
    return out;
}

void GeminiWire::appendHead(QByteArray &out, const ChatAnswer &answer) const
{
    out.append("data: ");
    beginParts(out);
    out.append("{\"text\":\"\"}");
    endObject(out, answer, false);
    out.append("\n\n");
}

// A call comes whole, with the last of its tokens.
void GeminiWire::appendTokens(QByteArray &out, const ChatAnswer &answer, const TokenSpan &span) const
{
    out.append("data: ");
    beginParts(out);
    if (span.reasoning)
        out.append("{\"text\":\"").append(span.text).append("\",\"thought\":true}");
    else if (answer.tool.isEmpty())
        out.append("{\"text\":\"").append(span.text).append("\"}");
    else if (span.to == answer.contentTokens)
        appendCall(out, answer);
    endObject(out, answer, false);
    out.append("\n\n");
}

// The finish reason and the usage; HTTP ends the stream.
qsizetype GeminiWire::endEvents(const ChatAnswer &) const
{
    return 1;
}

void GeminiWire::appendEnd(QByteArray &out, const ChatAnswer &answer, qsizetype) const
{
    out.append("data: ");
    beginParts(out);
    out.append("{\"text\":\"\"}");
    endObject(out, answer, true);
    out.append("\n\n");
}

void GeminiWire::appendStreamError(QByteArray &out, QByteArrayView body) const
{
    out.append("data: ").append(body).append("\n\n");
}

} // namespace tollgate
