// The usage object of the Anthropic wire as disjoint token counts. In a stream it comes in parts that replace each other member by
// member: message_start has what was read, message_delta the final counts.
#pragma once

#include "core/base/json.h"
#include "core/chat/completion.h"

#include <optional>

namespace tollgate {

class AnthropicUsage
{
public:
    enum class Part : quint8 { First, Last };
    // Takes what `usage` says over what was said before. The completion's usage is present with the last part only, because the
    // first one counts an answer that has not been given.
    void merge(JsonValue usage, Part part, Completion &completion);

private:
    void mergeRaw(JsonValue usage, Completion &completion);
    void takeIterations(JsonValue iterations);
    Usage disjoint() const;

    qint64 m_input = 0; // neither cached nor written to the cache
    qint64 m_cached = 0;
    qint64 m_written = 0; // of either lifetime
    qint64 m_written1h = 0;
    qint64 m_output = 0;
    qint64 m_thinking = 0;
    Usage m_besides; // samplings that the counts above leave out
    bool m_counted = false; // the last part came
    QString m_tier;
    QString m_geo;
    QString m_speed;
};

} // namespace tollgate
