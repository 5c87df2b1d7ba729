#include "core/providers/responses.h"

#include "core/providers/responsesbody.h"
#include "core/providers/responsesdecoder.h"
#include "core/providers/wiretext.h"

namespace tollgate {

Result<EncodedRequest> ResponsesProvider::encode(const ProviderConfig &config, const ChatRequest &request) const
{
    Result<EncodedRequest> encoded = requestFor(config, "/responses");
    if (!encoded.ok())
        return encoded;
    Result<ResponsesBody> body = responsesBody(config, request);
    if (!body.ok())
        return body.error();
    encoded->headers.set("Content-Type", "application/json");
    if (!encoded->headers.contains("Accept"))
        encoded->headers.set("Accept", body->streamed ? "text/event-stream" : "application/json");
    encoded->body = std::move(body->json);
    encoded->droppedParameters = std::move(body->droppedParameters);
    return encoded;
}

std::unique_ptr<ReplyDecoder> ResponsesProvider::decoder(const ProviderConfig &config, bool streamed, int status,
                                                         const Headers &headers) const
{
    return std::make_unique<ResponsesDecoder>(dialectOf(config),
                                              JsonReply::Head{streamed, status, headers.value("Content-Type"), requestId(headers)});
}

} // namespace tollgate
