// Rows of the ledger as plain values. Times are Unix milliseconds (wall) or nanoseconds since the request was accepted (offsets).
#pragma once

#include "core/base/ids.h"
#include "core/base/money.h"
#include "core/chat/chatrequest.h"
#include "core/chat/completion.h"
#include "core/chat/failure.h"
#include "core/net/ratelimits.h"
#include "core/pricing/pricetable.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>

namespace tollgate {

enum class CacheOutcome : quint8 { Miss, Hit, Coalesced, Refresh, Bypass };
QString cacheOutcomeName(CacheOutcome outcome); // "miss", "hit", ...

// Written (one write(2)) before the first byte of an attempt leaves.
struct AttemptIntent {
    RequestId request;
    int number = 1;
    qint64 startedWallMs = 0;
    QString provider; // provider id
    QString model;
    QString keyName;
    Source source = Source::Cli;
    QString client;
    std::optional<Money> reserved;
    // What a request row needs if the process dies before settling.
    QStringList tags;
    qint64 estimatedInputTokens = 0; // as counted, before Ledger::estimateRatio() corrects it: the ratio is learnt from this
};

// Nanoseconds since accepted; -1: did not happen.
struct AttemptStamps {
    qint64 permitted = -1;
    qint64 connectStart = -1;
    qint64 connected = -1;
    qint64 tlsDone = -1;
    qint64 sent = -1;
    qint64 firstByte = -1;
    qint64 firstEvent = -1;
    qint64 firstReasoning = -1;
    qint64 firstContent = -1;
    qint64 lastByte = -1;
    qint64 ended = -1;
    bool reusedConnection = false;
};

struct AttemptRecord {
    int number = 1;
    QString provider;
    QString model;
    QString keyName;
    qint64 startedWallMs = 0;
    AttemptStamps stamps;
    std::optional<FailureKind> failure; // empty: an answer came
    Phase phase = Phase::Settle;
    int httpStatus = 0;
    QString message;      // redacted
    QString providerCode;
    QString requestId;    // the provider's
    Billing billing = Billing::None;
    std::optional<qint64> retryAfterMs;
    qint64 backoffMs = 0; // waited after this attempt
    RateLimits limits;
};

struct RequestRecord {
    RequestId id;
    qint64 acceptedWallMs = 0;
    QString provider; // that answered, or that was asked last
    QString model;    // as asked
    QString answeredModel;
    Source source = Source::Cli;
    QString client;
    QStringList tags;
    bool streamed = false;
    CacheOutcome cache = CacheOutcome::Miss;
    RequestId cachedFrom; // the request whose answer was replayed
    std::optional<FailureKind> failure; // empty: a usable answer
    Phase phase = Phase::Settle;
    int httpStatus = 0;
    QString message;
    QString finishReason;
    bool complete = false;
    Usage usage;
    QByteArray rawUsage;
    Cost cost;                      // amount empty: unpriced
    std::optional<Money> savedByCache; // what the cached answer first cost
    QString serviceTier;
    QString responseId;
    QString requestId; // the provider's
    // Nanoseconds since accepted; -1: did not happen.
    qint64 cacheLookedUp = -1;
    qint64 permitted = -1;
    qint64 firstReasoning = -1;
    qint64 firstContent = -1; // TTFT
    qint64 settled = -1;      // latency
    QStringList decisions; // "cache: miss", "attempt 1: 429, waiting 0.8 s (Retry-After)", ... for `requests show`
    QList<AttemptRecord> attempts;
    // Kept payloads; empty when not kept.
    QByteArray promptJson;
    QByteArray answerJson;
};

// Sums over settled requests.
struct DayFigures {
    qint64 requests = 0;
    qint64 errors = 0;
    qint64 cacheHits = 0;
    qint64 cacheMisses = 0;
    Money cost;
    Money saved;
    qint64 unpriced = 0;
};

} // namespace tollgate
