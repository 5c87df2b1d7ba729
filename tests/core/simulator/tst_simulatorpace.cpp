#include "tests/core/simulator/simulatorfixture.h"
#include "tests/support/testmain.h"

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

void settle(int rounds = 4)
{
    for (int i = 0; i < rounds; ++i)
        QTest::qWait(1);
}

} // namespace

// When the bytes come, on a fake clock, and how often things go wrong by chance.
class TstSimulatorPace : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void streamsAtItsSpeed()
    {
        SimulatorOptions options;
        options.latencyMs = 200;
        options.ttftMs = 300;
        options.tokensPerSecond = 100;
        options.tokens = 50;
        SimulatorFixture f(options);
        RawClient client(f.service.port());
        client.send(f.request(streamBody()));
        QTRY_COMPARE(f.service.activeAnswers(), 1);
        f.clock.advance(199ms);
        settle();
        QCOMPARE(client.received(), QByteArray());
        f.clock.advance(1ms);
        QTRY_COMPARE(parseReply(client.received()).status, 200);
        f.clock.advance(299ms);
        settle();
        QVERIFY(parseReply(client.received()).events().isEmpty());
        f.clock.advance(1ms);
        QTRY_COMPARE(parseReply(client.received()).events().size(), 2); // the role and the first token
        for (int token = 2; token < 50; ++token) {
            f.clock.advance(9ms);
            settle(1);
            QCOMPARE(parseReply(client.received()).events().size(), token);
            f.clock.advance(1ms);
            QTRY_COMPARE(parseReply(client.received()).events().size(), token + 1);
        }
        f.clock.advance(10ms);
        QTRY_VERIFY(parseReply(client.received()).whole); // the end comes with the last token
        QCOMPARE(parseReply(client.received()).events().size(), 1 + 50 + 3);
        QCOMPARE(f.service.activeAnswers(), 0);
    }
    void givesSeveralTokensATickWhenItIsFast()
    {
        SimulatorOptions options;
        options.ttftMs = 0;
        options.tokensPerSecond = 5000;
        options.tokens = 500;
        SimulatorFixture f(options);
        RawClient client(f.service.port());
        client.send(f.request(streamBody()));
        QTRY_COMPARE(parseReply(client.received()).events().size(), 2);
        int ticks = 0;
        for (; !parseReply(client.received()).whole && ticks < 200; ++ticks) {
            f.clock.advance(1ms);
            settle(1);
        }
        QVERIFY2(ticks >= 99 && ticks < 120, qPrintable(QString::number(ticks)));
    }
    void waitsAsLongForAnUnstreamedAnswer()
    {
        SimulatorOptions options;
        options.latencyMs = 100;
        options.ttftMs = 300;
        options.tokensPerSecond = 100;
        options.tokens = 60;
        SimulatorFixture f(options);
        RawClient client(f.service.port());
        client.send(f.request(chatBody()));
        QTRY_COMPARE(f.service.activeAnswers(), 1);
        f.clock.advance(999ms);
        settle();
        QCOMPARE(client.received(), QByteArray());
        f.clock.advance(1ms);
        QTRY_COMPARE(client.status(), 200);
    }
    void startsColdAtFirstAndAfterAMinutesRest()
    {
        SimulatorOptions options = instantOptions();
        options.coldStartMs = 2000;
        SimulatorFixture f(options);
        RawClient client(f.service.port());
        const auto isWarm = [&] {
            client.forget();
            const int before = f.service.activeAnswers();
            client.send(f.request(chatBody()));
            settle(10);
            const bool warm = client.status() == 200;
            if (!warm && f.service.activeAnswers() == before + 1) {
                f.clock.advance(1999ms);
                settle();
                if (client.status() == 200)
                    qWarning("too early");
                f.clock.advance(1ms);
                settle(10);
            }
            return warm;
        };
        QVERIFY(!isWarm());
        QVERIFY(isWarm());
        f.clock.advance(10s); // within the connection's keep-alive
        QVERIFY(isWarm());
        RawClient later(f.service.port());
        f.clock.advance(9s);
        for (int i = 0; i < 6; ++i)
            f.clock.advance(10s);
        settle();
        RawClient after(f.service.port());
        after.send(f.request(chatBody()));
        settle(10);
        QCOMPARE(after.status(), 0);
        f.clock.advance(2s);
        QTRY_COMPARE(after.status(), 200);
    }
    void letsAStepOverrideThePace()
    {
        SimulatorFixture f;
        SimulatorStep step;
        step.latencyMs = 5000;
        step.text = QStringLiteral("Exactly \"this\" text. \u00DF");
        f.service.enqueue({step});
        RawClient client(f.service.port());
        client.send(f.request(chatBody()));
        QTRY_COMPARE(f.service.activeAnswers(), 1);
        f.clock.advance(4999ms);
        settle();
        QCOMPARE(client.status(), 0);
        f.clock.advance(1ms);
        QTRY_COMPARE(client.status(), 200);
        QVERIFY(client.received().contains("\"content\":\"Exactly \\\"this\\\" text. \xC3\x9F\""));
    }
    void failsAsOftenAsAskedAndTheSameWayForASeed()
    {
        const auto statuses = [](quint64 seed, bool mixed) {
            SimulatorOptions options = instantOptions();
            options.errorRate = 0.3;
            options.mixedErrors = mixed;
            options.seed = seed;
            SimulatorFixture f(options);
            RawClient client(f.service.port());
            QList<int> list;
            for (int i = 0; i < 300; ++i) {
                if (client.closed()) {
                    list << 0; // cut
                    return list << f.ask(chatBody()).status;
                }
                client.forget();
                client.send(f.request(chatBody("sim-fast", {}, QByteArray::number(i))));
                (void)turnUntil([&] { return parseReply(client.received()).whole || client.closed(); });
                list << client.status();
            }
            return list;
        };
        const QList<int> limited = statuses(7, false);
        QCOMPARE(limited.size(), 300);
        QVERIFY2(limited.count(429) > 60 && limited.count(429) < 120, qPrintable(QString::number(limited.count(429))));
        QCOMPARE(limited.count(429) + limited.count(200), 300);
        QCOMPARE(statuses(7, false), limited);
        QVERIFY(statuses(8, false) != limited);
    }
    void mixesItsErrors()
    {
        SimulatorOptions options = instantOptions();
        options.errorRate = 1;
        options.mixedErrors = true;
        SimulatorFixture f(options);
        QHash<int, int> seen;
        int cut = 0;
        for (int i = 0; i < 100; ++i) {
            const Reply reply = f.ask(streamBody());
            ++seen[reply.status];
            cut += reply.status == 200 && !reply.whole;
            if (reply.status == 429)
                QCOMPARE(reply.headers.value("retry-after"), QByteArray("1"));
        }
        for (const int status : {429, 500, 503, 529, 200})
            QVERIFY2(seen[status] > 5, qPrintable(QString::number(status)));
        QCOMPARE(cut, seen[200]);
    }
};

TOLLGATE_TEST(TstSimulatorPace)
#include "tst_simulatorpace.moc"
