#include "core/chat/failure.h"
#include "tests/support/testmain.h"

#include <QSet>
#include <QTest>

using namespace tollgate;

class TstFailure : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyKindHasItsOwnRow()
    {
        QSet<QString> names;
        for (int i = 0; i < failureKindCount; ++i) {
            const FailureKind kind = FailureKind(i);
            QCOMPARE(ruleOf(kind).kind, kind);
            QVERIFY(!failureName(kind).isEmpty());
            names.insert(failureName(kind));
            QCOMPARE(failureFromName(failureName(kind)), std::optional(kind));
        }
        QCOMPARE(names.size(), failureKindCount);
        QVERIFY(!failureFromName(u"RateLimited"));
        QVERIFY(!failureFromName(u""));
    }

    // The columns of definitions.md that decide money and exit codes, written out a second time on purpose.
    void followsTheTable_data()
    {
        QTest::addColumn<QString>("retry");
        QTest::addColumn<QString>("breaker");
        QTest::addColumn<QString>("billing");
        QTest::addColumn<int>("exitCode");
        const auto row = [](const char *name, const char *retry, const char *breaker, const char *billing, int code) {
            QTest::newRow(name) << QString::fromLatin1(retry) << QString::fromLatin1(breaker)
                                << QString::fromLatin1(billing) << code;
        };
        row("usage", "never", "ignored", "none", 2);
        row("storage", "never", "ignored", "none", 9);
        row("budget", "never", "ignored", "none", 6);
        row("breakerOpen", "next", "ignored", "none", 7);
        row("noKey", "never", "key", "none", 4);
        row("badKey", "never", "key", "presumed_unbilled", 4);
        row("quota", "never", "quota", "presumed_unbilled", 5);
        row("rateLimited", "always", "ignored", "presumed_unbilled", 5);
        row("overloaded", "always", "counts", "presumed_unbilled", 7);
        row("serverError", "once", "counts", "presumed_unbilled", 7);
        row("rejected", "never", "ignored", "none", 3);
        row("filtered", "never", "ignored", "billed", 3);
        row("unreachable", "always", "counts", "none", 7);
        row("certificate", "never", "counts", "none", 7);
        row("ambiguous", "never", "counts", "unconfirmed", 7);
        row("incomplete", "never", "counts", "billed", 7);
        row("protocol", "never", "counts", "unconfirmed", 7);
        row("cancelled", "never", "ignored", "billed", 8);
        row("queued", "never", "success", "unconfirmed", 0);
    }
    void followsTheTable()
    {
        static const char *const retries[] = {"never", "always", "once", "next"};
        static const char *const breakers[] = {"ignored", "counts", "key", "quota", "success"};
        QFETCH(QString, retry);
        QFETCH(QString, breaker);
        QFETCH(QString, billing);
        QFETCH(int, exitCode);
        const std::optional<FailureKind> kind = failureFromName(QString::fromLatin1(QTest::currentDataTag()));
        QVERIFY(kind);
        const FailureRule &rule = ruleOf(*kind);
        QCOMPARE(QString::fromLatin1(retries[size_t(rule.retry)]), retry);
        QCOMPARE(QString::fromLatin1(breakers[size_t(rule.breaker)]), breaker);
        QCOMPARE(billingName(rule.billing), billing);
        QCOMPARE(rule.exitCode, exitCode);
    }

    void namesOfPhasesAndBilling()
    {
        QCOMPARE(phaseName(Phase::Route), QStringLiteral("route"));
        QCOMPARE(phaseName(Phase::Tls), QStringLiteral("tls"));
        QCOMPARE(phaseName(Phase::FirstByte), QStringLiteral("firstByte"));
        QCOMPARE(phaseName(Phase::Stream), QStringLiteral("stream"));
        QCOMPARE(phaseName(Phase::Settle), QStringLiteral("settle"));
        for (const Billing value : {Billing::None, Billing::Billed, Billing::PresumedUnbilled, Billing::Unconfirmed})
            QCOMPARE(billingFromName(billingName(value)), std::optional(value));
        QVERIFY(!billingFromName(u"free"));
    }
};

TOLLGATE_TEST(TstFailure)
#include "tst_failure.moc"
