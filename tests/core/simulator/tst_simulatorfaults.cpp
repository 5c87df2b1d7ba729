#include "tests/core/simulator/simulatorfixture.h"
#include "tests/support/testmain.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;
using Fault = SimulatorStep::Fault;

namespace {

SimulatorStep stepOf(Fault fault, int afterEvents = 0)
{
    SimulatorStep step;
    step.fault = fault;
    step.afterEvents = afterEvents;
    step.text = QStringLiteral("one two three four five");
    return step;
}

bool isJson(const QByteArray &bytes)
{
    return !QJsonDocument::fromJson(bytes).isNull();
}

// Sends one request under the step and gives what came until the simulator closed, or for a moment.
QByteArray wireOf(SimulatorFixture &f, const SimulatorStep &step, bool stream, bool *closed = nullptr)
{
    f.service.enqueue({step});
    RawClient client(f.service.port());
    client.send(f.request(stream ? streamBody() : chatBody()));
    (void)turnUntil([&] { return client.closed() || parseReply(client.received()).whole; }, 300);
    QTest::qWait(20);
    if (closed)
        *closed = client.closed();
    return client.received();
}

} // namespace

// Every fault, exactly on the wire.
class TstSimulatorFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answersAStatus()
    {
        SimulatorFixture f;
        SimulatorStep step = stepOf(Fault::Status);
        for (const int status : {400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529}) {
            step.status = status;
            step.headers = {{"Retry-After", "7"}, {"x-should-retry", "true"}};
            const Reply reply = parseReply(wireOf(f, step, true));
            QCOMPARE(reply.status, status);
            QVERIFY(reply.whole);
            QCOMPARE(reply.headers.value("retry-after"), QByteArray("7"));
            QVERIFY(QJsonDocument::fromJson(reply.body)[u"error"][u"message"].isString());
        }
        step.status = 204;
        const Reply empty = parseReply(wireOf(f, step, false));
        QCOMPARE(empty.status, 204);
        QVERIFY(!empty.headers.contains("content-length"));
        step.status = 200;
        step.body = "data: anything\r\rdata: else\n\n";
        step.headers = {{"Content-Type", "text/event-stream"}};
        const Reply body = parseReply(wireOf(f, step, true));
        QCOMPARE(body.body, step.body);
        QCOMPARE(body.headers.value("content-type"), QByteArray("text/event-stream"));
    }
    void closesBeforeOrInsideTheHead()
    {
        SimulatorFixture f;
        bool closed = false;
        QCOMPARE(wireOf(f, stepOf(Fault::CloseBeforeHeaders), true, &closed), QByteArray());
        QVERIFY(closed);
        const QByteArray head = wireOf(f, stepOf(Fault::CloseMidHeaders), true, &closed);
        QVERIFY(closed && head.startsWith("HTTP/1.1 200 OK\r\n") && !head.contains("\r\n\r\n"));
        QCOMPARE(wireOf(f, stepOf(Fault::Reset), true, &closed), QByteArray());
        QVERIFY(closed);
    }
    void cutsAStreamAfterExactlySoManyEvents_data()
    {
        QTest::addColumn<int>("fault");
        for (const Fault fault : {Fault::CutStream, Fault::CutAtChunkBorder, Fault::ResetStream})
            QTest::addRow("%s", qPrintable(simulatorFaultName(fault))) << int(fault);
    }
    void cutsAStreamAfterExactlySoManyEvents()
    {
        QFETCH(const int, fault);
        SimulatorFixture f;
        const int all = 1 + 5 + 3; // role, tokens, finish reason, usage, end marker
        for (const int k : {0, 1, 2, all - 1, all, all + 5}) {
            bool closed = false;
            const QByteArray wire = wireOf(f, stepOf(Fault(fault), k), true, &closed);
            QVERIFY2(closed, qPrintable(QString::number(k)));
            const Reply reply = parseReply(wire);
            QCOMPARE(reply.status, 200);
            QVERIFY(!reply.whole);
            QCOMPARE(reply.body.count("\n\n"), qMin(k, all)); // whole events
            const bool endsCleanly = wire.endsWith("\n\n\r\n") || wire.endsWith("\r\n\r\n");
            QCOMPARE(endsCleanly, Fault(fault) != Fault::CutStream || k >= all);
            QCOMPARE(reply.body.contains("[DONE]"), k >= all);
        }
    }
    void cutsAnUnstreamedAnswerHalfWay()
    {
        SimulatorFixture f;
        for (const Fault fault : {Fault::CutStream, Fault::ResetStream}) {
            bool closed = false;
            const Reply reply = parseReply(wireOf(f, stepOf(fault), false, &closed));
            QVERIFY(closed && !reply.whole && reply.status == 200);
            QCOMPARE(reply.headers.value("content-length").toLongLong() / 2, reply.body.size());
        }
        bool closed = false;
        const Reply reply = parseReply(wireOf(f, stepOf(Fault::CutAtChunkBorder), false, &closed));
        QVERIFY(closed && !reply.whole && !reply.headers.contains("content-length"));
        QVERIFY(!reply.body.isEmpty() && !isJson(reply.body));
    }
    void leavesOutTheEndMarker()
    {
        SimulatorFixture f;
        const Reply streamed = parseReply(wireOf(f, stepOf(Fault::NoEndMarker), true));
        QVERIFY(streamed.whole);
        QCOMPARE(streamed.events().size(), 1 + 5);
        QCOMPARE(contentOf(streamed.events()), QByteArray("one two three four five"));
        QVERIFY(!streamed.body.contains("\"stop\"") && !streamed.body.contains("[DONE]"));
        const Reply whole = parseReply(wireOf(f, stepOf(Fault::NoEndMarker), false));
        QVERIFY(whole.whole && whole.body.contains("\"finish_reason\":null"));
    }
    void dripsOneByteAtATime_data()
    {
        QTest::addColumn<bool>("stream");
        QTest::newRow("stream") << true;
        QTest::newRow("whole") << false;
    }
    void dripsOneByteAtATime()
    {
        QFETCH(const bool, stream);
        SimulatorFixture f;
        SimulatorStep step = stepOf(Fault::SlowDrip);
        step.dripMs = 500;
        f.service.enqueue({step});
        RawClient client(f.service.port());
        client.send(f.request(stream ? streamBody() : chatBody()));
        QTRY_COMPARE(parseReply(client.received()).body.size(), 1);
        for (int i = 2; i < 12; ++i) {
            f.clock.advance(499ms);
            QTest::qWait(1);
            QCOMPARE(parseReply(client.received()).body.size(), i - 1);
            f.clock.advance(1ms);
            QTRY_COMPARE(parseReply(client.received()).body.size(), i);
        }
        for (int i = 0; i < 100 && !parseReply(client.received()).whole; ++i) {
            f.clock.advance(10s);
            QTest::qWait(1);
        }
        QTRY_VERIFY(parseReply(client.received()).whole);
    }
    void hangs()
    {
        SimulatorFixture f;
        for (const bool stream : {true, false}) {
            f.service.enqueue({stepOf(Fault::Hang), stepOf(Fault::HangStream, 3)});
            RawClient silent(f.service.port());
            silent.send(f.request(stream ? streamBody() : chatBody()));
            QTRY_COMPARE(f.service.activeAnswers(), 1);
            RawClient stuck(f.service.port());
            stuck.send(f.request(stream ? streamBody() : chatBody()));
            QTRY_COMPARE(parseReply(stuck.received()).status, 200);
            f.clock.advance(std::chrono::hours(1));
            QTest::qWait(20);
            QCOMPARE(silent.received(), QByteArray());
            QVERIFY(!silent.closed() && !stuck.closed());
            const Reply reply = parseReply(stuck.received());
            QVERIFY(!reply.whole);
            if (stream)
                QCOMPARE(reply.events().size(), 3);
            QCOMPARE(f.service.activeAnswers(), 2);
            silent.socket().abort();
            stuck.socket().abort();
            QTRY_COMPARE(f.service.activeAnswers(), 0); // the answers end with their clients
            QTRY_COMPARE(f.service.connections(), 0);
        }
    }
    void sendsOtherThings()
    {
        SimulatorFixture f;
        bool closed = false;
        QVERIFY(!wireOf(f, stepOf(Fault::Garbage), true, &closed).startsWith("HTTP/"));
        QVERIFY(closed);
        const Reply html = parseReply(wireOf(f, stepOf(Fault::Html), true));
        QVERIFY(html.status == 200 && html.headers.value("content-type").startsWith("text/html") && html.body.startsWith("<!doctype"));
        SimulatorStep raw = stepOf(Fault::Raw);
        raw.body = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n";
        QCOMPARE(wireOf(f, raw, true, &closed), raw.body);
        QVERIFY(closed);
    }
    void sendsBrokenJson()
    {
        SimulatorFixture f;
        const Reply whole = parseReply(wireOf(f, stepOf(Fault::TruncatedJson), false));
        QVERIFY(whole.whole && whole.status == 200 && !isJson(whole.body) && whole.body.startsWith('{'));
        const Reply streamed = parseReply(wireOf(f, stepOf(Fault::TruncatedJson, 2), true));
        QVERIFY(streamed.whole);
        QCOMPARE(streamed.events().size(), 4);
        QVERIFY(isJson(streamed.events()[1]) && !isJson(streamed.events()[2]));
        QCOMPARE(streamed.events().last(), QByteArray("[DONE]"));
    }
    void sendsInvalidUtf8()
    {
        SimulatorFixture f;
        for (const bool stream : {true, false}) {
            const Reply reply = parseReply(wireOf(f, stepOf(Fault::InvalidUtf8), stream));
            QVERIFY(reply.whole && reply.status == 200);
            QVERIFY(reply.body.contains("\"content\":\"\xC3\x28 \xFF\xFE"));
        }
    }
    void redirects()
    {
        SimulatorFixture f;
        SimulatorStep step = stepOf(Fault::Redirect);
        step.location = "http://127.0.0.1:1/elsewhere";
        Reply reply = parseReply(wireOf(f, step, true));
        QCOMPARE(reply.status, 307);
        QCOMPARE(reply.headers.value("location"), step.location);
        step.status = 301;
        QCOMPARE(parseReply(wireOf(f, step, false)).status, 301);
    }
    void reportsErrorsWhereNoneBelong()
    {
        SimulatorFixture f;
        const Reply in200 = parseReply(wireOf(f, stepOf(Fault::ErrorIn200), true));
        QVERIFY(in200.status == 200 && in200.body.startsWith("{\"error\":") && isJson(in200.body));
        const Reply inStream = parseReply(wireOf(f, stepOf(Fault::ErrorInStream, 3), true));
        QVERIFY(inStream.whole);
        QCOMPARE(inStream.events().size(), 4);
        QVERIFY(inStream.events().last().startsWith("{\"error\":"));
        QVERIFY(parseReply(wireOf(f, stepOf(Fault::ErrorInStream, 3), false)).body.startsWith("{\"error\":"));
    }
    void sendsMoreThanAnyCap_data()
    {
        QTest::addColumn<int>("fault");
        QTest::addColumn<bool>("stream");
        for (const bool stream : {true, false}) {
            QTest::addRow("huge, stream %d", stream) << int(Fault::HugeBody) << stream;
            QTest::addRow("endless, stream %d", stream) << int(Fault::EndlessStream) << stream;
        }
    }
    void sendsMoreThanAnyCap()
    {
        QFETCH(const int, fault);
        QFETCH(const bool, stream);
        SimulatorFixture f;
        f.service.enqueue({stepOf(Fault(fault))});
        RawClient client(f.service.port());
        client.send(f.request(stream ? streamBody() : chatBody()));
        qint64 received = 0;
        const qint64 enough = Fault(fault) == Fault::HugeBody ? 33 * 1024 * 1024 : 100'000;
        QVERIFY(turnUntil(
            [&] {
                f.clock.advance(1ms);
                received += client.received().size();
                client.forget();
                return received > enough;
            },
            30'000));
        QVERIFY(!client.closed());
        QCOMPARE(f.service.activeAnswers(), 1);
        client.socket().abort();
        QTRY_COMPARE((f.clock.advance(1ms), f.service.activeAnswers()), 0);
    }
    void repeatsTokensOnlyInAnEndlessStream()
    {
        SimulatorFixture f;
        f.service.enqueue({stepOf(Fault::EndlessStream)});
        RawClient client(f.service.port());
        client.send(f.request(streamBody()));
        QTRY_VERIFY((f.clock.advance(1ms), parseReply(client.received()).events().size()) > 50);
        const QByteArrayList events = parseReply(client.received()).events();
        QVERIFY(events.first().contains("\"role\":\"assistant\""));
        QVERIFY(contentOf(events.first(11)) == "one two three four fiveone two three four five");
        for (const QByteArray &event : events)
            QVERIFY2(event.contains("\"finish_reason\":null") && event != "[DONE]", event.constData());
    }
    void waitsForAClientThatDoesNotRead()
    {
        SimulatorFixture f;
        f.service.enqueue({stepOf(Fault::EndlessStream)});
        RawClient client(f.service.port());
        client.socket().setReadBufferSize(1024);
        client.send(f.request(chatBody()));
        QTRY_COMPARE(f.service.activeAnswers(), 1);
        int turns = 0;
        while (f.clock.timers() > 0 && turns < 5'000 && f.clock.untilNext() < 1s) {
            f.clock.advance(0ms);
            ++turns;
        }
        QVERIFY2(turns < 1'000, qPrintable(QString::number(turns))); // 64 KiB each: it stopped at the buffers' size
    }
    void keepsOrClosesTheConnection()
    {
        SimulatorFixture f;
        RawClient client(f.service.port());
        client.send(f.request(chatBody()) + f.request(streamBody()));
        QTRY_VERIFY(client.received().endsWith("0\r\n\r\n"));
        SimulatorStep step = stepOf(Fault::None);
        step.keepAlive = false;
        f.service.enqueue({step});
        client.forget();
        client.send(f.request(chatBody()));
        QTRY_VERIFY(client.closed());
        QVERIFY(parseReply(client.received()).whole);
        QCOMPARE(parseReply(client.received()).headers.value("connection"), QByteArray("close"));
    }
    void takesStepsInOrderAndRepeatsThem()
    {
        SimulatorFixture f;
        SimulatorStep once = stepOf(Fault::Status);
        once.status = 500;
        SimulatorStep again = stepOf(Fault::Status);
        again.status = 503;
        again.repeat = true;
        f.service.enqueue({once, again});
        QList<int> statuses;
        for (int i = 0; i < 4; ++i)
            statuses << f.ask(chatBody()).status;
        QCOMPARE(statuses, QList<int>({500, 503, 503, 503}));
        SimulatorOptions options = instantOptions();
        options.script = {stepOf(Fault::None)};
        f.service.setOptions(options); // a new script replaces the old one
        QCOMPARE(f.ask(chatBody()).status, 200);
        QCOMPARE(f.ask(chatBody()).status, 200);
    }
};

TOLLGATE_TEST(TstSimulatorFaults)
#include "tst_simulatorfaults.moc"
