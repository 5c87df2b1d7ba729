#include "core/providers/serverlesserror.h"

#include "core/providers/openaierror.h"
#include "core/providers/wiretext.h"

namespace tollgate {

namespace {

// A Lambda that throws: {"errorMessage": ..., "errorType": ...}; a function URL's own refusals: {"Message": ...}.
QString platformText(JsonValue root)
{
    for (const char *name : {"errorMessage", "Message"}) {
        if (const QString text = root[name].string(); !text.isEmpty())
            return plainText(text);
    }
    return {};
}

} // namespace

Failure classifyServerlessError(int status, const Headers &headers, QByteArrayView body, qint64 nowWallMs)
{
    // {"error": "text"} and {"message": "text"} are shapes that OpenAI-compatible servers use too.
    Failure failure = classifyOpenAiError(Dialect::Generic, status, headers, body, nowWallMs);
    JsonDocument document;
    if (const Result<JsonValue> root = document.parse(body); root.ok() && failure.kind != FailureKind::Protocol) {
        if (const QString text = platformText(*root); !text.isEmpty()) {
            failure.message = text;
            if (failure.providerCode.isEmpty())
                failure.providerCode = plainText((*root)["errorType"].string()).left(200);
        }
    }
    // The gateways of the big clouds answer a wrong key with this one word, and a used-up plan with these two.
    if (status == 403 && failure.message.compare(u"Forbidden", Qt::CaseInsensitive) == 0)
        failure.kind = FailureKind::BadKey;
    else if (status == 429 && failure.message.compare(u"Limit Exceeded", Qt::CaseInsensitive) == 0)
        failure.kind = FailureKind::Quota;
    return failure;
}

bool isServerlessError(JsonValue root)
{
    return isOpenAiError(root) || (!root["response"].isString() && !platformText(root).isEmpty());
}

Failure serverlessErrorInside(JsonValue root)
{
    Failure failure = openAiErrorInside(Dialect::Generic, root);
    if (const QString text = platformText(root); !text.isEmpty() && !isOpenAiError(root)) {
        failure.message = text;
        failure.providerCode = plainText(root["errorType"].string()).left(200);
    }
    return failure;
}

} // namespace tollgate
