#include "core/net/httpclient.h"

#include "tests/core/net/exchangerecorder.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>
#include <QTimer>

#include <array>
#include <utility>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;

namespace {

// What a callback does to the things around it.
enum class Act { DropExchange, DropClient, DropBoth, StartAnother };
enum class Where { Head, Body, End };

} // namespace

// Cancel, and destruction at every moment. Run it under AddressSanitizer to see what it is for.
class TstHttpClientLifetime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cancelClosesTheSocketAtOnce()
    {
        ScriptedServer server;
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_COMPARE(server.posts(), 1);
        QElapsedTimer timer;
        timer.start();
        exchange.reset();
        QCOMPARE(client.openConnections(), 0);
        QTRY_VERIFY_WITH_TIMEOUT(server.peer(0).ended, 200);
        QVERIFY(timer.elapsed() <= 200);
        QVERIFY(!recorder.ended());
    }

    void cancelAtAnyPointClosesAndTheNextOneIsNotMixedUp()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &request) {
            const bool second = request.endsWith("second");
            if (second) {
                peer.send(ScriptedServer::ok("second"));
                return;
            }
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n");
            auto *const timer = new QTimer(QCoreApplication::instance());
            connect(timer, &QTimer::timeout, timer, [&peer, timer, left = 40]() mutable {
                if (left-- == 0 || !peer.isOpen())
                    timer->deleteLater();
                else
                    peer.send("x");
            });
            timer->start(0);
        });
        HttpClient client(m_clock);
        QRandomGenerator random(4711);
        for (int round = 0; round < 60; ++round) {
            ExchangeRecorder first, second;
            auto exchange = client.start(postTo(server.port(), "first"), first);
            for (int turns = random.bounded(12); turns > 0; --turns)
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 1);
            const bool whole = first.complete;
            exchange.reset();
            const auto next = client.start(postTo(server.port(), "second"), second);
            QTRY_VERIFY(second.ended());
            QVERIFY(second.complete);
            QCOMPARE(second.body, QByteArray("second"));
            QCOMPARE(first.complete, whole);
        }
        QTRY_COMPARE(server.openPeers(), client.openConnections());
    }

    void anythingMayDieInsideACallback_data()
    {
        QTest::addColumn<int>("act");
        QTest::addColumn<int>("where");
        QTest::addColumn<QByteArray>("answer");
        const std::array<std::pair<const char *, QByteArray>, 5> answers{
            {{"sized", ScriptedServer::ok("hello")},
             {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"},
             {"closed", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"},
             {"short", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"},
             {"broken", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n"}}};
        for (const auto &[name, answer] : answers) {
            for (const Act act : {Act::DropExchange, Act::DropClient, Act::DropBoth, Act::StartAnother}) {
                for (const Where where : {Where::Head, Where::Body, Where::End})
                    QTest::addRow("%s, act %d, place %d", name, int(act), int(where)) << int(act) << int(where) << answer;
            }
        }
    }

    void anythingMayDieInsideACallback()
    {
        QFETCH(int, act);
        QFETCH(int, where);
        QFETCH(QByteArray, answer);
        ScriptedServer server([&](Peer &peer, const QByteArray &request) {
            peer.send(request.endsWith("other") ? ScriptedServer::ok() : answer);
            if (answer.contains("Length: 9") && !request.endsWith("other"))
                peer.close();
        });
        auto client = std::make_unique<HttpClient>(m_clock);
        ExchangeRecorder recorder, other;
        std::unique_ptr<Exchange> exchange, another;
        bool acted = false;
        const auto hook = [&] {
            if (std::exchange(acted, true))
                return;
            switch (Act(act)) {
            case Act::DropExchange:
                exchange.reset();
                break;
            case Act::DropClient:
                client.reset();
                break;
            case Act::DropBoth:
                client.reset();
                exchange.reset();
                break;
            case Act::StartAnother:
                another = client->start(postTo(server.port(), "other"), other);
                break;
            }
        };
        (Where(where) == Where::Head ? recorder.onHead : Where(where) == Where::Body ? recorder.onBody : recorder.onEnd) = hook;
        exchange = client->start(postTo(server.port()), recorder);
        QTRY_VERIFY(acted);
        if (Act(act) == Act::StartAnother) {
            QTRY_VERIFY(other.complete);
            QTRY_VERIFY(recorder.ended());
        } else {
            QTest::qWait(5);
            QCOMPARE(recorder.ended(), Where(where) == Where::End);
        }
        QVERIFY(recorder.orderIsRight);
    }

    void anEventLoopInsideACallbackKeepsTheOrderOfBytes()
    {
        Peer *serverSide = nullptr;
        ScriptedServer server([&](Peer &peer, const QByteArray &) {
            serverSide = &peer;
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n");
        });
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        bool looped = false;
        recorder.onBody = [&] {
            if (std::exchange(looped, true))
                return;
            serverSide->send("3\r\nghi\r\n0\r\n\r\n");
            serverSide->close();
            QTest::qWait(30); // the end of the connection is told in here
        };
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_VERIFY(recorder.ended());
        QVERIFY(recorder.complete);
        QVERIFY(recorder.orderIsRight);
        QCOMPARE(recorder.body, QByteArray("abcdefghi"));
    }

    void anEventLoopInsideACallbackMayDropTheExchange()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) {
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n");
        });
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        QObject context;
        std::unique_ptr<Exchange> exchange;
        recorder.onBody = [&] {
            QTimer::singleShot(0, &context, [&] { exchange.reset(); });
            QTest::qWait(10); // deferred deletions run in here too
        };
        exchange = client.start(postTo(server.port()), recorder);
        QTRY_VERIFY(!exchange);
        QTest::qWait(5);
        QCOMPARE(recorder.body, QByteArray("abc"));
        QCOMPARE(client.openConnections(), 0);
        QVERIFY(!recorder.ended());
    }

    void aRequestThatWaitedForAConnectionIsToldOfItsSending()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &request) {
            if (!request.endsWith("hang"))
                peer.send(ScriptedServer::ok());
        });
        HttpClient client(m_clock, {1, Milliseconds(15'000)});
        ExchangeRecorder first, second;
        const auto running = client.start(postTo(server.port()), first);
        const auto waiting = client.start(postTo(server.port(), "hang"), second);
        QTRY_VERIFY(first.complete);
        QTRY_COMPARE(second.sent, 1);
        QVERIFY(waiting->stamps().reused);
        QCOMPARE(server.connections(), 1);
    }

    void aRequestMayRaiseTheLimitOfConnections()
    {
        ScriptedServer server;
        HttpClient client(m_clock);
        std::array<ExchangeRecorder, 30> recorders;
        std::vector<std::unique_ptr<Exchange>> exchanges;
        for (ExchangeRecorder &recorder : recorders) {
            HttpRequest request = postTo(server.port());
            request.maxConnections = 30;
            exchanges.push_back(client.start(request, recorder));
        }
        QTRY_COMPARE(server.posts(), 30);
    }

    void failuresMayKillEverythingToo()
    {
        quint16 port = 0;
        {
            const ScriptedServer gone;
            port = gone.port();
        }
        for (const Act act : {Act::DropExchange, Act::DropClient, Act::DropBoth}) {
            auto client = std::make_unique<HttpClient>(m_clock);
            std::array<ExchangeRecorder, 5> recorders;
            std::vector<std::unique_ptr<Exchange>> exchanges;
            for (ExchangeRecorder &recorder : recorders)
                exchanges.push_back(client->start(postTo(port), recorder));
            recorders[0].onEnd = [&] {
                if (act != Act::DropExchange)
                    client.reset();
                if (act != Act::DropClient)
                    exchanges.clear();
            };
            QTRY_VERIFY(recorders[0].ended());
            QTest::qWait(5);
            for (size_t i = 1; i < recorders.size(); ++i)
                QVERIFY(!recorders[i].ended() || act == Act::DropClient);
        }
    }

    void theClientMayDieBeforeItsExchanges()
    {
        ScriptedServer server;
        std::array<ExchangeRecorder, 30> recorders; // some run, some wait for a connection
        std::vector<std::unique_ptr<Exchange>> exchanges;
        {
            HttpClient client(m_clock);
            for (ExchangeRecorder &recorder : recorders)
                exchanges.push_back(client.start(postTo(server.port()), recorder));
            QTRY_COMPARE(server.posts(), 24);
        }
        QTRY_COMPARE(server.openPeers(), 0);
        exchanges.front()->pause(true);
        exchanges.front()->pause(false);
        QVERIFY(exchanges.front()->stamps().sent);
        exchanges.clear();
        for (const ExchangeRecorder &recorder : recorders)
            QVERIFY(!recorder.ended());
    }

    void aStartInsideTheEndTakesTheSameConnection()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok()); });
        HttpClient client(m_clock);
        int count = 0;
        std::vector<std::unique_ptr<Exchange>> exchanges;
        std::vector<std::unique_ptr<ExchangeRecorder>> recorders;
        std::function<void()> next = [&] {
            if (++count > 50)
                return;
            recorders.push_back(std::make_unique<ExchangeRecorder>());
            recorders.back()->onEnd = next;
            exchanges.push_back(client.start(postTo(server.port()), *recorders.back()));
        };
        next();
        QTRY_COMPARE(count, 51);
        QCOMPARE(server.connections(), 1);
        QCOMPARE(server.posts(), 50);
    }

    void warmingOpensOneConnectionForTheNextRequest()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok()); });
        HttpClient client(m_clock);
        const Endpoint endpoint = postTo(server.port()).endpoint;
        client.warm(endpoint);
        client.warm(endpoint);
        QTRY_COMPARE(client.idleConnections(endpoint), 1);
        client.warm(endpoint);
        QTRY_COMPARE(server.connections(), 1);
        QCOMPARE(server.posts(), 0);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_VERIFY(recorder.complete);
        QVERIFY(exchange->stamps().reused);
        QCOMPARE(server.connections(), 1);
        client.closeIdle();
        QCOMPARE(client.openConnections(), 0);
    }

    void aRequestTakesOverAConnectionThatIsBeingWarmed()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok()); });
        HttpClient client(m_clock);
        client.warm(postTo(server.port()).endpoint);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_VERIFY(recorder.complete);
        QVERIFY(!exchange->stamps().reused && exchange->stamps().connected);
        QCOMPARE(server.connections(), 1);
    }

    void warmingWhatDoesNotAnswerIsSilent()
    {
        quint16 port = 0;
        {
            const ScriptedServer gone;
            port = gone.port();
        }
        HttpClient client(m_clock);
        client.warm(postTo(port).endpoint);
        QTRY_COMPARE(client.openConnections(), 0);
    }

    void endpointsDoNotShareConnections()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok()); });
        HttpClient client(m_clock);
        HttpRequest named = postTo(server.port());
        named.endpoint.host = QStringLiteral("localhost");
        HttpRequest trusted = postTo(server.port());
        trusted.endpoint.caFile = QStringLiteral("/other.pem");
        for (const HttpRequest &request : {postTo(server.port()), named, trusted}) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(request, recorder);
            QTRY_VERIFY(recorder.complete);
            QVERIFY(!exchange->stamps().reused);
        }
        QCOMPARE(server.connections(), 3);
    }

private:
    SystemClock m_clock;
};

TOLLGATE_TEST(TstHttpClientLifetime)
#include "tst_httpclientlifetime.moc"
