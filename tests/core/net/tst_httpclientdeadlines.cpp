#include "core/net/httpclient.h"

#include "tests/core/net/exchangerecorder.h"
#include "tests/support/fakeclock.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <array>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// A port on loopback whose queue is full: the kernel lets further connection attempts hang.
class HangingPort
{
public:
    HangingPort()
    {
        m_listener = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto *const generic = reinterpret_cast<sockaddr *>(&address);
        ::bind(m_listener, generic, size);
        ::listen(m_listener, 0);
        ::getsockname(m_listener, generic, &size);
        port = ntohs(address.sin_port);
        for (int &filler : m_fillers) {
            filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            ::connect(filler, generic, size);
        }
    }
    ~HangingPort()
    {
        ::close(m_listener);
        for (const int filler : m_fillers)
            ::close(filler);
    }
    quint16 port = 0;

private:
    int m_listener = -1;
    std::array<int, 4> m_fillers{};
};

} // namespace

// Every deadline of definitions.md on a clock that the test moves. The sockets are real.
class TstHttpClientDeadlines : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_clock = std::make_unique<FakeClock>(); }

    void connectingEndsAfterFiveSeconds()
    {
        const HangingPort hanging;
        HttpClient client(*m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(hanging.port), recorder);
        QTest::qWait(20);
        m_clock->advance(4999ms);
        QVERIFY(!recorder.ended());
        m_clock->advance(1ms);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QCOMPARE(recorder.failure->phase, Phase::Connect);
        QCOMPARE(recorder.failure->message, QStringLiteral("No connection to 127.0.0.1:%1 in 5 s.").arg(hanging.port));
        QCOMPARE(client.openConnections(), 0);
    }

    void theHandshakeEndsAfterTenSeconds()
    {
        ScriptedServer server; // speaks no TLS and says nothing
        HttpClient client(*m_clock);
        HttpRequest request = postTo(server.port());
        request.endpoint.tls = true;
        request.endpoint.caFile = QStringLiteral(TOLLGATE_FIXTURES "/tls/ca.pem");
        ExchangeRecorder recorder;
        const auto exchange = client.start(std::move(request), recorder);
        QTRY_VERIFY(server.connections() == 1 && !server.peer(0).received.isEmpty());
        m_clock->advance(9999ms);
        QVERIFY(!recorder.ended());
        m_clock->advance(1ms);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QCOMPARE(recorder.failure->phase, Phase::Tls);
        QVERIFY(recorder.failure->message.startsWith(QLatin1String("No secure connection to 127.0.0.1:")));
        QTRY_VERIFY(server.peer(0).ended);
        QVERIFY(!server.anyByteContains("sk-canary"));
        QCOMPARE(server.posts(), 0);
    }

    void theFirstByteHasTwoMinutes()
    {
        ScriptedServer server;
        HttpClient client(*m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_COMPARE(server.posts(), 1);
        m_clock->advance(119'999ms);
        QVERIFY(!recorder.ended());
        m_clock->advance(1ms);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Ambiguous);
        QCOMPARE(recorder.failure->phase, Phase::FirstByte);
        QCOMPARE(recorder.failure->message, QStringLiteral("No answer in 120 s."));
        QTRY_VERIFY(server.peer(0).ended);
        QCOMPARE(server.posts(), 1);
    }

    void silenceInTheHeadersEndsAfterAMinute()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.send("HTTP/1.1 200 OK\r\nConten"); });
        HttpClient client(*m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_VERIFY(exchange->stamps().firstByte);
        m_clock->advance(59'999ms);
        QVERIFY(!recorder.ended());
        m_clock->advance(1ms);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Ambiguous);
        QCOMPARE(recorder.failure->phase, Phase::FirstByte);
    }

    void silenceInTheBodyEndsAMinuteAfterTheLastByte()
    {
        ScriptedServer server(
            [](Peer &peer, const QByteArray &) { peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na"); });
        HttpClient client(*m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_COMPARE(recorder.bodyBytes, 1);
        for (int i = 2; i < 6; ++i) {
            m_clock->advance(59'999ms);
            QVERIFY(!recorder.ended());
            server.peer(0).send("b");
            QTRY_COMPARE(recorder.bodyBytes, i);
        }
        m_clock->advance(59'999ms);
        QVERIFY(!recorder.ended());
        m_clock->advance(1ms);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Ambiguous);
        QCOMPARE(recorder.failure->phase, Phase::Stream);
        QCOMPARE(recorder.failure->httpStatus, 200);
        QCOMPARE(recorder.failure->message, QStringLiteral("Nothing more of the answer came for 60 s."));
    }

    void aSlowDripEndsAtTheTotal()
    {
        ScriptedServer server(
            [](Peer &peer, const QByteArray &) { peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"); });
        HttpClient client(*m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_COMPARE(recorder.status, 200);
        for (int i = 1; i < 20; ++i) {
            m_clock->advance(30s);
            server.peer(0).send("x");
            QTRY_COMPARE(recorder.bodyBytes, i);
        }
        m_clock->advance(29'999ms);
        QVERIFY(!recorder.ended());
        m_clock->advance(1ms);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->message, QStringLiteral("Not finished in 600 s."));
        QCOMPARE(recorder.failure->phase, Phase::Stream);
    }

    void aStalledUploadEndsAfterItsLastProgress()
    {
        ScriptedServer server;
        server.onConnect = [](Peer &peer) { peer.stopReading(); };
        HttpClient client(*m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port(), QByteArray(30'000'000, 'x')), recorder);
        QTRY_VERIFY(server.connections() == 1 && exchange->stamps().connected);
        QTest::qWait(100);
        QVERIFY(!exchange->stamps().sent);
        m_clock->advance(119'999ms);
        QVERIFY(!recorder.ended());
        m_clock->advance(1ms);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Ambiguous);
        QCOMPARE(recorder.failure->phase, Phase::Send);
    }

    void waitingInTheQueueEndsAtTheTotal()
    {
        ScriptedServer server;
        HttpClient client(*m_clock, {1, 15s});
        ExchangeRecorder first, second;
        HttpRequest request = postTo(server.port());
        request.deadlines.firstByte = 0ms;
        const auto one = client.start(request, first);
        const auto two = client.start(request, second);
        QTRY_COMPARE(server.posts(), 1);
        m_clock->advance(599'999ms);
        QVERIFY(!first.ended() && !second.ended());
        m_clock->advance(1ms);
        QVERIFY(first.ended() && second.ended());
        QCOMPARE(first.failure->kind, FailureKind::Ambiguous);
        QCOMPARE(second.failure->kind, FailureKind::Unreachable);
        QCOMPARE(second.failure->phase, Phase::Connect);
        QCOMPARE(second.failure->message, QStringLiteral("No connection became free in 600 s."));
        QCOMPARE(server.posts(), 1);
    }

    void queuedExchangesDoNotAgeBeforeTheyAreSent()
    {
        // Finding 4 of reliability.md: a phase deadline that runs while queued kills requests that were never sent.
        ScriptedServer server;
        HttpClient client(*m_clock, {1, 15s});
        ExchangeRecorder first, second;
        const auto one = client.start(postTo(server.port()), first);
        const auto two = client.start(postTo(server.port()), second);
        QTRY_COMPARE(server.posts(), 1);
        m_clock->advance(119s);
        server.peer(0).send(ScriptedServer::ok());
        QTRY_VERIFY(first.complete);
        QTRY_COMPARE(server.posts(), 2);
        m_clock->advance(119s);
        QVERIFY(!second.ended());
        server.peer(0).send(ScriptedServer::ok());
        QTRY_VERIFY(second.complete);
        QVERIFY(two->stamps().reused);
    }

    void aPausedExchangeIsNotIdle()
    {
        ScriptedServer server(
            [](Peer &peer, const QByteArray &) { peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"); });
        HttpClient client(*m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_COMPARE(recorder.status, 200);
        exchange->pause(true);
        m_clock->advance(500s);
        QVERIFY(!recorder.ended());
        exchange->pause(false);
        m_clock->advance(59'999ms);
        QVERIFY(!recorder.ended());
        m_clock->advance(1ms);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->message, QStringLiteral("Nothing more of the answer came for 60 s."));
    }

    void zeroSwitchesADeadlineOff()
    {
        ScriptedServer server;
        HttpClient client(*m_clock);
        HttpRequest request = postTo(server.port());
        request.deadlines = {0ms, 0ms, 0ms, 0ms, 0ms};
        ExchangeRecorder recorder;
        const auto exchange = client.start(std::move(request), recorder);
        QTRY_COMPARE(server.posts(), 1);
        m_clock->advance(24h);
        QVERIFY(!recorder.ended());
    }

    void manyExchangesShareOneTimer()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok()); });
        HttpClient client(*m_clock);
        std::vector<std::unique_ptr<Exchange>> exchanges;
        std::array<ExchangeRecorder, 20> recorders;
        for (ExchangeRecorder &recorder : recorders) {
            exchanges.push_back(client.start(postTo(server.port()), recorder));
            QVERIFY(m_clock->timers() <= 1);
        }
        for (const ExchangeRecorder &recorder : recorders)
            QTRY_VERIFY(recorder.complete);
        QVERIFY(m_clock->timers() <= 1);
        exchanges.clear();
        m_clock->advance(1h); // it does not go on for ever
        QCOMPARE(m_clock->timers(), 0);
        QCOMPARE(client.openConnections(), 0);
    }

    void idleConnectionsCloseAfterFifteenSeconds()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok()); });
        HttpClient client(*m_clock);
        const auto ask = [&] {
            ExchangeRecorder recorder;
            const auto exchange = client.start(postTo(server.port()), recorder);
            return QTest::qWaitFor([&] { return recorder.complete; });
        };
        QVERIFY(ask());
        m_clock->advance(14'999ms);
        QCOMPARE(client.idleConnections(postTo(server.port()).endpoint), 1);
        QVERIFY(ask()); // still fresh enough, and it starts anew
        QCOMPARE(server.connections(), 1);
        m_clock->advance(14'999ms);
        QCOMPARE(client.openConnections(), 1);
        m_clock->advance(1ms);
        QCOMPARE(client.openConnections(), 0);
        QTRY_VERIFY(server.peer(0).ended);
        QVERIFY(ask());
        QCOMPARE(server.connections(), 2);
    }

    void theServersOwnTimeoutIsRespected()
    {
        ScriptedServer server(
            [](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok("{}", "Keep-Alive: timeout=5\r\n")); });
        HttpClient client(*m_clock);
        for (const auto &[pause, connections] : {std::pair(3999ms, 1), std::pair(4000ms, 1), std::pair(0ms, 2)}) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(postTo(server.port()), recorder);
            QTRY_VERIFY(recorder.complete);
            QCOMPARE(server.connections(), connections);
            m_clock->advance(pause);
        }
    }

    void theLastUsedConnectionIsTakenFirst()
    {
        ScriptedServer server;
        HttpClient client(*m_clock);
        std::array<ExchangeRecorder, 4> recorders;
        const auto one = client.start(postTo(server.port()), recorders[0]);
        QTRY_COMPARE(server.posts(), 1);
        const auto two = client.start(postTo(server.port()), recorders[1]);
        QTRY_COMPARE(server.posts(), 2);
        server.peer(1).send(ScriptedServer::ok());
        QTRY_VERIFY(recorders[1].complete);
        server.peer(0).send(ScriptedServer::ok());
        QTRY_VERIFY(recorders[0].complete);
        const auto three = client.start(postTo(server.port()), recorders[2]);
        QTRY_COMPARE(server.peer(0).requests, 2);
        QCOMPARE(server.peer(1).requests, 1);
    }

private:
    std::unique_ptr<FakeClock> m_clock;
};

TOLLGATE_TEST(TstHttpClientDeadlines)
#include "tst_httpclientdeadlines.moc"
