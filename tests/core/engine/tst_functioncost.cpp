#include "core/engine/functioncost.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

namespace {

constexpr qint64 ms = 1'000'000;

// An answered attempt on a fresh TLS connection: 250.4 ms from the first byte sent to the last received.
AttemptRecord attempt(int status = 200, Billing billing = Billing::Billed)
{
    AttemptRecord record;
    record.httpStatus = status;
    record.billing = billing;
    record.stamps.permitted = 1 * ms;
    record.stamps.connectStart = 2 * ms;
    record.stamps.connected = 10 * ms;
    record.stamps.tlsDone = 30 * ms;
    record.stamps.sent = 31 * ms;
    record.stamps.firstByte = 280 * ms;
    record.stamps.lastByte = 280 * ms + 400'000;
    record.stamps.ended = 300 * ms;
    return record;
}

Completion answer(qint64 total)
{
    Completion completion;
    completion.text = QStringLiteral("The Rhine flows into the North Sea."); // 9 or 10 tokens
    completion.complete = true;
    completion.usage.present = true;
    completion.usage.estimated = true;
    completion.usage.visibleOutput = total;
    completion.rawUsage = "{\"tokens\":1}";
    return completion;
}

const FunctionPrice allRates{QStringLiteral("0.6"), QStringLiteral("0.0000166667"), QStringLiteral("0.0000002"), 1024};

FunctionBill bill(const AttemptRecord &record, Completion &completion, const FunctionPrice &price = allRates)
{
    return functionBill(price, record, completion, 20, u"endpoint");
}

} // namespace

class TstFunctionCost : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timeIsFromTheFirstByteSentToTheLastReceived()
    {
        AttemptRecord record = attempt();
        QCOMPARE(functionMilliseconds(record), 251);
        record.stamps.tlsDone = -1; // plain http
        QCOMPARE(functionMilliseconds(record), 271);
        record.stamps.connected = record.stamps.connectStart = -1; // a connection that stood
        QCOMPARE(functionMilliseconds(record), 280);
        record.stamps.lastByte = -1; // cut
        QCOMPARE(functionMilliseconds(record), 299);
        QCOMPARE(functionMilliseconds(AttemptRecord()), 1);
    }

    void whatThePlatformRefusesDoesNotRun_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("ran");
        for (const int status : {200, 202, 400, 408, 422, 500, 502, 504})
            QTest::addRow("%d", status) << status << true;
        for (const int status : {301, 308, 401, 403, 404, 405, 413, 429, 503})
            QTest::addRow("%d", status) << status << false;
    }
    void whatThePlatformRefusesDoesNotRun()
    {
        QFETCH(int, status);
        QFETCH(bool, ran);
        QCOMPARE(ranFunction(attempt(status)), ran);
    }

    void whatNeverArrivedDoesNotRun()
    {
        AttemptRecord record;
        record.stamps.permitted = record.stamps.connectStart = 1;
        QVERIFY(!ranFunction(record));
        record.stamps.connected = 2;
        QVERIFY(!ranFunction(record)); // half of the request may have left: a function starts with the whole
        record.stamps.sent = 3;
        QVERIFY(ranFunction(record)); // and no answer came
    }

    void anAnswerCostsItsTokensAndItsRun()
    {
        Completion completion = answer(123);
        const FunctionBill priced = bill(attempt(), completion);
        // 123 x 600 + 251 x 16.6667 + 200 = 73800 + 4183.3417 + 200
        QCOMPARE(priced.cost.amount->nanoUsd(), 78'184);
        QCOMPARE(priced.cost.state, CostState::Estimated);
        QVERIFY(priced.note.contains(u"123") && priced.note.contains(u"251"));
        QCOMPARE(completion.usage.inputTokens() + completion.usage.outputTokens(), 123);
        // Twenty tokens of prompt against ten of answer.
        QVERIFY(completion.usage.inputTokens() > 75 && completion.usage.inputTokens() < 90);
        QVERIFY(completion.usage.estimated);
    }

    void theEndpointsOwnCacheCostsNoTokens()
    {
        Completion completion = answer(0);
        completion.usage.estimated = false;
        QCOMPARE(bill(attempt(), completion).cost.amount->nanoUsd(), 4'384); // 4183.3417 + 200
        QCOMPARE(completion.usage.inputTokens() + completion.usage.outputTokens(), 0);
        FunctionPrice tokensOnly;
        tokensOnly.usdPerMillionTokens = QStringLiteral("0.6");
        QVERIFY(bill(attempt(), completion, tokensOnly).cost.amount->isZero());
    }

    void anAnswerWithoutACountIsEstimated()
    {
        Completion completion = answer(0);
        completion.usage = {};
        const FunctionBill priced = bill(attempt(), completion);
        QCOMPARE(completion.usage.inputTokens(), 20);
        QVERIFY(completion.usage.outputTokens() >= 9 && completion.usage.outputTokens() <= 10);
        QCOMPARE(priced.cost.amount->nanoUsd(), (completion.usage.inputTokens() + completion.usage.outputTokens()) * 600 + 4'384);
    }

    void aFailedRunCostsItsTimeAndCall()
    {
        Completion nothing;
        const FunctionBill priced = bill(attempt(500, Billing::PresumedUnbilled), nothing);
        QCOMPARE(priced.cost.amount->nanoUsd(), 4'384);
        QVERIFY(!nothing.usage.present);
        // One that nobody answered may have used its prompt's tokens as well.
        const FunctionBill silent = bill(attempt(0, Billing::Unconfirmed), nothing);
        QCOMPARE(silent.cost.amount->nanoUsd(), 20 * 600 + 4'384);
    }

    void whatWasRefusedIsFree()
    {
        Completion nothing;
        const FunctionBill refused = bill(attempt(429, Billing::PresumedUnbilled), nothing);
        QCOMPARE(refused.cost.state, CostState::Free);
        QVERIFY(refused.cost.amount->isZero() && refused.note.isEmpty());
        QCOMPARE(bill(AttemptRecord(), nothing).cost.state, CostState::Free);
    }

    void withoutRatesItIsUnpriced()
    {
        Completion completion = answer(123);
        const FunctionBill priced = bill(attempt(), completion, {});
        QCOMPARE(priced.cost.state, CostState::Unpriced);
        QVERIFY(!priced.cost.amount);
        Completion nothing;
        QCOMPARE(bill(attempt(500, Billing::PresumedUnbilled), nothing, {}).cost.state, CostState::Unpriced);
        QCOMPARE(bill(attempt(429, Billing::PresumedUnbilled), nothing, {}).cost.state, CostState::Free);
    }

    void reservesTheWorstCase()
    {
        ProviderConfig config;
        config.type = ProviderType::Serverless;
        QVERIFY(!functionWorstCase(config, 100, std::chrono::seconds(600), 3));
        config.functionPrice = allRates;
        // (115 + 131072) x 600 + 600 s x 16666.7 + 3 x 200
        QCOMPARE(functionWorstCase(config, 100, std::chrono::seconds(600), 3)->nanoUsd(), 78'712'200 + 10'000'020 + 600);
        config.type = ProviderType::OpenAi;
        QVERIFY(!functionWorstCase(config, 100, std::chrono::seconds(600), 3));
    }
};

TOLLGATE_TEST(TstFunctionCost)
#include "tst_functioncost.moc"
