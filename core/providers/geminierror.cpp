#include "core/providers/geminierror.h"

#include "core/providers/openaierror.h"
#include "core/providers/wiretext.h"

#include <cmath>

namespace tollgate {

namespace {

// What google.rpc.Status tells besides message and code.
struct Details {
    QString status; // "RESOURCE_EXHAUSTED"
    QString reason; // of ErrorInfo: "API_KEY_INVALID"
    QString field;  // of BadRequest: what the request got wrong
    std::optional<std::chrono::milliseconds> retryDelay;
    bool perDay = false; // a quota of the day: no wait of seconds helps
};

// "34s", "1.5s".
std::optional<std::chrono::milliseconds> durationOf(QByteArrayView text)
{
    bool ok = false;
    const double seconds = text.endsWith('s') ? text.chopped(1).toByteArray().toDouble(&ok) : 0;
    if (!ok || !std::isfinite(seconds) || seconds <= 0)
        return std::nullopt;
    return std::chrono::milliseconds(std::llround(qMin(seconds, 86'400.0) * 1000)); // as parseRetryAfter() caps it
}

void readDetail(JsonValue detail, Details &details)
{
    const QByteArrayView type = detail["@type"].utf8();
    if (type.endsWith("google.rpc.RetryInfo")) {
        details.retryDelay = durationOf(detail["retryDelay"].utf8());
    } else if (type.endsWith("google.rpc.ErrorInfo")) {
        details.reason = plainText(detail["reason"].string()).left(200);
    } else if (type.endsWith("QuotaFailure")) {
        detail["violations"].forEach([&details](JsonValue violation) {
            details.perDay = details.perDay || violation["quotaId"].string().contains(u"PerDay");
        });
    } else if (type.endsWith("google.rpc.BadRequest")) {
        details.field = plainText(detail["fieldViolations"].at(0)["field"].string()).left(200);
    }
}

Details detailsOf(JsonValue root)
{
    if (root.isArray()) // a stream without alt=sse is a list, its error too
        root = root.at(0);
    const JsonValue error = root["error"];
    Details details;
    details.status = plainText(error["status"].string()).left(200);
    error["details"].forEach([&details](JsonValue detail) { readDetail(detail, details); });
    return details;
}

bool isAboutTheKey(const QString &reason)
{
    return reason.startsWith(u"API_KEY_") || reason == u"CONSUMER_INVALID" || reason == u"CONSUMER_SUSPENDED"
        || reason == u"SERVICE_DISABLED" || reason.startsWith(u"ACCESS_TOKEN_");
}

// Where the status could not be sent any more, the word stands for it.
std::optional<FailureKind> kindOfWord(const QString &word)
{
    if (word == u"UNAUTHENTICATED" || word == u"PERMISSION_DENIED")
        return FailureKind::BadKey;
    if (word == u"RESOURCE_EXHAUSTED")
        return FailureKind::RateLimited;
    if (word == u"UNAVAILABLE")
        return FailureKind::Overloaded;
    if (word == u"INTERNAL" || word == u"DEADLINE_EXCEEDED" || word == u"ABORTED" || word == u"CANCELLED" || word == u"UNKNOWN")
        return FailureKind::ServerError;
    if (word == u"INVALID_ARGUMENT" || word == u"FAILED_PRECONDITION" || word == u"NOT_FOUND" || word == u"OUT_OF_RANGE"
        || word == u"UNIMPLEMENTED")
        return FailureKind::Rejected;
    return std::nullopt;
}

// A 403 that names a model or a place is about those; else it is the key's.
bool isForbiddenThing(const Failure &failure)
{
    const auto says = [&failure](QStringView words) { return failure.message.contains(words, Qt::CaseInsensitive); };
    return !says(u"api key") && (says(u"model") || says(u"location") || says(u"region"));
}

QString codeOf(const Details &details, const Failure &failure)
{
    if (!details.reason.isEmpty())
        return details.reason;
    if (details.status == u"INVALID_ARGUMENT" && failure.message.contains(u"token count")
        && failure.message.contains(u"exceeds"))
        return QStringLiteral("context_length_exceeded");
    if (details.status == u"NOT_FOUND" && failure.message.contains(u"model", Qt::CaseInsensitive))
        return QStringLiteral("model_not_found");
    return details.status;
}

// `failure` is what the general reading made of message, code and HTTP status.
void refine(Failure &failure, const Details &details)
{
    if (details.status.isEmpty() && details.reason.isEmpty())
        return; // not Google's shape: a gateway between
    if (failure.kind == FailureKind::Protocol)
        return;
    const std::optional<FailureKind> word = kindOfWord(details.status);
    if (failure.httpStatus == 402 || details.reason == u"BILLING_DISABLED" || details.perDay)
        failure.kind = FailureKind::Quota;
    else if (isAboutTheKey(details.reason))
        failure.kind = FailureKind::BadKey;
    else if (details.status == u"PERMISSION_DENIED" && isForbiddenThing(failure))
        failure.kind = FailureKind::Rejected;
    else if (word)
        failure.kind = *word;
    failure.providerCode = codeOf(details, failure);
    if (failure.parameter.isEmpty())
        failure.parameter = details.field;
    if (details.retryDelay && !details.perDay) // a proxy's Retry-After can ask for more
        failure.retryAfter = qMax(*details.retryDelay, failure.retryAfter.value_or(*details.retryDelay));
}

} // namespace

Failure classifyGeminiError(int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs)
{
    Failure failure = classifyOpenAiError(Dialect::Generic, status, headers, body, nowWallMs);
    JsonDocument document;
    if (const Result<JsonValue> root = document.parse(body); root.ok())
        refine(failure, detailsOf(*root));
    return failure;
}

Failure geminiErrorInside(JsonValue root)
{
    Failure failure = openAiErrorInside(Dialect::Generic, root);
    refine(failure, detailsOf(root));
    return failure;
}

} // namespace tollgate
