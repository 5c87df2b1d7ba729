// Journal payloads: records as compact bytes with a version in front. Decoding of broken or newer bytes gives nothing.
#pragma once

#include "core/ledger/records.h"

namespace tollgate {

// A settled request as it is journaled and queued: the record, and what only its intents knew.
struct SettledRecord {
    RequestRecord record;
    qint64 estimatedInputTokens = 0; // 0: unknown
};

// Appends to `out`.
void encode(const AttemptIntent &intent, QByteArray &out);
void encode(const RequestRecord &record, qint64 estimatedInputTokens, QByteArray &out);

std::optional<AttemptIntent> decodeIntent(QByteArrayView bytes);
std::optional<SettledRecord> decodeSettled(QByteArrayView bytes);

} // namespace tollgate
