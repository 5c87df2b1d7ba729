// Single flight: equal requests wait for one answer. The upstream call belongs to whoever still wants it, not to who asked first.
#include "core/engine/flight.h"

#include "core/engine/road.h"
#include "core/engine/settlement.h"
#include "core/engine/words.h"

#include <algorithm>

namespace tollgate {

void Flight::enterFollowing(Flight &leader)
{
    // Fed from another flight's events: slots run later, so that one slow caller cannot disturb the others' order.
    m_link->deferDelivery();
    setState(CallState::Following);
    m_record.cache = CacheOutcome::Coalesced;
    m_record.cachedFrom = leader.m_record.id;
    decide(engineWords("cache: follows %1, an equal request in flight").arg(leader.m_record.id.toString()));
    m_leader = &leader;
    leader.addFollower(*this);
    watchDeadline();
}

void Flight::addFollower(Flight &follower)
{
    m_followers.push_back(&follower);
    follower.leaderDelivered(m_replay); // what has come so far
}

void Flight::removeFollower(Flight &follower)
{
    std::erase(m_followers, &follower);
    if (m_followers.empty() && m_callerLeft && !isOver()) {
        const auto self = shared_from_this();
        end(failure(FailureKind::Cancelled, engineWords("Stopped.")));
    }
}

void Flight::leaderDelivered(const QList<Delta> &pieces)
{
    for (const Delta &piece : pieces) {
        qint64 &stamp = piece.kind == Delta::Kind::Reasoning ? m_record.firstReasoning : m_record.firstContent;
        if (stamp < 0)
            stamp = elapsed();
        m_completion.append(piece);
    }
    m_link->postDeltas(pieces);
}

void Flight::leaderEnded(const Flight &leader, const std::optional<Failure> &failure)
{
    m_leader = nullptr;
    m_completion = leader.m_completion;
    m_streamedAnswer = leader.m_streamedAnswer;
    m_record.savedByCache = failure ? std::nullopt : leader.m_answerCost;
    end(failure);
}

void Flight::releaseFollowers(const std::optional<Failure> &failure)
{
    for (Flight *follower : std::exchange(m_followers, {})) {
        const auto alive = follower->shared_from_this();
        follower->leaderEnded(*this, failure);
    }
}

// The caller is told now; the row is settled when the upstream call ends, because only then its cost is known.
void Flight::letCallerGo()
{
    const auto self = shared_from_this();
    m_callerLeft = true;
    m_stopped = failure(FailureKind::Cancelled, engineWords("Stopped. The answer still comes for others who asked the same."));
    decide(engineWords("stopped by the caller, kept going for %1 equal requests").arg(m_followers.size()));
    Outcome told = outcome(m_stopped);
    told.completion = completion();
    told.record.failure = m_stopped->kind;
    told.record.phase = m_stopped->phase;
    told.record.message = m_stopped->message;
    told.record.settled = elapsed();
    if (m_attemptOpen && mayHaveSent()) {
        told.completion.usage = settledUsage(told.completion, false, m_estimatedInput, m_request.model);
        told.record.cost = costOf(told.completion.usage, m_price, told.completion.serviceTier, told.completion.providerCost);
    } else {
        told.record.cost = {CostState::Free, Money(), Money(), {}};
    }
    told.record.usage = told.completion.usage;
    m_link->postFinished(std::move(told));
}

} // namespace tollgate
