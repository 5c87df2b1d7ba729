// A function behind one address that answers {"prompt": ...} with {"response": ...}, at once, from its own cache, or later (202).
// It is text in, text out: no model, no parameters, no list of models, no stream. The key, if there is one, goes into x-api-key.
#pragma once

#include "core/providers/provider.h"

namespace tollgate {

// The shape of a prompt: system messages first, as they are; a single user message follows as it is. A conversation of several
// turns is written out, each turn with its speaker before it ("User: ...", "Assistant: ..."). Parts are separated by a blank line.
QString serverlessPrompt(const QList<Message> &messages);

class ServerlessProvider final : public Provider
{
public:
    Result<EncodedRequest> encode(const ProviderConfig &config, const ChatRequest &request) const override;
    std::unique_ptr<ReplyDecoder> decoder(const ProviderConfig &config, bool streamed, int status,
                                          const Headers &headers) const override;
    Failure classifyError(const ProviderConfig &config, int status, const Headers &headers, QByteArrayView body,
                          qint64 nowWallMs) const override;
    // Always fails: there is nothing to ask that is not a prompt.
    Result<EncodedRequest> encodeModelList(const ProviderConfig &config, QByteArrayView page) const override;
    Result<ModelPage> decodeModelList(const ProviderConfig &config, QByteArrayView body) const override;
    bool listsModels() const override { return false; }
    QString requestId(const Headers &headers) const override;
};

} // namespace tollgate
