#include "core/pricing/functionprice.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <limits>

using namespace tollgate;

namespace {

FunctionPrice price(const char *token, const char *gbSecond, const char *call, int memoryMib)
{
    return {QString::fromLatin1(token), QString::fromLatin1(gbSecond), QString::fromLatin1(call), memoryMib};
}

qint64 nano(const FunctionPrice &price, const FunctionUse &use)
{
    return FunctionRates(price).cost(use).nanoUsd();
}

} // namespace

class TstFunctionPrice : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsDecimals()
    {
        QCOMPARE(picoUsdFromDecimal(u"0.0000166667"), 16'666'700);
        QCOMPARE(picoUsdFromDecimal(u"0.0000002"), 200'000);
        QCOMPARE(picoUsdFromDecimal(u"0"), 0);
        QCOMPARE(picoUsdFromDecimal(u"1000"), 1'000'000'000'000'000);
        QCOMPARE(picoUsdFromDecimal(u"0.000000000001"), 1);
        QCOMPARE(tokenRateFromDecimal(u"0.6")->picoUsdPerToken, 600'000);
    }

    void refusesWhatIsNoPrice_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text : {"", "-1", "+1", ".5", "1.", "1,5", "1e-6", " 1", "1 ", "0x1", "1000.000000000001", "10000", "0.0000000000001",
                                 "99999999999999999999", "one", "1.2.3"})
            QTest::newRow(text) << QString::fromLatin1(text);
        QTest::newRow("other digits") << QStringLiteral("\u0661");
    }
    void refusesWhatIsNoPrice()
    {
        QFETCH(QString, text);
        QVERIFY(!picoUsdFromDecimal(text));
    }

    void anUnknownPriceIsNotZero()
    {
        QVERIFY(!FunctionRates(FunctionPrice()).any());
        QVERIFY(!FunctionRates(price("", "0.0000166667", "", 0)).any()); // without memory a GB-second says nothing
        QVERIFY(!FunctionRates(price("", "", "", 512)).any());
        QVERIFY(!FunctionRates(price("nonsense", "", "1e9", 512)).any());
        QVERIFY(FunctionRates(price("0", "", "", 0)).any()); // said to be 0
        QVERIFY(FunctionRates(price("", "0.0000166667", "", 512)).any());
        QVERIFY(FunctionRates(price("", "", "0.0000002", 0)).any());
    }

    void costsAddUpToTheNanoDollar()
    {
        // 123 tokens at 0.60 USD per million: 73.8 nano-dollars x 1000.
        QCOMPARE(nano(price("0.6", "", "", 0), {123, 5'000, 1}), 73'800);
        // 2 s x 0.5 GB x 0.0000166667 = 0.0000166667 USD.
        QCOMPARE(nano(price("", "0.0000166667", "", 512), {123, 2'000, 1}), 16'667); // 16666.7, up
        QCOMPARE(nano(price("", "", "0.0000002", 0), {0, 0, 3}), 600);
        // 73800 + 16666.7 + 200, rounded up once.
        QCOMPARE(nano(price("0.6", "0.0000166667", "0.0000002", 512), {123, 2'000, 1}), 90'667);
        QCOMPARE(nano(price("0.6", "0.0000166667", "0.0000002", 512), {}), 0);
    }

    void theSmallestUseCostsSomething()
    {
        // 1 ms of 128 MiB: 0.000001 x 0.125 x 0.0000166667 USD = 2.08 nano-dollars.
        QCOMPARE(nano(price("", "0.0000166667", "", 128), {0, 1, 1}), 3);
        QCOMPARE(nano(price("0.000001", "", "", 0), {1, 0, 0}), 1);
    }

    void neverOverflows()
    {
        constexpr qint64 most = std::numeric_limits<qint64>::max();
        QCOMPARE(nano(price("1000000", "1000", "1000", 1 << 20), {most, most, most}), most);
        QCOMPARE(nano(price("1000000", "1000", "1000", std::numeric_limits<int>::max()), {-5, -5, -5}), 0);
        // A trillion tokens at the highest rate is a plain number still: 10^12 x 1 USD.
        QCOMPARE(nano(price("1000", "", "", 0), {1'000'000'000, 0, 0}), 1'000'000'000'000'000);
    }
};

TOLLGATE_TEST(TstFunctionPrice)
#include "tst_functionprice.moc"
