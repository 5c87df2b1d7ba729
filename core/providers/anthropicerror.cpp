#include "core/providers/anthropicerror.h"

#include "core/providers/openaierror.h"
#include "core/providers/wiretext.h"

#include <QRegularExpression>

#include <algorithm>
#include <iterator>

namespace tollgate {

namespace {

std::optional<FailureKind> kindOfType(const QString &type)
{
    static constexpr struct {
        QStringView type;
        FailureKind kind;
    } rows[] = {
        {u"invalid_request_error", FailureKind::Rejected}, {u"authentication_error", FailureKind::BadKey},
        {u"billing_error", FailureKind::Quota},            {u"permission_error", FailureKind::BadKey},
        {u"not_found_error", FailureKind::Rejected},       {u"request_too_large", FailureKind::Rejected},
        {u"rate_limit_error", FailureKind::RateLimited},   {u"conflict_error", FailureKind::ServerError},
        {u"timeout_error", FailureKind::ServerError},      {u"api_error", FailureKind::ServerError},
        {u"overloaded_error", FailureKind::Overloaded},
    };
    const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const auto &r) { return r.type == type; });
    return row == std::end(rows) ? std::nullopt : std::optional(row->kind);
}

// A spend limit holds until the month turns or its owner lifts it, whatever the status says; a ramp limit passes.
bool isSpendLimit(const QString &code)
{
    return code.endsWith(u"_spend_limit_reached") || code.endsWith(u"_spend_limit_exceeded");
}

bool isRequestField(QStringView name)
{
    static constexpr QStringView fields[] = {u"model", u"max_tokens", u"messages", u"system", u"temperature", u"top_p", u"top_k",
                                             u"stop_sequences", u"stream", u"tools", u"tool_choice", u"metadata", u"service_tier",
                                             u"speed", u"inference_geo", u"thinking", u"output_config", u"cache_control",
                                             u"context_management", u"container", u"mcp_servers"};
    return std::find(std::begin(fields), std::end(fields), name) != std::end(fields);
}

// "max_tokens: 200000 > 64000, ..." and "`temperature` may only be set to 1 ..." name a field; other words are only words.
QString parameterOf(const QString &message)
{
    static const QRegularExpression leading(QStringLiteral("\\A([a-z_]{1,40})((?:\\.[A-Za-z0-9_-]{1,60}){0,12}): "));
    static const QRegularExpression quoted(QStringLiteral("`([a-z_]{1,40})((?:\\.[A-Za-z0-9_-]{1,60}){0,12})`"));
    for (const QRegularExpression &pattern : {leading, quoted}) {
        auto matches = pattern.globalMatch(message.left(1000));
        while (matches.hasNext()) {
            const QRegularExpressionMatch match = matches.next();
            if (isRequestField(match.capturedView(1)))
                return match.captured(1) + match.captured(2);
        }
    }
    return {};
}

// The word for what happened; where the type is too broad, the one that its text stands for.
QString codeOf(const QString &type, const QString &code, const QString &message)
{
    if (!code.isEmpty())
        return plainText(code).left(200);
    if (type == u"invalid_request_error"
        && (message.contains(u"prompt is too long") || message.contains(u"exceed context limit")))
        return QStringLiteral("context_length_exceeded");
    if (type == u"not_found_error" && message.contains(u"model"))
        return QStringLiteral("model_not_found");
    return plainText(type).left(200);
}

// `failure` as OpenAI's rules have it, corrected by what this wire says.
void refine(JsonValue root, Failure &failure)
{
    const JsonValue error = root["error"];
    const QString type = error["type"].string();
    const QString code = error["details"]["error_code"].string();
    const QString message = error["message"].string();
    const std::optional<FailureKind> kind = kindOfType(type);
    // What was once the word for an empty account is still sent.
    if (isSpendLimit(code) || (type == u"invalid_request_error" && message.contains(u"credit balance is too low")))
        failure.kind = FailureKind::Quota;
    else if (kind)
        failure.kind = *kind;
    if (kind || !code.isEmpty())
        failure.providerCode = codeOf(type, code, message);
    if (failure.kind == FailureKind::Rejected && failure.parameter.isEmpty())
        failure.parameter = parameterOf(message);
}

} // namespace

Failure classifyAnthropicError(int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs)
{
    Failure failure = classifyOpenAiError(Dialect::Generic, status, headers, body, nowWallMs);
    if (status < 400 || status > 599)
        return failure;
    JsonDocument document;
    if (const Result<JsonValue> root = document.parse(body); root.ok())
        refine(*root, failure);
    return failure;
}

bool isAnthropicError(JsonValue root)
{
    return root["type"].utf8() == "error" || isOpenAiError(root);
}

Failure anthropicErrorInside(JsonValue root)
{
    Failure failure = openAiErrorInside(Dialect::Generic, root);
    refine(root, failure);
    return failure;
}

} // namespace tollgate
