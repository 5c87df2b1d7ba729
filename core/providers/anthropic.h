// The Anthropic Messages wire, of Anthropic and of servers that speak it too (DeepSeek, Ollama, llama.cpp, proxies).
//
// Versions: "2023-06-01" takes all that "2026-10-21" takes and temperature and top_p besides, so it is what goes out when the user
// chose none: a temperature that the user set should reach the models that know one. The other goes out when it is chosen, without
// temperature and top_p, which it refuses at any value. What is left out is told (EncodedRequest::droppedParameters).
#pragma once

#include "core/providers/provider.h"

namespace tollgate {

class AnthropicProvider final : public Provider
{
public:
    Result<EncodedRequest> encode(const ProviderConfig &config, const ChatRequest &request) const override;
    std::unique_ptr<ReplyDecoder> decoder(const ProviderConfig &config, bool streamed, int status,
                                          const Headers &headers) const override;
    Failure classifyError(const ProviderConfig &config, int status, const Headers &headers, QByteArrayView body,
                          qint64 nowWallMs) const override;
    Result<EncodedRequest> encodeModelList(const ProviderConfig &config, QByteArrayView page) const override;
    Result<ModelPage> decodeModelList(const ProviderConfig &config, QByteArrayView body) const override;
    QString requestId(const Headers &headers) const override;
};

} // namespace tollgate
