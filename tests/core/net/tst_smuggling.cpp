#include "tests/core/net/serverfixture.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;
using namespace tollgate::test;

// Requests that two parsers could read differently. Each is followed by "GET /smuggled": it must be refused, closed, and nothing of
// it may ever become a request of its own.
class TstSmuggling : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refuses_data();
    void refuses();
    void looksAtEachOfThemByteByByteToo_data() { refuses_data(); }
    void looksAtEachOfThemByteByByteToo();
};

void TstSmuggling::refuses_data()
{
    QTest::addColumn<QByteArray>("request");
    const auto post = [](const char *name, const QByteArray &fields, const QByteArray &body = "0\r\n\r\n") {
        QTest::newRow(name) << "POST /p HTTP/1.1\r\nHOST" + fields + "\r\n" + body;
    };
    post("CL and TE", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
    post("TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n");
    post("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n");
    post("two equal lengths", "Content-Length: 5\r\nContent-Length: 5\r\n");
    post("list of lengths", "Content-Length: 5, 5\r\n");
    post("negative length", "Content-Length: -5\r\n");
    post("plus length", "Content-Length: +5\r\n");
    post("hex length", "Content-Length: 0x5\r\n");
    post("fractional length", "Content-Length: 5.0\r\n");
    post("length with a space", "Content-Length: 5 5\r\n");
    post("empty length", "Content-Length: \r\n");
    post("overflowing length", "Content-Length: 18446744073709551621\r\n");
    post("length with an underscore", "Content-Length: 1_0\r\n");
    post("TE identity", "Transfer-Encoding: identity\r\n");
    post("TE gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n");
    post("TE chunked, gzip", "Transfer-Encoding: chunked, gzip\r\n");
    post("TE xchunked", "Transfer-Encoding: xchunked\r\n");
    post("TE twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
    post("TE chunked and identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n");
    post("TE in quotes", "Transfer-Encoding: \"chunked\"\r\n");
    post("TE with vertical tab", "Transfer-Encoding:\x0B" "chunked\r\n");
    post("TE empty", "Transfer-Encoding:\r\n");
    post("space before the colon", "Content-Length : 5\r\n");
    post("space in a name", "Content Length: 5\r\n");
    post("folded line", "X: a\r\n b\r\nContent-Length: 5\r\n");
    post("folded with a tab", "X: a\r\n\tb\r\nContent-Length: 5\r\n");
    post("folded framing", "Transfer-Encoding:\r\n chunked\r\n");
    post("bare LF between headers", "X: a\nContent-Length: 5\r\n");
    post("bare LF in the last line", "Content-Length: 5\r\nX: a\n");
    post("bare CR in a value", "X: a\rb\r\nContent-Length: 5\r\n");
    post("two CR", "X: a\r\r\nContent-Length: 5\r\n");
    post("NUL in a value", QByteArray("X: a\0b\r\nContent-Length: 5\r\n", 27));
    post("control byte in a name", "X\x01: a\r\nContent-Length: 5\r\n");
    post("high byte in a name", "X\xC3\xA9: a\r\nContent-Length: 5\r\n");
    post("line without a colon", "Nonsense\r\nContent-Length: 5\r\n");
    post("empty name", ": a\r\nContent-Length: 5\r\n");
    post("second host", "Host: evil.example\r\nContent-Length: 5\r\n");
    post("the same host again", "HOSTContent-Length: 5\r\n");
    post("chunk size is not hex", "Transfer-Encoding: chunked\r\n", "g\r\nx\r\n0\r\n\r\n");
    post("chunk size is negative", "Transfer-Encoding: chunked\r\n", "-1\r\nx\r\n0\r\n\r\n");
    post("chunk size with 0x", "Transfer-Encoding: chunked\r\n", "0x1\r\nx\r\n0\r\n\r\n");
    post("chunk size is empty", "Transfer-Encoding: chunked\r\n", "\r\nx\r\n0\r\n\r\n");
    post("chunk size overflows", "Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nx\r\n0\r\n\r\n");
    post("chunk size with a space before", "Transfer-Encoding: chunked\r\n", " 1\r\nx\r\n0\r\n\r\n");
    post("chunk size with a space after", "Transfer-Encoding: chunked\r\n", "1 \r\nx\r\n0\r\n\r\n");
    post("chunk ends in a bare LF", "Transfer-Encoding: chunked\r\n", "1\nx\r\n0\r\n\r\n");
    post("chunk data ends in a bare LF", "Transfer-Encoding: chunked\r\n", "1\r\nx\n0\r\n\r\n");
    post("chunk data is longer than it says", "Transfer-Encoding: chunked\r\n", "1\r\nxyz\r\n0\r\n\r\n");
    post("chunk extension with a bare LF", "Transfer-Encoding: chunked\r\n", "1;a=\nb\r\nx\r\n0\r\n\r\n");
    post("last chunk ends in bare LFs", "Transfer-Encoding: chunked\r\n", "0\n\n");
    post("trailer ends in a bare LF", "Transfer-Encoding: chunked\r\n", "0\r\nX: y\n\r\n");
    const auto line = [](const char *name, const QByteArray &requestLine, const QByteArray &fields = "HOST") {
        QTest::newRow(name) << requestLine + "\r\n" + fields + "\r\n";
    };
    line("no host", "GET / HTTP/1.1", "X: y\r\n");
    line("HTTP/0.9", "GET /");
    line("HTTP/2", "GET / HTTP/2.0");
    line("HTTP/1.2", "GET / HTTP/1.2");
    line("version in small letters", "GET / http/1.1");
    line("two spaces", "GET  / HTTP/1.1");
    line("space in the target", "GET /a b HTTP/1.1");
    line("tab in the line", "GET\t/\tHTTP/1.1");
    line("space before the method", " GET / HTTP/1.1");
    line("space after the version", "GET / HTTP/1.1 ");
    line("absolute target", "GET http://evil.example/ HTTP/1.1");
    line("asterisk", "OPTIONS * HTTP/1.1");
    line("fragment", "GET /#a HTTP/1.1");
    line("high byte in the target", "GET /\xC3\xA9 HTTP/1.1");
    line("CONNECT", "CONNECT evil.example:443 HTTP/1.1");
    line("TRACE", "TRACE / HTTP/1.1");
    line("small method", "get / HTTP/1.1");
    line("unknown method", "SMUGGLE / HTTP/1.1");
    line("no method", "/ HTTP/1.1");
    line("chunked in HTTP/1.0", "POST / HTTP/1.0", "HOSTTransfer-Encoding: chunked\r\n");
    line("folded first line", "GET / HTTP/1.1\r\n X: y");
    line("TLS", "\x16\x03\x01\x02" "abc");
    line("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n");
}

void TstSmuggling::refuses()
{
    QFETCH(QByteArray, request);
    ServerFixture f;
    RawClient client(f.server->port());
    client.send(request.replace("HOST", f.host()) + f.get("/smuggled"));
    QTRY_VERIFY(client.closed());
    QVERIFY2(client.status() >= 400, client.received().constData());
    QCOMPARE(client.received().count("HTTP/1.1 "), 1);
    QVERIFY(client.received().contains("Connection: close\r\n"));
    for (const ServerRequest &seen : f.requests)
        QVERIFY2(seen.path != "/smuggled", client.received().constData());
    QVERIFY(f.requests.empty());
}

void TstSmuggling::looksAtEachOfThemByteByByteToo()
{
    QFETCH(QByteArray, request);
    ServerFixture f;
    RawClient client(f.server->port());
    request.replace("HOST", f.host());
    request += f.get("/smuggled");
    for (qsizetype i = 0; i < request.size() && !client.closed(); ++i) {
        client.send(QByteArrayView(request).sliced(i, 1));
        QTest::qWait(0);
    }
    QTRY_VERIFY(client.status() >= 400);
    QTRY_VERIFY(client.closed());
    QVERIFY(f.requests.empty());
}

TOLLGATE_TEST(TstSmuggling)
#include "tst_smuggling.moc"
