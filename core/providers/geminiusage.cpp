#include "core/providers/geminiusage.h"

#include "core/providers/tokencounts.h"

namespace tollgate {

void applyGeminiUsage(JsonValue usage, Completion &completion)
{
    const auto count = [](JsonValue value) { return tokenCount(value).value_or(0); };
    const qint64 thoughts = count(usage["thoughtsTokenCount"]); // not among the candidates' tokens
    const qint64 prompt = count(usage["promptTokenCount"]) + count(usage["toolUsePromptTokenCount"]);
    // A count of nothing is left out; where the total says there was something, the total is right.
    const qint64 told = count(usage["candidatesTokenCount"]) + thoughts;
    const qint64 rest = count(usage["totalTokenCount"]) - prompt;
    const qint64 output = usage["candidatesTokenCount"].exists() ? told : qMax(told, rest);
    const Usage disjoint = disjointUsage({prompt, count(usage["cachedContentTokenCount"]), 0, output, thoughts});
    if (!disjoint.present)
        return;
    completion.usage = disjoint;
    completion.rawUsage = usage.toJson();
}

} // namespace tollgate
