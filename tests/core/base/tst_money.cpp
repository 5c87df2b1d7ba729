#include "core/base/money.h"
#include "core/async/random.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <limits>

using namespace tollgate;

class TstMoney : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsDecimals_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("nano");
        QTest::newRow("whole") << "12" << qint64(12'000'000'000);
        QTest::newRow("half") << "12.5" << qint64(12'500'000'000);
        QTest::newRow("nano") << "0.000000001" << qint64(1);
        QTest::newRow("all nine") << "0.000123450" << qint64(123'450);
        QTest::newRow("zeros") << "000.0" << qint64(0);
        QTest::newRow("most") << "9000000000" << qint64(9'000'000'000'000'000'000);
        QTest::newRow("most with decimals") << "9000000000.000000000" << qint64(9'000'000'000'000'000'000);
    }
    void readsDecimals()
    {
        QFETCH(QString, text);
        QFETCH(qint64, nano);
        const std::optional<Money> money = Money::fromDecimal(text);
        QVERIFY(money);
        QCOMPARE(money->nanoUsd(), nano);
    }

    void refusesEverythingElse_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text : {"", ".", ".5", "5.", "-1", "+1", " 1", "1 ", "1,5", "1e3", "1.0000000001", "9000000001",
                                 "9000000000.000000001", "99999999999999999999999", "1.2.3", "$5", "0x10"})
            QTest::newRow(text) << QString::fromLatin1(text);
        QTest::newRow("arabic digit") << QString(QChar(0x0661));
    }
    void refusesEverythingElse()
    {
        QFETCH(QString, text);
        QVERIFY(!Money::fromDecimal(text));
    }

    void writesAllNineDecimals()
    {
        QCOMPARE(Money::fromNanoUsd(123'450).toDecimal(), QStringLiteral("0.000123450"));
        QCOMPARE(Money::fromNanoUsd(-1'000'000'001).toDecimal(), QStringLiteral("-1.000000001"));
        QCOMPARE(Money::fromNanoUsd(std::numeric_limits<qint64>::min()).toDecimal(),
                 QStringLiteral("-9223372036.854775808"));
    }

    void saturatesInsteadOfOverflowing()
    {
        const Money most = Money::fromNanoUsd(std::numeric_limits<qint64>::max());
        const Money least = Money::fromNanoUsd(std::numeric_limits<qint64>::min());
        const Money one = Money::fromNanoUsd(1);
        QCOMPARE((most + one).nanoUsd(), most.nanoUsd());
        QCOMPARE((least - one).nanoUsd(), least.nanoUsd());
        QCOMPARE((one - least).nanoUsd(), most.nanoUsd());
        QCOMPARE((most + least).nanoUsd(), qint64(-1));
    }

    void ratesAreExact_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("pico");
        QTest::newRow("cents") << "0.075" << qint64(75'000);
        QTest::newRow("three") << "3" << qint64(3'000'000);
        QTest::newRow("finest") << "0.000001" << qint64(1);
        QTest::newRow("most") << "1000000" << qint64(1'000'000'000'000);
    }
    void ratesAreExact()
    {
        QFETCH(QString, text);
        QFETCH(qint64, pico);
        const std::optional<Rate> rate = Rate::fromUsdPerMillion(text);
        QVERIFY(rate);
        QCOMPARE(rate->picoUsdPerToken, pico);
        QCOMPARE(rate->toUsdPerMillion(), text);
    }

    void refusesRatesOutOfRange()
    {
        QVERIFY(!Rate::fromUsdPerMillion(u"0.0000001"));
        QVERIFY(!Rate::fromUsdPerMillion(u"1000000.000001"));
        QVERIFY(!Rate::fromUsdPerMillion(u"-1"));
    }

    void roundsUpOnceOverTheWholeRequest()
    {
        CostSum sum; // three parts of 0.4 nano each are 1.2: one rounding makes 2, rounding each would make 3
        for (int i = 0; i < 3; ++i)
            sum.add(1, Rate{400});
        QCOMPARE(sum.total().nanoUsd(), qint64(2));
        QCOMPARE(CostSum().total().nanoUsd(), qint64(0));
        CostSum exact;
        exact.add(1'000'000, Rate{75'000});
        QCOMPARE(exact.total().toDecimal(), QStringLiteral("0.075000000"));
    }

    void scalesWithoutLosingFractions()
    {
        CostSum sum;
        sum.add(1, Rate{1});
        sum.scale(11, 10);
        sum.add(1, Rate{900}); // added after: not scaled
        QCOMPARE(sum.total().nanoUsd(), qint64(1)); // 901.1 pico
        sum.add(99, Rate{1});
        QCOMPARE(sum.total().nanoUsd(), qint64(2)); // 1000.1 pico: just over one nano
    }

    void neverUndercountsAndNeverByMoreThanOneNano()
    {
        SeededRandom random(20261124);
        __extension__ typedef __int128 Wide;
        for (int round = 0; round < 20'000; ++round) {
            CostSum sum;
            Wide exact = 0; // in tenths of a pico
            for (int part = 0; part < 4; ++part) {
                const qint64 tokens = qint64(random.unit() * 2'000'000);
                const qint64 pico = qint64(random.unit() * 200'000'000);
                sum.add(tokens, Rate{pico});
                exact += Wide(tokens) * pico;
            }
            if (round % 2) {
                sum.scale(11, 10);
                exact *= 11;
            } else {
                exact *= 10;
            }
            const Wide total = Wide(sum.total().nanoUsd()) * 10'000;
            QVERIFY(total >= exact);
            QVERIFY(total - exact < 10'000);
        }
    }

    void sumsSaturate()
    {
        CostSum sum;
        for (int i = 0; i < 8; ++i)
            sum.add(std::numeric_limits<qint64>::max(), Rate{std::numeric_limits<qint64>::max()});
        QCOMPARE(sum.total().nanoUsd(), std::numeric_limits<qint64>::max());
        sum.scale(11, 10);
        QCOMPARE(sum.total().nanoUsd(), std::numeric_limits<qint64>::max());
    }

    void ignoresNegativeTokens()
    {
        CostSum sum;
        sum.add(10, Rate{1'000'000});
        sum.add(-5, Rate{1'000'000});
        QCOMPARE(sum.total().nanoUsd(), qint64(10'000));
    }

    void survivesManyScalings()
    {
        CostSum sum;
        sum.add(1'000'000, Rate{3'000'000});
        for (int i = 0; i < 40; ++i)
            sum.scale(i % 2 ? 1'000'003 : 1'000'033, i % 2 ? 1'000'033 : 1'000'003);
        QVERIFY(sum.total().nanoUsd() >= 2'999'000'000);
        QVERIFY(sum.total().nanoUsd() <= 3'001'000'000);
    }
};

TOLLGATE_TEST(TstMoney)
#include "tst_money.moc"
