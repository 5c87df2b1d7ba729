#include "core/providers/openaierror.h"

#include "core/net/ratelimits.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

#include <initializer_list>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

// The fields of an error object, whichever shape it had.
struct ErrorFields {
    bool found = false;
    QString message;
    QString type;
    QString code; // words; numeric codes go to `number`
    int number = 0;
    QString parameter;
    bool moderated = false; // OpenRouter: a moderation layer refused the prompt
};

void takeCode(JsonValue code, ErrorFields &fields)
{
    const QString text = code.isString() ? code.string() : QString();
    bool numeric = false;
    const int number = text.toInt(&numeric);
    if (const std::optional<qint64> integer = code.integer(); integer && *integer > 0 && *integer < 1'000'000)
        fields.number = int(*integer);
    else if (numeric)
        fields.number = number;
    else
        fields.code = text;
}

// {"detail": "Not found"} or {"detail": [{"loc": ["body", "model"], "msg": "Field required"}]}.
void takeDetail(JsonValue detail, ErrorFields &fields)
{
    if (detail.isString()) {
        fields.message = detail.string();
        return;
    }
    QStringList lines;
    detail.forEach([&](JsonValue entry) {
        QStringList path;
        entry["loc"].forEach([&](JsonValue step) { path.append(step.isString() ? step.string() : QString::fromUtf8(step.toJson())); });
        if (fields.parameter.isEmpty() && !path.isEmpty())
            fields.parameter = path.back();
        if (path.size() > 1 && path.front() == u"body")
            path.removeFirst();
        const QString text = entry.isString() ? entry.string() : entry["msg"].string();
        if (!text.isEmpty() && lines.size() < 20)
            lines.append(path.isEmpty() ? text : path.join(u'.') + QStringLiteral(": ") + text);
    });
    fields.message = lines.join(u'\n');
}

void takeObject(JsonValue error, ErrorFields &fields)
{
    const JsonValue message = error["message"];
    if (message.isString())
        fields.message = message.string();
    else if (message.isObject())
        takeDetail(message["detail"], fields); // Mistral wraps a validation error so
    if (fields.message.isEmpty())
        fields.message = error["detail"].string();
    fields.type = error["type"].string();
    if (fields.type == u"error") // an event of the Responses wire: says nothing
        fields.type.clear();
    if (error["param"].isString())
        fields.parameter = error["param"].string();
    takeCode(error["code"], fields);
    const JsonValue metadata = error["metadata"]; // OpenRouter
    if (fields.code.isEmpty())
        fields.code = metadata["error_type"].string();
    fields.moderated = metadata["flagged_input"].exists() || metadata["reasons"].isArray();
    // OpenRouter's own words are "Provider returned error"; what the vendor said is here.
    if (const QString raw = metadata["raw"].string(); !raw.isEmpty())
        fields.message += QStringLiteral("\n") + raw;
}

ErrorFields fieldsOf(JsonValue root)
{
    ErrorFields fields;
    if (root.isArray()) // Google's compatible base wraps the object in a list
        root = root.at(0);
    const JsonValue error = root["error"];
    if (error.isObject()) {
        takeObject(error, fields);
    } else if (error.isString()) {
        fields.message = error.string();
        takeCode(root["code"], fields);
    } else if (root["detail"].exists()) {
        takeDetail(root["detail"], fields);
    } else if (root["message"].exists()) {
        takeObject(root, fields);
    }
    fields.found = !fields.message.isEmpty() || !fields.type.isEmpty() || !fields.code.isEmpty() || fields.number != 0;
    return fields;
}

bool isOneOf(const QString &word, std::initializer_list<const char *> list)
{
    for (const char *entry : list) {
        if (word.compare(QLatin1String(entry), Qt::CaseInsensitive) == 0)
            return true;
    }
    return false;
}

// Words that say what happened, whatever the status.
std::optional<FailureKind> kindOfWord(const QString &word)
{
    if (isOneOf(word, {"insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
                       "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "enforced_spend_limit_reached",
                       "billing_hard_limit_reached", "billing_not_active", "insufficient_balance", "insufficient_credits",
                       "payment_required"}))
        return FailureKind::Quota;
    if (isOneOf(word, {"invalid_api_key", "incorrect_api_key", "authentication_error", "AuthenticationError", "account_deactivated"}))
        return FailureKind::BadKey;
    if (isOneOf(word, {"content_filter", "content_policy_violation", "content_moderation", "moderation_blocked",
                       "image_content_policy_violation"}))
        return FailureKind::Filtered;
    if (isOneOf(word, {"context_length_exceeded", "exceed_context_size_error", "model_not_found", "model_decommissioned",
                       "unsupported_parameter", "unsupported_value", "unsupported_country_region_territory"}))
        return FailureKind::Rejected;
    if (isOneOf(word, {"capacity_exceeded", "rate_limit_exceeded", "rate_limit_error", "too_many_requests"}))
        return FailureKind::RateLimited;
    if (isOneOf(word, {"server_is_overloaded", "service_unavailable_error", "overloaded_error", "insufficient_system_resource",
                       "service_unavailable", "unavailable_error"}))
        return FailureKind::Overloaded;
    return std::nullopt;
}

// Words that say little; they decide only when there is no status.
FailureKind kindOfVagueWord(const QString &word)
{
    if (isOneOf(word, {"invalid_request_error", "BadRequestError", "not_found_error", "NotFoundError", "invalid_request",
                       "permission_error", "invalid_prompt", "request_too_large", "empty_image_file", "failed_to_download_image"}))
        return FailureKind::Rejected;
    for (const char *family : {"invalid_image", "invalid_base64_image", "image_", "unsupported_image"}) { // of the Responses wire
        if (word.startsWith(QLatin1String(family)))
            return FailureKind::Rejected;
    }
    return FailureKind::ServerError;
}

// A 403 blocks the key only when it is about the key: regions, models and firewalls answer 403 too.
FailureKind kindOfForbidden(const ErrorFields &fields)
{
    const QString words = fields.type + u' ' + fields.code;
    for (const char *hint : {"permission", "auth", "api_key", "scope", "forbidden"}) {
        if (words.contains(QLatin1String(hint), Qt::CaseInsensitive))
            return FailureKind::BadKey;
    }
    const bool namesKey = fields.message.contains(u"api key", Qt::CaseInsensitive)
        || fields.message.contains(u"missing scopes", Qt::CaseInsensitive);
    return namesKey ? FailureKind::BadKey : FailureKind::Rejected;
}

FailureKind kindOfStatus(int status, const ErrorFields &fields)
{
    switch (status) {
    case 401:
        return FailureKind::BadKey;
    case 402:
        return FailureKind::Quota;
    case 403:
        return kindOfForbidden(fields);
    case 408:
    case 409:
        return FailureKind::ServerError;
    case 429:
    case 498:
        return FailureKind::RateLimited;
    case 503:
    case 529:
        return FailureKind::Overloaded;
    default:
        break;
    }
    if (status >= 500 && status <= 599)
        return FailureKind::ServerError;
    return status >= 400 && status <= 499 ? FailureKind::Rejected : FailureKind::Protocol;
}

FailureKind kindOf(int status, const ErrorFields &fields)
{
    if (fields.moderated)
        return FailureKind::Filtered;
    if (status != 0 && (status < 400 || status > 599))
        return FailureKind::Protocol;
    std::optional<FailureKind> byWord = kindOfWord(fields.code);
    if (!byWord)
        byWord = kindOfWord(fields.type);
    // A request that is too big for the whole limit (Groq's 413) stays too big, whatever its code says.
    if (status == 413 && byWord == FailureKind::RateLimited)
        return FailureKind::Rejected;
    // "slow_down" is a rate limit on 429 and an overload on 503: the status knows. "Rate limited" on 503 is the same.
    if (status == 503 && byWord == FailureKind::RateLimited)
        return FailureKind::Overloaded;
    if (byWord)
        return *byWord;
    if (status != 0)
        return kindOfStatus(status, fields);
    if (fields.code == u"slow_down")
        return FailureKind::RateLimited;
    return kindOfVagueWord(fields.type.isEmpty() ? fields.code : fields.type);
}

// The provider's word; where it only gave a number, the word that its text stands for.
QString codeOf(int status, const ErrorFields &fields)
{
    if (!fields.code.isEmpty())
        return plainText(fields.code).left(200);
    static constexpr QLatin1String overflow[] = {QLatin1String("maximum context length"), QLatin1String("context window"),
                                                 QLatin1String("too large for model with")};
    for (const QLatin1String phrase : overflow) {
        if ((status == 400 || status == 413 || status == 422) && !isOneOf(fields.type, {"exceed_context_size_error"})
            && fields.message.contains(phrase, Qt::CaseInsensitive))
            return QStringLiteral("context_length_exceeded");
    }
    if (status == 404 && fields.message.contains(u"model", Qt::CaseInsensitive))
        return QStringLiteral("model_not_found");
    return plainText(fields.type).left(200);
}

Failure failureOf(int status, const ErrorFields &fields)
{
    Failure failure = providerFailure(kindOf(status, fields), plainText(fields.message), status);
    failure.providerCode = codeOf(status, fields);
    failure.parameter = plainText(fields.parameter).left(200);
    return failure;
}

QString messageWithoutObject(int status, const Headers &headers, QByteArrayView body)
{
    if (status >= 300 && status <= 399) {
        QByteArray location = headers.value("Location");
        if (const qsizetype query = location.indexOf('?'); query >= 0)
            location.truncate(query); // may hold what is nobody's business
        return tr("The server redirects to \"%1\". Tollgate follows no redirect: the base URL has to be the final one.")
            .arg(plainExcerpt(QByteArrayView(location).first(qMin<qsizetype>(location.size(), 300))));
    }
    const QString excerpt = plainExcerpt(body);
    return excerpt.isEmpty() ? tr("The server answered with status %1 and no explanation.").arg(status) : excerpt;
}

} // namespace

Failure classifyOpenAiError(Dialect, int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs)
{
    JsonDocument document;
    const Result<JsonValue> root = document.parse(body);
    const ErrorFields fields = root.ok() ? fieldsOf(*root) : ErrorFields();
    Failure failure = failureOf(status, fields);
    if (failure.message.isEmpty() || failure.kind == FailureKind::Protocol)
        failure.message = messageWithoutObject(status, headers, body);
    failure.phase = Phase::FirstByte;
    failure.retryAfter = parseRetryAfter(headers, nowWallMs);
    const QByteArray shouldRetry = headers.value("x-should-retry").trimmed().toLower();
    if (shouldRetry == "true" || shouldRetry == "false")
        failure.shouldRetry = shouldRetry == "true";
    return failure;
}

bool isOpenAiError(JsonValue root)
{
    // Some servers put an empty error into every answer.
    const JsonValue error = root["error"];
    if (error.isString() ? !error.utf8().isEmpty() : error.size() > 0)
        return true;
    return root["object"].utf8() == "error";
}

Failure openAiErrorInside(Dialect, JsonValue root)
{
    const ErrorFields fields = fieldsOf(root);
    const int status = fields.number >= 400 && fields.number <= 599 ? fields.number : 0;
    Failure failure = failureOf(status, fields);
    if (failure.message.isEmpty())
        failure.message = tr("The provider reported an error and did not say which.");
    return failure;
}

} // namespace tollgate
