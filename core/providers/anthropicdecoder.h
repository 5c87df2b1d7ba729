// Decodes one answer of the Anthropic Messages wire, streamed or whole.
#pragma once

#include "core/providers/anthropicblocks.h"
#include "core/providers/anthropicusage.h"
#include "core/providers/jsonreply.h"

#include <vector>

namespace tollgate {

class AnthropicDecoder final : public JsonReply
{
public:
    explicit AnthropicDecoder(const Head &head);

private:
    using Block = AnthropicBlock;

    void takeEvent(QByteArrayView name, JsonValue root, DecoderSink &sink) override;
    void takeDocument(JsonValue root, DecoderSink &sink) override;
    bool takesUnfinished(JsonValue root) const override;
    DecodeEnd endByReason() override;

    void takeRareEvent(QByteArrayView type, JsonValue root, DecoderSink &sink);
    void takeMessage(JsonValue message, AnthropicUsage::Part part, DecoderSink &sink);
    void takeStop(JsonValue from);
    void beginBlock(JsonValue index, JsonValue content, DecoderSink &sink);
    void takeDelta(JsonValue index, JsonValue delta, DecoderSink &sink);
    void endBlock(Block &block, DecoderSink &sink);
    void endMessage(DecoderSink &sink);
    Block *blockAt(JsonValue index);
    void emitBlockText(Block &block, JsonValue text, DecoderSink &sink);
    void emitTool(Block &block, const QString &id, const QString &name, const QString &arguments, DecoderSink &sink);

    std::vector<Block> m_blocks;
    AnthropicUsage m_usage;
    QString m_refusal; // why, in the provider's words
    QString m_refusalCategory;
};

} // namespace tollgate
