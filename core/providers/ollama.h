// Ollama's own wire: POST /api/chat with newline-delimited JSON, GET /api/tags. No key unless one is stored (ollama.com).
#pragma once

#include "core/providers/provider.h"

namespace tollgate {

class OllamaProvider final : public Provider
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
