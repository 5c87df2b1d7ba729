#include "core/cache/answercodec.h"

#include "core/store/bytes.h"

namespace tollgate {

namespace {

constexpr quint8 version = 1;
constexpr int deltaKinds = int(Delta::Kind::Refusal) + 1;
constexpr int finishReasons = int(FinishReason::Other) + 1;

void writeCompletion(ByteWriter &out, const Completion &c)
{
    out.text(c.text);
    out.text(c.reasoning);
    out.text(c.refusal);
    out.number(quint64(c.toolCalls.size()));
    for (const ToolCall &call : c.toolCalls) {
        out.text(call.id);
        out.text(call.name);
        out.text(call.arguments);
    }
    out.byte(quint8(c.finishReason));
    out.text(c.rawFinishReason);
    out.text(c.model);
    out.text(c.responseId);
    out.text(c.requestId);
    out.text(c.serviceTier);
    for (const qint64 tokens : {c.usage.uncachedInput, c.usage.cachedInput, c.usage.cacheWrite, c.usage.cacheWrite1h,
                                c.usage.visibleOutput, c.usage.reasoning})
        out.integer(tokens);
    out.flag(c.usage.estimated);
    out.flag(c.usage.present);
    out.bytes(c.rawUsage);
    out.money(c.providerCost);
    out.bytes(c.opaqueJson);
    out.flag(c.complete);
}

void readCompletion(ByteReader &in, Completion &c)
{
    c.text = in.text();
    c.reasoning = in.text();
    c.refusal = in.text();
    for (qsizetype left = in.count(); left > 0 && in.ok(); --left) {
        ToolCall call;
        call.id = in.text();
        call.name = in.text();
        call.arguments = in.text();
        c.toolCalls.append(call);
    }
    c.finishReason = in.enumerator<FinishReason>(finishReasons);
    c.rawFinishReason = in.text();
    c.model = in.text();
    c.responseId = in.text();
    c.requestId = in.text();
    c.serviceTier = in.text();
    for (qint64 *tokens : {&c.usage.uncachedInput, &c.usage.cachedInput, &c.usage.cacheWrite, &c.usage.cacheWrite1h,
                           &c.usage.visibleOutput, &c.usage.reasoning})
        *tokens = in.integer();
    c.usage.estimated = in.flag();
    c.usage.present = in.flag();
    c.rawUsage = in.bytes().toByteArray();
    c.providerCost = in.money();
    c.opaqueJson = in.bytes().toByteArray();
    c.complete = in.flag();
}

} // namespace

QByteArray encodeAnswer(const CachedAnswer &answer)
{
    QByteArray bytes;
    bytes.reserve(512 + answer.completion.text.size() * 2);
    ByteWriter out(bytes);
    out.byte(version);
    writeCompletion(out, answer.completion);
    out.number(quint64(answer.replay.size()));
    for (const Delta &delta : answer.replay) {
        out.byte(quint8(delta.kind));
        out.text(delta.text);
        if (delta.kind == Delta::Kind::ToolCall) {
            out.integer(delta.toolIndex);
            out.text(delta.toolId);
            out.text(delta.toolName);
        }
    }
    out.money(answer.originalCost);
    out.integer(answer.originalRequest.value);
    out.text(answer.provider);
    out.text(answer.model);
    out.integer(answer.storedWallMs);
    out.integer(answer.expiresWallMs);
    return bytes;
}

CachedAnswerPtr decodeAnswer(QByteArrayView bytes)
{
    ByteReader in(bytes);
    if (in.byte() != version)
        return nullptr;
    const auto answer = std::make_shared<CachedAnswer>();
    readCompletion(in, answer->completion);
    for (qsizetype left = in.count(); left > 0 && in.ok(); --left) {
        Delta delta;
        delta.kind = in.enumerator<Delta::Kind>(deltaKinds);
        delta.text = in.text();
        if (delta.kind == Delta::Kind::ToolCall) {
            delta.toolIndex = int(in.integer());
            delta.toolId = in.text();
            delta.toolName = in.text();
        }
        answer->replay.append(delta);
    }
    answer->originalCost = in.money();
    answer->originalRequest = {in.integer()};
    answer->provider = in.text();
    answer->model = in.text();
    answer->storedWallMs = in.integer();
    answer->expiresWallMs = in.integer();
    return in.ok() && in.atEnd() ? answer : nullptr;
}

qint64 answerBytes(const CachedAnswer &answer)
{
    const Completion &c = answer.completion;
    qint64 units = c.text.size() + c.reasoning.size() + c.refusal.size() + c.model.size() + c.responseId.size();
    for (const ToolCall &call : c.toolCalls)
        units += call.id.size() + call.name.size() + call.arguments.size() + 48;
    qint64 bytes = qint64(sizeof(CachedAnswer)) + c.rawUsage.size() + c.opaqueJson.size();
    for (const Delta &delta : answer.replay) {
        units += delta.text.size() + delta.toolId.size() + delta.toolName.size();
        bytes += qint64(sizeof(Delta)) + 32;
    }
    return bytes + units * 2;
}

} // namespace tollgate
