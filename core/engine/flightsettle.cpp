// The end of the road: what it cost, what is kept, and the ledger's line about it.
#include "core/engine/flight.h"

#include "core/budgets/guard.h"
#include "core/engine/functioncost.h"
#include "core/engine/road.h"
#include "core/engine/settlement.h"
#include "core/engine/words.h"
#include "core/ledger/ledger.h"

#include <algorithm>

namespace tollgate {

void Flight::enterSettling(std::optional<Failure> failure)
{
    setState(CallState::Settling);
    if (m_decoder)
        m_completion = m_decoder->completion();
    redactDetails(m_completion, m_road.world.redactor);
    fillCost();
    fillRecord(m_callerLeft ? m_stopped : failure);
    settleBudget();
    // Kept before the coalescer forgets the flight, so that an equal request finds one or the other.
    if (!failure)
        storeAnswer();
    if (m_leads)
        m_road.coalescer.leave(m_key, this);
    settleLedger();
    releaseFollowers(failure);
    enterDone(m_callerLeft ? m_stopped : std::move(failure));
}

void Flight::enterDone(std::optional<Failure> failure)
{
    const auto self = shared_from_this();
    m_state = CallState::Done;
    m_road.ended(*this);
    if (!m_callerLeft)
        m_link->postFinished(outcome(failure));
}

Outcome Flight::outcome(const std::optional<Failure> &failure) const
{
    return {m_completion, failure, m_record, m_warning};
}

// Usage and money. What was not billed costs nothing whatever the price table knows; what may have been billed is estimated.
void Flight::fillCost()
{
    const bool replayed = m_record.cache == CacheOutcome::Hit || m_record.cache == CacheOutcome::Coalesced;
    if (replayed || m_record.attempts.isEmpty())
        m_record.cost = {CostState::Free, Money(), Money(), {}};
    else
        m_record.cost = priceAttempt(m_record.attempts.constLast(), m_completion);
    m_record.usage = m_completion.usage;
    m_answerCost = m_record.cost.amount;
    if (m_earlierCost) {
        decide(engineWords("cost: with what an earlier attempt used"));
        m_record.usage = usageSum(m_record.usage, m_earlierUsage);
        m_record.cost = costSum(m_record.cost, *m_earlierCost);
    }
}

// Completes the usage of `answer` where the provider left it open.
Cost Flight::priceAttempt(const AttemptRecord &attempt, Completion &answer)
{
    if (m_config->type == ProviderType::Serverless)
        return priceFunction(attempt, answer);
    if (attempt.billing == Billing::None || attempt.billing == Billing::PresumedUnbilled)
        return {CostState::Free, Money(), Money(), {}};
    const bool whole = answer.complete || attempt.failure == FailureKind::Filtered;
    answer.usage = settledUsage(answer, whole, m_estimatedInput, m_request.model);
    if (answer.usage.estimated)
        decide(engineWords("usage: estimated, the provider did not report it"));
    if (!m_price && !answer.model.isEmpty() && answer.model != m_request.model && m_road.world.prices) {
        if (const auto prices = m_road.world.prices())
            m_price = prices->find(*m_config, answer.model, m_record.acceptedWallMs);
    }
    return costOf(answer.usage, m_price, answer.serviceTier, answer.providerCost);
}

// An endpoint's price is its provider's; a row that the user gave it in the price table counts where none is set.
Cost Flight::priceFunction(const AttemptRecord &attempt, Completion &answer)
{
    FunctionBill bill = functionBill(m_config->functionPrice, attempt, answer, m_estimatedInput, m_request.model);
    if (!bill.note.isEmpty())
        decide(std::move(bill.note));
    return bill.cost.state == CostState::Unpriced && m_price ? costOf(answer.usage, m_price, {}) : bill.cost;
}

// An attempt that is tried again may have cost money all the same: a provider that reported usage bills it.
void Flight::keepCostOfFailedAttempt()
{
    const AttemptRecord &attempt = m_record.attempts.constLast();
    // A function that failed has run all the same.
    const bool ran = m_config->type == ProviderType::Serverless && ranFunction(attempt);
    if (attempt.billing != Billing::Billed && attempt.billing != Billing::Unconfirmed && !ran)
        return;
    Completion answer = m_decoder ? m_decoder->completion() : Completion();
    const Cost cost = priceAttempt(attempt, answer);
    m_earlierUsage = usageSum(m_earlierUsage, answer.usage);
    m_earlierCost = m_earlierCost ? costSum(*m_earlierCost, cost) : cost;
}

void Flight::fillRecord(const std::optional<Failure> &failure)
{
    if (!m_record.attempts.isEmpty()) {
        const AttemptRecord &last = m_record.attempts.constLast();
        if (m_completion.requestId.isEmpty())
            m_completion.requestId = last.requestId;
        m_record.httpStatus = last.httpStatus;
        m_record.streamed = m_streamedAnswer;
        if (m_streamedAnswer) {
            m_record.firstReasoning = last.stamps.firstReasoning;
            m_record.firstContent = last.stamps.firstContent;
        }
    } else if (m_record.cache == CacheOutcome::Coalesced) {
        m_record.streamed = m_streamedAnswer;
        if (!m_streamedAnswer)
            m_record.firstReasoning = m_record.firstContent = -1;
    }
    m_record.answeredModel = m_completion.model;
    m_record.finishReason = finishReasonName(m_completion.finishReason);
    m_record.complete = m_completion.complete;
    m_record.rawUsage = m_completion.rawUsage;
    m_record.serviceTier = m_completion.serviceTier;
    m_record.responseId = m_completion.responseId;
    m_record.requestId = m_completion.requestId;
    if (failure) {
        m_record.failure = failure->kind;
        m_record.phase = failure->phase;
        m_record.message = failure->message;
    }
    fillPayload();
    m_record.settled = elapsed();
}

void Flight::fillPayload()
{
    if (!m_request.keepPayload || m_settings->keepNothing)
        return;
    m_record.promptJson = m_road.world.redactor.redact(m_encoded.body);
    m_record.answerJson = m_road.world.redactor.redact(answerPayload(m_completion));
}

void Flight::settleBudget()
{
    if (!std::exchange(m_holdsReservation, false))
        return;
    const auto sent = [](const AttemptRecord &attempt) { return attempt.billing != Billing::None; };
    const bool nothingSent = std::none_of(m_record.attempts.cbegin(), m_record.attempts.cend(), sent);
    std::optional<Money> cost = nothingSent ? std::nullopt : m_record.cost.amount;
    // Sent and never answered: it may cost all of it, so the reservation stays spent.
    if (m_record.failure == FailureKind::Ambiguous)
        cost = m_reserved;
    m_road.world.budgets.settle(m_request, m_reserved, cost, nothingSent);
}

void Flight::storeAnswer()
{
    const bool fresh = m_record.cache == CacheOutcome::Miss || m_record.cache == CacheOutcome::Refresh;
    if (!fresh || !m_key.isValid() || m_request.ttl.count() <= 0)
        return;
    if (const QString reason = whyNotCached(m_completion); !reason.isEmpty())
        return decide(engineWords("cache: not kept, %1").arg(reason));
    if (holdsSecret(m_completion, m_road.world.redactor))
        return decide(engineWords("cache: not kept, the answer holds an API key"));
    const auto answer = std::make_shared<CachedAnswer>();
    answer->completion = m_completion;
    answer->replay = m_replay;
    answer->originalCost = m_answerCost;
    answer->originalRequest = m_record.id;
    answer->provider = m_record.provider;
    answer->model = m_record.model;
    answer->storedWallMs = m_road.world.clock.wallMs();
    answer->expiresWallMs = answer->storedWallMs + std::chrono::milliseconds(m_request.ttl).count();
    m_road.world.cache.store(m_storeKey.isValid() ? m_storeKey : m_key, answer);
}

void Flight::settleLedger()
{
    const Result<void> written = m_road.world.ledger.settle(m_record);
    if (written.ok())
        return;
    warn(written.error().text());
}

} // namespace tollgate
