#include "core/net/httpserver.h"
#include "tests/core/net/serverfixture.h"
#include "tests/support/testmain.h"

#include <QRegularExpression>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

QByteArray bodyOf(const QByteArray &answer)
{
    const qsizetype end = answer.indexOf("\r\n\r\n");
    return end < 0 ? QByteArray() : answer.sliced(end + 4);
}

} // namespace

class TstHttpServer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answersAGet()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        client.send("GET /v1/models?limit=5&x=%20 HTTP/1.1\r\n" + f.host() + "X-One:  two \r\n\r\n");
        QTRY_VERIFY(client.received().endsWith("GET /v1/models "));
        QCOMPARE(client.status(), 200);
        QVERIFY(client.received().startsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Tue, 24 Nov 2026 06:00:00 GMT\r\n"
                                             "Content-Length: 15\r\n\r\n"));
        QCOMPARE(f.requests.size(), size_t(1));
        QCOMPARE(f.requests[0].query, QByteArray("limit=5&x=%20"));
        QCOMPARE(f.requests[0].headers.value("x-one"), QByteArray("two"));
        QVERIFY(!client.closed());
    }
    void readsARequestSplitAtEveryByte()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        const QByteArray requests = "\r\n" + f.post("hello") + "POST /q HTTP/1.1\r\n" + f.host()
            + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n1;x=y\r\nf\r\n0\r\nTrailer: dropped\r\n\r\n";
        for (const char byte : requests) {
            client.send(QByteArrayView(&byte, 1));
            QTest::qWait(0);
        }
        QTRY_COMPARE(f.requests.size(), size_t(2));
        QCOMPARE(f.requests[0].body, QByteArray("hello"));
        QCOMPARE(f.requests[1].body, QByteArray("abcdef"));
        QVERIFY(!f.requests[1].headers.contains("trailer"));
        QTRY_COMPARE(client.received().count("HTTP/1.1 200"), 2);
    }
    void answersPipelinedRequestsInOrderOneAtATime()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send(f.get("/1") + f.post("two") + f.get("/3"));
        QTRY_COMPARE(f.requests.size(), size_t(1));
        QTest::qWait(30);
        QCOMPARE(f.requests.size(), size_t(1)); // the next one waits for this one's answer
        for (size_t i = 0; i < 3; ++i) {
            QTRY_COMPARE(f.held.size(), size_t(1));
            f.held.front()->send(200, {}, QByteArray::number(int(i)));
            f.held.pop_front();
        }
        QTRY_COMPARE(client.received().count("HTTP/1.1 200 OK"), 3);
        QVERIFY(client.received().endsWith("2"));
        QCOMPARE(f.requests[1].body, QByteArray("two"));
    }
    void writesChunks()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        auto &responder = *f.held.front();
        responder.begin(200, {{"Content-Type", "text/event-stream"}});
        QTRY_VERIFY(client.received().contains("Transfer-Encoding: chunked\r\n"));
        QVERIFY(!client.received().contains("Content-Length"));
        responder.write("data: a\n\n");
        responder.write({}); // must not end the answer
        responder.write(QByteArray(26, 'x'));
        responder.end();
        QTRY_VERIFY(client.received().endsWith("\r\n\r\n9\r\ndata: a\n\n\r\n1a\r\n" + QByteArray(26, 'x') + "\r\n0\r\n\r\n"));
        QVERIFY(!responder.isConnected()); // the answer has ended
        responder.write("late");           // and nothing more is written
        responder.end();
        client.forget();
        client.send(f.get("/again"));
        QTRY_COMPARE(f.held.size(), size_t(2));
        f.held.back()->send(204, {}, "ignored");
        QTRY_VERIFY(client.received().endsWith("\r\n\r\n"));
        QVERIFY(client.received().startsWith("HTTP/1.1 204 No Content\r\n"));
        QVERIFY(!client.received().contains("Content-Length"));
    }
    void sendsNoBodyForHead()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        client.send("HEAD /x HTTP/1.1\r\n" + f.host() + "\r\n" + f.get("/y"));
        QTRY_VERIFY(client.received().endsWith("GET /y "));
        QVERIFY(client.received().contains("Content-Length: 8\r\n\r\nHTTP/1.1 200 OK"));
    }
    void sendsNoChunksForHead()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send("HEAD /x HTTP/1.1\r\n" + f.host() + "\r\n");
        QTRY_COMPARE(f.held.size(), size_t(1));
        f.held.front()->begin(200, {});
        f.held.front()->write("no");
        f.held.front()->end();
        QTRY_VERIFY(client.received().endsWith("\r\n\r\n"));
        QCOMPARE(bodyOf(client.received()), QByteArray());
    }
    void closesForOldClientsAndWhenAsked_data()
    {
        QTest::addColumn<QByteArray>("version");
        QTest::addColumn<QByteArray>("connection");
        QTest::addColumn<bool>("closes");
        QTest::newRow("1.1") << QByteArray("1.1") << QByteArray() << false;
        QTest::newRow("1.1 close") << QByteArray("1.1") << QByteArray("Connection: close\r\n") << true;
        QTest::newRow("1.1 close in a list") << QByteArray("1.1") << QByteArray("Connection: x, Close\r\n") << true;
        QTest::newRow("1.1 upgrade is ignored") << QByteArray("1.1") << QByteArray("Connection: Upgrade\r\nUpgrade: h2c\r\n") << false;
        QTest::newRow("1.0") << QByteArray("1.0") << QByteArray() << true;
        QTest::newRow("1.0 keep-alive") << QByteArray("1.0") << QByteArray("Connection: keep-alive\r\n") << true;
    }
    void closesForOldClientsAndWhenAsked()
    {
        QFETCH(const QByteArray, version);
        QFETCH(const QByteArray, connection);
        QFETCH(const bool, closes);
        ServerFixture f;
        RawClient client(f.server->port());
        client.send("GET /x HTTP/" + version + "\r\n" + f.host() + connection + "\r\n");
        QTRY_VERIFY(client.received().endsWith("GET /x "));
        QCOMPARE(client.received().contains("Connection: close\r\n"), closes);
        if (closes) {
            QTRY_VERIFY(client.closed());
            QTRY_COMPARE(f.server->connectionCount(), 0);
        } else {
            client.send(f.get("/y"));
            QTRY_VERIFY(client.received().endsWith("GET /y "));
        }
    }
    void streamsToOldClientsWithoutChunks()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send("GET /x HTTP/1.0\r\n" + f.host() + "\r\n");
        QTRY_COMPARE(f.held.size(), size_t(1));
        f.held.front()->begin(200, {});
        f.held.front()->write("plain");
        f.held.front()->end();
        QTRY_VERIFY(client.closed());
        QCOMPARE(bodyOf(client.received()), QByteArray("plain"));
        QVERIFY(!client.received().contains("chunked"));
    }
    void closesWhenTheHandlerSaysSo()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        f.held.front()->send(200, {{"Connection", "close"}, {"X-Bad", "a\r\nb"}, {"Content-Length", "99"}}, "bye");
        QTRY_VERIFY(client.closed());
        QCOMPARE(client.received().count("Connection: close"), 1);
        QVERIFY(!client.received().contains("X-Bad"));
        QVERIFY(!client.received().contains("99"));
        QCOMPARE(bodyOf(client.received()), QByteArray("bye"));
    }
    void saysContinueWhenAsked()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        const QByteArray head = "POST /p HTTP/1.1\r\n" + f.host() + "Expect: 100-continue\r\nContent-Length: ";
        client.send(head + "3\r\n\r\n");
        QTRY_COMPARE(client.received(), QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
        QVERIFY(f.requests.empty());
        client.send("abc");
        QTRY_VERIFY(client.received().endsWith("POST /p abc"));
        client.forget();
        client.send(head + "3\r\n\r\nabc"); // the body is here already
        QTRY_VERIFY(client.received().endsWith("POST /p abc"));
        QVERIFY(!client.received().contains("100 Continue"));
        client.forget();
        client.send(head + "99999999\r\n\r\n"); // refused before the body is sent
        QTRY_COMPARE(client.status(), 413);
        QTRY_VERIFY(client.closed());
    }
    void refusesAnotherExpectation()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        client.send("POST /p HTTP/1.1\r\n" + f.host() + "Expect: 200-ok\r\nContent-Length: 3\r\n\r\n");
        QTRY_COMPARE(client.status(), 417);
    }
    void boundsTheBody_data()
    {
        QTest::addColumn<bool>("chunked");
        QTest::newRow("length") << false;
        QTest::newRow("chunked") << true;
    }
    void boundsTheBody()
    {
        QFETCH(const bool, chunked);
        ServerLimits limits;
        limits.bodyBytes = 300'000;
        ServerFixture f(limits);
        for (const int excess : {0, 1}) {
            RawClient client(f.server->port());
            const QByteArray body(300'000 + excess, 'b');
            if (chunked)
                client.send("POST /p HTTP/1.1\r\n" + f.host() + "Transfer-Encoding: chunked\r\n\r\n"
                            + QByteArray::number(body.size(), 16) + "\r\n" + body + "\r\n0\r\n\r\n");
            else
                client.send(f.post(body));
            QTRY_COMPARE(client.status(), excess ? 413 : 200);
            QCOMPARE(f.requests.size(), size_t(1));
            QCOMPARE(f.requests[0].body.size(), 300'000);
            if (excess)
                QTRY_VERIFY(client.closed());
        }
    }
    void boundsAllBodiesTogether()
    {
        ServerLimits limits;
        limits.bodyBytes = 100'000;
        limits.allBodyBytes = 150'000;
        ServerFixture f(limits);
        RawClient first(f.server->port());
        first.send(f.post(QByteArray(100'000, 'a')).chopped(1));
        QTRY_VERIFY(f.server->connectionCount() == 1);
        QTest::qWait(50);
        RawClient second(f.server->port());
        second.send(f.post(QByteArray(60'000, 'b')));
        QTRY_COMPARE(second.status(), 503);
        first.send("a");
        QTRY_COMPARE(first.status(), 200);
        RawClient third(f.server->port()); // and there is room again
        third.send(f.post(QByteArray(60'000, 'b')));
        QTRY_COMPARE(third.status(), 200);
    }
    void sendsTheRefusalEvenToAClientThatGoesOnSending()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        client.send("POST /p HTTP/1.1\r\n" + f.host() + "Content-Length: 300000000\r\n\r\n");
        for (int i = 0; i < 200 && !client.closed(); ++i) {
            client.send(QByteArray(64 * 1024, 'x'));
            QTest::qWait(0);
        }
        QTRY_COMPARE(client.status(), 413);
    }
    void boundsTheHead_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<int>("status");
        QTest::newRow("long address") << "GET /" + QByteArray(8 * 1024, 'a') + " HTTP/1.1\r\n" << 414;
        QTest::newRow("endless address") << "GET /" + QByteArray(9 * 1024, 'a') << 414;
        QTest::newRow("long header") << "GET / HTTP/1.1\r\nX: " + QByteArray(32 * 1024, 'a') + "\r\n\r\n" << 431;
        QTest::newRow("endless header") << "GET / HTTP/1.1\r\nX: " + QByteArray(33 * 1024, 'a') << 431;
        QTest::newRow("endless empty lines") << QByteArray("\r\n").repeated(17 * 1024) << 431;
        QByteArray many("GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n");
        for (int i = 0; i < 100; ++i)
            many += "X-" + QByteArray::number(i) + ": 1\r\n";
        QTest::newRow("101 headers") << many + "\r\n" << 431;
    }
    void boundsTheHead()
    {
        QFETCH(QByteArray, head);
        QFETCH(const int, status);
        ServerFixture f;
        RawClient client(f.server->port());
        client.send(head.replace("PORT", QByteArray::number(f.server->port())));
        if (status == 414 && head.endsWith("HTTP/1.1\r\n"))
            client.send(f.host() + "\r\n");
        QTRY_COMPARE(client.status(), status);
        QTRY_VERIFY(client.closed());
        QVERIFY(f.requests.empty());
    }
    void acceptsAHundredHeaders()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        QByteArray head = "GET /x HTTP/1.1\r\n" + f.host();
        for (int i = 0; i < 99; ++i)
            head += "X-" + QByteArray::number(i) + ": 1\r\n";
        client.send(head + "\r\n");
        QTRY_COMPARE(client.status(), 200);
        QCOMPARE(f.requests[0].headers.size(), 100);
    }
    void checksTheHost_data()
    {
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<int>("status");
        QTest::newRow("address") << QByteArray("127.0.0.1:PORT") << 200;
        QTest::newRow("name") << QByteArray("localhost:PORT") << 200;
        QTest::newRow("name in capitals") << QByteArray("LocalHost:PORT") << 200;
        QTest::newRow("IPv6") << QByteArray("[::1]:PORT") << 200;
        QTest::newRow("extra name") << QByteArray("console.lan:PORT") << 200;
        QTest::newRow("evil") << QByteArray("evil.example:PORT") << 421;
        QTest::newRow("evil with our name") << QByteArray("localhost.evil.example:PORT") << 421;
        QTest::newRow("evil prefix") << QByteArray("evil-localhost:PORT") << 421;
        QTest::newRow("no port") << QByteArray("127.0.0.1") << 421;
        QTest::newRow("wrong port") << QByteArray("127.0.0.1:1") << 421;
        QTest::newRow("port with zero") << QByteArray("127.0.0.1:0PORT") << 421;
        QTest::newRow("other address") << QByteArray("127.0.0.2:PORT") << 421;
        QTest::newRow("decimal address") << QByteArray("2130706433:PORT") << 421;
        QTest::newRow("user part") << QByteArray("localhost@evil.example:PORT") << 421;
        QTest::newRow("trailing dot") << QByteArray("localhost.:PORT") << 421;
        QTest::newRow("empty") << QByteArray() << 421;
        QTest::newRow("IPv6 without port") << QByteArray("[::1]") << 421;
    }
    void checksTheHost()
    {
        QFETCH(QByteArray, host);
        QFETCH(const int, status);
        ServerLimits limits;
        limits.hosts = {"console.lan"};
        ServerFixture f(limits);
        RawClient client(f.server->port());
        client.send("GET / HTTP/1.1\r\nHost: " + host.replace("PORT", QByteArray::number(f.server->port())) + "\r\n\r\n");
        QTRY_COMPARE(client.status(), status);
        QCOMPARE(f.requests.empty(), status != 200);
    }
    void canBeToldNotToCheckTheHost()
    {
        ServerLimits limits;
        limits.checkHost = false;
        ServerFixture f(limits);
        RawClient client(f.server->port());
        client.send("GET / HTTP/1.1\r\nHost: anything\r\n\r\n");
        QTRY_COMPARE(client.status(), 200);
    }
    void givesAnErrorWhenThePortIsTaken()
    {
        ServerFixture f;
        HttpServer second(f.clock, [](ServerRequest, std::unique_ptr<Responder>) {});
        const auto error = second.listen(QHostAddress::LocalHost, f.server->port());
        QVERIFY(error && !error->isEmpty());
    }
};

TOLLGATE_TEST(TstHttpServer)
#include "tst_httpserver.moc"
