#include "core/net/ndjson.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

namespace {

struct Split {
    QByteArrayList lines;
    QByteArray unfinished;
    bool ok = true;
    friend bool operator==(const Split &, const Split &) = default;
};

Split split(const QByteArray &bytes, const QList<qsizetype> &cuts = {}, qsizetype maxLine = 1 << 20)
{
    Split out;
    NdjsonSplitter splitter(maxLine);
    const auto take = [&out](QByteArrayView line) {
        out.lines.append(line.toByteArray());
        return true;
    };
    qsizetype from = 0;
    for (const qsizetype cut : cuts) {
        out.ok = splitter.feed(QByteArrayView(bytes).sliced(from, cut - from), take) && out.ok;
        from = cut;
    }
    out.ok = splitter.feed(QByteArrayView(bytes).sliced(from), take) && out.ok;
    out.unfinished = splitter.unfinished().toByteArray();
    return out;
}

} // namespace

class TstNdjson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesEveryLineInAnySplit()
    {
        const QByteArray bytes = "{\"a\":1}\n{\"b\":\"\xc3\xa4\"}\r\n\n  \r\n{\"c\":3}\n{\"d\"";
        const Split whole = split(bytes);
        QCOMPARE(whole.lines, QByteArrayList({"{\"a\":1}", "{\"b\":\"\xc3\xa4\"}", "{\"c\":3}"}));
        QCOMPARE(whole.unfinished, QByteArray("{\"d\""));
        QVERIFY(whole.ok);
        for (qsizetype first = 0; first <= bytes.size(); ++first) {
            for (qsizetype second = first; second <= bytes.size(); ++second)
                QVERIFY(split(bytes, {first, second}) == whole);
        }
        QList<qsizetype> everywhere;
        for (qsizetype i = 0; i < bytes.size(); ++i)
            everywhere.append(i);
        QVERIFY(split(bytes, everywhere) == whole);
    }

    void carriageReturnsInsideALineStay()
    {
        QCOMPARE(split("a\rb\n").lines, QByteArrayList{"a\rb"});
    }

    void nothingIsHeldAfterALine()
    {
        QCOMPARE(split("{}\n").unfinished, QByteArray());
        QCOMPARE(split("").unfinished, QByteArray());
        QCOMPARE(split(" \r").unfinished, QByteArray());
    }

    void longLinesFailForGood_data()
    {
        QTest::addColumn<int>("piece");
        QTest::newRow("whole") << 1000;
        QTest::newRow("pieces") << 3;
        QTest::newRow("bytes") << 1;
    }
    void longLinesFailForGood()
    {
        QFETCH(int, piece);
        NdjsonSplitter splitter(10);
        QByteArrayList lines;
        const auto take = [&lines](QByteArrayView line) {
            lines.append(line.toByteArray());
            return true;
        };
        const QByteArray bytes = "0123456789\n01234567890\nx\n";
        bool ok = true;
        for (qsizetype at = 0; at < bytes.size(); at += piece)
            ok = splitter.feed(QByteArrayView(bytes).sliced(at, qMin<qsizetype>(piece, bytes.size() - at)), take);
        QVERIFY(!ok);
        QVERIFY(!splitter.feed("y\n", take));
        QCOMPARE(lines, QByteArrayList{"0123456789"});
    }

    void stopsWhenTold()
    {
        NdjsonSplitter splitter;
        int calls = 0;
        QVERIFY(splitter.feed("a\nb\nc\n", [&calls](QByteArrayView) { return ++calls < 2; }));
        QCOMPARE(calls, 2);
    }

    void theCallbackMayDeleteTheSplitter()
    {
        auto splitter = std::make_unique<NdjsonSplitter>();
        splitter->feed("half", [](QByteArrayView) { return true; });
        QVERIFY(splitter->feed(" a line\nmore\n", [&splitter](QByteArrayView) {
            splitter.reset();
            return false;
        }));
        QVERIFY(!splitter);
    }
};

TOLLGATE_TEST(TstNdjson)
#include "tst_ndjson.moc"
