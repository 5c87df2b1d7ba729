#include "core/async/random.h"
#include "core/pricing/pricetable.h"
#include "tests/support/testmain.h"

#include <QDateTime>
#include <QTest>

#include <limits>

using namespace tollgate;

namespace {

qint64 at(int year, int month, int day, int hour = 12, int minute = 0)
{
    return QDateTime(QDate(year, month, day), QTime(hour, minute), Qt::UTC).toMSecsSinceEpoch();
}

const qint64 today = at(2026, 11, 24);

Usage usageOf(qint64 uncached, qint64 cached, qint64 write, qint64 visible, qint64 reasoning = 0)
{
    Usage usage;
    usage.uncachedInput = uncached;
    usage.cachedInput = cached;
    usage.cacheWrite = write;
    usage.visibleOutput = visible;
    usage.reasoning = reasoning;
    usage.present = true;
    return usage;
}

Price simple(const char *input, const char *output)
{
    Price price;
    price.rates.input = *Rate::fromUsdPerMillion(QString::fromLatin1(input));
    price.rates.output = *Rate::fromUsdPerMillion(QString::fromLatin1(output));
    price.version = QStringLiteral("test");
    return price;
}

Rate rate(const char *text)
{
    return *Rate::fromUsdPerMillion(QString::fromLatin1(text));
}

QString text(const Cost &cost)
{
    return cost.amount ? cost.amount->toDecimal() : QStringLiteral("none");
}

} // namespace

class TstCost : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_table = PriceTable::builtIn(); }

    // Both from prices.md.
    void firstWorkedExample()
    {
        const auto price = m_table->find(QStringLiteral("anthropic"), QStringLiteral("claude-sonnet-4-5"), today);
        QVERIFY(price);
        const Cost cost = costOf(usageOf(1'000, 150'000, 60'000, 2'000), price, {});
        QCOMPARE(text(cost), QStringLiteral("0.591000000"));
        QCOMPARE(cost.state, CostState::Priced);
        QCOMPARE(cost.savedByProviderCache.toDecimal(), QStringLiteral("0.810000000")); // 150,000 x (6 - 0.6)
        QCOMPARE(cost.priceVersion, QStringLiteral("2026-11-23"));
    }
    void secondWorkedExample()
    {
        const auto price = m_table->find(QStringLiteral("openai"), QStringLiteral("gpt-5.6-sol"), today);
        QVERIFY(price);
        const Cost cost = costOf(usageOf(2'000, 8'000, 0, 200, 1'000), price, QStringLiteral("default"));
        QCOMPARE(text(cost), QStringLiteral("0.035200000"));
        QCOMPARE(cost.state, CostState::Priced);
    }

    void theTierIsStrictAndCountsCachedTokens()
    {
        Price price = simple("3", "15");
        price.tierOver = 200'000;
        price.tier = {rate("6"), rate("22.5"), {}, {}, {}, {}};
        price.rates.cachedInput = rate("0.3");
        price.tier.cachedInput = rate("0.6");
        QCOMPARE(text(costOf(usageOf(100'000, 100'000, 0, 0), price, {})), QStringLiteral("0.330000000"));
        QCOMPARE(text(costOf(usageOf(100'001, 100'000, 0, 0), price, {})), QStringLiteral("0.660006000"));
        QCOMPARE(text(costOf(usageOf(200'000, 0, 0, 1'000'000), price, {})), QStringLiteral("15.600000000"));
    }

    void aTokenKindWithoutAPriceIsBilledAsInputAndEstimated()
    {
        const Price price = simple("2", "8");
        Cost cost = costOf(usageOf(0, 1'000, 0, 0), price, {});
        QCOMPARE(text(cost), QStringLiteral("0.002000000"));
        QCOMPARE(cost.state, CostState::Estimated);
        QVERIFY(cost.savedByProviderCache.isZero());
        QCOMPARE(costOf(usageOf(0, 0, 1'000, 0), price, {}).state, CostState::Estimated);
        QCOMPARE(costOf(usageOf(1'000, 0, 0, 5), price, {}).state, CostState::Priced);
    }

    void aZeroPriceIsAPrice()
    {
        Price price = simple("1", "1");
        price.rates.cacheWrite = Rate{0};
        const Cost cost = costOf(usageOf(0, 0, 1'000, 0), price, {});
        QCOMPARE(text(cost), QStringLiteral("0.000000000"));
        QCOMPARE(cost.state, CostState::Priced);
    }

    void cacheWritesByLifetime()
    {
        Price price = simple("3", "15");
        price.rates.cacheWrite = rate("3.75");
        Usage usage = usageOf(0, 0, 1'000, 0);
        usage.cacheWrite1h = 1'000;
        Cost cost = costOf(usage, price, {});
        QCOMPARE(text(cost), QStringLiteral("0.007500000"));
        QCOMPARE(cost.state, CostState::Estimated); // the hour's price had to be guessed
        price.rates.cacheWrite1h = rate("6");
        cost = costOf(usage, price, {});
        QCOMPARE(text(cost), QStringLiteral("0.009750000"));
        QCOMPARE(cost.state, CostState::Priced);
    }

    void reasoningIsPartOfTheOutputNotOnTop()
    {
        Price price = simple("1", "10");
        QCOMPARE(text(costOf(usageOf(0, 0, 0, 200, 800), price, {})), QStringLiteral("0.010000000"));
        price.rates.reasoning = rate("20");
        QCOMPARE(text(costOf(usageOf(0, 0, 0, 200, 800), price, {})), QStringLiteral("0.018000000"));
    }

    void serviceTiersSelectTheirBlock()
    {
        const auto price = m_table->find(QStringLiteral("openai"), QStringLiteral("gpt-5.4"), today); // flex 1.25/7.5, priority 5/30
        QVERIFY(price);
        const Usage usage = usageOf(1'000'000 / 10, 0, 0, 10'000);
        QCOMPARE(text(costOf(usage, price, {})), QStringLiteral("0.400000000"));
        QCOMPARE(text(costOf(usage, price, QStringLiteral("flex"))), QStringLiteral("0.200000000"));
        QCOMPARE(text(costOf(usage, price, QStringLiteral("priority"))), QStringLiteral("0.800000000"));
        QCOMPARE(text(costOf(usage, price, QStringLiteral("fast"))), QStringLiteral("0.800000000"));
        QCOMPARE(text(costOf(usage, price, QStringLiteral("standard"))), QStringLiteral("0.400000000"));
        const Cost longFlex = costOf(usageOf(300'000, 0, 0, 0), price, QStringLiteral("flex"));
        QCOMPARE(text(longFlex), QStringLiteral("1.500000000")); // never below the long-prompt rate
        QCOMPARE(longFlex.state, CostState::Estimated);
        const Cost unknownBlock = costOf(usage, simple("1", "1"), QStringLiteral("flex"));
        QCOMPARE(unknownBlock.state, CostState::Estimated);
    }

    void aKeyMissingInABlockFallsBackToTheStandardRate()
    {
        const auto price = m_table->find(QStringLiteral("openai"), QStringLiteral("gpt-5.5-pro"), today); // flex has no cached_in
        QVERIFY(price);
        QCOMPARE(text(costOf(usageOf(0, 100'000, 0, 0), price, QStringLiteral("flex"))), QStringLiteral("0.300000000"));
    }

    void theMultiplierTouchesEverythingOnce()
    {
        Price price = simple("1", "1");
        price.rates.cachedInput = rate("0.1");
        price.multiplier = {11, 10};
        const Cost cost = costOf(usageOf(1'000, 1'000, 0, 1'000), price, {});
        QCOMPARE(text(cost), QStringLiteral("0.002310000"));
        QCOMPARE(cost.savedByProviderCache.toDecimal(), QStringLiteral("0.000990000"));
    }

    void placeAndSpeedOfInferenceMultiply()
    {
        // claude-opus-5: 5/25, us x 1.1, fast x 2.
        const auto price = m_table->find(QStringLiteral("anthropic"), QStringLiteral("claude-opus-5"), today);
        QVERIFY(price);
        const Usage usage = usageOf(1'000, 0, 0, 100);
        const auto cost = [&](const char *tier) { return costOf(usage, price, QString::fromLatin1(tier)); };
        QCOMPARE(text(cost("standard")), QStringLiteral("0.007500000"));
        QCOMPARE(text(cost("standard us")), QStringLiteral("0.008250000"));
        QCOMPARE(text(cost("standard fast")), QStringLiteral("0.015000000"));
        QCOMPARE(text(cost("standard fast us")), QStringLiteral("0.016500000"));
        QCOMPARE(text(cost("us us us")), QStringLiteral("0.008250000")); // once
        QCOMPARE(cost("standard fast us").state, CostState::Priced);
        QCOMPARE(text(cost("standard elsewhere")), QStringLiteral("0.007500000"));
        // A row that knows no place: a tenth more, and said to be an estimate; so is what an unknown speed costs.
        const auto unsure = m_table->find(QStringLiteral("anthropic"), QStringLiteral("claude-sonnet-5-5"), today);
        QVERIFY(unsure);
        const Cost us = costOf(usage, unsure, QStringLiteral("standard us"));
        QCOMPARE(text(us), QStringLiteral("0.003300000"));
        QCOMPARE(us.state, CostState::Estimated);
        QCOMPARE(costOf(usage, unsure, QStringLiteral("standard fast")).state, CostState::Estimated);
    }

    void unknownPricesAreNeverZero()
    {
        const Cost cost = costOf(usageOf(1'000, 0, 0, 1'000), std::nullopt, {});
        QCOMPARE(cost.state, CostState::Unpriced);
        QVERIFY(!cost.amount);
        QVERIFY(cost.priceVersion.isEmpty());
    }

    void noUsageIsNeverZero()
    {
        const Cost cost = costOf(Usage(), simple("1", "1"), {});
        QCOMPARE(cost.state, CostState::Unpriced);
        QVERIFY(!cost.amount);
        QCOMPARE(cost.priceVersion, QStringLiteral("test"));
    }

    void estimatedUsageGivesAnEstimatedCost()
    {
        Usage usage = usageOf(1'000, 0, 0, 1'000);
        usage.estimated = true;
        const Cost cost = costOf(usage, simple("1", "1"), {});
        QCOMPARE(cost.state, CostState::Estimated);
        QCOMPARE(text(cost), QStringLiteral("0.002000000"));
    }

    void theProvidersOwnCostWins()
    {
        const Money told = Money::fromNanoUsd(42);
        Usage usage = usageOf(1'000, 0, 0, 1'000);
        usage.estimated = true;
        QCOMPARE(costOf(usage, simple("1", "1"), {}, told).amount, std::optional(told));
        QCOMPARE(costOf(usage, simple("1", "1"), {}, told).state, CostState::Priced);
        QCOMPARE(costOf(usage, std::nullopt, {}, told).amount, std::optional(told));
        QCOMPARE(costOf(usage, std::nullopt, {}, told).state, CostState::Priced);
        QCOMPARE(costOf(Usage(), simple("1", "1"), {}, told).amount, std::optional(told));
    }

    void localModelsAreFree()
    {
        for (const char *model : {"sim-fast", "sim-large", "sim-reasoner"}) {
            const auto price = m_table->find(QStringLiteral("simulator"), QString::fromLatin1(model), today);
            QVERIFY2(price, model);
            const Cost cost = costOf(usageOf(1'000, 10, 0, 1'000), price, QStringLiteral("flex"));
            QCOMPARE(cost.state, CostState::Free);
            QCOMPARE(cost.amount, std::optional(Money()));
            QCOMPARE(worstCase(1'000'000, {}, price), std::optional(Money()));
        }
    }

    void worstCasesCoverTheRequest()
    {
        Price price = simple("2", "10");
        QCOMPARE(worstCase(1'000, 500, price)->toDecimal(), QStringLiteral("0.007300000")); // 1,150 x 2 + 500 x 10
        QVERIFY(!worstCase(1'000, 500, std::nullopt));
        price.maxOutputTokens = 100;
        QCOMPARE(worstCase(1'000, {}, price)->toDecimal(), QStringLiteral("0.003300000"));
        price.maxOutputTokens.reset();
        price.contextTokens = 200;
        QCOMPARE(worstCase(0, {}, price)->toDecimal(), QStringLiteral("0.002000000"));
        price.contextTokens.reset();
        QVERIFY(worstCase(0, {}, price)->nanoUsd() > 1'000'000'000); // something large, never nothing
        price.tierOver = 1'149;
        price.tier = {rate("4"), rate("20"), {}, {}, {}, {}};
        QCOMPARE(worstCase(1'000, 500, price)->toDecimal(), QStringLiteral("0.014600000"));
        price.rates.cacheWrite = rate("2.5");
        QCOMPARE(worstCase(100, 0, price)->toDecimal(), QStringLiteral("0.000287500")); // 115 x 2.5
        QCOMPARE(worstCase(std::numeric_limits<qint64>::max(), std::numeric_limits<qint64>::max(), price)->nanoUsd(),
                 std::numeric_limits<qint64>::max());
        QVERIFY(worstCase(-5, 0, price)->isZero());
    }

    void noRequestCostsMoreThanItsWorstCase()
    {
        SeededRandom random(7);
        const QList<Price> prices = m_table->list(QStringLiteral("*"), today);
        QVERIFY(prices.size() > 150);
        for (const Price &price : prices) {
            for (int i = 0; i < 20; ++i) {
                const qint64 input = qint64(random.unit() * 400'000);
                const qint64 cached = qint64(random.unit() * double(input));
                const qint64 write = qint64(random.unit() * double(input - cached));
                const qint64 output = qint64(random.unit() * 30'000);
                const Cost cost = costOf(usageOf(input - cached - write, cached, write, output / 2, output - output / 2), price, {});
                QVERIFY(cost.amount);
                const std::optional<Money> worst = worstCase(input, output, price);
                QVERIFY2(*cost.amount <= *worst, qPrintable(price.model));
                QVERIFY(cost.savedByProviderCache.nanoUsd() >= 0);
            }
        }
    }

    void statesHaveNames()
    {
        QCOMPARE(costStateName(CostState::Priced), QStringLiteral("priced"));
        QCOMPARE(costStateName(CostState::Estimated), QStringLiteral("estimated"));
        QCOMPARE(costStateName(CostState::Unpriced), QStringLiteral("unpriced"));
        QCOMPARE(costStateName(CostState::Free), QStringLiteral("free"));
    }

private:
    std::shared_ptr<const PriceTable> m_table;
};

TOLLGATE_TEST(TstCost)
#include "tst_cost.moc"
