// Azure OpenAI, as the simulator speaks it: both kinds of address, the key in api-key, a first chunk about the prompt's filter.
#pragma once

#include "core/simulator/openaichatwire.h"

namespace tollgate {

// At /openai/v1/... and, with a dated api-version, at /openai/deployments/NAME/... ; a deployment is called what its model is.
class AzureChatWire final : public OpenAiChatWire
{
public:
    Route route(const ServerRequest &request) const override;
    QByteArray key(const Headers &headers) const override;
    std::optional<WireError> readCall(const ServerRequest &request, JsonValue body, ChatCall &call) const override;
    Headers headers(qint64 number, int processingMs) const override;
    void appendHead(QByteArray &out, const ChatAnswer &answer) const override;
};

} // namespace tollgate
