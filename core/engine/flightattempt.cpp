// One attempt: the ledger's intent, the exchange, the decoder, and what its end means.
#include "core/engine/flight.h"

#include "core/engine/road.h"
#include "core/engine/settlement.h"
#include "core/engine/words.h"
#include "core/ledger/ledger.h"
#include "core/net/httpclient.h"

#include <algorithm>

namespace tollgate {

namespace {

constexpr qsizetype maxErrorBody = 64 * 1024;
// A stream is decoded as it comes and frames each token in some 300 bytes: this is room for 200,000 of them.
constexpr qint64 maxStreamBytes = 64 * 1024 * 1024;
// How long a connection may take to end an answer whose end marker has come before it is dropped.
constexpr Milliseconds maxLinger{250};

bool isPlainJson(const Headers &headers)
{
    return headers.value("content-type").toLower().startsWith("application/json");
}

} // namespace

void Flight::enterConnecting(Permit permit)
{
    if (m_state != CallState::Waiting || m_road.closing)
        return;
    m_permit = std::move(permit);
    m_timer.stop();
    if (std::exchange(m_ticket, 0))
        m_road.figuresMoved();
    setState(CallState::Connecting);
    if (isOver())
        return;
    const MonoTime now = m_road.world.clock.now();
    if (now >= m_deadline)
        return end(failure(FailureKind::Unreachable, engineWords("The total time limit passed before anything was sent.")));
    if (m_record.permitted < 0)
        m_record.permitted = since(now);
    m_decoder.reset();
    m_status = 0;
    m_errorBody.clear();
    m_attempt = {};
    m_attempt.number = ++m_history.attempts;
    m_attempt.provider = m_config->id;
    m_attempt.model = m_request.model;
    m_attempt.keyName = m_config->keyName;
    m_attempt.startedWallMs = m_road.world.clock.wallMs();
    m_attempt.stamps.permitted = since(now);
    if (!intend())
        return;
    m_exchange = m_road.world.http.start(httpRequest(), *this);
    m_attemptOpen = true;
    if (m_exchange->stamps().sent)
        enterSending();
}

// The intent comes before the first byte: an attempt the ledger could not note is not made.
bool Flight::intend()
{
    AttemptIntent intent;
    intent.request = m_record.id;
    intent.number = m_attempt.number;
    intent.startedWallMs = m_attempt.startedWallMs;
    intent.provider = m_attempt.provider;
    intent.model = m_attempt.model;
    intent.keyName = m_attempt.keyName;
    intent.source = m_request.source;
    intent.client = m_request.client;
    intent.reserved = m_reserved;
    intent.tags = m_request.tags;
    intent.estimatedInputTokens = m_countedInput;
    const Result<void> written = m_road.world.ledger.intend(intent);
    if (!written.ok()) {
        --m_history.attempts;
        end(failure(FailureKind::Storage, written.error().text()));
    }
    return written.ok();
}

HttpRequest Flight::httpRequest() const
{
    HttpRequest request;
    request.method = m_encoded.method;
    request.endpoint = m_encoded.endpoint;
    request.target = m_encoded.target;
    request.headers = m_encoded.headers;
    if (!m_secret.isEmpty() && !m_encoded.secretHeader.isEmpty()) {
        request.secretHeader = m_encoded.secretHeader;
        request.secretPrefix = m_encoded.secretPrefix;
        request.secret = m_secret;
    }
    request.body = m_encoded.body;
    request.maxConnections = m_config->maxParallel;
    if (m_request.stream)
        request.caps.bodyBytes = maxStreamBytes;
    request.deadlines.connect = Milliseconds(m_settings->connectTimeoutMs);
    request.deadlines.tls = Milliseconds(m_settings->tlsTimeoutMs);
    request.deadlines.firstByte = Milliseconds(m_settings->firstByteTimeoutMs);
    request.deadlines.idle = Milliseconds(m_settings->idleTimeoutMs);
    // Never 0: that would switch the deadline off.
    const auto left = std::chrono::ceil<Milliseconds>(m_deadline - m_road.world.clock.now());
    request.deadlines.total = std::max(left, Milliseconds(1));
    return request;
}

void Flight::enterSending()
{
    if (m_state == CallState::Connecting)
        setState(CallState::Sending);
}

void Flight::requestSent()
{
    const auto self = shared_from_this();
    if (m_attemptOpen)
        enterSending();
}

void Flight::responseStarted(int status, const Headers &headers)
{
    const auto self = shared_from_this();
    if (m_attemptOpen)
        enterStreaming(status, headers);
}

void Flight::enterStreaming(int status, const Headers &headers)
{
    m_status = status;
    m_attempt.httpStatus = status;
    m_attempt.requestId = m_road.world.redactor.redact(m_provider->requestId(headers));
    m_attempt.limits = m_provider->rateLimits(headers, m_road.world.clock.wallMs());
    setState(CallState::Streaming);
    if (!m_attemptOpen)
        return;
    if (status >= 200 && status < 300) {
        m_decoder = m_provider->decoder(*m_config, m_request.stream, status, headers);
        m_streamedAnswer = m_request.stream && !isPlainJson(headers);
        return;
    }
    m_errorHeaders = headers;
    if (status < 400) // a redirect is followed nowhere, so its body does not matter
        errorOver();
}

void Flight::bodyReceived(QByteArrayView bytes)
{
    const auto self = shared_from_this();
    if (!m_attemptOpen)
        return;
    if (m_decoder)
        return feedDecoder(bytes);
    m_errorBody.append(bytes.first(std::min(bytes.size(), maxErrorBody - m_errorBody.size())));
    if (m_errorBody.size() >= maxErrorBody)
        errorOver();
}

void Flight::feedDecoder(QByteArrayView bytes)
{
    const bool wantsMore = m_decoder->feed(bytes, *this);
    if (m_attempt.stamps.firstEvent < 0 && m_decoder->sawEvent())
        m_attempt.stamps.firstEvent = elapsed();
    deliverBatch();
    if (!m_attemptOpen)
        return;
    if (m_decoder->sawEnd()) {
        if (!m_linger.isActive())
            m_linger.start(maxLinger, [this] {
                const auto self = shared_from_this();
                answerOver(true, nullptr);
            });
    } else if (!wantsMore) {
        answerOver(false, nullptr);
    }
}

void Flight::deltaDecoded(const Delta &delta)
{
    qint64 &stamp = delta.kind == Delta::Kind::Reasoning ? m_attempt.stamps.firstReasoning : m_attempt.stamps.firstContent;
    if (stamp < 0)
        stamp = elapsed();
    m_batch.append(delta);
}

// What one read brought is delivered at once, outside the decoder: a slot may run an event loop that brings more.
void Flight::deliverBatch()
{
    if (m_batch.isEmpty())
        return;
    const QList<Delta> batch = std::exchange(m_batch, {});
    if (m_key.isValid()) {
        for (const Delta &piece : batch)
            appendJoined(m_replay, piece);
    }
    for (Flight *follower : m_followers)
        follower->leaderDelivered(batch);
    if (!m_callerLeft)
        m_link->postDeltas(batch);
}

void Flight::responseComplete(bool)
{
    const auto self = shared_from_this();
    if (!m_attemptOpen)
        return;
    if (m_decoder)
        answerOver(true, nullptr);
    else
        errorOver();
}

void Flight::exchangeFailed(const Failure &failure)
{
    const auto self = shared_from_this();
    if (!m_attemptOpen)
        return;
    if (m_decoder)
        answerOver(false, &failure);
    else if (m_status > 0)
        errorOver();
    else
        attemptEnded(failure);
}

// The body is over, cut, or not wanted any further. An answer whose own end marker came is whole whatever the connection did after it.
void Flight::answerOver(bool httpComplete, const Failure *transport)
{
    m_linger.stop();
    const DecodeEnd over = m_decoder->finish(httpComplete || m_decoder->sawEnd(), *this);
    if (m_attempt.stamps.firstEvent < 0 && m_decoder->sawEvent())
        m_attempt.stamps.firstEvent = elapsed();
    deliverBatch();
    if (!m_attemptOpen)
        return;
    const bool content = m_decoder->sawContent();
    switch (over.kind) {
    case DecodeEnd::Kind::Complete:
        return attemptEnded({});
    case DecodeEnd::Kind::Queued: {
        Failure accepted = failure(FailureKind::Queued, engineWords("The provider accepted the request; the answer comes later."));
        accepted.httpStatus = m_status;
        return attemptEnded(std::move(accepted));
    }
    case DecodeEnd::Kind::Failed:
    case DecodeEnd::Kind::Incomplete:
        break;
    }
    // A cut connection explains a half document better than the half document does.
    const bool told = over.kind == DecodeEnd::Kind::Failed && over.failure.kind != FailureKind::Protocol;
    Failure ended = transport && !told ? *transport : over.failure;
    if (content)
        ended = withContentSeen(std::move(ended));
    if (ended.httpStatus == 0 && told)
        ended.httpStatus = m_status;
    attemptEnded(std::move(ended));
}

void Flight::errorOver()
{
    Failure refused = m_provider->classifyError(*m_config, m_status, m_errorHeaders, m_errorBody, m_road.world.clock.wallMs());
    if (refused.httpStatus == 0)
        refused.httpStatus = m_status;
    attemptEnded(std::move(refused));
}

void Flight::attemptEnded(std::optional<Failure> failure)
{
    if (!failure)
        return end({});
    failure = redacted(*std::move(failure), m_road.world.redactor);
    m_history.contentDelivered = m_decoder && m_decoder->sawContent();
    if (tryWithout(*failure))
        return;
    RetryPolicy policy;
    policy.maxAttempts = std::clamp(m_request.maxAttempts, 1, 10);
    if (m_request.source == Source::Job)
        policy.cap = Milliseconds(20'000);
    RetryDecision decision = decideRetry(policy, m_history, *failure, m_road.world.random);
    if (decision.retry && m_road.world.clock.now() + decision.delay >= m_deadline) {
        decision.retry = false;
        decision.why = engineWords("no time left to try again");
    }
    if (!decision.retry) {
        decide(engineWords("attempt %1: %2").arg(m_history.attempts).arg(decision.why));
        return end(std::move(failure));
    }
    closeAttempt(failure);
    keepCostOfFailedAttempt();
    if (!isOver()) // the permit went to another request, whose caller may have stopped this one
        enterBackingOff(decision, *failure);
}

// True unless it is certain that no byte of the request left.
bool Flight::mayHaveSent() const
{
    const Stamps &stamps = m_exchange->stamps();
    if (stamps.sent || stamps.firstByte || stamps.reused)
        return true;
    return bool(m_encoded.endpoint.tls ? stamps.tlsDone : stamps.connected);
}

void Flight::closeAttempt(const std::optional<Failure> &failure)
{
    m_attemptOpen = false;
    m_linger.stop();
    const Stamps &stamps = m_exchange->stamps();
    AttemptStamps &noted = m_attempt.stamps;
    noted.connectStart = since(stamps.connectStart);
    noted.connected = since(stamps.connected);
    noted.tlsDone = since(stamps.tlsDone);
    noted.sent = since(stamps.sent);
    noted.firstByte = since(stamps.firstByte);
    noted.lastByte = since(stamps.lastByte);
    noted.ended = elapsed();
    noted.reusedConnection = stamps.reused;
    bool sent = mayHaveSent();
    if (failure) {
        m_attempt.failure = failure->kind;
        m_attempt.phase = failure->phase;
        m_attempt.message = failure->message;
        m_attempt.providerCode = failure->providerCode;
        if (failure->retryAfter)
            m_attempt.retryAfterMs = failure->retryAfter->count();
        if (failure->phase == Phase::Connect || failure->phase == Phase::Tls) // the transport knows that nothing was written
            sent = sent && failure->kind == FailureKind::Cancelled;
    }
    m_attempt.billing = billingOf(failure, sent, m_decoder ? &m_decoder->completion() : nullptr);
    m_record.attempts.append(std::move(m_attempt));
    m_attempt = {};
    m_exchange.reset();
    m_permit.release();
}

void Flight::enterBackingOff(const RetryDecision &decision, const Failure &failure)
{
    countRetry(m_history, failure);
    m_record.attempts.last().backoffMs = decision.delay.count();
    decide(engineWords("attempt %1: waiting %2 s: %3")
               .arg(m_history.attempts)
               .arg(double(decision.delay.count()) / 1000.0, 0, 'f', 1)
               .arg(decision.why));
    m_timer.start(decision.delay, [this] {
        const auto self = shared_from_this();
        enterWaiting();
    });
    setState(CallState::BackingOff);
    const RetryNotice notice{m_history.attempts, failure, decision.delay, decision.why};
    for (Flight *follower : m_followers)
        follower->m_link->postRetry(notice);
    if (!isOver() && !m_callerLeft)
        m_link->postRetry(notice);
}

} // namespace tollgate
