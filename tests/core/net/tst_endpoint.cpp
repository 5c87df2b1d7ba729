#include "core/net/endpoint.h"

#include "tests/support/testmain.h"

#include <QSet>
#include <QTest>

using namespace tollgate;

class TstEndpoint : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsWhatItAllows_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QByteArray>("origin");
        QTest::addColumn<QByteArray>("hostHeader");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("query");
        const auto row = [](const char *url, const char *origin, const char *host, const char *path, const char *query) {
            QTest::newRow(url) << QString::fromLatin1(url) << QByteArray(origin) << QByteArray(host) << QByteArray(path)
                               << QByteArray(query);
        };
        row("https://api.openai.com", "https://api.openai.com", "api.openai.com", "", "");
        row("https://api.openai.com/", "https://api.openai.com", "api.openai.com", "", "");
        row("HTTPS://API.OpenAI.com:443/v1/", "https://api.openai.com", "api.openai.com", "/v1", "");
        row("https://api.x.io:8443/v1?api-version=2024-10-21", "https://api.x.io:8443", "api.x.io:8443", "/v1",
            "api-version=2024-10-21");
        row("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434", "127.0.0.1:11434", "/v1", "");
        row("http://localhost:80", "http://localhost", "localhost", "", "");
        row("http://[::1]:8080/v1", "http://[::1]:8080", "[::1]:8080", "/v1", "");
        row("https://[2001:DB8:0:0::1]/", "https://[2001:db8::1]", "[2001:db8::1]", "", "");
        row("http://ollama:11434", "http://ollama:11434", "ollama:11434", "", "");
        row("http://gpu-box.local/v1", "http://gpu-box.local", "gpu-box.local", "/v1", "");
        row("http://192.168.1.20:8000", "http://192.168.1.20:8000", "192.168.1.20:8000", "", "");
        row("http://172.31.0.2", "http://172.31.0.2", "172.31.0.2", "", "");
        row("https://xn--bcher-kva.example/a_b/c~d", "https://xn--bcher-kva.example", "xn--bcher-kva.example", "/a_b/c~d", "");
        row("https://h.example/a%20b?x=%3D", "https://h.example", "h.example", "/a%20b", "x=%3D");
        row("https://h.example?x=1", "https://h.example", "h.example", "", "x=1");
    }

    void readsWhatItAllows()
    {
        QFETCH(QString, url);
        QFETCH(QByteArray, origin);
        QFETCH(QByteArray, hostHeader);
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, query);
        const Result<ParsedUrl> result = parseBaseUrl(url);
        QVERIFY2(result.ok(), qPrintable(url));
        QCOMPARE(result->endpoint.origin(), origin);
        QCOMPARE(result->endpoint.hostHeader(), hostHeader);
        QCOMPARE(result->path, path);
        QCOMPARE(result->query, query);
        QVERIFY(result->endpoint.caFile.isEmpty() && result->endpoint.proxy.isEmpty());
        // Reading its own origin gives the same endpoint.
        const Result<ParsedUrl> again = parseBaseUrl(QString::fromLatin1(result->endpoint.origin()));
        QVERIFY(again.ok());
        QCOMPARE(again->endpoint, result->endpoint);
    }

    void refusesTricks_data()
    {
        QTest::addColumn<QString>("url");
        const char *const urls[] = {"",
                                    " https://api.openai.com",
                                    "https://api.openai.com ",
                                    "https://api.openai.com\n",
                                    "api.openai.com",
                                    "//api.openai.com",
                                    "ftp://api.openai.com",
                                    "file:///etc/passwd",
                                    "javascript:alert(1)",
                                    "https:api.openai.com",
                                    "https:/api.openai.com",
                                    "https://",
                                    "https:///v1",
                                    "https://:443/",
                                    "https://user@api.openai.com",
                                    "https://user:pass@api.openai.com",
                                    "https://@api.openai.com",
                                    "https://evil.com\\@api.openai.com/",
                                    "https://evil.com#@api.openai.com/",
                                    "https://api.openai.com#",
                                    "https://api.openai.com/#x",
                                    "https://api.openai.com%2eevil.com/",
                                    "https://api%00.openai.com/",
                                    "https://api.openai.com%40evil.com/",
                                    "https://api.openai.com./",
                                    "https://.openai.com/",
                                    "https://api..com/",
                                    "https://-api.com/",
                                    "https://api-.com/",
                                    "https://api.openai.com:0/",
                                    "https://api.openai.com:/",
                                    "https://api.openai.com:65536/",
                                    "https://api.openai.com:0443/",
                                    "https://api.openai.com:443:443/",
                                    "https://api.openai.com:4a/",
                                    "https://api.openai.com:+443/",
                                    "http://127.1/",
                                    "http://127.0.1/",
                                    "http://2130706433/",
                                    "http://0x7f000001/",
                                    "http://0x7f.0.0.1/",
                                    "http://0177.0.0.1/",
                                    "http://127.0.0.256/",
                                    "http://127.0.0.01/",
                                    "http://1.2.3.4.5/",
                                    "http://[::1/",
                                    "http://[::1]x/",
                                    "http://[::1%25eth0]/",
                                    "http://[fe80::1%eth0]/",
                                    "http://[127.0.0.1]/",
                                    "http://[]/",
                                    "http://[v1.x]/",
                                    "http://::1/",
                                    "https://api.openai.com/a b",
                                    "https://api.openai.com/../x",
                                    "https://api.openai.com/a/./b",
                                    "https://api.openai.com/a/..",
                                    "https://api.openai.com//v1",
                                    "https://api.openai.com/a/%2e%2e/b",
                                    "https://api.openai.com/a%2Fb",
                                    "https://api.openai.com/a%5cb",
                                    "https://api.openai.com/%",
                                    "https://api.openai.com/%4",
                                    "https://api.openai.com/%zz",
                                    "https://api.openai.com/<x>",
                                    "https://api.openai.com/\"x",
                                    "https://api.openai.com/{x}",
                                    "https://api.openai.com/?a=|"};
        for (const char *url : urls)
            QTest::newRow(*url ? url : "nothing") << QString::fromLatin1(url);
        QTest::newRow("full width dot") << QStringLiteral("https://api\uFF0Eopenai.com/");
        QTest::newRow("full width letters") << QStringLiteral("https://\uFF41pi.openai.com/");
        QTest::newRow("umlaut") << QStringLiteral("https://b\u00FCcher.example/");
        QTest::newRow("right to left") << QStringLiteral("https://api.openai.com/\u202E");
        QTest::newRow("zero width") << QStringLiteral("https://api\u200B.openai.com/");
        QTest::newRow("NUL") << (QStringLiteral("https://api.openai.com") + QChar(0) + QStringLiteral(".evil.com"));
        QTest::newRow("too long") << (QStringLiteral("https://h.example/") + QString(3000, QLatin1Char('a')));
        QTest::newRow("label of 64") << (QStringLiteral("https://") + QString(64, QLatin1Char('a')) + QStringLiteral(".com"));
    }

    void refusesTricks()
    {
        QFETCH(QString, url);
        const Result<ParsedUrl> result = parseBaseUrl(url, true);
        QVERIFY(!result.ok());
        QCOMPARE(result.error().kind, ErrorKind::Usage);
        QVERIFY(!result.error().why.isEmpty());
    }

    void refusesPlainHttpToStrangers()
    {
        for (const char *url : {"http://api.openai.com", "http://8.8.8.8", "http://172.32.0.1", "http://[2001:db8::1]",
                                "http://evil.localhost.com", "http://mylocal.example"}) {
            QVERIFY2(!parseBaseUrl(QString::fromLatin1(url)).ok(), url);
            QVERIFY2(parseBaseUrl(QString::fromLatin1(url), true).ok(), url);
        }
    }

    void trustAndProxyArePartOfTheKey()
    {
        Endpoint plain{false, QStringLiteral("h"), 1, {}, {}};
        Endpoint tls = plain, host = plain, port = plain, trust = plain, proxy = plain;
        tls.tls = true;
        host.host = QStringLiteral("i");
        port.port = 2;
        trust.caFile = QStringLiteral("/ca.pem");
        proxy.proxy = QStringLiteral("http://p:1");
        const QSet<Endpoint> all{plain, tls, host, port, trust, proxy, plain};
        QCOMPARE(all.size(), 6);
        QCOMPARE(qHash(plain), qHash(Endpoint(plain)));
    }
};

TOLLGATE_TEST(TstEndpoint)
#include "tst_endpoint.moc"
