#include "core/net/httpclient.h"
#include "core/net/proxysetting.h"

#include "tests/core/net/exchangerecorder.h"
#include "tests/support/fakeclock.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QTcpSocket>
#include <QTest>

#include <memory>

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

QString socksProxy(quint16 port)
{
    return QStringLiteral("socks5://127.0.0.1:%1").arg(port);
}

QString fixture(const char *name)
{
    return QStringLiteral(TOLLGATE_FIXTURES "/tls/") + QLatin1String(name);
}

QSslConfiguration serverTls(const char *name)
{
    QFile file(fixture(name) + QLatin1String(".key"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no key fixture");
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificateChain(QSslCertificate::fromPath(fixture(name) + QLatin1String(".pem")));
    configuration.setPrivateKey(QSslKey(&file, QSsl::Ec));
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    return configuration;
}

// A proxy that keeps its word: whatever name is asked for, the tunnel leads to one port of this machine.
class Tunnel
{
public:
    explicit Tunnel(quint16 target) : m_target(target)
    {
        m_server.onBytes = [this](Peer &peer) { pass(peer); };
    }
    quint16 port() const { return m_server.port(); }
    const QByteArray &asked() const { return m_asked; } // the first line
    bool saw(const QByteArray &bytes) const { return m_server.anyByteContains(bytes); }
    bool isSocks = false;

private:
    void pass(Peer &peer)
    {
        if (!m_upstream && !open(peer))
            return;
        const QByteArray bytes = peer.untaken();
        peer.take(bytes.size());
        m_upstream->write(bytes);
    }

    bool open(Peer &peer)
    {
        const QByteArray bytes = peer.untaken();
        if (isSocks) {
            if (!m_greeted && bytes.size() >= 2 && bytes.size() >= 2 + bytes[1]) {
                m_greeted = true;
                peer.take(2 + bytes[1]);
                peer.send(QByteArray("\x05\x00", 2));
                return false;
            }
            if (!m_greeted || bytes.size() < 5 || bytes.size() < 7 + bytes[4])
                return false;
            m_asked = bytes.mid(5, bytes[4]);
            peer.take(7 + bytes[4]);
            connectTo(peer, QByteArray("\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50", 10));
            return true;
        }
        const qsizetype end = bytes.indexOf("\r\n\r\n");
        if (end < 0)
            return false;
        m_asked = bytes.left(bytes.indexOf("\r\n"));
        peer.take(end + 4);
        connectTo(peer, "HTTP/1.1 200 Connection established\r\n\r\n");
        return true;
    }

    void connectTo(Peer &peer, const QByteArray &answer)
    {
        m_upstream = std::make_unique<QTcpSocket>();
        QObject::connect(m_upstream.get(), &QTcpSocket::readyRead, m_upstream.get(), [this, &peer] { peer.send(m_upstream->readAll()); });
        m_upstream->connectToHost(QHostAddress(QHostAddress::LocalHost), m_target);
        peer.send(answer);
    }

    const quint16 m_target;
    std::unique_ptr<QTcpSocket> m_upstream;
    QByteArray m_asked;
    bool m_greeted = false;
    ScriptedServer m_server; // ends first: its peers hold references
};

// Sets a variable of the process for one test.
class Variable
{
public:
    Variable(const char *name, const QByteArray &value) : m_name(name) { qputenv(name, value); }
    ~Variable() { qunsetenv(m_name); }
    Variable(const Variable &) = delete;
    Variable &operator=(const Variable &) = delete;

private:
    const char *const m_name;
};

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

    // The tunnel's end is verified by the name that was asked for, not by the proxy's.
    void verifiesTheProvidersNameThroughATunnel_data()
    {
        QTest::addColumn<bool>("isSocks");
        QTest::addColumn<QByteArray>("certificate");
        QTest::addColumn<bool>("good");
        for (const bool isSocks : {false, true}) {
            const QByteArray kind = isSocks ? "socks, " : "http, ";
            QTest::newRow((kind + "right name").constData()) << isSocks << QByteArray("good") << true;
            QTest::newRow((kind + "other name").constData()) << isSocks << QByteArray("wronghost") << false;
            QTest::newRow((kind + "expired").constData()) << isSocks << QByteArray("expired") << false;
        }
    }

    void verifiesTheProvidersNameThroughATunnel()
    {
        QFETCH(bool, isSocks);
        QFETCH(QByteArray, certificate);
        QFETCH(bool, good);
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.send(ScriptedServer::ok("secure")); }, serverTls(certificate.constData()));
        Tunnel tunnel(server.port());
        tunnel.isSocks = isSocks;
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        HttpRequest request = postTo(443);
        request.endpoint.tls = true;
        request.endpoint.host = QStringLiteral("localhost"); // what the good certificate is for
        request.endpoint.caFile = fixture("ca.pem");
        request.endpoint.proxy = isSocks ? socksProxy(tunnel.port()) : httpProxy(tunnel.port());
        const auto exchange = client.start(std::move(request), recorder);
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(tunnel.asked(), isSocks ? QByteArray("localhost") : QByteArray("CONNECT localhost:443 HTTP/1.1"));
        QVERIFY(!tunnel.saw("sk-canary")); // it carries what it cannot read
        if (good) {
            QVERIFY2(recorder.complete, recorder.failure ? qPrintable(recorder.failure->message) : "");
            QCOMPARE(recorder.body, QByteArray("secure"));
        } else {
            QVERIFY(recorder.failure);
            QCOMPARE(recorder.failure->kind, FailureKind::Certificate);
            QCOMPARE(server.posts(), 0);
        }
    }

    void tellsWhatToDoWhenTheProxyWantsAPassword()
    {
        ScriptedServer proxy([](Peer &peer, const QByteArray &) {
            peer.send("HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
        });
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postThrough(httpProxy(proxy.port())), recorder);
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QCOMPARE(recorder.failure->phase, Phase::Connect);
        QVERIFY2(recorder.failure->message.startsWith(QStringLiteral("The proxy %1 asks for a password").arg(httpProxy(proxy.port()))),
                 qPrintable(recorder.failure->message));
        QVERIFY(recorder.failure->message.contains(QLatin1String("Use a proxy that lets this computer in without one")));
        QCOMPARE(recorder.failure->httpStatus, 0); // it is not the provider's
    }

    void aRefusingSocksProxyIsUnreachable_data()
    {
        QTest::addColumn<int>("answer"); // -1: no method is accepted
        for (const int answer : {-1, 1, 2, 3, 4, 5, 7, 8})
            QTest::addRow("%d", answer) << answer;
    }

    void aRefusingSocksProxyIsUnreachable()
    {
        QFETCH(int, answer);
        ScriptedServer proxy;
        bool greeted = false;
        proxy.onBytes = [&](Peer &peer) {
            const QByteArray bytes = peer.untaken();
            if (!greeted && bytes.size() >= 2 && bytes.size() >= 2 + bytes[1]) {
                greeted = true;
                peer.take(2 + bytes[1]);
                peer.send(answer < 0 ? QByteArray("\x05\xff", 2) : QByteArray("\x05\x00", 2));
            } else if (greeted && bytes.size() >= 5 && bytes.size() >= 7 + bytes[4]) {
                peer.take(7 + bytes[4]);
                peer.send(QByteArray("\x05", 1) + char(answer) + QByteArray("\x00\x01\x00\x00\x00\x00\x00\x00", 8));
            }
        };
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(postThrough(socksProxy(proxy.port())), recorder);
        QTRY_VERIFY(recorder.ended());
        QVERIFY(recorder.failure);
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QCOMPARE(recorder.failure->phase, Phase::Connect);
        QVERIFY2(recorder.failure->message.contains(socksProxy(proxy.port())), qPrintable(recorder.failure->message));
        QVERIFY(!proxy.anyByteContains("sk-canary"));
    }

    void aProxyThatHangsEndsInTenSeconds_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("before CONNECT") << QStringLiteral("http");
        QTest::newRow("before the SOCKS greeting") << QStringLiteral("socks");
        QTest::newRow("in the tunnel, before TLS") << QStringLiteral("tunnel");
    }

    void aProxyThatHangsEndsInTenSeconds()
    {
        QFETCH(QString, kind);
        ScriptedServer proxy([&kind](Peer &peer, const QByteArray &) {
            if (kind == u"tunnel")
                peer.send("HTTP/1.1 200 OK\r\n\r\n");
        });
        FakeClock clock;
        HttpClient client(clock);
        ExchangeRecorder recorder;
        HttpRequest request = postThrough(kind == u"socks" ? socksProxy(proxy.port()) : httpProxy(proxy.port()));
        request.endpoint.tls = kind == u"tunnel";
        request.endpoint.caFile = kind == u"tunnel" ? fixture("ca.pem") : QString();
        const auto exchange = client.start(std::move(request), recorder);
        QTRY_VERIFY(kind == u"tunnel" ? bool(exchange->stamps().connected) : proxy.connections() == 1 && !proxy.peer(0).received.isEmpty());
        clock.advance(10s);
        QVERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QTRY_VERIFY(proxy.peer(0).ended);
    }

    void aRefusingProxyIsUnreachable_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("words");
        QTest::newRow("407") << QByteArray("HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
                             << QStringLiteral("asks for a password");
        QTest::newRow("403") << QByteArray("HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n") << QStringLiteral("proxy");
        QTest::newRow("502") << QByteArray("HTTP/1.1 502 X\r\nContent-Length: 0\r\n\r\n") << QStringLiteral("proxy");
        QTest::newRow("503") << QByteArray("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n") << QStringLiteral("The proxy http://127.0.0.1:");
        QTest::newRow("garbage") << QByteArray("nonsense\r\n\r\n") << QStringLiteral("proxy");
        QTest::newRow("close") << QByteArray() << QStringLiteral("The proxy http://127.0.0.1:");
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
        QCOMPARE(proxyFromSetting(QStringLiteral("none"))->type(), QNetworkProxy::NoProxy);
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

    void honoursTheEnvironmentsProxies()
    {
        ScriptedServer proxy([&](Peer &peer, const QByteArray &request) {
            peer.send(request.startsWith("CONNECT ") ? QByteArray("HTTP/1.1 200 OK\r\n\r\n") : ScriptedServer::ok("proxied"));
        });
        const Variable plain("http_proxy", "http://127.0.0.1:1"); // nobody
        const Variable secure("https_proxy", httpProxy(proxy.port()).toLatin1());
        const Variable none("no_proxy", "direct.invalid");
        FakeClock clock;
        HttpClient client(clock);
        const auto ask = [&](const QString &host, bool tls, ExchangeRecorder &recorder) {
            HttpRequest request = postTo(tls ? 443 : 80);
            request.endpoint.host = host;
            request.endpoint.tls = tls;
            request.endpoint.proxy = QStringLiteral("system");
            return client.start(std::move(request), recorder);
        };
        ExchangeRecorder overTls, overPlain, direct;
        const auto one = ask(QStringLiteral("provider.invalid"), true, overTls);
        QTRY_VERIFY_WITH_TIMEOUT(proxy.anyByteContains("CONNECT provider.invalid:443 "), 10'000);
        const auto two = ask(QStringLiteral("provider.invalid"), false, overPlain);
        QTRY_VERIFY_WITH_TIMEOUT(overPlain.ended(), 10'000);
        QVERIFY2(overPlain.failure->message.contains(QLatin1String("http://127.0.0.1:1")), qPrintable(overPlain.failure->message));
        const auto three = ask(QStringLiteral("direct.invalid"), true, direct);
        QTRY_VERIFY_WITH_TIMEOUT(direct.ended(), 10'000);
        QVERIFY2(!direct.failure->message.contains(QLatin1String("proxy")), qPrintable(direct.failure->message));
        QVERIFY(!proxy.anyByteContains("direct.invalid"));
    }

    // Not even asked for: the first connection to this computer must not wait for somebody's script.
    void loopbackIsNeverLookedUp()
    {
        QVERIFY(isLoopback({false, QStringLiteral("127.0.0.1"), 1, {}, {}}));
        QVERIFY(isLoopback({false, QStringLiteral("127.8.9.1"), 1, {}, {}}));
        QVERIFY(isLoopback({false, QStringLiteral("::1"), 1, {}, {}}));
        QVERIFY(isLoopback({true, QStringLiteral("localhost"), 1, {}, {}}));
        QVERIFY(isLoopback({true, QStringLiteral("api.localhost"), 1, {}, {}}));
        for (const char *other : {"128.0.0.1", "localhost.example", "notlocalhost", "192.168.0.1", "::2"})
            QVERIFY2(!isLoopback({false, QString::fromLatin1(other), 1, {}, {}}), other);
    }

    void theSystemsProxyIsNamedWithoutItsPassword()
    {
        QCOMPARE(proxyName(QNetworkProxy(QNetworkProxy::HttpProxy, QStringLiteral("proxy.test"), 3128, QStringLiteral("me"), QStringLiteral("hunter2"))),
                 QStringLiteral("http://proxy.test:3128"));
        QCOMPARE(proxyName(QNetworkProxy(QNetworkProxy::Socks5Proxy, QStringLiteral("::1"), 1080)), QStringLiteral("socks5://[::1]:1080"));
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
