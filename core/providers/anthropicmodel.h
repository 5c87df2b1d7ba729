// What an Anthropic model takes, by its id. Ids of others (an alias of a proxy, a compatible server) count as the newest kind, except
// that nothing is held back from them.
#pragma once

#include <QString>

namespace tollgate {

enum class Thinking : quint8 {
    None,     // before Claude 3.7
    Budget,   // thinking {type: enabled, budget_tokens}
    Adaptive, // thinking {type: adaptive} and output_config.effort; since Claude 4.6
};

struct AnthropicModel {
    Thinking thinking = Thinking::Adaptive;
    // False: a temperature other than 1 or a top_p below 0.99 is refused; newer than Opus 4.6 (providers.md section 3).
    bool samples = true;
    // The longest answer it is known to give; what is sent as max_tokens stays below it.
    qint64 maxTokens = 8192;
};

AnthropicModel anthropicModel(const QString &id);

// max_tokens is required on this wire, so a request that names none gets one: 32,000 tokens hold every answer short of a book, 64,000
// when much thinking was asked for, and less where the model gives less. Models nobody knows get 8,192, which all since Claude 3.5
// take. Budgets count with the model's own maximum, which is more.
qint64 anthropicMaxTokens(const QString &model, const QString &effort);

} // namespace tollgate
