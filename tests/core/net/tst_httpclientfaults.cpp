#include "core/net/httpclient.h"

#include "tests/core/net/exchangerecorder.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <QTimer>

#include <utility>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;

namespace {

enum class Then { Close, Reset };

// Resident memory of this process in KiB.
qint64 residentKib()
{
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').first().toLongLong();
    }
    return 0;
}

} // namespace

// What servers and networks do wrong. In every case at most one POST per start() reaches a server.
class TstHttpClientFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCutAnswerIsAFailureWithOnePost_data()
    {
        QTest::addColumn<QByteArray>("sent");
        QTest::addColumn<bool>("reset");
        QTest::addColumn<int>("phase");
        const QByteArray chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (const bool reset : {false, true}) {
            const auto row = [&](const char *name, const QByteArray &sent, Phase phase) {
                QTest::newRow(qPrintable(QString::fromLatin1(name) + QLatin1String(reset ? ", reset" : ", close")))
                    << sent << reset << int(phase);
            };
            row("before the headers", "", Phase::FirstByte);
            row("in the status line", "HTTP/1.1 2", Phase::FirstByte);
            row("in the headers", "HTTP/1.1 200 OK\r\nContent-Ty", Phase::FirstByte);
            row("before the blank line", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", Phase::FirstByte);
            row("after the head", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", Phase::Stream);
            row("short of its length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123456789", Phase::Stream);
            row("at a chunk border", chunked + "3\r\nabc\r\n", Phase::Stream);
            row("in a chunk", chunked + "3\r\nab", Phase::Stream);
            row("in a chunk size", chunked + "3\r\nabc\r\n1", Phase::Stream);
            row("in the last chunk", chunked + "3\r\nabc\r\n0\r\n", Phase::Stream);
        }
        QTest::newRow("no length, reset") << QByteArray("HTTP/1.1 200 OK\r\n\r\nabc") << true << int(Phase::Stream);
    }

    void aCutAnswerIsAFailureWithOnePost()
    {
        QFETCH(QByteArray, sent);
        QFETCH(bool, reset);
        QFETCH(int, phase);
        ExchangeRecorder recorder;
        ScriptedServer server([&](Peer &peer, const QByteArray &) {
            peer.send(sent);
            // A reset throws away what the client has not read yet, so it waits for it where the test needs the bytes.
            const bool needsHead = phase == int(Phase::Stream);
            auto *const timer = new QTimer(QCoreApplication::instance());
            connect(timer, &QTimer::timeout, timer, [=, &recorder, &peer] {
                if (needsHead && recorder.status == 0)
                    return;
                timer->deleteLater();
                reset ? peer.reset() : peer.close();
            });
            timer->start(2);
        });
        HttpClient client(m_clock);
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_VERIFY(recorder.ended());
        QVERIFY(recorder.failure && !recorder.complete && recorder.orderIsRight);
        QCOMPARE(recorder.failure->kind, FailureKind::Ambiguous);
        QCOMPARE(int(recorder.failure->phase), phase);
        QCOMPARE(recorder.failure->httpStatus, recorder.status);
        QVERIFY(recorder.failure->message.startsWith(QLatin1String("The connection was closed")));
        QTest::qWait(30); // a hidden second attempt would come now
        QCOMPARE(server.posts(), 1);
        QCOMPARE(server.connections(), 1);
        QCOMPARE(client.openConnections(), 0);
    }

    void aStaleConnectionIsAmbiguousAndNeverSentAgain()
    {
        // Answers once, then swallows the second request and leaves: whether it was worked on, nobody knows.
        for (const Then then : {Then::Close, Then::Reset}) {
            ScriptedServer server([&](Peer &peer, const QByteArray &) {
                if (peer.requests == 1)
                    peer.send(ScriptedServer::ok());
                else
                    then == Then::Close ? peer.close() : peer.reset();
            });
            HttpClient client(m_clock);
            ExchangeRecorder first, second;
            const auto one = client.start(postTo(server.port()), first);
            QTRY_VERIFY(first.complete);
            const auto two = client.start(postTo(server.port()), second);
            QTRY_VERIFY(second.ended());
            QVERIFY(second.failure);
            QCOMPARE(second.failure->kind, FailureKind::Ambiguous);
            QCOMPARE(second.failure->phase, Phase::FirstByte);
            QVERIFY(two->stamps().reused && two->stamps().sent);
            QTest::qWait(30);
            QCOMPARE(server.posts(), 2);
            QCOMPARE(server.connections(), 1);
        }
    }

    void aConnectionClosedWhileIdleIsReplacedBeforeSending()
    {
        ScriptedServer server([&](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok()); });
        HttpClient client(m_clock);
        for (int round = 0; round < 20; ++round) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(postTo(server.port()), recorder);
            QTRY_VERIFY(recorder.ended());
            QVERIFY(recorder.complete);
            Peer &peer = server.peer(server.connections() - 1);
            if (round % 2)
                peer.close();
            else
                peer.reset();
            // No turn of the event loop: the socket object does not know yet, only the kernel does.
            if (round % 4 < 2)
                QTRY_COMPARE(client.openConnections(), 0);
        }
        QCOMPARE(server.posts(), 20);
        QCOMPARE(server.connections(), 20);
    }

    void aCloseThatRacesWithTheRequestIsNeverSentTwice()
    {
        // The server closes after its answer at once; the next request goes out somewhere in between.
        ScriptedServer server([&](Peer &peer, const QByteArray &) {
            peer.send(ScriptedServer::ok());
            QTimer::singleShot(0, [&peer] { peer.close(); });
        });
        HttpClient client(m_clock);
        int started = 0, failed = 0;
        std::vector<std::unique_ptr<Exchange>> exchanges;
        for (int round = 0; round < 200; ++round) {
            ExchangeRecorder one, two;
            exchanges.push_back(client.start(postTo(server.port()), one));
            one.onEnd = [&] { exchanges.push_back(client.start(postTo(server.port()), two)); };
            QTRY_VERIFY(two.ended());
            started += 2;
            failed += (one.failure ? 1 : 0) + (two.failure ? 1 : 0);
            for (const ExchangeRecorder *recorder : {&one, &two}) {
                if (recorder->failure)
                    QCOMPARE(recorder->failure->kind, FailureKind::Ambiguous);
            }
        }
        QVERIFY(server.posts() <= started);
        QVERIFY(server.posts() >= started - failed);
    }

    void redirectsAreHandedOverAndNotFollowed_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {301, 302, 303, 307, 308})
            QTest::newRow(qPrintable(QString::number(status))) << status;
    }

    void redirectsAreHandedOverAndNotFollowed()
    {
        QFETCH(int, status);
        ScriptedServer other;
        ScriptedServer server([&](Peer &peer, const QByteArray &) {
            peer.send("HTTP/1.1 " + QByteArray::number(status) + " Moved\r\nLocation: http://127.0.0.1:"
                      + QByteArray::number(other.port()) + "/\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n");
        });
        HttpClient client(m_clock);
        for (int round = 1; round <= 2; ++round) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(postTo(server.port()), recorder);
            QTRY_VERIFY(recorder.complete);
            QCOMPARE(recorder.status, status);
        }
        QTest::qWait(20);
        QCOMPARE(server.posts(), 2);
        QVERIFY(!server.anyByteContains("Cookie"));
        QCOMPARE(other.connections(), 0);
    }

    void whatIsNotAnAnswerIsAProtocolFailure_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("words");
        const auto row = [](const char *name, const QByteArray &answer, const char *words) {
            QTest::newRow(name) << answer << QString::fromLatin1(words);
        };
        const QByteArray ok = "HTTP/1.1 200 OK\r\n";
        row("garbage", "SSH-2.0-OpenSSH_9.2\r\n", "not valid HTTP");
        row("HTML", "<html><body>Sign in</body></html>\r\n\r\n", "not valid HTTP");
        row("HTTP/2", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", "not valid HTTP");
        row("100", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "interim answer (100)");
        row("101", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "interim answer (101)");
        row("103", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", "interim answer (103)");
        row("CL and TE", ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "not valid HTTP");
        row("two lengths", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "not valid HTTP");
        row("bad chunk size", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "not valid HTTP");
        row("gzip", ok + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "\"gzip\"");
        row("br", ok + "Content-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", "\"br\"");
        row("zstd twice", ok + "Content-Encoding: identity, zstd\r\nContent-Length: 3\r\n\r\nabc", "zstd");
        row("too many header bytes", ok + "X: " + QByteArray(70'000, 'x'), "headers of the answer are larger than 64 KiB");
        row("endless headers", ok + QByteArray("A: b\r\n").repeated(20'000), "headers of the answer are larger than 64 KiB");
        row("announced too long", ok + "Content-Length: 33554433\r\n\r\n", "larger than 32 MiB");
        row("line ends only", QByteArray("\r\n").repeated(50'000), "headers of the answer are larger than 64 KiB");
    }

    void whatIsNotAnAnswerIsAProtocolFailure()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QString, words);
        ScriptedServer server([&](Peer &peer, const QByteArray &) { peer.send(answer); });
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_VERIFY(recorder.ended());
        QVERIFY(recorder.failure && recorder.orderIsRight);
        QCOMPARE(recorder.failure->kind, FailureKind::Protocol);
        QVERIFY2(recorder.failure->message.contains(words), qPrintable(recorder.failure->message));
        QCOMPARE(recorder.body, QByteArray());
        QTRY_VERIFY(server.peer(0).ended);
        QCOMPARE(server.posts(), 1);
        QCOMPARE(client.openConnections(), 0);
    }

    void identityIsNoEncoding()
    {
        ScriptedServer server(
            [](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok("abc", "Content-Encoding: Identity\r\n")); });
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(server.port()), recorder);
        QTRY_VERIFY(recorder.complete);
    }

    void anEndlessBodyEndsAtTheCap()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) {
            peer.send("HTTP/1.1 200 OK\r\n\r\n");
            pourInto(peer, 1'000'000'000);
        });
        HttpClient client(m_clock);
        HttpRequest request = postTo(server.port());
        request.caps.bodyBytes = 3'000'000;
        ExchangeRecorder recorder;
        recorder.keepBody = false;
        const auto exchange = client.start(std::move(request), recorder);
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Protocol);
        QCOMPARE(recorder.failure->phase, Phase::Stream);
        QCOMPARE(recorder.failure->httpStatus, 200);
        QVERIFY(recorder.bodyBytes <= 3'000'000);
        QTRY_VERIFY(server.peer(0).ended);
    }

    void aPausedExchangeHoldsTheServerBack()
    {
        const qint64 total = 64 * 1024 * 1024;
        qint64 poured = 0;
        ScriptedServer server([&](Peer &peer, const QByteArray &) {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(total) + "\r\n\r\n");
            pourInto(peer, total, &poured);
        });
        HttpClient client(m_clock);
        HttpRequest request = postTo(server.port());
        request.caps.bodyBytes = total;
        request.caps.readBuffer = 256 * 1024;
        ExchangeRecorder recorder;
        recorder.keepBody = false;
        std::unique_ptr<Exchange> exchange;
        recorder.onHead = [&] { exchange->pause(true); };
        const qint64 before = residentKib();
        exchange = client.start(std::move(request), recorder);
        QTRY_VERIFY(recorder.status == 200);
        QTest::qWait(300);
        const qint64 held = recorder.bodyBytes;
        QVERIFY(held <= 16 * 1024); // what came in one piece with the head
        QVERIFY2(poured < 24 * 1024 * 1024, qPrintable(QString::number(poured))); // the kernel's buffers and ours
        QVERIFY2(residentKib() - before < 24 * 1024, qPrintable(QString::number(residentKib() - before)));
        exchange->pause(false);
        QTRY_VERIFY_WITH_TIMEOUT(recorder.ended(), 20'000);
        QVERIFY(recorder.complete);
        QCOMPARE(recorder.bodyBytes, total);
        QCOMPARE(server.posts(), 1);
    }

    void anEndThatCameWhilePausedIsReportedAfterTheBytes()
    {
        for (const bool whole : {true, false}) {
            ScriptedServer server([&](Peer &peer, const QByteArray &) {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                QTimer::singleShot(5, [&peer, whole] {
                    peer.send(QByteArray(whole ? 100'000 : 99'999, 'x'));
                    peer.close();
                });
            });
            HttpClient client(m_clock);
            ExchangeRecorder recorder;
            std::unique_ptr<Exchange> exchange;
            recorder.onHead = [&] { exchange->pause(true); };
            exchange = client.start(postTo(server.port()), recorder);
            QTRY_VERIFY(server.connections() == 1 && !server.peer(0).isOpen());
            QTest::qWait(20);
            QVERIFY(!recorder.ended());
            QCOMPARE(recorder.bodyBytes, 0);
            exchange->pause(false);
            QTRY_VERIFY(recorder.ended());
            QCOMPARE(recorder.complete, whole);
            QCOMPARE(recorder.bodyBytes, whole ? 100'000 : 99'999);
        }
    }

    void bytesBeyondTheAnswerCloseTheConnection()
    {
        // In the same packet, and as an answer to a request that was never made.
        int round = 0;
        ScriptedServer server([&](Peer &peer, const QByteArray &) {
            const QByteArray mine = QByteArray::number(round);
            const QByteArray junk = ScriptedServer::ok("stolen");
            if (round % 3 == 0) {
                peer.send(ScriptedServer::ok(mine) + junk);
            } else {
                peer.send(ScriptedServer::ok(mine));
                if (round % 3 == 1)
                    peer.send(junk);
                else
                    QTimer::singleShot(0, [&peer, junk] { peer.send(junk); });
            }
        });
        HttpClient client(m_clock);
        int mixed = 0;
        for (; round < 1000; ++round) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(postTo(server.port()), recorder);
            QTRY_VERIFY(recorder.ended());
            if (recorder.complete)
                mixed += recorder.body == QByteArray::number(round) ? 0 : 1;
        }
        QCOMPARE(mixed, 0);
        QVERIFY(server.posts() <= 1000);
    }

    void junkInTheSamePacketClosesTheConnectionAtOnce()
    {
        for (const QByteArray &junk : {QByteArray("\r\n"), QByteArray("x"), ScriptedServer::ok("stolen")}) {
            ScriptedServer server([&](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok("mine") + junk); });
            HttpClient client(m_clock);
            ExchangeRecorder recorder;
            const auto exchange = client.start(postTo(server.port()), recorder);
            QTRY_VERIFY(recorder.complete);
            QCOMPARE(recorder.body, QByteArray("mine"));
            QCOMPARE(client.openConnections(), 0);
        }
    }

    void unsafeRequestsAreRefusedBeforeAnythingIsOpened_data()
    {
        QTest::addColumn<QByteArray>("secret");
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("target");
        const QByteArray key = "sk-1", path = "/v1";
        QTest::newRow("key with CRLF") << QByteArray("k\r\nX-Evil: 1") << QByteArray("A") << QByteArray("b") << path;
        QTest::newRow("key with LF") << QByteArray("k\n") << QByteArray("A") << QByteArray("b") << path;
        QTest::newRow("key with space") << QByteArray("k k") << QByteArray("A") << QByteArray("b") << path;
        QTest::newRow("key with NUL") << QByteArray("k\0k", 3) << QByteArray("A") << QByteArray("b") << path;
        QTest::newRow("key with umlaut") << QByteArray("k\xc3\xbc") << QByteArray("A") << QByteArray("b") << path;
        QTest::newRow("value with CRLF") << key << QByteArray("A") << QByteArray("b\r\nc: d") << path;
        QTest::newRow("value with NUL") << key << QByteArray("A") << QByteArray("b\0c", 3) << path;
        QTest::newRow("name with colon") << key << QByteArray("A: b\r\nC") << QByteArray("d") << path;
        QTest::newRow("empty name") << key << QByteArray() << QByteArray("d") << path;
        QTest::newRow("own length") << key << QByteArray("content-length") << QByteArray("0") << path;
        QTest::newRow("own coding") << key << QByteArray("Transfer-Encoding") << QByteArray("chunked") << path;
        QTest::newRow("own host") << key << QByteArray("HOST") << QByteArray("evil") << path;
        QTest::newRow("expect") << key << QByteArray("Expect") << QByteArray("100-continue") << path;
        QTest::newRow("path with CRLF") << key << QByteArray("A") << QByteArray("b") << QByteArray("/v1 HTTP/1.1\r\nX: y");
        QTest::newRow("path with space") << key << QByteArray("A") << QByteArray("b") << QByteArray("/v 1");
        QTest::newRow("absolute path") << key << QByteArray("A") << QByteArray("b") << QByteArray("http://evil/");
        QTest::newRow("no path") << key << QByteArray("A") << QByteArray("b") << QByteArray();
    }

    void unsafeRequestsAreRefusedBeforeAnythingIsOpened()
    {
        QFETCH(QByteArray, secret);
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, target);
        ScriptedServer server;
        HttpClient client(m_clock);
        HttpRequest request = postTo(server.port());
        request.secret = SecretBytes(secret);
        request.headers = {{name, value}};
        request.target = target;
        ExchangeRecorder recorder;
        const auto exchange = client.start(std::move(request), recorder);
        QVERIFY(!recorder.ended()); // never from inside start()
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Usage);
        QCOMPARE(recorder.failure->phase, Phase::Connect);
        QVERIFY(!recorder.failure->message.contains(QString::fromLatin1(secret)));
        QTest::qWait(10);
        QCOMPARE(server.connections(), 0);
    }

    void nobodyListensIsUnreachable()
    {
        quint16 port = 0;
        {
            const ScriptedServer gone;
            port = gone.port();
        }
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postTo(port), recorder);
        QVERIFY(!recorder.ended());
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QCOMPARE(recorder.failure->phase, Phase::Connect);
        QCOMPARE(recorder.failure->message, QStringLiteral("127.0.0.1:%1 refused the connection.").arg(port));
        QVERIFY(exchange->stamps().connectStart && !exchange->stamps().connected);
    }

    void anUnknownHostIsUnreachable()
    {
        HttpClient client(m_clock);
        HttpRequest request = postTo(80);
        request.endpoint.host = QStringLiteral("no-such-host.invalid"); // RFC 6761: never resolves
        ExchangeRecorder recorder;
        const auto exchange = client.start(std::move(request), recorder);
        QTRY_VERIFY_WITH_TIMEOUT(recorder.ended(), 10'000);
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QCOMPARE(recorder.failure->phase, Phase::Connect);
        QVERIFY(recorder.failure->message.contains(QLatin1String("no-such-host.invalid")));
    }

private:
    // Writes until `total` bytes are accepted, never holding more than a little in this process.
    static void pourInto(Peer &peer, qint64 total, qint64 *poured = nullptr)
    {
        auto *const timer = new QTimer(QCoreApplication::instance());
        auto left = std::make_shared<qint64>(total);
        connect(timer, &QTimer::timeout, timer, [=, &peer] {
            if (*left == 0 || !peer.isOpen()) {
                timer->deleteLater();
                return;
            }
            while (*left > 0 && peer.isOpen() && peer.unsent() < 256 * 1024) {
                const qint64 piece = qMin<qint64>(*left, 128 * 1024);
                peer.send(QByteArray(piece, 'p'));
                *left -= piece;
                if (poured)
                    *poured += piece;
            }
        });
        timer->start(0);
    }

    SystemClock m_clock;
};

TOLLGATE_TEST(TstHttpClientFaults)
#include "tst_httpclientfaults.moc"
