// What an ended request used and owes: pure functions over what is known of it.
#pragma once

#include "core/chat/completion.h"
#include "core/chat/failure.h"
#include "core/pricing/pricetable.h"

#include <optional>

namespace tollgate {

class Redactor;

// Billing of one attempt (definitions.md). `sent`: bytes of the request may have left; `answer`: what came, null when no 2xx did.
Billing billingOf(const std::optional<Failure> &failure, bool sent, const Completion *answer);

bool hasContent(const Completion &completion);

// What the provider reported when the answer is whole, with what it left out (usage.estimated) filled in; else the larger of that and what is counted from the text that came.
Usage settledUsage(const Completion &completion, bool whole, qint64 estimatedInputTokens, QStringView model);

// What attempts of one request used and cost together. Unpriced as soon as one of them is.
Usage usageSum(Usage a, const Usage &b);
Cost costSum(Cost a, const Cost &b);

// Why an answer may not be cached, in words; empty: it may.
QString whyNotCached(const Completion &completion);

// How content that came after all makes a transport's failure read: cut after content is Incomplete.
Failure withContentSeen(Failure failure);

// Without the keys that a provider may have repeated in its words.
Failure redacted(Failure failure, const Redactor &redactor);
// The same for what an answer says about itself: ids, model, tier, raw usage. Its text is the user's and stays.
void redactDetails(Completion &completion, const Redactor &redactor);
// Whether an answer holds a key that a provider sent back: such an answer is shown, and kept nowhere.
bool holdsSecret(const Completion &completion, const Redactor &redactor);

// Adds a piece to a replay list: neighbours of one kind become one.
void appendJoined(QList<Delta> &pieces, const Delta &piece);

// The kept form of an answer: an object with text, reasoning, refusal, tool_calls, finish_reason and opaque blocks.
QByteArray answerPayload(const Completion &completion);

} // namespace tollgate
