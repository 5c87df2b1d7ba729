#include "core/simulator/responseswire.h"

namespace tollgate {

namespace {

// ---- requests

void readItems(JsonValue input, CallReader &reader)
{
    bool inAssistant = false;
    input.forEach([&](JsonValue item) {
        const QByteArrayView type = item["type"].utf8();
        if (type == QByteArrayView("reasoning"))
            return;
        if (type == QByteArrayView("function_call")) {
            if (!inAssistant)
                reader.message("assistant");
            inAssistant = true;
            reader.text(item["arguments"].utf8());
            return;
        }
        const bool isResult = type == QByteArrayView("function_call_output");
        reader.message(isResult ? QByteArrayView("tool") : item["role"].utf8());
        inAssistant = item["role"].utf8() == QByteArrayView("assistant");
        const JsonValue content = item[isResult ? "output" : "content"];
        if (content.isString())
            reader.text(content.utf8());
        content.forEach([&reader](JsonValue part) {
            if (part["text"].isString())
                reader.text(part["text"].utf8());
        });
    });
}

void readInput(JsonValue body, CallReader &reader)
{
    if (body["instructions"].isString()) {
        reader.message("system");
        reader.text(body["instructions"].utf8());
    }
    if (body["input"].isString()) {
        reader.message("user");
        reader.text(body["input"].utf8());
    }
    readItems(body["input"], reader);
}

// The model calls the first tool when it must, or when it has not got a tool's result yet.
void readTools(JsonValue body, ChatCall &call)
{
    const JsonValue choice = body["tool_choice"];
    const JsonValue tools = body["tools"];
    const JsonValue input = body["input"];
    if (tools.size() == 0 || choice.utf8() == QByteArrayView("none")
        || input.at(input.size() - 1)["type"].utf8() == QByteArrayView("function_call_output"))
        return;
    JsonValue function = tools.at(0);
    const QByteArrayView wanted = choice["name"].utf8();
    tools.forEach([&](JsonValue tool) {
        if (!wanted.isEmpty() && tool["name"].utf8() == wanted)
            function = tool;
    });
    call.tool = function["name"].utf8();
    call.toolParameters = function["parameters"];
}

// ---- answers

void appendText(QByteArray &out, const char *name, QByteArrayView escaped)
{
    out.append(",\"").append(name).append("\":\"").append(escaped).append('"');
}

void appendId(QByteArray &out, const char *prefix, const QByteArray &id)
{
    out.append('"').append(prefix).append(id).append('"');
}

void appendUsage(QByteArray &out, const ChatAnswer &answer)
{
    out.append("{\"input_tokens\":");
    appendNumber(out, answer.promptTokens);
    out.append(",\"input_tokens_details\":{\"cached_tokens\":");
    appendNumber(out, answer.cachedTokens);
    out.append(",\"cache_write_tokens\":");
    appendNumber(out, answer.cacheWriteTokens);
    out.append("},\"output_tokens\":");
    appendNumber(out, answer.tokens());
    out.append(",\"output_tokens_details\":{\"reasoning_tokens\":");
    appendNumber(out, answer.reasoningTokens);
    out.append("},\"total_tokens\":");
    appendNumber(out, answer.promptTokens + answer.tokens());
    out.append('}');
}

enum class Item : quint8 { Begun, Done };

void appendReasoning(QByteArray &out, const ChatAnswer &answer, Item state)
{
    out.append("{\"id\":");
    appendId(out, "rs_", answer.id);
    out.append(",\"type\":\"reasoning\",\"summary\":[");
    if (state == Item::Done) {
        out.append("{\"type\":\"summary_text\"");
        appendText(out, "text", answer.reasoningText());
        out.append('}');
    }
    out.append(']');
    if (state == Item::Done)
        appendText(out, "encrypted_content", "c2VhbGVk" + answer.id);
    out.append('}');
}

// The text, or the call.
void appendContent(QByteArray &out, const ChatAnswer &answer, Item state)
{
    const char *status = state == Item::Done ? "completed" : "in_progress";
    out.append("{\"id\":");
    appendId(out, answer.tool.isEmpty() ? "msg_" : "fc_", answer.id);
    if (!answer.tool.isEmpty()) {
        out.append(",\"type\":\"function_call\",\"status\":\"").append(status).append("\",\"call_id\":");
        appendId(out, "call_", answer.callId);
        appendText(out, "name", answer.tool);
        appendText(out, "arguments", state == Item::Done ? answer.text() : QByteArrayView());
        out.append('}');
        return;
    }
    out.append(",\"type\":\"message\",\"status\":\"").append(status).append("\",\"role\":\"assistant\",\"content\":[");
    if (state == Item::Done) {
        out.append("{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[]");
        appendText(out, "text", answer.text());
        out.append('}');
    }
    out.append("]}");
}

void appendOutput(QByteArray &out, const ChatAnswer &answer)
{
    if (answer.reasoningTokens > 0)
        appendReasoning(out, answer, Item::Done);
    if (answer.contentTokens == 0 && answer.tool.isEmpty())
        return;
    if (answer.reasoningTokens > 0)
        out.append(',');
    appendContent(out, answer, Item::Done);
}

// How the answer ended: "completed", "incomplete", or "in_progress" where it is told to leave that out.
QByteArray statusOf(const ChatAnswer &answer)
{
    if (answer.finishReason.isEmpty())
        return "in_progress";
    return answer.finishReason == "length" ? "incomplete" : "completed";
}

void appendResponse(QByteArray &out, const ChatAnswer &answer, const QByteArray &status)
{
    const bool over = status != "in_progress";
    out.append("{\"id\":");
    appendId(out, "resp_", answer.id);
    out.append(",\"object\":\"response\",\"created_at\":");
    appendNumber(out, answer.created);
    out.append(",\"status\":\"").append(status).append("\",\"background\":false,\"error\":null,\"incomplete_details\":");
    out.append(status == "incomplete" ? "{\"reason\":\"max_output_tokens\"}" : "null");
    out.append(",\"model\":\"").append(answer.model).append("\",\"output\":[");
    if (over)
        appendOutput(out, answer);
    out.append("],\"parallel_tool_calls\":true,\"service_tier\":\"").append(over ? "default" : "auto");
    out.append("\",\"store\":false,\"usage\":");
    if (over)
        appendUsage(out, answer);
    else
        out.append("null");
    out.append('}');
}

// ---- streams

// Leaves the object open.
void beginEvent(QByteArray &out, const char *type, qint64 number)
{
    out.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append("\",\"sequence_number\":");
    appendNumber(out, number);
}

void endEvent(QByteArray &out)
{
    out.append("}\n\n");
}

// Where an item stands; leaves the object open.
void beginItemEvent(QByteArray &out, const char *type, qint64 number, const ChatAnswer &answer, bool reasoning)
{
    beginEvent(out, type, number);
    out.append(",\"item_id\":");
    appendId(out, reasoning ? "rs_" : answer.tool.isEmpty() ? "msg_" : "fc_", answer.id);
    out.append(",\"output_index\":").append(!reasoning && answer.reasoningTokens > 0 ? '1' : '0');
}

void appendItem(QByteArray &out, const char *type, qint64 number, const ChatAnswer &answer, bool reasoning, Item state)
{
    beginEvent(out, type, number);
    out.append(",\"output_index\":").append(!reasoning && answer.reasoningTokens > 0 ? '1' : '0').append(",\"item\":");
    if (reasoning)
        appendReasoning(out, answer, state);
    else
        appendContent(out, answer, state);
    endEvent(out);
}

void appendResponseEvent(QByteArray &out, const char *type, qint64 number, const ChatAnswer &answer, const QByteArray &status)
{
    beginEvent(out, type, number);
    out.append(",\"response\":");
    appendResponse(out, answer, status);
    endEvent(out);
}

void appendReasoningDone(QByteArray &out, const ChatAnswer &answer, qint64 number)
{
    beginItemEvent(out, "response.reasoning_summary_text.done", number, answer, true);
    out.append(",\"summary_index\":0");
    appendText(out, "text", answer.reasoningText());
    endEvent(out);
    appendItem(out, "response.output_item.done", number + 1, answer, true, Item::Done);
}

void appendContentDone(QByteArray &out, const ChatAnswer &answer, qint64 number)
{
    const bool isText = answer.tool.isEmpty();
    beginItemEvent(out, isText ? "response.output_text.done" : "response.function_call_arguments.done", number, answer, false);
    if (isText)
        out.append(",\"content_index\":0");
    appendText(out, isText ? "text" : "arguments", answer.text());
    endEvent(out);
    appendItem(out, "response.output_item.done", number + 1, answer, false, Item::Done);
}

// Numbers rise through the stream: the head's, four for each event with tokens, the end's.
constexpr qint64 headNumbers = 4;

qint64 numberOf(const TokenSpan &span)
{
    return headNumbers + 4 * span.index;
}

qint64 lastNumbers(const ChatAnswer &answer)
{
    return headNumbers + 4 * (answer.tokens() + 2);
}

} // namespace

SimulatorWire::Route ResponsesWire::route(const ServerRequest &request) const
{
    if (request.path != "/v1/responses" && request.path != "/responses")
        return Route::Other;
    return request.method == "POST" ? Route::Chat : Route::NotAllowed;
}

std::optional<WireError> ResponsesWire::readCall(const ServerRequest &, JsonValue body, ChatCall &call) const
{
    if (!body.isObject())
        return invalidRequest({}, "The body must be a JSON object.");
    if (!body["model"].isString())
        return invalidRequest("model", "You must provide a model parameter.");
    const JsonValue input = body["input"];
    if (!(input.isArray() && input.size() > 0) && !input.isString())
        return invalidRequest("input", "The input must be a text or a list with at least one item.");
    for (const char *unknown : {"messages", "seed", "stop", "max_tokens", "response_format"}) {
        if (body[unknown].exists())
            return invalidRequest(unknown, QByteArray("Unknown parameter: '") + unknown + "'.");
    }
    call.model = body["model"].utf8().toByteArray();
    call.stream = body["stream"].boolean().value_or(false);
    call.includeUsage = true;
    CallReader reader(call);
    if (auto error = reader.maxTokens(body["max_output_tokens"], "max_output_tokens"))
        return error;
    if (auto error = reader.temperature(body["temperature"], "temperature"))
        return error;
    readInput(body, reader);
    if (auto error = reader.tooLong("input"))
        return error;
    const JsonValue format = body["text"]["format"];
    const QByteArrayView type = format["type"].utf8();
    call.wantsJson = type == QByteArrayView("json_object") || type == QByteArrayView("json_schema");
    call.schema = format["schema"];
    readTools(body, call);
    return std::nullopt;
}

QByteArray ResponsesWire::whole(const ChatAnswer &answer) const
{
    QByteArray out;
    out.reserve(answer.text().size() + answer.reasoningText().size() + 900);
    appendResponse(out, answer, statusOf(answer));
    return out;
}

void ResponsesWire::appendHead(QByteArray &out, const ChatAnswer &answer) const
{
    appendResponseEvent(out, "response.created", 0, answer, "in_progress");
    appendResponseEvent(out, "response.in_progress", 1, answer, "in_progress");
    appendItem(out, "response.output_item.added", 2, answer, answer.reasoningTokens > 0, Item::Begun);
}

void ResponsesWire::appendTokens(QByteArray &out, const ChatAnswer &answer, const TokenSpan &span) const
{
    const qint64 number = numberOf(span);
    if (!span.reasoning && span.from == 0 && answer.reasoningTokens > 0) {
        appendReasoningDone(out, answer, number);
        appendItem(out, "response.output_item.added", number + 2, answer, false, Item::Begun);
    }
    const char *type = span.reasoning         ? "response.reasoning_summary_text.delta"
                       : answer.tool.isEmpty() ? "response.output_text.delta"
                                               : "response.function_call_arguments.delta";
    beginItemEvent(out, type, number + 3, answer, span.reasoning);
    if (span.reasoning)
        out.append(",\"summary_index\":0");
    else if (answer.tool.isEmpty())
        out.append(",\"content_index\":0,\"logprobs\":[]");
    appendText(out, "delta", span.text);
    endEvent(out);
}

// The item is done, the response is.
qsizetype ResponsesWire::endEvents(const ChatAnswer &) const
{
    return 2;
}

void ResponsesWire::appendEnd(QByteArray &out, const ChatAnswer &answer, qsizetype index) const
{
    const qint64 number = lastNumbers(answer);
    const QByteArray status = statusOf(answer);
    if (index > 0)
        appendResponseEvent(out, status == "incomplete" ? "response.incomplete" : "response.completed", number + 2, answer, status);
    else if (answer.contentTokens > 0 || answer.reasoningTokens == 0)
        appendContentDone(out, answer, number);
    else
        appendReasoningDone(out, answer, number);
}

// In a stream an error is flat, with the event's own type.
void ResponsesWire::appendStreamError(QByteArray &out, QByteArrayView body) const
{
    JsonDocument document;
    const Result<JsonValue> root = document.parse(body);
    const JsonValue error = root.ok() ? (*root)["error"] : JsonValue();
    out.append("event: error\ndata: ");
    if (!error.isObject()) {
        out.append(body).append("\n\n");
        return;
    }
    JsonWriter json(out);
    json.beginObject().key("type").utf8("error");
    for (const char *name : {"code", "message", "param"}) {
        json.key(name);
        if (error[name].exists())
            json.raw(error[name].toJson());
        else
            json.null();
    }
    json.key("sequence_number").value(qint64(1'000'000)).endObject();
    out.append("\n\n");
}

} // namespace tollgate
