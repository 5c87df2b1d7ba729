#include "core/net/certificates.h"
#include "core/net/httpclient.h"

#include "tests/core/net/exchangerecorder.h"
#include "tests/support/fakeclock.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/testmain.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>
#include <QTemporaryDir>
#include <QTest>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

QString fixture(const char *name)
{
    return QStringLiteral(TOLLGATE_FIXTURES "/tls/") + QLatin1String(name);
}

// What a server needs that shows the certificate `name`.
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

HttpRequest securePostTo(quint16 port, const QString &caFile = fixture("ca.pem"))
{
    HttpRequest request = postTo(port);
    request.endpoint.tls = true;
    request.endpoint.host = QStringLiteral("localhost");
    request.endpoint.caFile = caFile;
    return request;
}

void answer(Peer &peer, const QByteArray &)
{
    peer.send(ScriptedServer::ok("secure"));
}

} // namespace

// TLS: whom a connection trusts, and that nothing is sent to anyone else.
class TstHttpClientTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sendsOverTlsAndReusesTheConnection()
    {
        ScriptedServer server(answer, serverTls("good"));
        HttpClient client(m_clock);
        ExchangeRecorder first, second;
        const auto one = client.start(securePostTo(server.port()), first);
        QTRY_VERIFY(first.ended());
        QVERIFY2(first.complete, first.failure ? qPrintable(first.failure->message) : "");
        QCOMPARE(first.body, QByteArray("secure"));
        const Stamps stamps = one->stamps();
        QVERIFY(stamps.connectStart <= stamps.connected && stamps.connected < stamps.tlsDone && stamps.tlsDone <= stamps.sent
                && stamps.sent <= stamps.firstByte);
        const auto two = client.start(securePostTo(server.port()), second);
        QTRY_VERIFY(second.complete);
        QVERIFY(two->stamps().reused && !two->stamps().tlsDone && two->stamps().sent);
        QCOMPARE(server.connections(), 1);
        QCOMPARE(server.posts(), 2);
    }

    void verifiesAnAddressAsWell()
    {
        ScriptedServer server(answer, serverTls("good"));
        HttpClient client(m_clock);
        HttpRequest request = securePostTo(server.port());
        request.endpoint.host = QStringLiteral("127.0.0.1");
        ExchangeRecorder recorder;
        const auto exchange = client.start(std::move(request), recorder);
        QTRY_VERIFY(recorder.complete);
    }

    void refusesWhatItCannotTrust_data()
    {
        QTest::addColumn<QByteArray>("certificate");
        QTest::addColumn<QString>("caFile");
        QTest::newRow("wrong host") << QByteArray("wronghost") << fixture("ca.pem");
        QTest::newRow("expired") << QByteArray("expired") << fixture("ca.pem");
        QTest::newRow("self-signed") << QByteArray("selfsigned") << fixture("ca.pem");
        QTest::newRow("unknown to the system") << QByteArray("good") << QString();
        QTest::newRow("another authority") << QByteArray("good") << fixture("selfsigned.pem");
    }

    void refusesWhatItCannotTrust()
    {
        QFETCH(QByteArray, certificate);
        QFETCH(QString, caFile);
        ScriptedServer server(answer, serverTls(certificate.constData()));
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(securePostTo(server.port(), caFile), recorder);
        QTRY_VERIFY(recorder.ended());
        QVERIFY(recorder.failure);
        QCOMPARE(recorder.failure->kind, FailureKind::Certificate);
        QCOMPARE(recorder.failure->phase, Phase::Tls);
        QVERIFY2(recorder.failure->message.startsWith(QLatin1String("The certificate of localhost")),
                 qPrintable(recorder.failure->message));
        QVERIFY(!exchange->stamps().sent);
        QTest::qWait(20);
        QCOMPARE(server.posts(), 0);
        QVERIFY(!server.anyByteContains("sk-canary"));
        QCOMPARE(client.openConnections(), 0);
    }

    void aFilesAuthoritiesAreTrustedBesidesTheSystems()
    {
        const QList<QSslCertificate> system = QSslConfiguration::systemCaCertificates();
        FileAuthorities authorities;
        const std::optional<QSslConfiguration> both = authorities.configuration(fixture("ca.pem"), system);
        QVERIFY(both);
        QCOMPARE(both->caCertificates().size(), system.size() + QSslCertificate::fromPath(fixture("ca.pem")).size());
        QVERIFY(!authorities.configuration(fixture("good.key"), system)); // no certificate in it
        QVERIFY(!authorities.configuration(fixture("nowhere.pem"), system));
    }

    void trustIsNotSharedThroughThePool()
    {
        // network.md 1.8: a connection that was opened with private authorities must not serve one that trusts only the system's.
        ScriptedServer server(answer, serverTls("good"));
        HttpClient client(m_clock);
        ExchangeRecorder first, second;
        const auto one = client.start(securePostTo(server.port()), first);
        QTRY_VERIFY(first.complete);
        const auto two = client.start(securePostTo(server.port(), QString()), second);
        QTRY_VERIFY(second.ended());
        QVERIFY(second.failure);
        QCOMPARE(second.failure->kind, FailureKind::Certificate);
    }

    void anAuthorityFileWithoutCertificatesIsSaid()
    {
        const QTemporaryDir dir;
        const QString empty = dir.filePath(QStringLiteral("empty.pem"));
        QFile file(empty);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        ScriptedServer server(answer, serverTls("good"));
        HttpClient client(m_clock);
        for (const QString &path : {empty, dir.filePath(QStringLiteral("missing.pem")), dir.path()}) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(securePostTo(server.port(), path), recorder);
            QTRY_VERIFY(recorder.ended());
            QCOMPARE(recorder.failure->kind, FailureKind::Certificate);
            QVERIFY(recorder.failure->message.contains(path));
        }
        // The file is read again once it has something to say.
        QVERIFY(QFile::remove(empty) && QFile::copy(fixture("ca.pem"), empty));
        ExchangeRecorder recorder;
        const auto exchange = client.start(securePostTo(server.port(), empty), recorder);
        QTRY_VERIFY(recorder.complete);
    }

    void aServerThatSpeaksNoTlsIsUnreachable()
    {
        ScriptedServer server;
        server.onConnect = [](Peer &peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); };
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(securePostTo(server.port()), recorder);
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QCOMPARE(recorder.failure->phase, Phase::Tls);
        QVERIFY(!server.anyByteContains("sk-canary"));
    }

    void aCloseInTheHandshakeIsUnreachable()
    {
        ScriptedServer server;
        server.onConnect = [](Peer &peer) { peer.close(); };
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(securePostTo(server.port()), recorder);
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Unreachable);
        QCOMPARE(recorder.failure->phase, Phase::Tls);
    }

    void aCloseAfterSendingIsAmbiguous()
    {
        ScriptedServer server([](Peer &peer, const QByteArray &) { peer.close(); }, serverTls("good"));
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(securePostTo(server.port()), recorder);
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Ambiguous);
        QCOMPARE(recorder.failure->phase, Phase::FirstByte);
        QTest::qWait(30);
        QCOMPARE(server.posts(), 1);
        QCOMPARE(server.connections(), 1);
    }

    void aStaleTlsConnectionIsReplacedOrAmbiguousButNeverSentTwice()
    {
        ScriptedServer server(answer, serverTls("good"));
        HttpClient client(m_clock);
        int complete = 0;
        for (int round = 0; round < 10; ++round) {
            ExchangeRecorder recorder;
            const auto exchange = client.start(securePostTo(server.port()), recorder);
            QTRY_VERIFY(recorder.ended());
            if (recorder.failure)
                QCOMPARE(recorder.failure->kind, FailureKind::Ambiguous);
            complete += recorder.complete ? 1 : 0;
            Peer &peer = server.peer(server.connections() - 1);
            round % 2 ? peer.close() : peer.reset();
            if (round % 4 < 2)
                QTRY_COMPARE(client.openConnections(), 0);
        }
        QVERIFY(complete >= 5);
        QVERIFY(server.posts() <= 10);
    }

    void aCutTlsBodyIsAmbiguous()
    {
        ScriptedServer server(
            [](Peer &peer, const QByteArray &) {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                peer.close();
            },
            serverTls("good"));
        HttpClient client(m_clock);
        ExchangeRecorder recorder;
        const auto exchange = client.start(securePostTo(server.port()), recorder);
        QTRY_VERIFY(recorder.ended());
        QCOMPARE(recorder.failure->kind, FailureKind::Ambiguous);
        QCOMPARE(recorder.failure->phase, Phase::Stream);
        QCOMPARE(recorder.body, QByteArray("abc"));
    }

    void sendsALargeBodyOverTls()
    {
        const QByteArray body(3'000'000, 'b');
        QByteArray seen;
        ScriptedServer server(
            [&](Peer &peer, const QByteArray &request) {
                seen = request;
                peer.send(ScriptedServer::ok(QByteArray(2'000'000, 'r')));
            },
            serverTls("good"));
        HttpClient client(m_clock);
        HttpRequest request = securePostTo(server.port());
        request.body = body;
        ExchangeRecorder recorder;
        const auto exchange = client.start(std::move(request), recorder);
        QTRY_VERIFY_WITH_TIMEOUT(recorder.complete, 20'000);
        QVERIFY(seen.endsWith("\r\n\r\n" + body));
        QCOMPARE(recorder.bodyBytes, 2'000'000);
        QVERIFY(exchange->stamps().sent);
    }

    void warmingDoesTheHandshake()
    {
        ScriptedServer server(answer, serverTls("good"));
        HttpClient client(m_clock);
        client.warm(securePostTo(server.port()).endpoint);
        QTRY_COMPARE(client.idleConnections(securePostTo(server.port()).endpoint), 1);
        QTest::qWait(10); // session tickets follow the handshake
        ExchangeRecorder recorder;
        const auto exchange = client.start(securePostTo(server.port()), recorder);
        QTRY_VERIFY(recorder.complete);
        QVERIFY(exchange->stamps().reused);
        QCOMPARE(server.connections(), 1);
    }

private:
    SystemClock m_clock;
};

TOLLGATE_TEST(TstHttpClientTls)
#include "tst_httpclienttls.moc"
