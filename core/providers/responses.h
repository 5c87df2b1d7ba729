// The OpenAI Responses wire. Errors, ids and the model list are those of the OpenAI wire.
#pragma once

#include "core/providers/openai.h"

namespace tollgate {

class ResponsesProvider final : public OpenAiProvider
{
public:
    Result<EncodedRequest> encode(const ProviderConfig &config, const ChatRequest &request) const override;
    std::unique_ptr<ReplyDecoder> decoder(const ProviderConfig &config, bool streamed, int status,
                                          const Headers &headers) const override;
};

} // namespace tollgate
