#include "core/providers/gemini.h"

#include "core/net/endpoint.h"
#include "core/providers/geminibody.h"
#include "core/providers/geminidecoder.h"
#include "core/providers/geminierror.h"
#include "core/providers/geminimodels.h"
#include "core/providers/wiretext.h"

namespace tollgate {

namespace {

constexpr QByteArrayView keyHeader = "x-goog-api-key";

// A request for base URL + version + `path`. A base URL that names its version is taken as it is.
Result<EncodedRequest> geminiRequest(const ProviderConfig &config, const QByteArray &path, QByteArrayView query)
{
    const QString base = config.baseUrl.isEmpty() ? defaultBaseUrl(config.type) : config.baseUrl;
    const Result<ParsedUrl> url = parseBaseUrl(base);
    const bool versioned = url.ok()
        && (url->path.endsWith("/v1beta") || url->path.endsWith("/v1") || url->path.endsWith("/v1alpha"));
    Result<EncodedRequest> request = requestFor(config, versioned ? path : "/v1beta" + path, keyHeader);
    if (request.ok() && !query.isEmpty()) {
        request->target += request->target.contains('?') ? '&' : '?';
        request->target += query;
    }
    return request;
}

// "x", "models/x" and "tunedModels/x" are names people have; whatever else stands in one cannot leave its part of the path.
QByteArray modelPath(const QString &model)
{
    const bool tuned = model.startsWith(u"tunedModels/");
    const QString name = tuned || model.startsWith(u"models/") ? model.section(u'/', 1) : model;
    return (tuned ? "/tunedModels/" : "/models/") + name.toUtf8().toPercentEncoding();
}

} // namespace

Result<EncodedRequest> GeminiProvider::encode(const ProviderConfig &config, const ChatRequest &request) const
{
    Result<GeminiBody> body = geminiBody(config, request);
    if (!body.ok())
        return body.error();
    const QByteArray path = modelPath(request.model);
    Result<EncodedRequest> encoded = request.stream ? geminiRequest(config, path + ":streamGenerateContent", "alt=sse")
                                                    : geminiRequest(config, path + ":generateContent", {});
    if (!encoded.ok())
        return encoded;
    encoded->headers.set("Content-Type", "application/json");
    if (!encoded->headers.contains("Accept"))
        encoded->headers.set("Accept", request.stream ? "text/event-stream" : "application/json");
    encoded->body = std::move(body->json);
    encoded->droppedParameters = std::move(body->droppedParameters);
    return encoded;
}

std::unique_ptr<ReplyDecoder> GeminiProvider::decoder(const ProviderConfig &, bool streamed, int status, const Headers &headers) const
{
    return std::make_unique<GeminiDecoder>(JsonReply::Head{streamed, status, headers.value("Content-Type"), requestId(headers)});
}

Failure GeminiProvider::classifyError(const ProviderConfig &, int status, const Headers &headers, QByteArrayView body,
                                      qint64 nowWallMs) const
{
    return classifyGeminiError(status, headers, body, nowWallMs);
}

Result<EncodedRequest> GeminiProvider::encodeModelList(const ProviderConfig &config, QByteArrayView page) const
{
    QByteArray query = "pageSize=1000";
    if (!page.isEmpty())
        query += "&pageToken=" + page.toByteArray().toPercentEncoding();
    Result<EncodedRequest> encoded = geminiRequest(config, "/models", query);
    if (encoded.ok()) {
        encoded->method = "GET";
        encoded->headers.set("Accept", "application/json");
    }
    return encoded;
}

Result<ModelPage> GeminiProvider::decodeModelList(const ProviderConfig &, QByteArrayView body) const
{
    return geminiModels(body);
}

// None is documented for answers; what Google's front ends send is of use to their support.
QString GeminiProvider::requestId(const Headers &headers) const
{
    for (const char *name : {"x-goog-request-id", "x-request-id"}) {
        const QByteArray value = headers.value(name);
        if (!value.isEmpty())
            return plainExcerpt(value);
    }
    return {};
}

} // namespace tollgate
