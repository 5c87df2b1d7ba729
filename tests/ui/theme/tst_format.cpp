#include "tests/support/testmain.h"
#include "ui/theme/format.h"

#include <QTest>

#include <limits>

using namespace tollgate;
using namespace tollgate::ui;

namespace {
std::optional<Money> usd(const char *decimal)
{
    return Money::fromDecimal(QString::fromLatin1(decimal));
}
} // namespace

class TstFormat : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesCounts_data()
    {
        QTest::addColumn<qint64>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("zero") << qint64(0) << QStringLiteral("0");
        QTest::newRow("full with separators") << qint64(7204) << QStringLiteral("7,204");
        QTest::newRow("last full") << qint64(9999) << QStringLiteral("9,999");
        QTest::newRow("first k") << qint64(10'000) << QStringLiteral("10.0k");
        QTest::newRow("k") << qint64(18'400) << QStringLiteral("18.4k");
        QTest::newRow("hundreds of k") << qint64(353'000) << QStringLiteral("353k");
        QTest::newRow("not 1000k") << qint64(999'600) << QStringLiteral("1.00M");
        QTest::newRow("M") << qint64(1'720'000) << QStringLiteral("1.72M");
        QTest::newRow("dashboard") << qint64(17'600'000) << QStringLiteral("17.6M");
        QTest::newRow("negative") << qint64(-18'400) << QStringLiteral("\u221218.4k");
    }
    void writesCounts()
    {
        QFETCH(qint64, value);
        QTEST(formatCount(value), "text");
    }

    void writesMissingAsADashNeverAsZero()
    {
        const QString dash = QStringLiteral("\u2013");
        QCOMPARE(formatCount({}), dash);
        QCOMPARE(formatMoneyTotal({}), dash);
        QCOMPARE(formatMoneyPerRequest({}), dash);
        QCOMPARE(formatMoneyExact({}), dash);
        QCOMPARE(formatDurationMs({}), dash);
        QCOMPARE(formatDurationMs(std::numeric_limits<double>::quiet_NaN()), dash);
        QCOMPARE(formatRatio({}), dash);
        QCOMPARE(formatBytes(-1), dash);
    }

    void writesMoney()
    {
        QCOMPARE(formatMoneyTotal(usd("14.86")), QStringLiteral("$14.86"));
        QCOMPARE(formatMoneyTotal(usd("0")), QStringLiteral("$0.00"));
        QCOMPARE(formatMoneyTotal(usd("14.855")), QStringLiteral("$14.86"));
        QCOMPARE(formatMoneyTotal(usd("14.8549")), QStringLiteral("$14.85"));
        QCOMPARE(formatMoneyTotal(usd("1234567.5")), QStringLiteral("$1,234,567.50"));
        QCOMPARE(formatMoneyTotal(Money::fromNanoUsd(-2'500'000'000)), QStringLiteral("\u2212$2.50"));
        QCOMPARE(formatMoneyPerRequest(usd("0.0042")), QStringLiteral("$0.0042"));
        QCOMPARE(formatMoneyPerRequest(usd("0.00062")), QStringLiteral("$0.0006"));
        QCOMPARE(formatMoneyPerRequest(usd("0")), QStringLiteral("$0"));
        QCOMPARE(formatMoneyExact(usd("0.0042")), QStringLiteral("$0.0042"));
        QCOMPARE(formatMoneyExact(usd("0.000123450")), QStringLiteral("$0.00012345"));
        QCOMPARE(formatMoneyExact(usd("3")), QStringLiteral("$3.0000"));
    }

    void neverShowsASmallCostAsNothing()
    {
        QCOMPARE(formatMoneyPerRequest(Money::fromNanoUsd(1)), QStringLiteral("<$0.0001"));
        QCOMPARE(formatMoneyPerRequest(Money::fromNanoUsd(49'999)), QStringLiteral("<$0.0001"));
        QCOMPARE(formatMoneyPerRequest(Money::fromNanoUsd(50'000)), QStringLiteral("$0.0001"));
    }

    void survivesTheGreatestMoney()
    {
        QCOMPARE(formatMoneyTotal(Money::fromNanoUsd(std::numeric_limits<qint64>::max())), QStringLiteral("$9,223,372,036.85"));
        QCOMPARE(formatMoneyTotal(Money::fromNanoUsd(std::numeric_limits<qint64>::min())), QStringLiteral("\u2212$9,223,372,036.85"));
    }

    void writesDurations_data()
    {
        QTest::addColumn<double>("ms");
        QTest::addColumn<QString>("text");
        QTest::newRow("ms") << 412.0 << QStringLiteral("412 ms");
        QTest::newRow("zero") << 0.0 << QStringLiteral("0 ms");
        QTest::newRow("tenth of a ms") << 0.42 << QStringLiteral("0.4 ms");
        QTest::newRow("rounds to s, not 1000 ms") << 999.7 << QStringLiteral("1.00 s");
        QTest::newRow("s") << 1840.0 << QStringLiteral("1.84 s");
        QTest::newRow("10 s") << 9996.0 << QStringLiteral("10.0 s");
        QTest::newRow("30 s") << 30'000.0 << QStringLiteral("30.0 s");
        QTest::newRow("min, not 60.0 s") << 59'960.0 << QStringLiteral("1 min");
        QTest::newRow("min and s") << 92'000.0 << QStringLiteral("1 min 32 s");
        QTest::newRow("h and min") << 5'280'000.0 << QStringLiteral("1 h 28 min");
        QTest::newRow("full hours") << 7'200'000.0 << QStringLiteral("2 h");
        QTest::newRow("just below an hour") << 3'599'900.0 << QStringLiteral("1 h");
        QTest::newRow("negative is a clock's fault") << -5.0 << QStringLiteral("0 ms");
    }
    void writesDurations()
    {
        QFETCH(double, ms);
        QTEST(formatDurationMs(ms), "text");
    }

    void writesRatiosAndBytes()
    {
        QCOMPARE(formatRatio(0.317), QStringLiteral("31.7%"));
        QCOMPARE(formatRatio(0.0), QStringLiteral("0.0%"));
        QCOMPARE(formatRatio(1.0), QStringLiteral("100.0%"));
        QCOMPARE(formatBytes(0), QStringLiteral("0 B"));
        QCOMPARE(formatBytes(999), QStringLiteral("999 B"));
        QCOMPARE(formatBytes(13'002'342), QStringLiteral("12.4 MiB"));
        QCOMPARE(formatBytes(1'048'550), QStringLiteral("1.0 MiB"));
    }
};

TOLLGATE_TEST(TstFormat)
#include "tst_format.moc"
