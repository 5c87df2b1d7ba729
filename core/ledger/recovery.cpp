#include "core/ledger/recovery.h"

#include <QCoreApplication>

namespace tollgate {

SettledRecord unconfirmedRequest(const std::vector<AttemptIntent> &attempts)
{
    Q_ASSERT(!attempts.empty());
    const QString message =
        QCoreApplication::translate("Ledger", "Tollgate stopped before the answer was complete. Unconfirmed, possibly billed.");
    const AttemptIntent &last = attempts.back();
    SettledRecord settled;
    settled.estimatedInputTokens = last.estimatedInputTokens;
    RequestRecord &record = settled.record;
    record.id = last.request;
    record.acceptedWallMs = attempts.front().startedWallMs;
    record.provider = last.provider;
    record.model = last.model;
    record.source = last.source;
    record.client = last.client;
    record.tags = last.tags;
    // The policies these front doors have by default; what was asked for died with the process.
    record.cache = last.source == Source::Playground || last.source == Source::Cli ? CacheOutcome::Miss : CacheOutcome::Bypass;
    record.failure = FailureKind::Ambiguous;
    record.phase = Phase::Send;
    record.message = message;
    record.usage.uncachedInput = last.estimatedInputTokens;
    record.usage.estimated = true;
    record.usage.present = last.estimatedInputTokens > 0;
    if (last.reserved) {
        record.cost.state = CostState::Estimated;
        record.cost.amount = last.reserved;
    }
    for (const AttemptIntent &intent : attempts) {
        AttemptRecord attempt;
        attempt.number = intent.number;
        attempt.provider = intent.provider;
        attempt.model = intent.model;
        attempt.keyName = intent.keyName;
        attempt.startedWallMs = intent.startedWallMs;
        attempt.failure = FailureKind::Ambiguous;
        attempt.phase = Phase::Send;
        attempt.message = message;
        attempt.billing = Billing::Unconfirmed;
        record.attempts.append(attempt);
        record.decisions.append(QCoreApplication::translate("Ledger", "attempt %1: no outcome was recorded").arg(intent.number));
    }
    return settled;
}

} // namespace tollgate
