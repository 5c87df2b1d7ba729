// The money of a serverless endpoint: what an attempt of it cost, and what a request of it may cost. Pure.
#pragma once

#include "core/chat/completion.h"
#include "core/ledger/records.h"
#include "core/pricing/pricetable.h"
#include "core/settings/providerconfig.h"

#include <chrono>
#include <optional>

namespace tollgate {

// Whether the attempt made the function run, and so cost its time and its call. It did as soon as the whole request was out, whatever
// came of it (an error of its own, a timeout, nothing at all), unless the answer is one that the platform in front of it gives by
// itself: 3xx, 401, 403, 404, 405, 413, 429, 503.
bool ranFunction(const AttemptRecord &attempt);

// How long it ran as far as we can see: from the first byte that could leave (on a connection that stood, from the permit on) to the
// last byte that came or, when the answer broke off, to the end of the attempt. Rounded up, at least 1 ms. The network's time is in
// it, so it errs upward.
qint64 functionMilliseconds(const AttemptRecord &attempt);

struct FunctionBill {
    Cost cost;
    QString note; // for the request's decisions: how the amount came about; empty: nothing was used
};

// Completes the usage of `answer` and prices the attempt. A total that the endpoint reported is split by the prompt's estimate and what
// the answer counts to; the sum stays what was reported. Tokens cost the blended rate, none for answers of the endpoint's own cache and
// for attempts that were refused; runs of the function are added for every attempt that made one, so that the sum over a request's
// attempts is all it cost. Estimated, because the split, the time and often the count are; Unpriced when no rate is set; Free only
// when nothing was used.
FunctionBill functionBill(const FunctionPrice &price, const AttemptRecord &attempt, Completion &answer, qint64 estimatedInputTokens,
                          QStringView model);

// The most a request may cost: tokens as worstCase() counts them, and the whole time limit and a call for each attempt. Nothing for other
// wires, and when no rate is set.
std::optional<Money> functionWorstCase(const ProviderConfig &config, qint64 estimatedInputTokens, std::chrono::milliseconds timeLimit,
                                       int attempts);

} // namespace tollgate
