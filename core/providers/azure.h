// Azure OpenAI: the chat completions wire at two kinds of address, with the key in api-key.
#pragma once

#include "core/providers/provider.h"

namespace tollgate {

// Where a provider of this type is asked.
struct AzureAddress {
    QString base;          // scheme, host and what stands before /openai
    bool classic = false;  // a deployment in the path and a dated api-version; else /openai/v1 with the deployment as the model
    QString apiVersion;    // empty: none is sent
    QString deployment;    // of the provider or its base URL; empty: the model's name is the deployment's
    QString query;         // the rest of the base URL's query
};

// The base URL may be that of the resource, end in /openai or /openai/v1, or be the whole address that a portal shows. A dated
// version, in the provider or in the address, means the classic style. Fails (Usage) on a classic address without a version.
Result<AzureAddress> azureAddress(const ProviderConfig &config);

class AzureProvider final : public Provider
{
public:
    Result<EncodedRequest> encode(const ProviderConfig &config, const ChatRequest &request) const override;
    std::unique_ptr<ReplyDecoder> decoder(const ProviderConfig &config, bool streamed, int status,
                                          const Headers &headers) const override;
    Failure classifyError(const ProviderConfig &config, int status, const Headers &headers, QByteArrayView body,
                          qint64 nowWallMs) const override;
    // The models of the resource: Azure does not tell a key which deployments there are.
    Result<EncodedRequest> encodeModelList(const ProviderConfig &config, QByteArrayView page) const override;
    Result<ModelPage> decodeModelList(const ProviderConfig &config, QByteArrayView body) const override;
    QString requestId(const Headers &headers) const override;
};

} // namespace tollgate
