#include "core/simulator/anthropicwire.h"

#include "core/simulator/anthropicread.h"

namespace tollgate {

namespace {

QByteArrayView pathOf(const ServerRequest &request)
{
    const QByteArrayView path = request.path;
    return path.startsWith("/v1/") ? path.sliced(3) : path;
}

QByteArrayView typeOf(int status)
{
    switch (status) {
    case 401: return "authentication_error";
    case 402: return "billing_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 409: return "conflict_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 504: return "timeout_error";
    case 503:
    case 529: return "overloaded_error";
    default: return status >= 500 ? QByteArrayView("api_error") : QByteArrayView("invalid_request_error");
    }
}

QByteArray modelJson(QByteArrayView name)
{
    return QByteArray("{\"type\":\"model\",\"id\":\"").append(name).append("\",\"display_name\":\"").append(name)
        .append("\",\"created_at\":\"2026-11-23T00:00:00Z\"}");
}

QByteArrayView stopReason(const ChatAnswer &answer)
{
    if (answer.finishReason == "length")
        return "max_tokens";
    return answer.finishReason == "tool_calls" ? "tool_use" : "end_turn";
}

void appendUsage(QByteArray &out, const ChatAnswer &answer, qint64 outputTokens, qint64 thinkingTokens)
{
    out.append("\"usage\":{\"input_tokens\":");
    appendNumber(out, answer.promptTokens - answer.cachedTokens - answer.cacheWriteTokens);
    out.append(",\"cache_creation_input_tokens\":");
    appendNumber(out, answer.cacheWriteTokens);
    out.append(",\"cache_read_input_tokens\":");
    appendNumber(out, answer.cachedTokens);
    out.append(",\"cache_creation\":{\"ephemeral_5m_input_tokens\":");
    appendNumber(out, answer.cacheWriteTokens);
    out.append(",\"ephemeral_1h_input_tokens\":0},\"output_tokens\":");
    appendNumber(out, outputTokens);
    out.append(",\"output_tokens_details\":{\"thinking_tokens\":");
    appendNumber(out, thinkingTokens);
    out.append("},\"service_tier\":\"standard\",\"inference_geo\":\"global\"}");
}

// The members that a whole answer and the start of a stream share, up to the content.
void appendMessage(QByteArray &out, const ChatAnswer &answer)
{
    out.append("{\"id\":\"msg_").append(answer.id).append("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"");
    out.append(answer.model).append("\",\"content\":[");
}

// Blocks come in this order: thinking, then the text or the call.
bool thinks(const ChatAnswer &answer)
{
    return answer.reasoningTokens > 0;
}

void appendBlockStart(QByteArray &out, const ChatAnswer &answer, bool thinking)
{
    out.append("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":");
    out.append(thinks(answer) && !thinking ? '1' : '0').append(",\"content_block\":");
    if (thinking) {
        out.append("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
    } else if (answer.tool.isEmpty()) {
        out.append("{\"type\":\"text\",\"text\":\"\"}");
    } else {
        out.append("{\"type\":\"tool_use\",\"id\":\"toolu_").append(answer.callId).append("\",\"name\":\"");
        out.append(answer.tool).append("\",\"input\":{}}");
    }
    out.append("}\n\n");
}

void appendBlockStop(QByteArray &out, char index)
{
    out.append("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":").append(index).append("}\n\n");
}

// A client hands it back unread, so any text will do; it is this answer's.
void appendSignature(QByteArray &out, const ChatAnswer &answer)
{
    out.append("sim-").append(answer.id);
}

} // namespace

// ---- requests

SimulatorWire::Route AnthropicWire::route(const ServerRequest &request) const
{
    const QByteArrayView path = pathOf(request);
    if (path == QByteArrayView("/messages"))
        return request.method == "POST" ? Route::Chat : Route::NotAllowed;
    const bool isModels = path == QByteArrayView("/models") || path.startsWith("/models/");
    if (!isModels || !request.headers.contains("anthropic-version"))
        return Route::Other;
    return request.method == "GET" || request.method == "HEAD" ? Route::Models : Route::NotAllowed;
}

QByteArray AnthropicWire::key(const Headers &headers) const
{
    const QByteArray own = headers.value("x-api-key").trimmed();
    return own.isEmpty() ? SimulatorWire::key(headers) : own;
}

std::optional<WireError> AnthropicWire::readCall(const ServerRequest &request, JsonValue body, ChatCall &call) const
{
    return readAnthropicCall(request, body, call);
}

// ---- answers

Headers AnthropicWire::headers(qint64 number, int) const
{
    static const Headers limits{{"anthropic-ratelimit-requests-limit", "10000000"},
                                {"anthropic-ratelimit-requests-remaining", "9999999"},
                                {"anthropic-ratelimit-requests-reset", "2026-11-23T00:00:00Z"},
                                {"anthropic-ratelimit-input-tokens-limit", "100000000000"},
                                {"anthropic-ratelimit-input-tokens-remaining", "99999999999"},
                                {"anthropic-ratelimit-input-tokens-reset", "2026-11-23T00:00:00Z"},
                                {"anthropic-ratelimit-output-tokens-limit", "100000000000"},
                                {"anthropic-ratelimit-output-tokens-remaining", "99999999999"},
                                {"anthropic-ratelimit-output-tokens-reset", "2026-11-23T00:00:00Z"}};
    Headers headers = limits;
    headers.add("request-id", "req_sim_" + QByteArray::number(number));
    return headers;
}

QByteArray AnthropicWire::errorBody(const WireError &error) const
{
    QByteArray out;
    JsonWriter json(out);
    json.beginObject().key("type").utf8("error").key("error").beginObject();
    json.key("type").utf8(typeOf(error.status)).key("message").utf8(error.message);
    json.endObject().endObject();
    return out;
}

// One page holds them all, whatever `limit` asks for.
std::optional<QByteArray> AnthropicWire::models(const ServerRequest &request) const
{
    const qsizetype at = request.path.indexOf("/models/");
    QByteArray list("{\"data\":[");
    for (const char *name : simulatedModels) {
        if (at >= 0 && QByteArrayView(request.path).sliced(at + 8) == QByteArrayView(name))
            return modelJson(name);
        list.append(list.endsWith('[') ? "" : ",").append(modelJson(name));
    }
    if (at >= 0)
        return std::nullopt;
    return list.append("],\"has_more\":false,\"first_id\":\"sim-fast\",\"last_id\":\"sim-reasoner\"}");
}

QByteArray AnthropicWire::whole(const ChatAnswer &answer) const
{
    QByteArray out;
    out.reserve(answer.text().size() + answer.reasoningText().size() + 700);
    appendMessage(out, answer);
    if (thinks(answer)) {
        out.append("{\"type\":\"thinking\",\"thinking\":\"").append(answer.reasoningText()).append("\",\"signature\":\"");
        appendSignature(out, answer);
        out.append("\"},");
    }
    if (answer.tool.isEmpty()) {
        out.append("{\"type\":\"text\",\"text\":\"").append(answer.text()).append("\"}");
    } else {
        out.append("{\"type\":\"tool_use\",\"id\":\"toolu_").append(answer.callId).append("\",\"name\":\"").append(answer.tool);
        out.append("\",\"input\":").append(answer.argumentsJson()).append('}');
    }
    out.append("],\"stop_reason\":");
    if (answer.finishReason.isEmpty())
        out.append("null");
    else
        out.append('"').append(stopReason(answer)).append('"');
    out.append(",\"stop_sequence\":null,");
    appendUsage(out, answer, answer.tokens(), answer.reasoningTokens);
    return out.append('}');
}

// ---- streams

void AnthropicWire::appendHead(QByteArray &out, const ChatAnswer &answer) const
{
    out.append("event: message_start\ndata: {\"type\":\"message_start\",\"message\":");
    appendMessage(out, answer);
    out.append("],\"stop_reason\":null,\"stop_sequence\":null,");
    appendUsage(out, answer, 1, 0);
    out.append("}}\n\n");
    appendBlockStart(out, answer, thinks(answer));
    out.append("event: ping\ndata: {\"type\": \"ping\"}\n\n");
}

void AnthropicWire::appendTokens(QByteArray &out, const ChatAnswer &answer, const TokenSpan &span) const
{
    if (!span.reasoning && span.from == 0 && thinks(answer)) { // thinking is over
        out.append("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
                   "\"delta\":{\"type\":\"signature_delta\",\"signature\":\"");
        appendSignature(out, answer);
        out.append("\"}}\n\n");
        appendBlockStop(out, '0');
        appendBlockStart(out, answer, false);
    }
    out.append("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
    out.append(!span.reasoning && thinks(answer) ? '1' : '0').append(",\"delta\":{\"type\":");
    if (span.reasoning)
        out.append("\"thinking_delta\",\"thinking\":\"");
    else if (answer.tool.isEmpty())
        out.append("\"text_delta\",\"text\":\"");
    else
        out.append("\"input_json_delta\",\"partial_json\":\"");
    out.append(span.text).append("\"}}\n\n");
}

// The last block's end with the finish reason and the usage, then message_stop.
qsizetype AnthropicWire::endEvents(const ChatAnswer &) const
{
    return 2;
}

void AnthropicWire::appendEnd(QByteArray &out, const ChatAnswer &answer, qsizetype index) const
{
    if (index == 1) {
        out.append(endMarker());
        return;
    }
    appendBlockStop(out, thinks(answer) && answer.contentTokens > 0 ? '1' : '0');
    out.append("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"").append(stopReason(answer));
    out.append("\",\"stop_sequence\":null},");
    appendUsage(out, answer, answer.tokens(), answer.reasoningTokens);
    out.append("}\n\n");
}

QByteArray AnthropicWire::endMarker() const
{
    return "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
}

void AnthropicWire::appendStreamError(QByteArray &out, QByteArrayView body) const
{
    out.append("event: error\ndata: ").append(body).append("\n\n");
}

} // namespace tollgate
