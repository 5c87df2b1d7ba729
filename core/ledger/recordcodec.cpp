#include "core/ledger/recordcodec.h"

#include "core/store/bytes.h"

namespace tollgate {

namespace {

constexpr quint8 intentVersion = 1;
constexpr quint8 recordVersion = 1;
constexpr int phaseCount = int(Phase::Settle) + 1;
constexpr int sourceCount = int(Source::Job) + 1;
constexpr int billingCount = int(Billing::Unconfirmed) + 1;
constexpr int cacheOutcomeCount = int(CacheOutcome::Bypass) + 1;
constexpr int costStateCount = int(CostState::Free) + 1;

// 0 is "none", so that a usable answer costs one byte.
void writeFailure(ByteWriter &out, const std::optional<FailureKind> &failure)
{
    out.byte(failure ? quint8(*failure) + 1 : 0);
}

std::optional<FailureKind> readFailure(ByteReader &in)
{
    const auto value = in.enumerator<quint8>(failureKindCount + 1);
    return value == 0 ? std::nullopt : std::optional(FailureKind(value - 1));
}

void writeWindow(ByteWriter &out, const RateLimits::Window &window)
{
    out.optional(window.limit);
    out.optional(window.remaining);
    out.optional(window.resetWallMs);
}

RateLimits::Window readWindow(ByteReader &in)
{
    RateLimits::Window window;
    window.limit = in.optional();
    window.remaining = in.optional();
    window.resetWallMs = in.optional();
    return window;
}

void writeStamps(ByteWriter &out, const AttemptStamps &s)
{
    for (const qint64 stamp : {s.permitted, s.connectStart, s.connected, s.tlsDone, s.sent, s.firstByte, s.firstEvent, s.firstReasoning,
                               s.firstContent, s.lastByte, s.ended})
        out.integer(stamp);
    out.flag(s.reusedConnection);
}

AttemptStamps readStamps(ByteReader &in)
{
    AttemptStamps s;
    for (qint64 *stamp : {&s.permitted, &s.connectStart, &s.connected, &s.tlsDone, &s.sent, &s.firstByte, &s.firstEvent,
                          &s.firstReasoning, &s.firstContent, &s.lastByte, &s.ended})
        *stamp = in.integer();
    s.reusedConnection = in.flag();
    return s;
}

void writeUsage(ByteWriter &out, const Usage &u)
{
    for (const qint64 tokens : {u.uncachedInput, u.cachedInput, u.cacheWrite, u.cacheWrite1h, u.visibleOutput, u.reasoning})
        out.integer(tokens);
    out.byte(quint8((u.estimated ? 1 : 0) | (u.present ? 2 : 0)));
}

Usage readUsage(ByteReader &in)
{
    Usage u;
    for (qint64 *tokens : {&u.uncachedInput, &u.cachedInput, &u.cacheWrite, &u.cacheWrite1h, &u.visibleOutput, &u.reasoning})
        *tokens = in.integer();
    const auto flags = in.enumerator<quint8>(4);
    u.estimated = flags & 1;
    u.present = flags & 2;
    return u;
}

void writeAttempt(ByteWriter &out, const AttemptRecord &a)
{
    out.integer(a.number);
    out.text(a.provider);
    out.text(a.model);
    out.text(a.keyName);
    out.integer(a.startedWallMs);
    writeStamps(out, a.stamps);
    writeFailure(out, a.failure);
    out.byte(quint8(a.phase));
    out.integer(a.httpStatus);
    out.text(a.message);
    out.text(a.providerCode);
    out.text(a.requestId);
    out.byte(quint8(a.billing));
    out.optional(a.retryAfterMs);
    out.integer(a.backoffMs);
    const bool limits = !a.limits.isEmpty();
    out.flag(limits);
    if (limits) {
        for (const RateLimits::Window *window : {&a.limits.requests, &a.limits.tokens, &a.limits.inputTokens, &a.limits.outputTokens})
            writeWindow(out, *window);
    }
}

AttemptRecord readAttempt(ByteReader &in)
{
    AttemptRecord a;
    a.number = int(in.integer());
    a.provider = in.text();
    a.model = in.text();
    a.keyName = in.text();
    a.startedWallMs = in.integer();
    a.stamps = readStamps(in);
    a.failure = readFailure(in);
    a.phase = in.enumerator<Phase>(phaseCount);
    a.httpStatus = int(in.integer());
    a.message = in.text();
    a.providerCode = in.text();
    a.requestId = in.text();
    a.billing = in.enumerator<Billing>(billingCount);
    a.retryAfterMs = in.optional();
    a.backoffMs = in.integer();
    if (in.flag()) {
        for (RateLimits::Window *window : {&a.limits.requests, &a.limits.tokens, &a.limits.inputTokens, &a.limits.outputTokens})
            *window = readWindow(in);
    }
    return a;
}

void writeOutcome(ByteWriter &out, const RequestRecord &r)
{
    out.flag(r.streamed);
    out.byte(quint8(r.cache));
    out.integer(r.cachedFrom.value);
    writeFailure(out, r.failure);
    out.byte(quint8(r.phase));
    out.integer(r.httpStatus);
    out.text(r.message);
    out.text(r.finishReason);
    out.flag(r.complete);
    writeUsage(out, r.usage);
    out.bytes(r.rawUsage);
    out.byte(quint8(r.cost.state));
    out.money(r.cost.amount);
    out.integer(r.cost.savedByProviderCache.nanoUsd());
    out.text(r.cost.priceVersion);
    out.money(r.savedByCache);
}

void readOutcome(ByteReader &in, RequestRecord &r)
{
    r.streamed = in.flag();
    r.cache = in.enumerator<CacheOutcome>(cacheOutcomeCount);
    r.cachedFrom = {in.integer()};
    r.failure = readFailure(in);
    r.phase = in.enumerator<Phase>(phaseCount);
    r.httpStatus = int(in.integer());
    r.message = in.text();
    r.finishReason = in.text();
    r.complete = in.flag();
    r.usage = readUsage(in);
    r.rawUsage = in.bytes().toByteArray();
    r.cost.state = in.enumerator<CostState>(costStateCount);
    r.cost.amount = in.money();
    r.cost.savedByProviderCache = Money::fromNanoUsd(in.integer());
    r.cost.priceVersion = in.text();
    r.savedByCache = in.money();
}

} // namespace

void encode(const AttemptIntent &intent, QByteArray &bytes)
{
    ByteWriter out(bytes);
    out.byte(intentVersion);
    out.integer(intent.request.value);
    out.integer(intent.number);
    out.integer(intent.startedWallMs);
    out.text(intent.provider);
    out.text(intent.model);
    out.text(intent.keyName);
    out.byte(quint8(intent.source));
    out.text(intent.client);
    out.money(intent.reserved);
    out.list(intent.tags);
    out.integer(intent.estimatedInputTokens);
}

std::optional<AttemptIntent> decodeIntent(QByteArrayView bytes)
{
    ByteReader in(bytes);
    if (in.byte() != intentVersion)
        return std::nullopt;
    AttemptIntent intent;
    intent.request = {in.integer()};
    intent.number = int(in.integer());
    intent.startedWallMs = in.integer();
    intent.provider = in.text();
    intent.model = in.text();
    intent.keyName = in.text();
    intent.source = in.enumerator<Source>(sourceCount);
    intent.client = in.text();
    intent.reserved = in.money();
    intent.tags = in.list();
    intent.estimatedInputTokens = in.integer();
    return in.ok() && in.atEnd() ? std::optional(std::move(intent)) : std::nullopt;
}

void encode(const RequestRecord &r, qint64 estimatedInputTokens, QByteArray &bytes)
{
    ByteWriter out(bytes);
    out.byte(recordVersion);
    out.integer(r.id.value);
    out.integer(estimatedInputTokens);
    out.integer(r.acceptedWallMs);
    out.text(r.provider);
    out.text(r.model);
    out.text(r.answeredModel);
    out.byte(quint8(r.source));
    out.text(r.client);
    out.list(r.tags);
    writeOutcome(out, r);
    out.text(r.serviceTier);
    out.text(r.responseId);
    out.text(r.requestId);
    for (const qint64 offset : {r.cacheLookedUp, r.permitted, r.firstReasoning, r.firstContent, r.settled})
        out.integer(offset);
    out.list(r.decisions);
    out.number(quint64(r.attempts.size()));
    for (const AttemptRecord &attempt : r.attempts)
        writeAttempt(out, attempt);
    out.bytes(r.promptJson);
    out.bytes(r.answerJson);
}

std::optional<SettledRecord> decodeSettled(QByteArrayView bytes)
{
    ByteReader in(bytes);
    if (in.byte() != recordVersion)
        return std::nullopt;
    SettledRecord settled;
    RequestRecord &r = settled.record;
    r.id = {in.integer()};
    settled.estimatedInputTokens = in.integer();
    r.acceptedWallMs = in.integer();
    r.provider = in.text();
    r.model = in.text();
    r.answeredModel = in.text();
    r.source = in.enumerator<Source>(sourceCount);
    r.client = in.text();
    r.tags = in.list();
    readOutcome(in, r);
    r.serviceTier = in.text();
    r.responseId = in.text();
    r.requestId = in.text();
    for (qint64 *offset : {&r.cacheLookedUp, &r.permitted, &r.firstReasoning, &r.firstContent, &r.settled})
        *offset = in.integer();
    r.decisions = in.list();
    for (qsizetype left = in.count(); left > 0 && in.ok(); --left)
        r.attempts.append(readAttempt(in));
    r.promptJson = in.bytes().toByteArray();
    r.answerJson = in.bytes().toByteArray();
    return in.ok() && in.atEnd() ? std::optional(std::move(settled)) : std::nullopt;
}

} // namespace tollgate
