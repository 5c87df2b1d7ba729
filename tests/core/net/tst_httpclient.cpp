#include "core/net/httpclient.h"

#include "tests/core/net/exchangerecorder.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"

#include <QTest>
#include <QTimer>

#include <array>
#include <utility>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;

// What works: requests on the wire, answers in every framing, reuse, parallel exchanges.
class TstHttpClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sendsOneWholeRequest()
    {
        QByteArray seen;
        ScriptedServer server([&](Peer &peer, const QByteArray &request) {
            seen = request;
            peer.send(ScriptedServer::ok("{\"a\":1}", "X-Request-Id: r1\r\n"));
        });
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QVERIFY(!recorder.ended());
        QTRY_VERIFY(recorder.ended());
        QVERIFY(recorder.complete && recorder.orderIsRight);
        QCOMPARE(recorder.status, 200);
        QCOMPARE(recorder.headers.value("x-request-id"), QByteArray("r1"));
        QCOMPARE(recorder.body, QByteArray("{\"a\":1}"));
        QVERIFY(!recorder.closeDelimited);

        const QByteArray host = "127.0.0.1:" + QByteArray::number(server.port());
        QCOMPARE(seen, "POST /v1/chat/completions HTTP/1.1\r\nHost: " + host
                           + "\r\nContent-Type: application/json\r\nAuthorization: Bearer sk-canary-0123456789"
                             "\r\nAccept-Encoding: identity\r\nContent-Length: 7\r\n\r\n{\"q\":1}");
        QCOMPARE(server.posts(), 1);
    }

    void stampsAreInOrder()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok()); });
        HttpClient client(m_clock);
        ExchangeRecorder first, second;
        const MonoTime before = m_clock.now();
        const auto one = client.start(postTo(server.port()), first);
        QTRY_VERIFY(first.complete);
        const Stamps a = one->stamps();
        QVERIFY(!a.reused && !a.tlsDone);
        QVERIFY(before <= a.connectStart && a.connectStart <= a.connected && a.connected <= a.sent && a.sent < a.firstByte
                && a.firstByte <= a.lastByte && a.lastByte <= m_clock.now());
        const auto two = client.start(postTo(server.port()), second);
        QTRY_VERIFY(second.complete);
        const Stamps b = two->stamps();
        QVERIFY(b.reused && !b.connectStart && !b.connected && !b.tlsDone);
        QVERIFY(a.lastByte < b.sent && b.sent < b.firstByte && b.firstByte <= b.lastByte);
        QCOMPARE(server.connections(), 1);
    }

    void readsAnAnswerSplitAtEveryByte()
    {
        const QByteArray answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n";
        qsizetype cut = 1;
        QByteArray rest;
        ScriptedServer server([&](Peer &peer, const QByteArray &) {
            peer.send(answer.first(cut));
            rest = answer.sliced(cut);
            QTimer::singleShot(0, [&peer, &rest] { peer.send(rest); });
        });
        HttpClient client(m_clock);
        for (; cut < answer.size(); ++cut) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(postTo(server.port()), recorder);
            QTRY_VERIFY(recorder.ended());
            QVERIFY2(recorder.complete && recorder.orderIsRight, qPrintable(QString::number(cut)));
            QCOMPARE(recorder.body, QByteArray("hello, world"));
        }
        QCOMPARE(server.posts(), int(answer.size()) - 1);
        QCOMPARE(server.connections(), 1);
    }

    void reportsABodyThatEndsByClose()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) {
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end");
            peer.close();
        });
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_VERIFY(recorder.complete);
        QVERIFY(recorder.closeDelimited);
        QCOMPARE(recorder.body, QByteArray("until the end"));
        QCOMPARE(client.openConnections(), 0);
    }

    void keepsOnlyConnectionsThatMayBeKept_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<int>("connections");
        QTest::newRow("1.1") << ScriptedServer::ok() << 1;
        QTest::newRow("1.1 close") << ScriptedServer::ok("{}", "Connection: close\r\n") << 3;
        QTest::newRow("1.0") << QByteArray("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}") << 3;
        QTest::newRow("1.0 keep-alive")
            << QByteArray("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}") << 3;
        QTest::newRow("500") << QByteArray("HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\n{}") << 1;
        QTest::newRow("204") << QByteArray("HTTP/1.1 204 X\r\n\r\n") << 1;
        QTest::newRow("keep-alive for no time") << ScriptedServer::ok("{}", "Keep-Alive: timeout=1, max=9\r\n") << 3;
    }

    void keepsOnlyConnectionsThatMayBeKept()
    {
        QFETCH(QByteArray, answer);
        QFETCH(int, connections);
        ScriptedServer server([&](Peer &peer, const QByteArray &) { peer.send(answer); });
        HttpClient client(m_clock);
        for (int i = 0; i < 3; ++i) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(postTo(server.port()), recorder);
            QTRY_VERIFY(recorder.complete);
        }
        QCOMPARE(server.connections(), connections);
        QCOMPARE(server.posts(), 3);
    }

    void sendsALargeBodyWhole()
    {
        QByteArray body(8 * 1024 * 1024, 'x');
        for (qsizetype i = 0; i < body.size(); i += 4096)
            body[i] = char('a' + i / 4096 % 26);
        QByteArray seen;
        ScriptedServer server([&](Peer &peer, const QByteArray &request) {
            seen = request;
            peer.send(ScriptedServer::ok());
        });
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port(), body), recorder);
        QTRY_VERIFY_WITH_TIMEOUT(recorder.complete, 20'000);
        QVERIFY(seen.endsWith("\r\n\r\n" + body));
        QVERIFY(exchange->stamps().sent <= exchange->stamps().firstByte);
    }

    void runsTwentyFourInParallelAndQueuesTheRest()
    {
        std::vector<Peer *> held;
        ScriptedServer server([&](Peer &peer, const QByteArray &) { held.push_back(&peer); });
        HttpClient client(m_clock);
        std::array<ExchangeRecorder, 40> recorders;
        std::vector<std::unique_ptr<Exchange>> exchanges;
        for (ExchangeRecorder &recorder : recorders)
            exchanges.push_back(client.start(postTo(server.port()), recorder));
        QTRY_COMPARE(held.size(), size_t(24));
        QCOMPARE(client.openConnections(), 24);
        exchanges[30].reset(); // one of those that wait
        int answered = 0;
        while (answered < 39) {
            QTRY_VERIFY(!held.empty());
            for (Peer *const peer : std::exchange(held, {})) {
                peer->send(ScriptedServer::ok(QByteArray::number(peer->number)));
                ++answered;
            }
        }
        for (size_t i = 0; i < recorders.size(); ++i) {
            if (i == 30)
                QVERIFY(!recorders[i].ended() && recorders[i].status == 0);
            else
                QTRY_VERIFY(recorders[i].complete);
        }
        QCOMPARE(server.connections(), 24);
        QCOMPARE(server.posts(), 39);
        QCOMPARE(client.idleConnections(postTo(server.port()).endpoint), 24);
    }

    void getsWithoutABody()
    {
        QByteArray seen;
        ScriptedServer server([&](Peer &peer, const QByteArray &request) {
            seen = request;
            peer.send(ScriptedServer::ok("[]"));
        });
        HttpClient client(m_clock);
        HttpRequest request = postTo(server.port(), {});
        request.method = "GET";
        request.secret = SecretBytes();
        ExchangeRecorder recorder;
        const auto exchange = client.start(std::move(request), recorder);
        QTRY_VERIFY(recorder.complete);
        QVERIFY(seen.startsWith("GET /v1/chat/completions HTTP/1.1\r\n"));
        QVERIFY(!seen.toLower().contains("content-length"));
        QVERIFY(!seen.contains("Authorization"));
    }

private:
    SystemClock m_clock;
};

TOLLGATE_TEST(TstHttpClient)
#include "tst_httpclient.moc"
