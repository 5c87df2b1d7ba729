#include "core/net/httpparser.h"

#include "tests/support/testmain.h"

#include <QTest>

#include <vector>

using namespace tollgate;
using Role = HttpParser::Role;
using Status = HttpParser::Status;

namespace {

// Keeps what the parser said, and stops it where the test wants.
class Recorder final : public HttpParser::Handler
{
public:
    bool headReceived() override
    {
        ++heads;
        return !stopAtHead;
    }
    bool bodyReceived(QByteArrayView piece) override
    {
        body.append(piece);
        ++pieces;
        return !stopAtBody;
    }
    int heads = 0;
    int pieces = 0;
    QByteArray body;
    bool stopAtHead = false;
    bool stopAtBody = false;
};

struct Parsed {
    Status status;
    qsizetype used;
    QByteArray body;
};

// Feeds the bytes in pieces of `step` and, when `eof`, ends the stream.
Parsed parse(Role role, const QByteArray &bytes, bool eof = false, qsizetype step = 1 << 20,
             const HttpParser::Limits &limits = {})
{
    Recorder recorder;
    HttpParser parser(role, limits, recorder);
    qsizetype used = 0;
    Status status = Status::More;
    for (qsizetype at = 0; at < bytes.size() && status == Status::More; at += step) {
        const HttpParser::Fed fed = parser.feed(QByteArrayView(bytes).sliced(at, qMin(step, bytes.size() - at)));
        used += fed.used;
        status = fed.status;
    }
    if (eof && status == Status::More)
        status = parser.finish();
    return {status, used, recorder.body};
}

} // namespace

class TstHttpParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAResponseWithALength()
    {
        Recorder recorder;
        HttpParser parser(Role::Response, {}, recorder);
        const QByteArray text = "HTTP/1.1 429 Too Many\r\nContent-Type: application/json\r\nX-A:  b c \r\nContent-Length: "
                                "5\r\n\r\nhello";
        const HttpParser::Fed fed = parser.feed(text);
        QCOMPARE(fed.status, Status::Complete);
        QCOMPARE(fed.used, text.size());
        QCOMPARE(parser.status(), 429);
        QCOMPARE(parser.headers().size(), 3);
        QCOMPARE(parser.headers().value("content-type"), QByteArray("application/json"));
        QCOMPARE(parser.headers().value("x-a"), QByteArray("b c"));
        QCOMPARE(parser.contentLength(), std::optional<qint64>(5));
        QVERIFY(parser.allowsKeepAlive());
        QVERIFY(!parser.endsByClose());
        QVERIFY(!parser.isChunked());
        QCOMPARE(recorder.heads, 1);
        QCOMPARE(recorder.body, QByteArray("hello"));
    }

    void readsARequest()
    {
        Recorder recorder;
        HttpParser parser(Role::Request, {}, recorder);
        const QByteArray text = "POST /v1/chat?x=%20y HTTP/1.1\r\nHost: a:1\r\nContent-Length: 2\r\n\r\n{}";
        QCOMPARE(parser.feed(text).status, Status::Complete);
        QCOMPARE(parser.method(), QByteArray("POST"));
        QCOMPARE(parser.target(), QByteArray("/v1/chat?x=%20y"));
        QCOMPARE(parser.minorVersion(), 1);
        QCOMPARE(recorder.body, QByteArray("{}"));
    }

    void neverLooksBeyondTheMessage()
    {
        Recorder recorder;
        HttpParser parser(Role::Request, {}, recorder);
        const QByteArray one = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
        const QByteArray two = "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nz";
        const HttpParser::Fed first = parser.feed(one + two);
        QCOMPARE(first.status, Status::Complete);
        QCOMPARE(first.used, one.size());
        QCOMPARE(parser.target(), QByteArray("/a"));
        QCOMPARE(parser.feed(two).status, Status::Complete); // sticky
        parser.reset();
        QVERIFY(!parser.hasBegun());
        const HttpParser::Fed second = parser.feed(two);
        QCOMPARE(second.status, Status::Complete);
        QCOMPARE(second.used, two.size());
        QCOMPARE(parser.target(), QByteArray("/b"));
        QCOMPARE(recorder.body, QByteArray("z"));
    }

    void givesTheSameHoweverTheBytesAreSplit()
    {
        const QByteArray text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Long: abcdef\r\n\r\n"
                                "4;ext=1\r\nWiki\r\n6\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\nTrailer: x\r\n\r\n";
        const QByteArray body = "Wikipedia in \r\n\r\nchunks.";
        for (qsizetype step = 1; step <= text.size(); ++step) {
            const Parsed result = parse(Role::Response, text, false, step);
            QCOMPARE(result.status, Status::Complete);
            QCOMPARE(result.body, body);
            QCOMPARE(result.used, text.size());
        }
        for (qsizetype cut = 1; cut < text.size(); ++cut) {
            Recorder recorder;
            HttpParser parser(Role::Response, {}, recorder);
            QCOMPARE(parser.feed(text.first(cut)).status, Status::More);
            QCOMPARE(parser.feed(text.sliced(cut)).status, Status::Complete);
            QCOMPARE(recorder.body, body);
            QCOMPARE(parser.headers().size(), 2); // the trailer is dropped
            QCOMPARE(parser.headers().value("x-long"), QByteArray("abcdef"));
        }
    }

    void saysCutForEveryPrefixOfAFramedMessage()
    {
        const QByteArray chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        const QByteArray sized = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd";
        for (const QByteArray &text : {chunked, sized}) {
            for (qsizetype cut = 1; cut < text.size(); ++cut)
                QCOMPARE(parse(Role::Response, text.first(cut), true).status, Status::Cut);
            QCOMPARE(parse(Role::Response, text, true).status, Status::Complete);
        }
        QCOMPARE(parse(Role::Response, QByteArray(), true).status, Status::More);
    }

    void endsACloseDelimitedBodyAtTheClose()
    {
        Recorder recorder;
        HttpParser parser(Role::Response, {}, recorder);
        QCOMPARE(parser.feed("HTTP/1.1 200 OK\r\n\r\nabc").status, Status::More);
        QVERIFY(parser.endsByClose());
        QVERIFY(!parser.allowsKeepAlive());
        QCOMPARE(parser.finish(), Status::Complete);
        QCOMPARE(recorder.body, QByteArray("abc"));
    }

    void knowsWhoMayKeepTheConnection_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<bool>("keeps");
        QTest::newRow("1.1") << QByteArray("HTTP/1.1 200 OK\r\n") << true;
        QTest::newRow("1.1 close") << QByteArray("HTTP/1.1 200 OK\r\nConnection: close\r\n") << false;
        QTest::newRow("1.1 list") << QByteArray("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n") << false;
        QTest::newRow("1.0") << QByteArray("HTTP/1.0 200 OK\r\n") << false;
    }

    void knowsWhoMayKeepTheConnection()
    {
        QFETCH(QByteArray, head);
        QFETCH(bool, keeps);
        Recorder recorder;
        HttpParser parser(Role::Response, {}, recorder);
        QCOMPARE(parser.feed(head + "Content-Length: 0\r\n\r\n").status, Status::Complete);
        QCOMPARE(parser.allowsKeepAlive(), keeps);
    }

    void refusesWhatTwoParsersCouldReadDifferently_data()
    {
        QTest::addColumn<bool>("request");
        QTest::addColumn<QByteArray>("text");
        const auto post = [](const char *name, const QByteArray &lines) {
            QTest::newRow(name) << true << QByteArray("POST / HTTP/1.1\r\nHost: h\r\n" + lines);
        };
        const auto answer = [](const char *name, const QByteArray &lines) {
            QTest::newRow(name) << false << QByteArray("HTTP/1.1 200 OK\r\n" + lines);
        };
        for (const bool request : {true, false}) {
            const auto both = [&](const char *name, const QByteArray &lines) {
                const QByteArray label = QByteArray(request ? "request " : "answer ") + name;
                request ? post(label.constData(), lines) : answer(label.constData(), lines);
            };
            both("CL and TE", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            both("TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n");
            both("two lengths", "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc");
            both("length list", "Content-Length: 3, 3\r\n\r\nabc");
            both("negative length", "Content-Length: -3\r\n\r\nabc");
            both("signed length", "Content-Length: +3\r\n\r\nabc");
            both("hex length", "Content-Length: 0x3\r\n\r\nabc");
            both("huge length", "Content-Length: 99999999999999999999\r\n\r\n");
            both("beyond int64", "Content-Length: 9223372036854775808\r\n\r\n");
            both("empty length", "Content-Length: \r\n\r\n");
            both("gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
            both("identity coding", "Transfer-Encoding: identity\r\n\r\n");
            both("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            both("xchunked", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n");
            both("chunked, gzip", "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n");
            both("space before colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n");
            both("folded header", "X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n");
            both("folded with tab", "X-A: b\r\n\tc\r\nContent-Length: 0\r\n\r\n");
            both("no colon", "X-A\r\nContent-Length: 0\r\n\r\n");
            both("NUL in a value", QByteArray("X-A: a\0b\r\nContent-Length: 0\r\n\r\n", 31));
            both("CR in a value", "X-A: a\rb\r\nContent-Length: 0\r\n\r\n");
            both("bare LF after a header", "X-A: b\nContent-Length: 0\r\n\r\n");
            both("bare LF as the end", "Content-Length: 3\r\n\nabc");
            both("bad chunk size", "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n");
            both("negative chunk", "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n");
            both("chunk too long", "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\nabc\r\n");
            both("chunk without its end", "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n");
            both("bare LF after a chunk size", "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n");
            both("bare LF after a chunk", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n");
            both("space before chunk size", "Transfer-Encoding: chunked\r\n\r\n 3\r\nabc\r\n0\r\n\r\n");
            both("bare LF as the last line", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\n");
            both("0x chunk size", "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n");
        }
        QTest::newRow("garbage") << false << QByteArray("<html>oops</html>\r\n\r\n");
        QTest::newRow("SSH banner") << false << QByteArray("SSH-2.0-OpenSSH_9.2\r\n");
        QTest::newRow("HTTP/2.0") << false << QByteArray("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n");
        QTest::newRow("HTTP/0.9") << false << QByteArray("HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n");
        QTest::newRow("four digit status") << false << QByteArray("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n");
        QTest::newRow("two digit status") << false << QByteArray("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n");
        QTest::newRow("TE in 1.0") << false << QByteArray("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        QTest::newRow("request garbage") << true << QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
        QTest::newRow("request without version") << true << QByteArray("GET /\r\n\r\n");
        QTest::newRow("HTTP/2 preface") << true << QByteArray("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        QTest::newRow("unknown method") << true << QByteArray("EVIL / HTTP/1.1\r\nHost: h\r\n\r\n");
        QTest::newRow("TE in 1.0 request")
            << true << QByteArray("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    }

    void refusesWhatTwoParsersCouldReadDifferently()
    {
        QFETCH(bool, request);
        QFETCH(QByteArray, text);
        const Role role = request ? Role::Request : Role::Response;
        for (const qsizetype step : {qsizetype(1), qsizetype(7), text.size()}) {
            const Parsed result = parse(role, text, true, step);
            QCOMPARE(result.status, Status::Malformed);
        }
        Recorder recorder;
        HttpParser parser(role, {}, recorder);
        parser.feed(text);
        QVERIFY(!parser.error().isEmpty());
        QCOMPARE(parser.feed("HTTP/1.1 200 OK\r\n\r\n").status, Status::Malformed); // it stays refused
    }

    void capsTheHead()
    {
        const HttpParser::Limits limits{1024, 5, 20};
        const QByteArray start = "HTTP/1.1 200 OK\r\n";
        const QByteArray end = "Content-Length: 0\r\n\r\n";
        for (const qsizetype step : {qsizetype(1), qsizetype(100), qsizetype(100'000)}) {
            QCOMPARE(parse(Role::Response, start + "X: " + QByteArray(900, 'a') + "\r\n" + end, false, step, limits).status,
                     Status::Complete);
            QCOMPARE(parse(Role::Response, start + "X: " + QByteArray(2000, 'a'), false, step, limits).status,
                     Status::HeadTooLarge);
            QCOMPARE(parse(Role::Response, start + QByteArray(2000, 'a'), false, step, limits).status, Status::HeadTooLarge);
            QCOMPARE(parse(Role::Response, "HTTP/1.1 200 " + QByteArray(2000, 'a'), false, step, limits).status,
                     Status::HeadTooLarge);
            QCOMPARE(parse(Role::Response, QByteArray("\r\n").repeated(2000), false, step, limits).status,
                     Status::HeadTooLarge);
            QCOMPARE(parse(Role::Response, start + QByteArray("A: b\r\n").repeated(6) + end, false, step, limits).status,
                     Status::HeadTooLarge);
            const QByteArray chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
            QCOMPARE(parse(Role::Response, chunked + "1;" + QByteArray(2000, 'x'), false, step, limits).status,
                     Status::HeadTooLarge);
            QCOMPARE(parse(Role::Response, chunked + "0\r\n" + QByteArray("A: b\r\n").repeated(400), false, step, limits).status,
                     Status::HeadTooLarge);
            QCOMPARE(parse(Role::Request, "GET /" + QByteArray(30, 'a') + " HTTP/1.1\r\n\r\n", false, step, limits).status,
                     Status::TargetTooLarge);
        }
    }

    void aLargeBodyIsNoPartOfTheHead()
    {
        const QByteArray body(300'000, 'b');
        const QByteArray text = "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + body;
        const Parsed result = parse(Role::Response, text, false, 1 << 20, {1024, 0, 0});
        QCOMPARE(result.status, Status::Complete);
        QCOMPARE(result.body, body);
    }

    void stopsWhereTheHandlerSays()
    {
        const QByteArray text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        Recorder atHead;
        atHead.stopAtHead = true;
        HttpParser first(Role::Response, {}, atHead);
        QCOMPARE(first.feed(text).status, Status::Stopped);
        QCOMPARE(atHead.pieces, 0);
        QCOMPARE(first.feed("abc").status, Status::Stopped);
        QCOMPARE(atHead.pieces, 0);

        Recorder atBody;
        atBody.stopAtBody = true;
        HttpParser second(Role::Response, {}, atBody);
        QCOMPARE(second.feed(text).status, Status::Stopped);
        QCOMPARE(atBody.pieces, 1);
    }
};

TOLLGATE_TEST(TstHttpParser)
#include "tst_httpparser.moc"
