#include "core/providers/anthropic.h"

#include "core/providers/anthropicbody.h"
#include "core/providers/anthropicdecoder.h"
#include "core/providers/anthropicerror.h"
#include "core/providers/anthropicmodels.h"
#include "core/providers/wiretext.h"

namespace tollgate {

namespace {

// Base URLs are given as the host alone, as the SDKs have it, with /v1, or as the page of the API shows it.
void tidyTarget(QByteArray &target, QByteArrayView path)
{
    const qsizetype query = target.indexOf('?');
    const qsizetype joint = (query < 0 ? target.size() : query) - path.size();
    QByteArrayView prefix = QByteArrayView(target).first(joint);
    for (const char *tail : {"/messages", "/v1"}) {
        if (prefix.endsWith(tail))
            prefix.chop(qsizetype(qstrlen(tail)));
    }
    target.remove(prefix.size(), joint - prefix.size());
}

Result<EncodedRequest> anthropicRequest(const ProviderConfig &config, QByteArrayView path)
{
    Result<EncodedRequest> request = requestFor(config, path, "x-api-key");
    if (!request.ok())
        return request;
    tidyTarget(request->target, path);
    if (!request->headers.contains("anthropic-version"))
        request->headers.set("anthropic-version", config.apiVersion.isEmpty() ? QByteArray("2023-06-01") : config.apiVersion.toLatin1());
    return request;
}

} // namespace

Result<EncodedRequest> AnthropicProvider::encode(const ProviderConfig &config, const ChatRequest &request) const
{
    Result<EncodedRequest> encoded = anthropicRequest(config, "/v1/messages");
    if (!encoded.ok())
        return encoded;
    Result<AnthropicBody> body = anthropicBody(config, encoded->headers.value("anthropic-version"), request);
    if (!body.ok())
        return body.error();
    encoded->headers.set("Content-Type", "application/json");
    if (!encoded->headers.contains("Accept"))
        encoded->headers.set("Accept", body->streamed ? "text/event-stream" : "application/json");
    encoded->body = std::move(body->json);
    encoded->droppedParameters = std::move(body->droppedParameters);
    return encoded;
}

std::unique_ptr<ReplyDecoder> AnthropicProvider::decoder(const ProviderConfig &, bool streamed, int status,
                                                         const Headers &headers) const
{
    return std::make_unique<AnthropicDecoder>(
        JsonReply::Head{streamed, status, headers.value("Content-Type"), requestId(headers)});
}

Failure AnthropicProvider::classifyError(const ProviderConfig &, int status, const Headers &headers, QByteArrayView body,
                                         qint64 nowWallMs) const
{
    return classifyAnthropicError(status, headers, body, nowWallMs);
}

Result<EncodedRequest> AnthropicProvider::encodeModelList(const ProviderConfig &config, QByteArrayView page) const
{
    Result<EncodedRequest> encoded = anthropicRequest(config, "/v1/models");
    if (!encoded.ok())
        return encoded;
    encoded->method = "GET";
    encoded->headers.set("Accept", "application/json");
    encoded->target += encoded->target.contains('?') ? "&limit=1000" : "?limit=1000"; // the most that a page can have
    if (!page.isEmpty())
        encoded->target += "&after_id=" + page.toByteArray().toPercentEncoding();
    return encoded;
}

Result<ModelPage> AnthropicProvider::decodeModelList(const ProviderConfig &, QByteArrayView body) const
{
    return anthropicModels(body);
}

QString AnthropicProvider::requestId(const Headers &headers) const
{
    for (const char *name : {"request-id", "x-request-id"}) {
        const QByteArray value = headers.value(name);
        if (!value.isEmpty())
            return plainExcerpt(value);
    }
    return {};
}

} // namespace tollgate
