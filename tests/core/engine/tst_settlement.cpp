#include "core/engine/settlement.h"

#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

namespace {

std::optional<Failure> failed(FailureKind kind)
{
    Failure failure;
    failure.kind = kind;
    return failure;
}

Completion answer(const QString &text, bool complete, bool withUsage)
{
    Completion completion;
    completion.text = text;
    completion.complete = complete;
    completion.finishReason = complete ? FinishReason::Stop : FinishReason::None;
    if (withUsage) {
        completion.usage.present = true;
        completion.usage.uncachedInput = 100;
        completion.usage.visibleOutput = 20;
    }
    return completion;
}

Delta piece(Delta::Kind kind, const char *text, int index = 0, const char *id = "", const char *name = "")
{
    return {kind, QString::fromLatin1(text), index, QString::fromLatin1(id), QString::fromLatin1(name)};
}

} // namespace

class TstSettlement : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void billsNothingThatWasNotSent();
    void billsWholeAnswersAndReportedUsage();
    void presumesRefusalsUnbilled();
    void cannotConfirmWhatBrokeOff();
    void takesReportedUsageOfWholeAnswers();
    void estimatesAtLeastWhatCameOfBrokenAnswers();
    void fillsInWhatAWholeAnswerDidNotReport();
    void countsToolCallsAndReasoningInEstimates();
    void cachesOnlyWholeAnswers();
    void refusesToCacheCutToolCalls();
    void joinsNeighboursOfOneKindInReplays();
    void namesACutAfterContentIncomplete();
    void keepsPayloadsAsJson();
};

void TstSettlement::billsNothingThatWasNotSent()
{
    QCOMPARE(billingOf(failed(FailureKind::Unreachable), false, nullptr), Billing::None);
    QCOMPARE(billingOf(failed(FailureKind::Cancelled), false, nullptr), Billing::None);
    QCOMPARE(billingOf(failed(FailureKind::Rejected), true, nullptr), Billing::None);
}

void TstSettlement::billsWholeAnswersAndReportedUsage()
{
    const Completion whole = answer(QStringLiteral("hi"), true, true);
    QCOMPARE(billingOf({}, true, &whole), Billing::Billed);
    const Completion cut = answer(QStringLiteral("hi"), false, true);
    QCOMPARE(billingOf(failed(FailureKind::Incomplete), true, &cut), Billing::Billed);
    QCOMPARE(billingOf(failed(FailureKind::Filtered), true, &cut), Billing::Billed);
    QCOMPARE(billingOf(failed(FailureKind::Queued), true, &cut), Billing::Unconfirmed);
}

void TstSettlement::presumesRefusalsUnbilled()
{
    using enum FailureKind;
    const Completion nothing;
    for (const FailureKind kind : {BadKey, Quota, RateLimited, Overloaded, ServerError, Filtered}) {
        QCOMPARE(billingOf(failed(kind), true, nullptr), Billing::PresumedUnbilled);
        QCOMPARE(billingOf(failed(kind), true, &nothing), Billing::PresumedUnbilled); // told inside a 2xx answer
    }
}

void TstSettlement::cannotConfirmWhatBrokeOff()
{
    const Completion some = answer(QStringLiteral("hi"), false, false);
    const Completion nothing;
    using enum FailureKind;
    for (const FailureKind kind : {Ambiguous, Protocol, Cancelled, Incomplete})
        QCOMPARE(billingOf(failed(kind), true, &nothing), Billing::Unconfirmed);
    // The work was done before the provider gave up.
    QCOMPARE(billingOf(failed(ServerError), true, &some), Billing::Unconfirmed);
}

void TstSettlement::takesReportedUsageOfWholeAnswers()
{
    const Completion whole = answer(QStringLiteral("a long answer ").repeated(100), true, true);
    QCOMPARE(settledUsage(whole, true, 7, u"gpt-4o"), whole.usage);
}

void TstSettlement::estimatesAtLeastWhatCameOfBrokenAnswers()
{
    const Completion silent = answer(QStringLiteral("a long answer ").repeated(100), false, false);
    const Usage counted = settledUsage(silent, false, 42, u"gpt-4o");
    QVERIFY(counted.estimated && counted.present);
    QCOMPARE(counted.uncachedInput, 42);
    QVERIFY(counted.visibleOutput > 200);
    // A provider that reported more than can be counted is believed; one that reported less is not.
    Completion told = silent;
    told.usage.present = true;
    told.usage.cachedInput = 30;
    told.usage.visibleOutput = 5'000;
    QCOMPARE(settledUsage(told, false, 42, u"gpt-4o").visibleOutput, 5'000);
    QCOMPARE(settledUsage(told, false, 42, u"gpt-4o").inputTokens(), 30);
    told.usage.visibleOutput = 1;
    QCOMPARE(settledUsage(told, false, 42, u"gpt-4o").visibleOutput, counted.visibleOutput);
    QVERIFY(settledUsage(told, false, 42, u"gpt-4o").estimated);
    // Nothing came at all: the prompt may still be charged.
    QCOMPARE(settledUsage({}, false, 42, u"gpt-4o").inputTokens(), 42);
    QCOMPARE(settledUsage({}, false, 42, u"gpt-4o").outputTokens(), 0);
}

// Ollama leaves the prompt's count out when the prompt was in its cache.
void TstSettlement::fillsInWhatAWholeAnswerDidNotReport()
{
    Completion whole = answer(QStringLiteral("a long answer ").repeated(100), true, false);
    whole.usage.present = whole.usage.estimated = true;
    whole.usage.visibleOutput = 3;
    const Usage prompt = settledUsage(whole, true, 42, u"llama3.2");
    QCOMPARE(prompt.inputTokens(), 42);
    QCOMPARE(prompt.visibleOutput, 3); // reported, so it stays whatever the text counts to
    QVERIFY(prompt.estimated);
    whole.usage.uncachedInput = 30;
    whole.usage.visibleOutput = 0;
    const Usage output = settledUsage(whole, true, 42, u"llama3.2");
    QCOMPARE(output.inputTokens(), 30);
    QVERIFY(output.visibleOutput > 200 && output.estimated);
}

void TstSettlement::countsToolCallsAndReasoningInEstimates()
{
    Completion completion;
    completion.reasoning = QStringLiteral("thinking about it at length, step by step");
    completion.toolCalls.append({QStringLiteral("1"), QStringLiteral("weather"), QStringLiteral("{\"city\":\"Cambridge\"}")});
    const Usage usage = settledUsage(completion, false, 1, u"gpt-4o");
    QVERIFY(usage.reasoning > 4);
    QVERIFY(usage.visibleOutput > 3);
}

void TstSettlement::cachesOnlyWholeAnswers()
{
    QVERIFY(whyNotCached(answer(QStringLiteral("hi"), true, true)).isEmpty());
    QVERIFY(!whyNotCached(answer(QStringLiteral("hi"), false, true)).isEmpty());
    QVERIFY(!whyNotCached(answer(QStringLiteral("hi"), true, false)).isEmpty());
    Completion estimated = answer(QStringLiteral("hi"), true, true);
    estimated.usage.estimated = true;
    QVERIFY(!whyNotCached(estimated).isEmpty());
    estimated.rawUsage = "{\"tokens\":12}"; // one total: split by an estimate, but reported
    QVERIFY(whyNotCached(estimated).isEmpty());
    using enum FinishReason;
    for (const FinishReason reason : {None, Length, ContentFilter, Refusal, Error, Other}) {
        Completion completion = answer(QStringLiteral("hi"), true, true);
        completion.finishReason = reason;
        QVERIFY(!whyNotCached(completion).isEmpty());
    }
}

void TstSettlement::refusesToCacheCutToolCalls()
{
    Completion completion = answer({}, true, true);
    completion.finishReason = FinishReason::ToolCalls;
    completion.toolCalls.append({QStringLiteral("1"), QStringLiteral("f"), QStringLiteral("{\"a\":1}")});
    completion.toolCalls.append({QStringLiteral("2"), QStringLiteral("without arguments"), {}});
    QVERIFY(whyNotCached(completion).isEmpty());
    completion.toolCalls.append({QStringLiteral("3"), QStringLiteral("f"), QStringLiteral("{\"a\":")});
    QVERIFY(!whyNotCached(completion).isEmpty());
}

void TstSettlement::joinsNeighboursOfOneKindInReplays()
{
    using Kind = Delta::Kind;
    QList<Delta> pieces;
    for (const Delta &delta : {piece(Kind::Reasoning, "so "), piece(Kind::Reasoning, "then"), piece(Kind::Text, "a"), piece(Kind::Text, "b"),
                               piece(Kind::ToolCall, "", 0, "c1", "f"), piece(Kind::ToolCall, "{\"x\":", 0), piece(Kind::ToolCall, "1}", 0),
                               piece(Kind::ToolCall, "{}", 1, "c2", "g"), piece(Kind::Text, "c")})
        appendJoined(pieces, delta);
    const QList<Delta> expected{piece(Kind::Reasoning, "so then"), piece(Kind::Text, "ab"), piece(Kind::ToolCall, "{\"x\":1}", 0, "c1", "f"),
                                piece(Kind::ToolCall, "{}", 1, "c2", "g"), piece(Kind::Text, "c")};
    QCOMPARE(pieces, expected);
}

void TstSettlement::namesACutAfterContentIncomplete()
{
    Failure cut = *failed(FailureKind::Ambiguous);
    cut.phase = Phase::FirstByte;
    QCOMPARE(withContentSeen(cut).kind, FailureKind::Incomplete);
    QCOMPARE(withContentSeen(cut).phase, Phase::Stream);
    QCOMPARE(withContentSeen(*failed(FailureKind::Protocol)).kind, FailureKind::Protocol);
}

void TstSettlement::keepsPayloadsAsJson()
{
    Completion completion = answer(QStringLiteral("\"quoted\""), true, true);
    completion.toolCalls.append({QStringLiteral("1"), QStringLiteral("f"), QStringLiteral("{}")});
    completion.opaqueJson = "[1,2]";
    const QByteArray expected = "{\"text\":\"\\\"quoted\\\"\",\"tool_calls\":[{\"id\":\"1\",\"name\":\"f\",\"arguments\":\"{}\"}],"
                                "\"finish_reason\":\"stop\",\"complete\":true,\"opaque\":[1,2]}";
    QCOMPARE(answerPayload(completion), expected);
}

TOLLGATE_TEST(TstSettlement)

#include "tst_settlement.moc"
