#include "core/providers/openai.h"

#include "core/providers/extrafields.h"
#include "core/providers/openaibody.h"
#include "core/providers/openaidecoder.h"
#include "core/providers/openaierror.h"
#include "core/providers/openaimodels.h"
#include "core/providers/wiretext.h"

namespace tollgate {

Result<EncodedRequest> OpenAiProvider::encode(const ProviderConfig &config, const ChatRequest &request) const
{
    Result<EncodedRequest> encoded = requestFor(config, "/chat/completions");
    if (!encoded.ok())
        return encoded;
    Result<OpenAiBody> body = openAiBody(dialectOf(config), request);
    if (!body.ok())
        return body.error();
    // The request's own extra fields are in already: they decide about what else is written.
    Result<QByteArray> whole = withExtraFields(std::move(body->json), config, Parameters());
    if (!whole.ok())
        return whole.error();
    encoded->headers.set("Content-Type", "application/json");
    if (!encoded->headers.contains("Accept"))
        encoded->headers.set("Accept", body->streamed ? "text/event-stream" : "application/json");
    encoded->body = std::move(whole).value();
    encoded->droppedParameters = std::move(body->droppedParameters);
    return encoded;
}

std::unique_ptr<ReplyDecoder> OpenAiProvider::decoder(const ProviderConfig &config, bool streamed, int status,
                                                      const Headers &headers) const
{
    return std::make_unique<OpenAiDecoder>(dialectOf(config),
                                           JsonReply::Head{streamed, status, headers.value("Content-Type"), requestId(headers)});
}

Failure OpenAiProvider::classifyError(const ProviderConfig &config, int status, const Headers &headers, QByteArrayView body,
                                      qint64 nowWallMs) const
{
    return classifyOpenAiError(dialectOf(config), status, headers, body, nowWallMs);
}

Result<EncodedRequest> OpenAiProvider::encodeModelList(const ProviderConfig &config, QByteArrayView) const
{
    Result<EncodedRequest> encoded = requestFor(config, "/models");
    if (encoded.ok()) {
        encoded->method = "GET";
        encoded->headers.set("Accept", "application/json");
    }
    return encoded;
}

Result<ModelPage> OpenAiProvider::decodeModelList(const ProviderConfig &config, QByteArrayView body) const
{
    return openAiModels(dialectOf(config), body);
}

QString OpenAiProvider::requestId(const Headers &headers) const
{
    for (const char *name : {"x-request-id", "X-Generation-Id", "apim-request-id"}) {
        const QByteArray value = headers.value(name);
        if (!value.isEmpty())
            return plainExcerpt(value);
    }
    return {};
}

} // namespace tollgate
