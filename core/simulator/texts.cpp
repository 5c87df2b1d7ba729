#include "core/simulator/texts.h"

#include "core/base/json.h"

#include <algorithm>
#include <iterator>

namespace tollgate {

namespace {

constexpr qsizetype wordBytes = 6;
constexpr size_t keptLengths = 64;
constexpr char invalidText[] = "\xC3\x28 \xFF\xFE \xED\xA0\x80"; // a cut sequence, bytes that never occur, a lone surrogate

constexpr const char *answerTexts[] = {
    R"(## Short answer

Yes, with one condition: **measure before you change anything**. A week of request logs tells you more than any benchmark.

1. Group requests by *prompt template*, not by model.
2. Look at the 95th percentile of input tokens.
3. Move the templates that are short and repetitive to the smaller model.

Most teams find that 60 to 80 % of their traffic falls into the third group, and that nobody notices the switch.
)",
    R"(Here is a small function that does it:

```python
def chunks(rows, size=200):
    """Yield lists of at most `size` rows."""
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
```

It reads the input once and keeps at most one batch in memory, so it works for files of any length. Call it with `chunks(reader, 500)` if your rows are short.
)",
    R"(| Option | Latency | Cost per 1,000 | Good for |
| --- | ---: | ---: | --- |
| Small model | 0.4 s | $0.09 | classification, routing |
| Large model | 2.1 s | $3.20 | reasoning, long drafts |
| Batch | hours | half | nightly jobs |

**Recommendation:** start with the small model and send only the answers with low confidence to the large one. The table assumes about 800 input and 150 output tokens for each request.
)",
    R"(Thanks for the details. Three things stand out:

- The timeout of 30 seconds is shorter than the slowest 1 % of answers, so those requests are paid for and thrown away.
- Retries start at once. Wait for the time in `Retry-After`, or at least half a second with some randomness.
- The cache key leaves out the temperature, so two different questions can share one answer.

Fixing the first point alone should halve the failures you see in the evening.
)",
    R"(### Summary

The report covers the third quarter. Revenue grew by 12 %, mostly from renewals; new business was flat. Support costs fell after the help pages were rewritten in July.

### Open questions

1. Why did churn rise in *September* only?
2. Does the new price list apply to existing contracts?

### Next step

Ask the finance team for the September cohort and compare it with the one from June.
)",
    R"(Dear Ms Okafor,

thank you for your message of 12 November. Your order left our warehouse on Monday and should reach you **within two working days**. The tracking page shows the parcel as soon as the carrier has scanned it.

If it has not arrived by Friday, reply to this message and we will send a replacement the same day, at no cost to you.

Kind regards
The service team
)",
    R"(The error means that the server closed the connection before it sent an answer. Check these in order:

1. **Is the service up?** `systemctl status api` shows whether it restarted just now.
2. **Does a proxy sit in between?** Its idle timeout is often 60 s.
3. **Is the body too large?** Some gateways cut the connection instead of answering 413.

```sh
curl -sv --max-time 120 https://api.example.com/health
```

If the command works from the server itself but not from your machine, the proxy is the cause.
)",
    R"(> "Make it work, make it right, make it fast."

The order matters. A fast program that gives wrong answers has no users, and a correct one that nobody can change has no future.

In practice this means:

- write the test that fails *first*
- keep each change small enough to review in ten minutes
- profile only after the tests pass, and change one thing at a time
)",
    R"(Sentiment: **mixed**

| Aspect | Score | Evidence |
| --- | --- | --- |
| Delivery | +2 | "arrived a day early" |
| Packaging | -1 | "the box was dented" |
| Product | +1 | "does what it says" |

The reviewer would buy again but expects better packaging. No action is needed beyond passing the remark to the warehouse.
)",
    R"(Water boils at a lower temperature on a mountain because the air presses on it less. At sea level it boils at 100 °C; in La Paz, 3,640 m up, at about 88 °C.

For cooking this means:

- pasta and eggs need a few minutes more
- a pressure cooker restores the higher temperature
- bread rises faster, so let it rest for a shorter time

A useful rule: add *one minute per 300 m* to everything that takes more than ten.
)",
};

constexpr const char *reasoningTexts[] = {
    "The user wants a direct answer. I should check the assumptions first, then give the shortest version that is still correct, "
    "and mention the one case where it does not hold.",
    "Let me break this down. There are two readings of the question; the second one fits the context better. I will answer that "
    "one and keep the structure simple: a recommendation, the reason, and the next step.",
    "First I list what is known, then what follows from it. The numbers are consistent with each other. One of them depends on the "
    "time of day, so I should say so instead of giving a single value.",
};

} // namespace

TokenText cutIntoTokens(QByteArrayView utf8)
{
    TokenText text;
    QByteArray piece;
    const auto isSpace = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
    for (qsizetype at = 0; at < utf8.size();) {
        qsizetype end = at;
        while (end < utf8.size() && isSpace(utf8[end]))
            ++end;
        const qsizetype word = end;
        // A character is never cut, and a word of a few bytes more stays whole.
        while (end < utf8.size() && !isSpace(utf8[end]) && (end - word < wordBytes || (utf8[end] & 0xC0) == 0x80))
            ++end;
        piece.clear();
        JsonWriter(piece).utf8(utf8.sliced(at, end - at));
        text.escaped.append(QByteArrayView(piece).sliced(1, piece.size() - 2));
        text.ends.push_back(text.escaped.size());
        at = end;
    }
    return text;
}

TokenText withInvalidUtf8(const TokenText &text)
{
    TokenText spoiled{invalidText + text.escaped, text.ends};
    for (qsizetype &end : spoiled.ends)
        end += qsizetype(sizeof invalidText - 1);
    if (spoiled.ends.empty())
        spoiled.ends.push_back(spoiled.escaped.size());
    return spoiled;
}

SimulatorTexts::SimulatorTexts()
{
    for (const char *text : answerTexts)
        m_answers.push_back(std::make_shared<const TokenText>(cutIntoTokens(QByteArrayView(text).trimmed())));
    for (const char *text : reasoningTexts)
        m_reasoning.push_back(std::make_shared<const TokenText>(cutIntoTokens(text)));
}

std::shared_ptr<const TokenText> SimulatorTexts::answer(quint64 choice, qsizetype tokens)
{
    choice %= m_answers.size();
    if (tokens <= 0)
        return m_answers[choice];
    const auto made = std::find_if(m_made.begin(), m_made.end(),
                                   [&](const Made &m) { return m.choice == choice && m.tokens == tokens; });
    if (made != m_made.end())
        return made->text;
    TokenText text;
    for (quint64 next = choice; text.size() < tokens; ++next) {
        const TokenText &part = *m_answers[next % m_answers.size()];
        const qsizetype base = text.escaped.size();
        if (base > 0)
            text.escaped.append("\\n\\n");
        const qsizetype shift = text.escaped.size();
        const qsizetype taken = std::min(part.size(), tokens - text.size());
        text.escaped.append(part.slice(0, taken));
        std::transform(part.ends.begin(), part.ends.begin() + taken, std::back_inserter(text.ends),
                       [shift](qsizetype end) { return end + shift; });
    }
    if (m_made.size() >= keptLengths)
        m_made.erase(m_made.begin());
    m_made.push_back({choice, tokens, std::make_shared<const TokenText>(std::move(text))});
    return m_made.back().text;
}

std::shared_ptr<const TokenText> SimulatorTexts::reasoning(quint64 choice)
{
    return m_reasoning[choice % m_reasoning.size()];
}

} // namespace tollgate
