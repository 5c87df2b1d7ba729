#include "core/providers/responsesusage.h"

#include "core/providers/tokencounts.h"

namespace tollgate {

void applyResponsesUsage(JsonValue usage, Completion &completion)
{
    const auto count = [](JsonValue value) { return tokenCount(value).value_or(0); };
    const JsonValue input = usage["input_tokens_details"];
    const Usage disjoint =
        disjointUsage({count(usage["input_tokens"]), count(input["cached_tokens"]), count(input["cache_write_tokens"]),
                       count(usage["output_tokens"]), count(usage["output_tokens_details"]["reasoning_tokens"])});
    if (!disjoint.present)
        return;
    completion.usage = disjoint;
    completion.rawUsage = usage.toJson();
}

} // namespace tollgate
