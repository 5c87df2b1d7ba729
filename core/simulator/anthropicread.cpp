#include "core/simulator/anthropicread.h"

namespace tollgate {

namespace {

bool isPresent(JsonValue value)
{
    return value.exists() && !value.isNull();
}

std::optional<WireError> checkVersion(const ServerRequest &request, JsonValue body)
{
    const QByteArray version = request.headers.value("anthropic-version");
    if (version.isEmpty())
        return invalidRequest({}, "anthropic-version: header is required");
    if (version != "2023-06-01" && version != "2026-10-21")
        return invalidRequest({}, "anthropic-version: \"" + version + "\" is not a valid version");
    for (const char *name : {"temperature", "top_p", "top_k"}) {
        if (version == "2026-10-21" && isPresent(body[name]))
            return invalidRequest(name, QByteArray(name) + ": Extra inputs are not permitted");
    }
    return std::nullopt;
}

bool asksToCache(JsonValue blocks)
{
    bool asks = false;
    blocks.forEach([&asks](JsonValue block) { asks = asks || block["cache_control"].isObject(); });
    return asks;
}

void readContent(JsonValue content, CallReader &reader, ChatCall &call)
{
    if (content.isString())
        reader.text(content.utf8());
    content.forEach([&](JsonValue block) {
        const QByteArrayView type = block["type"].utf8();
        if (type == "text")
            reader.text(block["text"].utf8());
        else if (type == "tool_use")
            reader.text(block["input"].toJson());
        else if (type == "tool_result")
            readContent(block["content"], reader, call);
        else if (type == "thinking")
            reader.text(block["thinking"].utf8());
    });
    call.writesCache = call.writesCache || asksToCache(content);
}

bool answersTool(JsonValue message)
{
    bool answers = false;
    message["content"].forEach([&answers](JsonValue block) { answers = answers || block["type"].utf8() == "tool_result"; });
    return answers;
}

// The model calls the first tool when it must, or when it has not got a tool's result yet.
void readTools(JsonValue body, ChatCall &call)
{
    const JsonValue tools = body["tools"];
    const JsonValue choice = body["tool_choice"];
    const JsonValue messages = body["messages"];
    if (!tools.isArray() || tools.size() == 0 || choice["type"].utf8() == "none" || answersTool(messages.at(messages.size() - 1)))
        return;
    JsonValue chosen = tools.at(0);
    const QByteArrayView wanted = choice["name"].utf8();
    tools.forEach([&](JsonValue tool) {
        if (!wanted.isEmpty() && tool["name"].utf8() == wanted)
            chosen = tool;
    });
    call.tool = chosen["name"].utf8();
    call.toolParameters = chosen["input_schema"];
}

std::optional<WireError> checkMessages(JsonValue messages)
{
    std::optional<WireError> problem;
    qsizetype at = 0;
    messages.forEach([&](JsonValue message) {
        const QByteArrayView role = message["role"].utf8();
        if (!problem && role != "user" && role != "assistant")
            problem = invalidRequest("messages", "messages." + QByteArray::number(at) + ".role: Input should be 'user' or 'assistant'");
        ++at;
    });
    return problem;
}

} // namespace

std::optional<WireError> readAnthropicCall(const ServerRequest &request, JsonValue body, ChatCall &call)
{
    if (!body.isObject())
        return invalidRequest({}, "The body must be a JSON object.");
    if (!body["model"].isString())
        return invalidRequest("model", "model: Field required");
    if (!isPresent(body["max_tokens"]))
        return invalidRequest("max_tokens", "max_tokens: Field required");
    const JsonValue messages = body["messages"];
    if (!messages.isArray() || messages.size() == 0)
        return invalidRequest("messages", "messages: at least one message is required");
    if (auto error = checkVersion(request, body))
        return error;
    if (auto error = checkMessages(messages))
        return error;
    call.model = body["model"].utf8().toByteArray();
    call.stream = body["stream"].boolean().value_or(false);
    call.includeUsage = true;
    call.writesCache = body["cache_control"].isObject();
    CallReader reader(call);
    if (auto error = reader.maxTokens(body["max_tokens"], "max_tokens"))
        return error;
    if (auto error = reader.temperature(body["temperature"], "temperature", 1))
        return error;
    if (const JsonValue system = body["system"]; isPresent(system)) {
        reader.message("system");
        readContent(system, reader, call);
    }
    messages.forEach([&](JsonValue message) {
        reader.message(message["role"].utf8());
        readContent(message["content"], reader, call);
    });
    if (auto error = reader.tooLong("messages")) {
        error->message = "prompt is too long: " + QByteArray::number(call.promptTokens) + " tokens > 200000 maximum";
        return error;
    }
    const JsonValue format = body["output_config"]["format"];
    call.wantsJson = format["type"].utf8() == "json_schema";
    call.schema = format["schema"];
    readTools(body, call);
    return std::nullopt;
}

} // namespace tollgate
