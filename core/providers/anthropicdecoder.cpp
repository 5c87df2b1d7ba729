#include "core/providers/anthropicdecoder.h"

#include "core/providers/anthropicerror.h"
#include "core/providers/wiretext.h"

#include <QCoreApplication>

namespace tollgate {

namespace {

// Far above what any answer has; bounds what a hostile server can make of them.
constexpr size_t maxBlocks = 4096;
constexpr int maxToolCalls = 1024;

QString tr(const char *text)
{
    return QCoreApplication::translate("Provider", text);
}

FinishReason finishReasonOf(QByteArrayView word)
{
    if (word == "end_turn" || word == "stop_sequence")
        return FinishReason::Stop;
    if (word == "max_tokens" || word == "model_context_window_exceeded")
        return FinishReason::Length;
    if (word == "tool_use")
        return FinishReason::ToolCalls;
    return word == "refusal" ? FinishReason::Refusal : FinishReason::Other;
}

AnthropicBlock::Kind kindOf(QByteArrayView type)
{
    if (type == "text")
        return AnthropicBlock::Kind::Text;
    if (type == "thinking")
        return AnthropicBlock::Kind::Thinking;
    return type == "tool_use" ? AnthropicBlock::Kind::Tool : AnthropicBlock::Kind::Other;
}

} // namespace

AnthropicDecoder::AnthropicDecoder(const Head &head) : JsonReply(head) {}

bool AnthropicDecoder::takesUnfinished(JsonValue root) const
{
    return root["type"].utf8() == "message_stop";
}

void AnthropicDecoder::takeEvent(QByteArrayView name, JsonValue root, DecoderSink &sink)
{
    const QByteArrayView type = root["type"].utf8();
    if (type == "content_block_delta")
        takeDelta(root["index"], root["delta"], sink);
    else if (type == "error" || name == "error" || (type.isEmpty() && isAnthropicError(root)))
        fail(anthropicErrorInside(root));
    else
        takeRareEvent(type, root, sink);
}

void AnthropicDecoder::takeRareEvent(QByteArrayView type, JsonValue root, DecoderSink &sink)
{
    if (type == "content_block_start") {
        beginBlock(root["index"], root["content_block"], sink);
    } else if (type == "content_block_stop") {
        if (Block *block = blockAt(root["index"]))
            endBlock(*block, sink);
    } else if (type == "message_start") {
        takeMessage(root["message"], AnthropicUsage::Part::First, sink);
    } else if (type == "message_delta") {
        takeStop(root["delta"]);
        m_usage.merge(root["usage"], AnthropicUsage::Part::Last, m_completion);
    } else if (type == "message_stop") {
        endMessage(sink);
        endStream();
    } // ping, and what is yet to come
}

void AnthropicDecoder::takeDocument(JsonValue root, DecoderSink &sink)
{
    if (isAnthropicError(root)) {
        fail(anthropicErrorInside(root));
        return;
    }
    if (!root["content"].isArray()) {
        failProtocol(tr("The answer holds no content:") + u'\n' + excerptOfDocument());
        return;
    }
    takeMessage(root, AnthropicUsage::Part::Last, sink);
    endMessage(sink);
}

// At the start of a stream its content is empty, unless the answer goes on from one before.
void AnthropicDecoder::takeMessage(JsonValue message, AnthropicUsage::Part part, DecoderSink &sink)
{
    if (m_completion.responseId.isEmpty())
        m_completion.responseId = label(message["id"]);
    if (m_completion.model.isEmpty())
        m_completion.model = label(message["model"]);
    message["content"].forEach([this, &sink](JsonValue content) {
        beginBlock({}, content, sink);
        if (!failed())
            endBlock(m_blocks.back(), sink);
    });
    takeStop(message);
    m_usage.merge(message["usage"], part, m_completion);
}

void AnthropicDecoder::takeStop(JsonValue from)
{
    const QByteArrayView word = from["stop_reason"].utf8();
    if (word.isEmpty())
        return;
    m_completion.rawFinishReason = plainExcerpt(word).left(100);
    m_completion.finishReason = finishReasonOf(word);
    const JsonValue details = from["stop_details"];
    m_refusal = plainExcerpt(details["explanation"].utf8());
    m_refusalCategory = label(details["category"]);
}

void AnthropicDecoder::beginBlock(JsonValue index, JsonValue content, DecoderSink &sink)
{
    if (failed())
        return;
    Block block;
    block.index = index.integer().value_or(-1);
    block.kind = kindOf(content["type"].utf8());
    if (block.kind == Block::Kind::Tool)
        block.slot = int(m_completion.toolCalls.size());
    if (m_blocks.size() >= maxBlocks || block.slot >= maxToolCalls) {
        failProtocol(tr("The answer has more than %1 parts.").arg(block.slot >= maxToolCalls ? maxToolCalls : int(maxBlocks)));
        return;
    }
    block.from = block.to = block.kind == Block::Kind::Thinking ? m_completion.reasoning.size() : m_completion.text.size();
    m_blocks.push_back(std::move(block));
    Block &added = m_blocks.back();
    switch (added.kind) {
    case Block::Kind::Text:
        emitBlockText(added, content["text"], sink);
        break;
    case Block::Kind::Thinking:
        emitBlockText(added, content["thinking"], sink);
        added.pieces = content["signature"].utf8().toByteArray();
        break;
    case Block::Kind::Tool:
        added.start = content["input"].size() > 0 ? content["input"].toJson() : QByteArray("{}");
        emitTool(added, content["id"].string(), content["name"].string(), {}, sink);
        break;
    case Block::Kind::Other:
        added.start = content.isObject() ? content.toJson() : QByteArray();
        break;
    }
}

AnthropicDecoder::Block *AnthropicDecoder::blockAt(JsonValue index)
{
    const qint64 wanted = index.integer().value_or(-1);
    for (size_t i = m_blocks.size(); i-- > 0;) {
        if (m_blocks[i].index == wanted)
            return &m_blocks[i];
    }
    return nullptr;
}

void AnthropicDecoder::takeDelta(JsonValue index, JsonValue delta, DecoderSink &sink)
{
    Block *block = blockAt(index);
    if (!block)
        return;
    const QByteArrayView type = delta["type"].utf8();
    if (type == "text_delta" && block->kind == Block::Kind::Text) {
        emitBlockText(*block, delta["text"], sink);
    } else if (type == "thinking_delta" && block->kind == Block::Kind::Thinking) {
        emitBlockText(*block, delta["thinking"], sink);
    } else if (type == "input_json_delta" && block->kind == Block::Kind::Tool) {
        const JsonValue piece = delta["partial_json"];
        if (!piece.utf8().isEmpty())
            emitTool(*block, {}, {}, piece.string(), sink);
    } else if (type == "input_json_delta") {
        block->pieces.append(delta["partial_json"].utf8());
    } else if (type == "signature_delta" && block->kind == Block::Kind::Thinking) {
        block->pieces.append(delta["signature"].utf8());
    } // citations and what is yet to come
}

void AnthropicDecoder::emitBlockText(Block &block, JsonValue text, DecoderSink &sink)
{
    if (text.utf8().isEmpty())
        return;
    if (block.kind == Block::Kind::Text) {
        emitText(Delta::Kind::Text, text, sink);
        block.to = m_completion.text.size();
        return;
    }
    if (block.to == block.from && !m_completion.reasoning.isEmpty()) { // thoughts of another block end here
        Delta space;
        space.kind = Delta::Kind::Reasoning;
        space.text = QStringLiteral("\n\n");
        emitDelta(space, sink);
        block.from = m_completion.reasoning.size();
    }
    emitText(Delta::Kind::Reasoning, text, sink);
    block.to = m_completion.reasoning.size();
}

void AnthropicDecoder::emitTool(Block &block, const QString &id, const QString &name, const QString &arguments, DecoderSink &sink)
{
    Delta delta;
    delta.kind = Delta::Kind::ToolCall;
    delta.toolIndex = block.slot;
    delta.toolId = id;
    delta.toolName = name;
    delta.text = arguments;
    block.hasInput = block.hasInput || !arguments.isEmpty();
    emitDelta(delta, sink);
}

// A call without arguments streams no piece of them.
void AnthropicDecoder::endBlock(Block &block, DecoderSink &sink)
{
    if (block.kind == Block::Kind::Tool && !block.hasInput)
        emitTool(block, {}, {}, QString::fromUtf8(block.start), sink);
}

void AnthropicDecoder::endMessage(DecoderSink &sink)
{
    if (failed())
        return;
    for (Block &block : m_blocks)
        endBlock(block, sink); // a server that ends no blocks
    m_completion.opaqueJson = anthropicOpaqueJson(m_blocks, m_completion);
}

DecodeEnd AnthropicDecoder::endByReason()
{
    if (m_completion.finishReason != FinishReason::Refusal)
        return JsonReply::endByReason();
    Failure failure = providerFailure(FailureKind::Filtered,
                                      m_refusal.isEmpty() ? tr("The provider's safety filter refused this request.") : m_refusal);
    failure.providerCode = m_refusalCategory.isEmpty() ? m_completion.rawFinishReason : m_refusalCategory;
    return {DecodeEnd::Kind::Failed, failure};
}

} // namespace tollgate
