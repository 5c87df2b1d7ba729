#include "core/simulator/chatwire.h"

#include <charconv>

namespace tollgate {

namespace {

void appendNumber(QByteArray &out, qint64 number)
{
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    out.append(text, end - text);
}

qsizetype pieces(qsizetype tokens, qsizetype perEvent)
{
    return (tokens + perEvent - 1) / perEvent;
}

} // namespace

QByteArray WireError::toJson() const
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
    text("message", message);
    text("type", type);
    text("param", param);
    text("code", code);
    json.endObject().endObject();
    return out;
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

void ChatAnswer::appendUsage(QByteArray &out) const
{
    out.append("\"usage\":{\"prompt_tokens\":");
    appendNumber(out, promptTokens);
    out.append(",\"completion_tokens\":");
    appendNumber(out, tokens());
    out.append(",\"total_tokens\":");
    appendNumber(out, promptTokens + tokens());
    out.append(",\"prompt_tokens_details\":{\"cached_tokens\":");
    appendNumber(out, cachedTokens);
    out.append(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":");
    appendNumber(out, reasoningTokens);
    out.append(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
}

QByteArray ChatAnswer::toJson() const
{
    QByteArray out;
    out.reserve(content->escaped.size() + (reasoning ? reasoning->escaped.size() : 0) + 700);
    out.append("{\"id\":\"").append(id).append("\",\"object\":\"chat.completion\",\"created\":");
    appendNumber(out, created);
    out.append(",\"model\":\"").append(model);
    out.append("\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    if (tool.isEmpty())
        out.append('"').append(content->slice(0, contentTokens)).append('"');
    else
        out.append("null");
    if (reasoningTokens > 0)
        out.append(",\"reasoning_content\":\"").append(reasoning->slice(0, reasoningTokens)).append('"');
    out.append(",\"refusal\":null");
    if (!tool.isEmpty()) {
        out.append(",\"tool_calls\":[{\"id\":\"").append(callId);
        out.append("\",\"type\":\"function\",\"function\":{\"name\":\"").append(tool);
        out.append("\",\"arguments\":\"").append(content->slice(0, contentTokens)).append("\"}}]");
    }
    out.append("},\"logprobs\":null,\"finish_reason\":");
    if (finishReason.isEmpty())
        out.append("null");
    else
        out.append('"').append(finishReason).append('"');
    out.append("}],");
    appendUsage(out);
    out.append(",\"service_tier\":\"default\"}");
    return out;
}

qsizetype ChatAnswer::tokenEvents(qsizetype perEvent) const
{
    return pieces(reasoningTokens, perEvent) + pieces(contentTokens, perEvent);
}

qsizetype ChatAnswer::eventCount(qsizetype perEvent) const
{
    return 1 + tokenEvents(perEvent) + (includeUsage ? 3 : 2);
}

void ChatAnswer::appendHead(QByteArray &out) const
{
    out.append("data: {\"id\":\"").append(id).append("\",\"object\":\"chat.completion.chunk\",\"created\":");
    appendNumber(out, created);
    out.append(",\"model\":\"").append(model).append("\",\"choices\":[");
}

void ChatAnswer::appendTokens(QByteArray &out, qsizetype index, qsizetype perEvent) const
{
    const qsizetype reasoningEvents = pieces(reasoningTokens, perEvent);
    const bool isReasoning = index < reasoningEvents;
    const qsizetype from = (isReasoning ? index : index - reasoningEvents) * perEvent;
    const qsizetype to = std::min(from + perEvent, isReasoning ? reasoningTokens : contentTokens);
    const QByteArrayView text = (isReasoning ? reasoning : content)->slice(from, to);
    if (isReasoning)
        out.append("{\"reasoning_content\":\"").append(text).append("\"}");
    else if (tool.isEmpty())
        out.append("{\"content\":\"").append(text).append("\"}");
    else
        out.append("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"").append(text).append("\"}}]}");
}

void ChatAnswer::appendEvent(QByteArray &out, qsizetype index, qsizetype perEvent) const
{
    const qsizetype count = eventCount(perEvent);
    const qsizetype tokenCount = tokenEvents(perEvent);
    if (index == count - 1) {
        out.append("data: [DONE]\n\n");
        return;
    }
    appendHead(out);
    if (index == tokenCount + 2) {
        out.append("],");
        appendUsage(out);
        out.append("}\n\n");
        return;
    }
    out.append("{\"index\":0,\"delta\":");
    if (index == 0 && tool.isEmpty()) {
        out.append("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}");
    } else if (index == 0) {
        out.append("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"").append(callId);
        out.append("\",\"type\":\"function\",\"function\":{\"name\":\"").append(tool).append("\",\"arguments\":\"\"}}]}");
    } else if (index <= tokenCount) {
        appendTokens(out, index - 1, perEvent);
    } else {
        out.append("{}");
    }
    out.append(",\"logprobs\":null,\"finish_reason\":");
    if (index == tokenCount + 1 && !finishReason.isEmpty())
        out.append('"').append(finishReason).append('"');
    else
        out.append("null");
    out.append("}]");
    if (includeUsage)
        out.append(",\"usage\":null");
    out.append("}\n\n");
}

} // namespace tollgate
