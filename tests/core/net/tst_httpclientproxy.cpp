#include "core/net/httpclient.h"
#include "core/net/proxysetting.h"

#include "tests/core/net/exchangerecorder.h"
#include "tests/support/fakeclock.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

HttpRequest postThrough(const QString &proxy)
{
    HttpRequest request = postTo(80);
    request.endpoint.host = QStringLiteral("provider.invalid"); // only a proxy can reach it
    request.endpoint.proxy = proxy;
    return request;
}

QString httpProxy(quint16 port)
{
    return QStringLiteral("http://127.0.0.1:%1").arg(port);
}

} // namespace

// Proxies: what they say, what they do not say, and that trouble with them is never taken for the provider's.
class TstHttpClientProxy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tunnelsThroughAnHttpProxyAndReusesTheTunnel()
    {
        QByteArray connectLine;
        ScriptedServer proxy([&](Peer &peer, const QByteArray &request) {
            if (request.startsWith("CONNECT ")) {
                connectLine = request.left(request.indexOf("\r\n"));
                peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
            } else {
                peer.send(ScriptedServer::ok("through"));
            }
        });
        HttpClient client(m_clock);
        for (int round = 0; round < 2; ++round) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(postThrough(httpProxy(proxy.port())), recorder);
            QTRY_VERIFY(recorder.ended());
            QVERIFY2(recorder.complete, recorder.failure ? qPrintable(recorder.failure->message) : "");
            QCOMPARE(recorder.body, QByteArray("through"));
            QCOMPARE(exchange->stamps().reused, round == 1);
        }
        QCOMPARE(connectLine, QByteArray("CONNECT provider.invalid:80 HTTP/1.1"));
        QCOMPARE(proxy.connections(), 1);
        QCOMPARE(proxy.posts(), 2);
    }

    void tunnelsThroughASocksProxy()
    {
        ScriptedServer proxy([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok("socks")); });
        int step = 0;
        QByteArray wanted;
        proxy.onBytes = [&](Peer &peer) {
            const QByteArray bytes = peer.untaken();
            if (step == 0 && bytes.size() >= 2 && bytes.size() >= 2 + bytes[1]) {
                peer.take(2 + bytes[1]);
                peer.send(QByteArray("\x05\x00", 2)); // no password
                ++step;
            } else if (step == 1 && bytes.size() >= 5 && bytes.size() >= 7 + bytes[4]) {
                wanted = bytes.mid(5, bytes[4]);
                peer.take(7 + bytes[4]);
                peer.send(QByteArray("\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50", 10));
                ++step;
            }
        };
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postThrough(QStringLiteral("socks5://127.0.0.1:%1").arg(proxy.port())), recorder);
        QTRY_VERIFY(recorder.ended());
        QVERIFY2(recorder.complete, recorder.failure ? qPrintable(recorder.failure->message) : "");
        QCOMPARE(recorder.body, QByteArray("socks"));
        QCOMPARE(wanted, QByteArray("provider.invalid")); // the name is the proxy's to resolve
        QCOMPARE(proxy.posts(), 1);
    }

    void aRefusingProxyIsUnreachable_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("words");
        QTest::newRow("407") << QByteArray("HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
                             << QStringLiteral("asks for a password");
        QTest::newRow("403") << QByteArray("HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n") << QStringLiteral("proxy");
        QTest::newRow("502") << QByteArray("HTTP/1.1 502 X\r\nContent-Length: 0\r\n\r\n") << QStringLiteral("proxy");
        QTest::newRow("503") << QByteArray("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n") << QString();
        QTest::newRow("garbage") << QByteArray("nonsense\r\n\r\n") << QStringLiteral("proxy");
        QTest::newRow("close") << QByteArray() << QString();
    }

    void aRefusingProxyIsUnreachable()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QString, words);
        ScriptedServer proxy([&](Peer &peer, const QByteArray &) {
            if (answer.isEmpty())
                peer.close();
            else
                peer.send(answer);
        });
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postThrough(httpProxy(proxy.port())), recorder);
        QTRY_VERIFY(recorder.ended());
        QVERIFY(recorder.failure);
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QCOMPARE(recorder.failure->phase, Phase::Connect);
        QVERIFY2(recorder.failure->message.contains(words), qPrintable(recorder.failure->message));
        QCOMPARE(proxy.posts(), 0);
        QVERIFY(!proxy.anyByteContains("sk-canary"));
        QCOMPARE(client.openConnections(), 0);
    }

    void aDeadProxyIsUnreachable()
    {
        quint16 port = 0;
        {
            const ScriptedServer gone;
            port = gone.port();
        }
        for (const QString &setting : {httpProxy(port), QStringLiteral("socks5://127.0.0.1:%1").arg(port)}) {
            HttpClient client(m_clock);
            ExchangeRecorder recorder;
            const auto exchange = client.start(postThrough(setting), recorder);
            QVERIFY(!recorder.ended());
            QTRY_VERIFY(recorder.ended());
            QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
            QCOMPARE(recorder.failure->phase, Phase::Connect);
            QVERIFY2(recorder.failure->message.contains(setting), qPrintable(recorder.failure->message));
        }
    }

    void aProxyThatDoesNotAnswerEndsAfterFiveSeconds()
    {
        ScriptedServer proxy;
        FakeClock clock;
        HttpClient client(clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postThrough(httpProxy(proxy.port())), recorder);
        QTRY_VERIFY(proxy.anyByteContains("CONNECT"));
        clock.advance(4999ms);
        QVERIFY(!recorder.ended());
        clock.advance(1ms);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QVERIFY(recorder.failure->message.contains(QLatin1String("through the proxy")));
        QTRY_VERIFY(proxy.peer(0).ended);
    }

    void readsProxySettings()
    {
        QCOMPARE(proxyFromSetting({})->type(), QNetworkProxy::NoProxy);
        const auto http = proxyFromSetting(QStringLiteral("http://proxy.example:3128"));
        QVERIFY(http);
        QCOMPARE(http->type(), QNetworkProxy::HttpProxy);
        QCOMPARE(http->hostName(), QStringLiteral("proxy.example"));
        QCOMPARE(http->port(), quint16(3128));
        const auto socks = proxyFromSetting(QStringLiteral("socks5://[::1]:1080"));
        QVERIFY(socks);
        QCOMPARE(socks->type(), QNetworkProxy::Socks5Proxy);
        QCOMPARE(socks->hostName(), QStringLiteral("::1"));
        for (const char *bad : {"proxy:3128", "https://proxy:3128", "http://proxy", "http://[::1]", "http://u:p@proxy:3128",
                                "http://proxy:3128/path", "http://proxy:0", "socks4://proxy:1080", "http://pro xy:1"})
            QVERIFY2(!proxyFromSetting(QString::fromLatin1(bad)), bad);
    }

    void anUnreadableSettingIsSaid()
    {
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postThrough(QStringLiteral("proxy:3128")), recorder);
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QVERIFY(recorder.failure->message.contains(QLatin1String("\"proxy:3128\"")));
        ExchangeRecorder second;
        const auto withPassword = client.start(postThrough(QStringLiteral("http://me:hunter2@proxy:3128")), second);
        QTRY_VERIFY(second.ended());
        QVERIFY(!second.failure->message.contains(QLatin1String("hunter2")));
    }

    void theSystemsProxyIsAskedAndLoopbackNeedsNone()
    {
        ScriptedServer proxy([&](Peer &peer, const QByteArray &request) {
            peer.send(request.startsWith("CONNECT ") ? QByteArray("HTTP/1.1 200 OK\r\n\r\n") : ScriptedServer::ok("proxied"));
        });
        ScriptedServer direct([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok("direct")); });
        qputenv("http_proxy", httpProxy(proxy.port()).toLatin1());
        HttpClient client(m_clock);
        ExchangeRecorder first, second;
        const auto one = client.start(postThrough(QStringLiteral("system")), first);
        HttpRequest local = postTo(direct.port());
        local.endpoint.proxy = QStringLiteral("system");
        const auto two = client.start(std::move(local), second);
        QTRY_VERIFY_WITH_TIMEOUT(first.ended() && second.ended(), 10'000);
        qunsetenv("http_proxy");
        QCOMPARE(first.body, QByteArray("proxied"));
        QCOMPARE(second.body, QByteArray("direct"));
    }

    void readsTheServersKeepAliveHint()
    {
        QCOMPARE(keepAliveHint("timeout=5, max=100"), std::optional<Milliseconds>(4000ms));
        QCOMPARE(keepAliveHint("max=3, Timeout=60"), std::optional<Milliseconds>(59'000ms));
        QCOMPARE(keepAliveHint("timeout=0"), std::optional<Milliseconds>(0ms));
        for (const char *none : {"", "max=3", "timeout=", "timeout=x", "timeout=-1"})
            QCOMPARE(keepAliveHint(none), std::nullopt);
    }

private:
    SystemClock m_clock;
};

TOLLGATE_TEST(TstHttpClientProxy)
#include "tst_httpclientproxy.moc"
