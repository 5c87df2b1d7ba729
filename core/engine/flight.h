// One request on its road: a state machine with one state per station, each entered by the function named after it, and one end that
// gives back everything. Engine's thread. It puts at most one attempt on the wire at a time and never one that the ledger does not know.
#pragma once

#include "core/cache/responsecache.h"
#include "core/engine/calllink.h"
#include "core/engine/gate.h"
#include "core/engine/inbox.h"
#include "core/engine/retrypolicy.h"
#include "core/net/exchange.h"
#include "core/pricing/pricetable.h"
#include "core/providers/provider.h"
#include "core/secrets/vault.h"
#include "core/settings/settings.h"

#include <memory>
#include <optional>
#include <vector>

namespace tollgate {

struct Road;

// shared_ptr: a flight lives until it has ended and the last of its functions on the stack has returned (slots may run event loops).
class Flight final : public std::enable_shared_from_this<Flight>, private ExchangeListener, private DecoderSink
{
public:
    Flight(Road &road, std::unique_ptr<Submission> submission);
    ~Flight() override;

    void start();
    // The caller wants no more. Followers keep the upstream call going.
    void stop();
    // The engine ends: as stop(), followers or not. Also before start().
    void abandon();

    bool isOver() const { return m_state == CallState::Settling || m_state == CallState::Done; }

    size_t slot = 0; // where the engine keeps it

private:
    void begin();
    // --- stations (flight.cpp) ---
    void enterRouting();
    void enterLookingUp();
    void enterFollowing(Flight &leader);
    void enterReserving();
    void enterWaiting();
    // (flightattempt.cpp)
    void enterConnecting(Permit permit);
    void enterSending();
    void enterStreaming(int status, const Headers &headers);
    void enterBackingOff(const RetryDecision &decision, const Failure &failure);
    // (flightsettle.cpp)
    void enterSettling(std::optional<Failure> failure);
    void enterDone(std::optional<Failure> failure);

    void setState(CallState state);
    qint64 since(MonoTime time) const { return time ? time.ns - m_accepted.ns : -1; }
    qint64 elapsed() const;
    Failure failure(FailureKind kind, QString message) const; // at this station's phase
    void watchDeadline();
    void deadlinePassed();
    void decide(QString line) { m_record.decisions.append(std::move(line)); }
    // The one way out, from every state.
    void end(std::optional<Failure> failure);

    // --- routing and cache ---
    bool resolveProvider();
    void keyArrived(VaultReply reply);
    CacheKey keyOfRequest() const;
    void lookUp();
    void cacheAnswered(CachedAnswerPtr answer);
    void replayHit(const CachedAnswer &answer);

    // --- settings a model does not take (flightrefused.cpp) ---
    void warn(const QString &words); // the caller is told
    void leaveOutRefusedSettings();
    bool tryWithout(const Failure &failure);
    void rememberRefusal(const RefusedSetting &refused);

    // --- coalescing (flightfollow.cpp) ---
    void addFollower(Flight &follower);
    void removeFollower(Flight &follower);
    void leaderDelivered(const QList<Delta> &pieces);
    void leaderEnded(const Flight &leader, const std::optional<Failure> &failure);
    void releaseFollowers(const std::optional<Failure> &failure);
    void letCallerGo();
    Outcome outcome(const std::optional<Failure> &failure) const;

    // --- one attempt (flightattempt.cpp) ---
    HttpRequest httpRequest() const;
    bool intend();
    void requestSent() override;
    void responseStarted(int status, const Headers &headers) override;
    void bodyReceived(QByteArrayView bytes) override;
    void responseComplete(bool closeDelimited) override;
    void exchangeFailed(const Failure &failure) override;
    void deltaDecoded(const Delta &delta) override;
    void feedDecoder(QByteArrayView bytes);
    void deliverBatch();
    void answerOver(bool httpComplete, const Failure *transport);
    void errorOver();
    void attemptEnded(std::optional<Failure> failure);
    void closeAttempt(const std::optional<Failure> &failure);
    bool mayHaveSent() const;
    const Completion &completion() const { return m_decoder ? m_decoder->completion() : m_completion; }

    // --- settling (flightsettle.cpp) ---
    void fillRecord(const std::optional<Failure> &failure);
    void fillCost();
    Cost priceAttempt(const AttemptRecord &attempt, Completion &answer);
    Cost priceFunction(const AttemptRecord &attempt, Completion &answer);
    void keepCostOfFailedAttempt();
    void fillPayload();
    void settleBudget();
    void storeAnswer();
    void settleLedger();

    Road &m_road;
    const std::shared_ptr<CallLink> m_link;
    ChatRequest m_request;
    const MonoTime m_accepted;
    MonoTime m_deadline;
    CallState m_state = CallState::Routing;
    bool m_started = false;
    ScopedTimer m_timer; // the total deadline while waiting; the back-off

    std::shared_ptr<const SettingsData> m_settings;
    const ProviderConfig *m_config = nullptr; // in m_settings, or m_simulatorConfig
    std::unique_ptr<ProviderConfig> m_simulatorConfig;
    const Provider *m_provider = nullptr;
    EncodedRequest m_encoded;
    SecretBytes m_secret;
    CacheKey m_key;
    CacheKey m_storeKey; // where the answer belongs, when a setting was left out on the way
    bool m_leads = false;
    bool m_lookedUpAgain = false;

    std::optional<Price> m_price;
    std::optional<Money> m_reserved;
    bool m_holdsReservation = false;
    qint64 m_countedInput = 0;   // tokens as counted
    qint64 m_estimatedInput = 0; // the same, corrected by what this model's counts were off before
    Gate::Ticket m_ticket = 0;
    Permit m_permit;
    RetryHistory m_history;
    Usage m_earlierUsage; // of attempts that were billed, or may have been, and were followed by another
    std::optional<Cost> m_earlierCost;
    std::optional<Money> m_answerCost; // of the last attempt alone: what an equal request would cost again

    AttemptRecord m_attempt;
    bool m_attemptOpen = false;
    bool m_streamedAnswer = false;
    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<ReplyDecoder> m_decoder;
    int m_status = 0;
    Headers m_errorHeaders;
    QByteArray m_errorBody;
    QList<Delta> m_batch;  // decoded from one read, not delivered yet
    QList<Delta> m_replay; // all of the answer, for followers and the cache
    ScopedTimer m_linger;  // end marker seen, HTTP message not over

    std::vector<Flight *> m_followers;
    Flight *m_leader = nullptr;
    bool m_callerLeft = false; // stopped, while followers keep the upstream call going

    std::optional<Failure> m_stopped; // what a caller who left was told

    Completion m_completion; // of a hit, a leader, or the last attempt
    QString m_warning;
    RequestRecord m_record;
};

} // namespace tollgate
