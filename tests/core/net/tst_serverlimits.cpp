#include "tests/core/net/serverfixture.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <vector>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// Lets the server's thread (this one) see what the sockets bring.
void settle(int rounds = 20)
{
    for (int i = 0; i < rounds; ++i)
        QTest::qWait(1);
}

} // namespace

// Deadlines, caps, back-pressure, and clients that leave at the wrong moment.
class TstServerLimits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void closesASlowHeadHoweverItsBytesCome()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        client.send("GET / HTTP/1.1\r\n" + f.host());
        settle();
        for (int second = 0; second < 9; ++second) {
            f.clock.advance(1s);
            client.send("X: y\r\n"); // a byte now and then does not help
            settle(3);
            QVERIFY(!client.closed());
        }
        f.clock.advance(1s);
        QTRY_VERIFY(client.closed());
        QCOMPARE(client.status(), 408);
        QVERIFY(f.requests.empty());
        QTRY_COMPARE(f.server->connectionCount(), 0);
    }
    void closesASilentConnectionWithoutAWord()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        QTRY_COMPARE(f.server->connectionCount(), 1);
        f.clock.advance(9'999ms);
        settle(3);
        QVERIFY(!client.closed());
        f.clock.advance(1ms);
        QTRY_VERIFY(client.closed());
        QCOMPARE(client.received(), QByteArray());
    }
    void closesAnIdleKeepAliveConnection()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(client.status(), 200);
        f.clock.advance(14s);
        client.send(f.get("/again")); // a request starts the time anew
        QTRY_VERIFY(client.received().endsWith("GET /again "));
        f.clock.advance(14'999ms);
        settle(3);
        QVERIFY(!client.closed());
        f.clock.advance(1ms);
        QTRY_VERIFY(client.closed());
    }
    void closesASlowHeadOnAKeptConnection()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(client.status(), 200);
        client.forget();
        f.clock.advance(12s);
        client.send("GET / HTTP");
        settle();
        f.clock.advance(9'999ms); // past the keep-alive time, within the head's
        settle(3);
        QVERIFY(!client.closed());
        f.clock.advance(1ms);
        QTRY_COMPARE(client.status(), 408);
        QTRY_VERIFY(client.closed());
    }
    void closesASlowBody()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        client.send("POST /p HTTP/1.1\r\n" + f.host() + "Content-Length: 100000\r\n\r\n");
        settle();
        for (int span = 0; span < 3; ++span) { // 1 KiB per second is enough
            client.send(QByteArray(10'240, 'x'));
            settle();
            f.clock.advance(10s);
            settle(3);
            QVERIFY2(!client.closed(), qPrintable(QString::number(span)));
        }
        client.send(QByteArray(10'239, 'x')); // a byte less is not
        settle();
        f.clock.advance(10s);
        QTRY_COMPARE(client.status(), 408);
        QTRY_VERIFY(client.closed());
        QVERIFY(f.requests.empty());
    }
    void givesAHandlerAllTheTimeItNeeds()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        f.clock.advance(std::chrono::hours(1));
        settle(3);
        QVERIFY(f.held.front()->isConnected());
        f.held.front()->send(200, {}, "late");
        QTRY_VERIFY(client.received().endsWith("late"));
    }
    void dropsAConnectionThatLingers()
    {
        ServerFixture f;
        RawClient client(f.server->port());
        client.socket().setReadBufferSize(1); // it never notices the end
        client.send("GET / HTTP/1.1\r\n" + f.host() + "Connection: close\r\n\r\n");
        QTRY_COMPARE(f.requests.size(), size_t(1));
        settle();
        QCOMPARE(f.server->connectionCount(), 1);
        f.clock.advance(2s);
        settle();
        QCOMPARE(f.server->connectionCount(), 0);
    }
    void holdsSixtyFourConnections()
    {
        ServerFixture f;
        std::vector<std::unique_ptr<RawClient>> idle;
        for (int i = 0; i < 64; ++i)
            idle.push_back(std::make_unique<RawClient>(f.server->port()));
        QTRY_COMPARE(f.server->connectionCount(), 64);
        RawClient refused(f.server->port());
        QTRY_COMPARE(refused.status(), 503);
        QVERIFY(refused.received().contains("Retry-After: 1\r\n"));
        QTRY_VERIFY(refused.closed());
        QCOMPARE(f.server->connectionCount(), 64);
        // A second later those that have sent nothing make room, the oldest first.
        idle[0]->send("GET / HTTP/1.1\r\n");
        settle();
        f.clock.advance(1s);
        RawClient served(f.server->port());
        served.send(f.get("/served"));
        QTRY_VERIFY(served.received().endsWith("GET /served "));
        QTRY_VERIFY(idle[1]->closed());
        QVERIFY(!idle[0]->closed());
        QCOMPARE(f.server->connectionCount(), 64);
        // All of them are gone at their deadline.
        f.clock.advance(10s);
        QTRY_COMPARE(f.server->connectionCount(), 1);
    }
    void keepsConnectionsThatWereServedWhenItIsFull()
    {
        ServerLimits limits;
        limits.connections = 2;
        ServerFixture f(limits);
        RawClient a(f.server->port());
        RawClient b(f.server->port());
        a.send(f.get());
        b.send(f.get());
        QTRY_COMPARE(b.status(), 200);
        QTRY_COMPARE(a.status(), 200);
        f.clock.advance(5s);
        RawClient c(f.server->port());
        QTRY_COMPARE(c.status(), 503);
        QVERIFY(!a.closed() && !b.closed());
    }
    void tellsManyThatThereIsNoRoomWithoutKeepingThem()
    {
        ServerLimits limits;
        limits.connections = 1;
        ServerFixture f(limits);
        RawClient first(f.server->port());
        first.send(f.get());
        QTRY_COMPARE(first.status(), 200);
        std::vector<std::unique_ptr<RawClient>> others;
        for (int i = 0; i < 100; ++i)
            others.push_back(std::make_unique<RawClient>(f.server->port()));
        for (const auto &client : others)
            QTRY_VERIFY(client->closed());
        QVERIFY(others.front()->status() == 503);
        first.forget();
        first.send(f.get("/still"));
        QTRY_VERIFY(first.received().endsWith("GET /still "));
    }
    void pushesBackOnAClientThatDoesNotRead()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.socket().setReadBufferSize(1024);
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        Responder &responder = *f.held.front();
        responder.begin(200, {});
        int writable = 0;
        responder.onWritable([&writable] { ++writable; });
        const QByteArray block(64 * 1024, 'x');
        qint64 written = 0;
        while (responder.canWrite() && written < 64 * 1024 * 1024) {
            responder.write(block);
            written += block.size();
        }
        QVERIFY(!responder.canWrite());
        QVERIFY2(written < 16 * 1024 * 1024, qPrintable(QString::number(written))); // the kernel's buffers and 1 MiB of ours
        settle();
        QCOMPARE(writable, 0);
        client.socket().setReadBufferSize(0);
        QTRY_VERIFY((client.received(), writable) == 1);
        QVERIFY(responder.canWrite());
        responder.end();
        QTRY_VERIFY(client.received().endsWith("\r\n0\r\n\r\n"));
        QVERIFY(client.received().size() > written);
    }
    void wakesAProducerThatFillsTheBufferInsideTheHandler()
    {
        FakeClock clock;
        std::unique_ptr<Responder> held;
        int writable = 0;
        qint64 written = 0;
        HttpServer server(clock, [&](ServerRequest, std::unique_ptr<Responder> responder) {
            held = std::move(responder);
            held->begin(200, {});
            while (held->canWrite()) {
                held->write(QByteArray(100'000, 'x'));
                written += 100'000;
            }
            held->onWritable([&writable] { ++writable; });
        });
        QVERIFY(!server.listen(QHostAddress::LocalHost, 0));
        RawClient client(server.port());
        client.socket().setReadBufferSize(1024);
        client.send("GET / HTTP/1.1\r\nHost: localhost:" + QByteArray::number(server.port()) + "\r\n\r\n");
        QTRY_VERIFY(held);
        QVERIFY(!held->canWrite());
        client.socket().setReadBufferSize(0);
        QTRY_VERIFY((client.received(), writable) == 1);
        QVERIFY(held->canWrite());
        held->end();
        QTRY_VERIFY(client.received().size() > written && client.received().endsWith("0\r\n\r\n"));
    }
    void dropsAClientThatTakesNothing()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.socket().setReadBufferSize(1024);
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        bool left = false;
        f.held.front()->onDisconnected([&left] { left = true; });
        f.held.front()->begin(200, {});
        while (f.held.front()->canWrite())
            f.held.front()->write(QByteArray(64 * 1024, 'x'));
        settle();
        f.clock.advance(59s);
        settle(3);
        QVERIFY(!left);
        f.clock.advance(1s);
        settle(3);
        QVERIFY(left);
        QVERIFY(!f.held.front()->isConnected());
        QCOMPARE(f.server->connectionCount(), 0);
    }
    void readsNoMoreFromAClientThatTakesNoAnswers()
    {
        ServerFixture f;
        const QByteArray request = f.post(QByteArray(30'000, 'b'));
        RawClient client(f.server->port());
        client.socket().setReadBufferSize(1024);
        for (int i = 0; i < 2000; ++i) {
            client.send(request);
            if (i % 50 == 0)
                settle(2);
        }
        settle(50);
        const size_t answered = f.requests.size();
        QVERIFY2(answered < 1000, qPrintable(QString::number(answered)));
        client.socket().setReadBufferSize(0);
        QTRY_VERIFY_WITH_TIMEOUT((client.received(), f.requests.size()) == 2000, 30'000);
        QTRY_COMPARE(client.received().count("HTTP/1.1 200 OK"), 2000);
    }
    void saysWhenTheClientLeaves()
    {
        ServerFixture f;
        f.hold = true;
        auto client = std::make_unique<RawClient>(f.server->port());
        client->send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        int left = 0;
        f.held.front()->onDisconnected([&] {
            ++left;
            f.held.clear(); // a callback may delete its responder
        });
        client.reset();
        QTRY_COMPARE(left, 1);
        QTRY_COMPARE(f.server->connectionCount(), 0);
    }
    void survivesClientsThatLeaveAtAnyMoment_data()
    {
        QTest::addColumn<bool>("reset");
        QTest::newRow("FIN") << false;
        QTest::newRow("RST") << true;
    }
    void survivesClientsThatLeaveAtAnyMoment()
    {
        QFETCH(const bool, reset);
        ServerFixture f;
        f.hold = true;
        int left = 0;
        for (int round = 0; round < 200; ++round) {
            auto client = std::make_unique<RawClient>(f.server->port());
            client->send(f.get() + (round % 7 == 0 ? f.get("/pipelined") : QByteArray()));
            QTRY_COMPARE(f.held.size(), size_t(1));
            std::unique_ptr<Responder> responder = std::move(f.held.front());
            f.held.clear();
            responder->onDisconnected([&left] { ++left; });
            if (round % 4 > 0)
                responder->begin(200, {});
            if (round % 4 > 1)
                responder->write(QByteArray(round * 1000, 'x'));
            if (reset)
                client->socket().abort();
            client.reset();
            if (round % 3 == 0)
                settle(2);
            if (round % 4 == 0)
                responder->send(200, {}, QByteArray(round * 1000, 'y')); // whether it has been noticed or not
            else if (round % 2 == 0)
                responder->write(QByteArray(100'000, 'z'));
            else
                responder->end();
            settle(1);
            responder->write("late");
            if (round % 5 == 0)
                responder->abort(round % 2 == 0);
            responder.reset();
            f.held.clear();
        }
        QTRY_COMPARE((f.held.clear(), f.server->connectionCount()), 0);
        QVERIFY(left > 0);
    }
    void survivesTheServersEndBeforeTheResponders()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        bool left = false;
        f.held.front()->onDisconnected([&left] { left = true; });
        f.server.reset();
        QVERIFY(!f.held.front()->isConnected());
        QVERIFY(!f.held.front()->canWrite());
        f.held.front()->send(200, {}, "nobody hears this");
        f.held.front()->abort(true);
        f.held.clear();
        QVERIFY(!left);
        QTRY_VERIFY(client.closed());
    }
    void dropsTheConnectionOfAForgottenResponder()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        f.held.clear();
        QTRY_VERIFY(client.closed());
        QCOMPARE(client.received(), QByteArray());
    }
    void abortsGentlyOrHard_data()
    {
        QTest::addColumn<bool>("reset");
        QTest::newRow("FIN") << false;
        QTest::newRow("RST") << true;
    }
    void abortsGentlyOrHard()
    {
        QFETCH(const bool, reset);
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        f.held.front()->begin(200, {});
        f.held.front()->write("some");
        QTRY_VERIFY(client.received().endsWith("4\r\nsome\r\n"));
        f.held.front()->abort(reset);
        QVERIFY(!f.held.front()->isConnected());
        QTRY_VERIFY(client.closed());
        QVERIFY(client.received().endsWith("4\r\nsome\r\n"));
        // Qt reports a reset as the remote's close too; a reset socket cannot linger, so the server forgets it at once.
        QTRY_COMPARE(f.server->connectionCount(), 0);
    }
    void writesRawBytesAndCloses()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        f.held.front()->writeRaw("not HTTP\r\n");
        f.held.front()->end();
        QTRY_VERIFY(client.closed());
        QCOMPARE(client.received(), QByteArray("not HTTP\r\n"));
    }
    void closesGracefully()
    {
        ServerFixture f;
        f.hold = true;
        RawClient busy(f.server->port());
        RawClient idle(f.server->port());
        busy.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        QTRY_COMPARE(f.server->connectionCount(), 2);
        f.server->close();
        QTRY_VERIFY(idle.closed());
        QVERIFY(!busy.closed());
        f.held.front()->send(200, {}, "done");
        QTRY_VERIFY(busy.closed());
        QVERIFY(busy.received().endsWith("done"));
        QVERIFY(busy.received().contains("Connection: close\r\n"));
        QTcpSocket late;
        late.connectToHost(QHostAddress::LocalHost, f.server->port());
        QVERIFY(!late.waitForConnected(1000));
    }
    void sendsABigAnswerWhole()
    {
        ServerFixture f;
        f.hold = true;
        RawClient client(f.server->port());
        client.send(f.get());
        QTRY_COMPARE(f.held.size(), size_t(1));
        f.held.front()->send(200, {}, QByteArray(20'000'000, 'x'));
        f.held.clear();
        QTRY_VERIFY(client.received().size() > 20'000'000);
        QVERIFY(client.received().endsWith("xxx"));
        client.forget();
        client.send(f.get("/next"));
        QTRY_COMPARE(f.held.size(), size_t(1));
    }
};

TOLLGATE_TEST(TstServerLimits)
#include "tst_serverlimits.moc"
