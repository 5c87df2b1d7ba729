#include "core/simulator/openaichatwire.h"

#include <algorithm>

namespace tollgate {

namespace {

void readMessage(JsonValue message, CallReader &reader)
{
    reader.message(message["role"].utf8());
    const JsonValue content = message["content"];
    if (content.isString())
        reader.text(content.utf8());
    content.forEach([&](JsonValue part) {
        if (part["text"].isString())
            reader.text(part["text"].utf8());
    });
    message["tool_calls"].forEach([&](JsonValue toolCall) { reader.text(toolCall["function"]["arguments"].utf8()); });
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

void readFormat(JsonValue body, ChatCall &call)
{
    const JsonValue format = body["response_format"];
    const QByteArrayView type = format["type"].utf8();
    call.wantsJson = type == QByteArrayView("json_object") || type == QByteArrayView("json_schema");
    call.schema = format["json_schema"]["schema"];
}

std::optional<WireError> readLimits(JsonValue body, CallReader &reader, ChatCall &call)
{
    for (const char *name : {"max_completion_tokens", "max_tokens"}) {
        if (call.maxTokens)
            break;
        if (auto error = reader.maxTokens(body[name], name))
            return error;
    }
    return reader.temperature(body["temperature"], "temperature");
}

QByteArray modelJson(QByteArrayView name)
{
    return QByteArray("{\"id\":\"").append(name).append("\",\"object\":\"model\",\"created\":1795440000,\"owned_by\":\"simulator\"}");
}

// Far more than any test sends, so that a limiter that learns from headers never slows anyone down.
Headers limitHeaders()
{
    return {{"x-ratelimit-limit-requests", "10000000"},      {"x-ratelimit-remaining-requests", "9999999"},
            {"x-ratelimit-reset-requests", "6ms"},           {"x-ratelimit-limit-tokens", "100000000000"},
            {"x-ratelimit-remaining-tokens", "99999999999"}, {"x-ratelimit-reset-tokens", "1ms"}};
}

void appendUsage(QByteArray &out, const ChatAnswer &answer)
{
    out.append("\"usage\":{\"prompt_tokens\":");
    appendNumber(out, answer.promptTokens);
    out.append(",\"completion_tokens\":");
    appendNumber(out, answer.tokens());
    out.append(",\"total_tokens\":");
    appendNumber(out, answer.promptTokens + answer.tokens());
    out.append(",\"prompt_tokens_details\":{\"cached_tokens\":");
    appendNumber(out, answer.cachedTokens);
    out.append(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":");
    appendNumber(out, answer.reasoningTokens);
    out.append(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
}

void appendFinish(QByteArray &out, const QByteArray &reason)
{
    if (reason.isEmpty())
        out.append("null");
    else
        out.append('"').append(reason).append('"');
}

void beginChunk(QByteArray &out, const ChatAnswer &answer)
{
    out.append("data: {\"id\":\"chatcmpl-").append(answer.id).append("\",\"object\":\"chat.completion.chunk\",\"created\":");
    appendNumber(out, answer.created);
    out.append(",\"model\":\"").append(answer.model).append("\",\"choices\":[");
}

void endChunk(QByteArray &out, const ChatAnswer &answer, const QByteArray &finishReason = {})
{
    out.append(",\"logprobs\":null,\"finish_reason\":");
    appendFinish(out, finishReason);
    out.append("}]");
    if (answer.includeUsage)
        out.append(",\"usage\":null");
    out.append("}\n\n");
}

} // namespace

// ---- requests

SimulatorWire::Route OpenAiChatWire::route(const ServerRequest &request) const
{
    QByteArrayView path = request.path;
    if (path.startsWith("/v1/"))
        path = path.sliced(3);
    if (path == QByteArrayView("/chat/completions"))
        return request.method == "POST" ? Route::Chat : Route::NotAllowed;
    if (path == QByteArrayView("/models") || path.startsWith("/models/"))
        return request.method == "GET" || request.method == "HEAD" ? Route::Models : Route::NotAllowed;
    return Route::Other;
}

std::optional<WireError> OpenAiChatWire::readCall(const ServerRequest &, JsonValue body, ChatCall &call) const
{
    if (!body.isObject())
        return invalidRequest({}, "The body must be a JSON object.");
    if (!body["model"].isString())
        return invalidRequest("model", "You must provide a model parameter.");
    const JsonValue messages = body["messages"];
    if (!messages.isArray() || messages.size() == 0)
        return invalidRequest("messages", "The messages must be a list with at least one message.");
    call.model = body["model"].utf8().toByteArray();
    call.stream = body["stream"].boolean().value_or(false);
    const JsonValue streamOptions = body["stream_options"];
    if (streamOptions.isObject() && !call.stream)
        return invalidRequest("stream_options", "The stream_options parameter is only allowed when stream is enabled.");
    call.includeUsage = streamOptions["include_usage"].boolean().value_or(false);
    CallReader reader(call);
    if (auto error = readLimits(body, reader, call))
        return error;
    messages.forEach([&](JsonValue message) { readMessage(message, reader); });
    if (auto error = reader.tooLong("messages"))
        return error;
    readFormat(body, call);
    readTools(body, call);
    return std::nullopt;
}

// ---- answers

Headers OpenAiChatWire::headers(qint64 number, int processingMs) const
{
    static const Headers limits = limitHeaders();
    Headers headers = limits;
    headers.add("x-request-id", "req_sim_" + QByteArray::number(number));
    headers.add("openai-processing-ms", QByteArray::number(processingMs));
    return headers;
}

QByteArray openAiError(const WireError &error)
{
    QByteArray out;
    JsonWriter json(out);
    const auto text = [&json](QByteArrayView name, const QByteArray &value) {
        json.key(name);
        if (value.isEmpty())
            json.null();
        else
            json.utf8(value);
    };
    json.beginObject().key("error").beginObject();
    text("message", error.message);
    text("type", error.type);
    text("param", error.param);
    text("code", error.code);
    json.endObject().endObject();
    return out;
}

QByteArray OpenAiChatWire::errorBody(const WireError &error) const
{
    return openAiError(error);
}

std::optional<QByteArray> OpenAiChatWire::models(const ServerRequest &request) const
{
    const qsizetype at = request.path.indexOf("/models/");
    const QByteArrayView wanted = at < 0 ? QByteArrayView() : QByteArrayView(request.path).sliced(at + 8);
    QByteArray list;
    for (const char *name : simulatedModels) {
        if (at >= 0 && wanted == QByteArrayView(name))
            return modelJson(name);
        list.append(list.isEmpty() ? "{\"object\":\"list\",\"data\":[" : ",").append(modelJson(name));
    }
    if (at >= 0)
        return std::nullopt;
    return list.append("]}");
}

QByteArray OpenAiChatWire::whole(const ChatAnswer &answer) const
{
    QByteArray out;
    out.reserve(answer.text().size() + answer.reasoningText().size() + 700);
    out.append("{\"id\":\"chatcmpl-").append(answer.id).append("\",\"object\":\"chat.completion\",\"created\":");
    appendNumber(out, answer.created);
    out.append(",\"model\":\"").append(answer.model);
    out.append("\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    if (answer.tool.isEmpty())
        out.append('"').append(answer.text()).append('"');
    else
        out.append("null");
    if (answer.reasoningTokens > 0)
        out.append(",\"reasoning_content\":\"").append(answer.reasoningText()).append('"');
    out.append(",\"refusal\":null");
    if (!answer.tool.isEmpty()) {
        out.append(",\"tool_calls\":[{\"id\":\"call_").append(answer.callId);
        out.append("\",\"type\":\"function\",\"function\":{\"name\":\"").append(answer.tool);
        out.append("\",\"arguments\":\"").append(answer.text()).append("\"}}]");
    }
    out.append("},\"logprobs\":null,\"finish_reason\":");
    appendFinish(out, answer.finishReason);
    out.append("}],");
    appendUsage(out, answer);
    out.append(",\"service_tier\":\"default\"}");
    return out;
}

// ---- streams

void OpenAiChatWire::appendHead(QByteArray &out, const ChatAnswer &answer) const
{
    beginChunk(out, answer);
    if (answer.tool.isEmpty()) {
        out.append("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}");
    } else {
        out.append("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"call_");
        out.append(answer.callId);
        out.append("\",\"type\":\"function\",\"function\":{\"name\":\"").append(answer.tool).append("\",\"arguments\":\"\"}}]}");
    }
    endChunk(out, answer);
}

void OpenAiChatWire::appendTokens(QByteArray &out, const ChatAnswer &answer, const TokenSpan &span) const
{
    beginChunk(out, answer);
    out.append("{\"index\":0,\"delta\":");
    if (span.reasoning)
        out.append("{\"reasoning_content\":\"").append(span.text).append("\"}");
    else if (answer.tool.isEmpty())
        out.append("{\"content\":\"").append(span.text).append("\"}");
    else
        out.append("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"").append(span.text).append("\"}}]}");
    endChunk(out, answer);
}

// The finish reason, usage if asked for, [DONE].
qsizetype OpenAiChatWire::endEvents(const ChatAnswer &answer) const
{
    return answer.includeUsage ? 3 : 2;
}

void OpenAiChatWire::appendEnd(QByteArray &out, const ChatAnswer &answer, qsizetype index) const
{
    if (index == endEvents(answer) - 1) {
        out.append("data: [DONE]\n\n");
        return;
    }
    beginChunk(out, answer);
    if (index == 0) {
        out.append("{\"index\":0,\"delta\":{}");
        endChunk(out, answer, answer.finishReason);
    } else {
        out.append("],");
        appendUsage(out, answer);
        out.append("}\n\n");
    }
}

void OpenAiChatWire::appendStreamError(QByteArray &out, QByteArrayView body) const
{
    out.append("data: ").append(body).append("\n\n");
}

} // namespace tollgate
