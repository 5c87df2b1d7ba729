// The road up to the gate: route, look up, follow, reserve, wait.
#include "core/engine/flight.h"

#include "core/budgets/guard.h"
#include "core/chat/tokenestimate.h"
#include "core/engine/functioncost.h"
#include "core/engine/providerkey.h"
#include "core/engine/road.h"
#include "core/engine/words.h"
#include "core/ledger/ledger.h"
#include "core/net/httpclient.h"
#include "core/providers/catalog.h"

#include <algorithm>
#include <cmath>

namespace tollgate {

namespace {

Phase phaseOf(CallState state)
{
    switch (state) {
    case CallState::Routing:
        return Phase::Route;
    case CallState::LookingUp:
    case CallState::Following:
        return Phase::Cache;
    case CallState::Reserving:
        return Phase::Reserve;
    case CallState::Waiting:
    case CallState::BackingOff:
        return Phase::Gate;
    case CallState::Connecting:
        return Phase::Connect;
    case CallState::Sending:
        return Phase::FirstByte;
    case CallState::Streaming:
        return Phase::Stream;
    case CallState::Settling:
    case CallState::Done:
        break;
    }
    return Phase::Settle;
}

} // namespace

Flight::Flight(Road &road, std::unique_ptr<Submission> submission)
    : m_road(road), m_link(std::move(submission->link)), m_request(std::move(submission->request)),
      m_accepted(submission->accepted), m_timer(road.world.clock), m_linger(road.world.clock)
{
    m_record.acceptedWallMs = submission->acceptedWallMs;
}

Flight::~Flight() = default;

void Flight::start()
{
    begin();
    enterRouting();
}

// What every row says, however its request ends. The cache counts only requests that have asked it, so none is a miss yet.
void Flight::begin()
{
    m_started = true;
    m_settings = m_road.world.settings.inUse();
    const Milliseconds total = m_request.timeout.count() > 0
                                   ? m_request.timeout
                                   : Milliseconds(std::chrono::seconds(m_settings->totalTimeoutSeconds));
    m_deadline = m_accepted + total;
    m_record.id = m_road.world.ledger.nextId();
    m_record.source = m_request.source;
    m_record.client = m_request.client;
    m_record.tags = m_request.tags;
    m_record.model = m_request.model;
    m_record.provider = m_request.provider;
    m_record.cache = CacheOutcome::Bypass;
    m_link->setId(m_record.id);
    m_link->setFlight(weak_from_this());
}

void Flight::stop()
{
    if (isOver() || m_callerLeft)
        return;
    if (!m_followers.empty())
        return letCallerGo();
    end(failure(FailureKind::Cancelled, engineWords("Stopped.")));
}

void Flight::abandon()
{
    if (!m_started)
        begin();
    end(failure(FailureKind::Cancelled, engineWords("Stopped, because Tollgate is closing.")));
}

void Flight::end(std::optional<Failure> failure)
{
    if (isOver())
        return;
    m_state = CallState::Settling; // what is given back below lets others run, who may want to end this flight too
    m_timer.stop();
    m_linger.stop();
    if (m_ticket) {
        m_road.gate.withdraw(std::exchange(m_ticket, 0));
        m_road.figuresMoved();
    }
    if (m_leader)
        std::exchange(m_leader, nullptr)->removeFollower(*this);
    if (m_attemptOpen)
        closeAttempt(failure);
    m_permit.release();
    enterSettling(std::move(failure));
}

void Flight::setState(CallState state)
{
    m_state = state;
    if (!m_callerLeft)
        m_link->postState(state);
}

qint64 Flight::elapsed() const
{
    return since(m_road.world.clock.now());
}

Failure Flight::failure(FailureKind kind, QString message) const
{
    Failure result;
    result.kind = kind;
    result.phase = phaseOf(m_state);
    result.message = std::move(message);
    return result;
}

// While an exchange runs it watches the total deadline itself; this is for every other wait.
void Flight::watchDeadline()
{
    const Nanoseconds left = std::max(m_deadline - m_road.world.clock.now(), Nanoseconds(0));
    m_timer.start(left, [this] { deadlinePassed(); });
}

void Flight::deadlinePassed()
{
    const auto self = shared_from_this();
    switch (m_state) {
    case CallState::Routing:
        return end(failure(FailureKind::NoKey, engineWords("The keychain did not answer within the total time limit.")));
    case CallState::Following: {
        const bool content = m_record.firstContent >= 0 || m_record.firstReasoning >= 0;
        return end(failure(content ? FailureKind::Incomplete : FailureKind::Ambiguous,
                           engineWords("The equal request in flight did not finish within the total time limit.")));
    }
    case CallState::Waiting:
        return end(failure(FailureKind::Unreachable,
                           engineWords("The total time limit passed while %1 other requests to this provider were running.")
                               .arg(m_road.gate.inUse(m_config->id))));
    default:
        return end(failure(FailureKind::Unreachable, engineWords("The total time limit passed before anything was sent.")));
    }
}

void Flight::enterRouting()
{
    setState(CallState::Routing);
    if (const auto problem = firstProblem(m_request))
        return end(failure(FailureKind::Usage, *problem));
    if (!resolveProvider())
        return;
    m_road.world.vault.fetch(*m_config, m_request.environment, [weak = weak_from_this()](VaultReply reply) {
        if (const auto self = weak.lock())
            self->keyArrived(std::move(reply));
    });
    if (m_state == CallState::Routing)
        watchDeadline();
}

// Ends the flight and returns false when there is nothing to send to.
bool Flight::resolveProvider()
{
    const auto refuse = [this](const QString &message) {
        end(failure(FailureKind::Usage, message));
        return false;
    };
    m_config = m_settings->provider(m_request.provider);
    if (!m_config)
        return refuse(engineWords("No provider is named \"%1\".").arg(m_request.provider));
    m_record.provider = m_config->id;
    if (!m_config->enabled)
        return refuse(engineWords("The provider \"%1\" is switched off.").arg(m_config->name));
    if (m_request.model.isEmpty())
        m_request.model = m_config->defaultModel.isEmpty() ? impliedModel(m_config->type) : m_config->defaultModel;
    if (m_request.model.isEmpty())
        return refuse(engineWords("No model was chosen, and \"%1\" has no default model.").arg(m_config->name));
    m_record.model = m_request.model;
    m_provider = providerFor(m_config->type);
    if (!m_provider)
        return refuse(engineWords("Providers of type %1 are not available in this version.")
                          .arg(providerTypeName(m_config->type)));
    if (m_config->type == ProviderType::Simulator) {
        m_simulatorConfig = std::make_unique<ProviderConfig>(*m_config);
        if (!resolveSimulator(m_road.world, *m_simulatorConfig))
            return refuse(engineWords("The simulator is not running."));
        m_config = m_simulatorConfig.get();
    }
    return true;
}

void Flight::keyArrived(VaultReply reply)
{
    if (m_state != CallState::Routing)
        return;
    m_timer.stop();
    if (auto problem = keyProblem(*m_config, reply))
        return end(std::move(problem));
    m_secret = std::move(reply.key);
    enterLookingUp();
}

void Flight::enterLookingUp()
{
    setState(CallState::LookingUp);
    if (isOver())
        return;
    leaveOutRefusedSettings();
    Result<EncodedRequest> encoded = m_provider->encode(*m_config, m_request);
    if (!encoded.ok())
        return end(failure(FailureKind::Usage, encoded.error().text()));
    m_encoded = std::move(encoded).value();
    if (!m_encoded.droppedParameters.isEmpty())
        warn(engineWords("Not sent, because this provider does not know it: %1.")
                 .arg(m_encoded.droppedParameters.join(QStringLiteral(", "))));
    if (m_request.cache == CachePolicy::Bypass) {
        decide(engineWords("cache: bypassed"));
        return enterReserving();
    }
    m_key = keyOfRequest();
    if (!m_key.isValid()) {
        decide(engineWords("cache: bypassed, this request has no key"));
        return enterReserving();
    }
    if (m_request.cache == CachePolicy::Refresh) {
        m_record.cache = CacheOutcome::Refresh;
        decide(engineWords("cache: a new answer was asked for"));
        return enterReserving();
    }
    lookUp();
}

CacheKey Flight::keyOfRequest() const
{
    return makeCacheKey(credentialId(*m_config, m_secret), cacheOrigin(*m_config, m_encoded.endpoint), m_encoded.target,
                        providerTypeName(m_config->type), m_encoded.body);
}

void Flight::lookUp()
{
    if (Flight *leader = m_road.coalescer.leader(m_key))
        return enterFollowing(*leader);
    m_road.world.cache.lookUp(m_key, [weak = weak_from_this()](CachedAnswerPtr answer) {
        if (const auto self = weak.lock())
            self->cacheAnswered(std::move(answer));
    });
    if (m_state == CallState::LookingUp)
        watchDeadline();
}

void Flight::cacheAnswered(CachedAnswerPtr answer)
{
    if (m_state != CallState::LookingUp)
        return;
    m_timer.stop();
    m_record.cacheLookedUp = elapsed();
    if (answer)
        return replayHit(*answer);
    // While the disk was asked, an equal request may have set out or even come back.
    if (Flight *leader = m_road.coalescer.leader(m_key))
        return enterFollowing(*leader);
    if (!m_lookedUpAgain && m_road.world.cache.expiryInMemory(m_key) > m_road.world.clock.wallMs()) {
        m_lookedUpAgain = true;
        return lookUp();
    }
    m_record.cache = CacheOutcome::Miss;
    decide(engineWords("cache: miss"));
    m_leads = true;
    m_road.coalescer.lead(m_key, this);
    enterReserving();
}

void Flight::replayHit(const CachedAnswer &answer)
{
    m_record.cache = CacheOutcome::Hit;
    m_record.cachedFrom = answer.originalRequest;
    m_record.savedByCache = answer.originalCost;
    m_record.streamed = m_request.stream;
    m_completion = answer.completion;
    decide(engineWords("cache: hit"));
    m_road.world.cache.countHit(m_key, answer);
    m_link->postDeltas(answer.replay);
    end({});
}

void Flight::enterReserving()
{
    setState(CallState::Reserving);
    if (isOver())
        return;
    if (const auto prices = m_road.world.prices ? m_road.world.prices() : nullptr)
        m_price = prices->find(*m_config, m_request.model, m_record.acceptedWallMs);
    m_countedInput = estimateInputTokens(m_request, m_request.model);
    m_estimatedInput = std::llround(double(m_countedInput) * m_road.world.ledger.estimateRatio(m_request.model));
    m_reserved = worstCase(m_estimatedInput, m_request.parameters.maxTokens, m_price);
    if (!m_reserved)
        m_reserved = functionWorstCase(*m_config, m_estimatedInput, std::chrono::ceil<Milliseconds>(m_deadline - m_accepted),
                                       m_request.maxAttempts);
    if (auto refused = m_road.world.budgets.reserve(m_request, m_reserved)) {
        refused->phase = Phase::Reserve;
        return end(std::move(refused));
    }
    m_holdsReservation = true;
    enterWaiting();
}

void Flight::enterWaiting()
{
    setState(CallState::Waiting);
    if (isOver())
        return;
    const Gate::Lane lane = m_request.source == Source::Job ? Gate::Lane::Bulk : Gate::Lane::Interactive;
    const Gate::Ticket ticket =
        m_road.gate.acquire(m_config->id, m_config->maxParallel, lane, [weak = weak_from_this()](Permit permit) {
            if (const auto self = weak.lock())
                self->enterConnecting(std::move(permit));
        });
    if (m_state != CallState::Waiting)
        return;
    m_ticket = ticket;
    m_road.figuresMoved();
    watchDeadline();
}

} // namespace tollgate
