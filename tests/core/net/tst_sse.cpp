#include "core/net/sse.h"
#include "tests/support/testmain.h"

#include <QElapsedTimer>
#include <QTest>

#include <optional>
#include <utility>
#include <vector>

using namespace tollgate;

namespace {

using Event = std::pair<QByteArray, QByteArray>;
using Events = std::vector<Event>;

std::function<bool(const SseEvent &)> collectInto(Events &events)
{
    return [&events](const SseEvent &event) {
        events.emplace_back(event.type.toByteArray(), event.data.toByteArray());
        return true;
    };
}

std::optional<Events> parse(SseParser &parser, QByteArrayView bytes)
{
    Events events;
    return parser.feed(bytes, collectInto(events)) ? std::optional(events) : std::nullopt;
}

Events parseWhole(QByteArrayView bytes)
{
    SseParser parser;
    return parse(parser, bytes).value_or(Events{{"failed", {}}});
}

// Reads lines one character at a time, straight from the standard's text: slow and plain, to compare with.
Events reference(QByteArrayView bytes)
{
    if (bytes.startsWith("\xEF\xBB\xBF"))
        bytes = bytes.sliced(3);
    Events events;
    QByteArray line, data, type;
    const auto endLine = [&] {
        const qsizetype colon = line.indexOf(':');
        if (line.isEmpty()) {
            if (!data.isEmpty()) {
                data.chop(1);
                events.emplace_back(type, data);
            }
            data.clear();
            type.clear();
        } else if (colon != 0) {
            const QByteArray field = colon < 0 ? line : line.first(colon);
            QByteArray value = colon < 0 ? QByteArray() : line.sliced(colon + 1);
            if (value.startsWith(' '))
                value.remove(0, 1);
            if (field == "data")
                data += value + '\n';
            else if (field == "event")
                type = value;
        }
        line.clear();
    };
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == '\n' || bytes[i] == '\r') {
            if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n')
                ++i;
            endLine();
        } else {
            line += bytes[i];
        }
    }
    return events;
}

const QByteArray mixture = QByteArrayLiteral(
    "\xEF\xBB\xBF: hello\r\ndata: one\r\n\r\nevent: ping\rdata:two\r\rdata: {\"a\":1}\ndata:  b\ndata\ndata:\n\nid: 7\nretry: 5\n\n"
    "event: lonely\n\ndata: a\0b\n\n:\n\nunknown: x\ndata : y\nDATA: z\n\nevent: a\nevent: b\ndata: Gr\xC3\xBC\xC3\x9F" "e \xF0\x9F\x98\x80\r\n"
    "data: [DONE]\n\r\ndata: colon:in:it\r\n\r\ndata:\r\n\r\n");

} // namespace

class TstSse : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsFields_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArrayList>("expected"); // type, data, type, data, ...
        QTest::newRow("plain") << QByteArray("data: a\n\n") << QByteArrayList{"", "a"};
        QTest::newRow("no space") << QByteArray("data:a\n\n") << QByteArrayList{"", "a"};
        QTest::newRow("two spaces") << QByteArray("data:  a\n\n") << QByteArrayList{"", " a"};
        QTest::newRow("type") << QByteArray("event: error\ndata: a\n\n") << QByteArrayList{"error", "a"};
        QTest::newRow("type after data") << QByteArray("data: a\nevent: x\n\n") << QByteArrayList{"x", "a"};
        QTest::newRow("type does not last") << QByteArray("event: x\ndata: a\n\ndata: b\n\n") << QByteArrayList{"x", "a", "", "b"};
        QTest::newRow("several lines") << QByteArray("data: a\ndata: b\n\n") << QByteArrayList{"", "a\nb"};
        QTest::newRow("empty lines of data") << QByteArray("data\ndata:\n\n") << QByteArrayList{"", "\n"};
        QTest::newRow("one empty data") << QByteArray("data\n\n") << QByteArrayList{"", ""};
        QTest::newRow("event without data") << QByteArray("event: x\n\n") << QByteArrayList{};
        QTest::newRow("comment") << QByteArray(": OPENROUTER PROCESSING\n\ndata: a\n\n") << QByteArrayList{"", "a"};
        QTest::newRow("CR") << QByteArray("data: a\r\rdata: b\r\r") << QByteArrayList{"", "a", "", "b"};
        QTest::newRow("CRLF") << QByteArray("data: a\r\n\r\ndata: b\r\n\r\n") << QByteArrayList{"", "a", "", "b"};
        QTest::newRow("LF CR") << QByteArray("data: a\n\rdata: b\n\r") << QByteArrayList{"", "a", "", "b"};
        QTest::newRow("mark") << QByteArray("\xEF\xBB\xBF" "data: a\n\n") << QByteArrayList{"", "a"};
        QTest::newRow("only one mark") << QByteArray("\xEF\xBB\xBF\xEF\xBB\xBF" "data: a\n\ndata: b\n\n") << QByteArrayList{"", "b"};
        QTest::newRow("half a mark") << QByteArray("\xEF\xBB" "data: a\n\ndata: b\n\n") << QByteArrayList{"", "b"};
        QTest::newRow("NUL") << QByteArray("data: a\0b\n\n", 11) << QByteArrayList{"", QByteArray("a\0b", 3)};
        QTest::newRow("unfinished") << QByteArray("data: a\n\ndata: b\n") << QByteArrayList{"", "a"};
        QTest::newRow("unknown field") << QByteArray("dat: a\ndatas: b\ndata: c\n\n") << QByteArrayList{"", "c"};
    }
    void readsFields()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QByteArrayList, expected);
        QByteArrayList found;
        for (const Event &event : parseWhole(bytes))
            found << event.first << event.second;
        QCOMPARE(found, expected);
        QVERIFY(parseWhole(bytes) == reference(bytes));
    }
    void givesTheSameEventsWhereverTheBytesAreSplit()
    {
        const Events expected = reference(mixture);
        QVERIFY(expected.size() > 6);
        QVERIFY(parseWhole(mixture) == expected);
        for (qsizetype first = 0; first <= mixture.size(); ++first) {
            for (qsizetype second = first; second <= mixture.size(); ++second) {
                SseParser parser;
                Events events;
                const auto collect = collectInto(events);
                QVERIFY(parser.feed(QByteArrayView(mixture).first(first), collect));
                QVERIFY(parser.feed(QByteArrayView(mixture).sliced(first, second - first), collect));
                QVERIFY(parser.feed(QByteArrayView(mixture).sliced(second), collect));
                QVERIFY2(events == expected, qPrintable(QStringLiteral("split at %1 and %2").arg(first).arg(second)));
            }
        }
    }
    void givesTheSameEventsByteByByte()
    {
        SseParser parser;
        Events events;
        for (const char byte : mixture) {
            // A copy on the heap of exactly one byte: reading past it, or later, is caught by a sanitizer.
            const QByteArray one(1, byte);
            QVERIFY(parser.feed(one, collectInto(events)));
        }
        QVERIFY(events == reference(mixture));
    }
    void agreesWithThePlainReadingOnRandomBytes()
    {
        static constexpr char alphabet[] = "\r\n\r\n: dataeventx\xEF\xBB\xBF";
        quint32 state = 12345;
        const auto next = [&state] { return (state = state * 1664525U + 1013904223U) >> 16; };
        for (int round = 0; round < 3000; ++round) {
            QByteArray bytes;
            for (quint32 length = next() % 120; length > 0; --length) {
                switch (next() % 6) {
                case 0: bytes += "data: "; break;
                case 1: bytes += "event:"; break;
                default: bytes += alphabet[next() % (sizeof alphabet - 1)];
                }
            }
            SseParser parser;
            Events events;
            for (qsizetype at = 0; at < bytes.size();) {
                const qsizetype length = qMin<qsizetype>(1 + next() % 9, bytes.size() - at);
                QVERIFY(parser.feed(QByteArrayView(bytes).sliced(at, length), collectInto(events)));
                at += length;
            }
            QVERIFY2(events == reference(bytes), bytes.toHex().constData());
        }
    }
    void saysWhenAnEventIsUnfinished_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("partial");
        QTest::newRow("nothing") << QByteArray() << false;
        QTest::newRow("whole") << QByteArray("data: a\n\n") << false;
        QTest::newRow("whole CR") << QByteArray("data: a\r\r") << false;
        QTest::newRow("no blank line") << QByteArray("data: a\n") << true;
        QTest::newRow("half a line") << QByteArray("data: a\n\nda") << true;
        QTest::newRow("type only") << QByteArray("event: a\n") << true;
        QTest::newRow("comment") << QByteArray(": a\n") << false;
        QTest::newRow("half a mark") << QByteArray("\xEF\xBB") << true;
        QTest::newRow("a mark") << QByteArray("\xEF\xBB\xBF") << false;
    }
    void saysWhenAnEventIsUnfinished()
    {
        QFETCH(const QByteArray, bytes);
        QFETCH(const bool, partial);
        SseParser parser;
        Events events;
        QVERIFY(parser.feed(bytes, collectInto(events)));
        QCOMPARE(parser.hasPartial(), partial);
    }
    void refusesALineOverTheCap_data()
    {
        QTest::addColumn<qsizetype>("piece");
        QTest::newRow("whole") << qsizetype(1000);
        QTest::newRow("byte by byte") << qsizetype(1);
    }
    void refusesALineOverTheCap()
    {
        QFETCH(const qsizetype, piece);
        for (const int excess : {0, 1}) {
            SseParser parser(20, 100);
            Events events;
            const QByteArray bytes = "data: " + QByteArray(14 + excess, 'x') + "\n\n";
            bool fine = true;
            for (qsizetype at = 0; at < bytes.size(); at += piece)
                fine = parser.feed(QByteArrayView(bytes).sliced(at, qMin(piece, bytes.size() - at)), collectInto(events));
            QCOMPARE(fine, excess == 0);
            QCOMPARE(events.size(), size_t(excess == 0 ? 1 : 0));
            QCOMPARE(parser.feed("data: a\n\n", collectInto(events)), excess == 0); // a failed parser stays failed
        }
    }
    void refusesALineOverTheCapBeforeItEnds()
    {
        SseParser parser(20, 100);
        Events events;
        QVERIFY(!parser.feed(QByteArray(21, 'x'), collectInto(events)));
    }
    void refusesAnEventOverTheCap()
    {
        for (const int excess : {0, 1}) {
            SseParser parser(20, 21);
            Events events;
            const QByteArray bytes = "data: " + QByteArray(10, 'x') + "\ndata: " + QByteArray(10 + excess, 'y') + "\n\n";
            QCOMPARE(parser.feed(bytes, collectInto(events)), excess == 0);
            QCOMPARE(events.size(), size_t(excess == 0 ? 1 : 0));
        }
    }
    void stopsWhenTheCallbackSaysSo()
    {
        auto parser = std::make_unique<SseParser>();
        int calls = 0;
        const bool fine = parser->feed("data: a\n\ndata: b\n\n", [&](const SseEvent &) {
            ++calls;
            parser.reset(); // allowed when it returns false
            return false;
        });
        QVERIFY(fine);
        QCOMPARE(calls, 1);
    }
    void copiesNothingOfAnEventThatLiesInTheInput()
    {
        const QByteArray bytes = "data: whole\n\n";
        SseParser parser;
        const char *seen = nullptr;
        QVERIFY(parser.feed(bytes, [&](const SseEvent &event) {
            seen = event.data.data();
            return true;
        }));
        QCOMPARE(static_cast<const void *>(seen), static_cast<const void *>(bytes.constData() + 6));
    }
    void staysLinearForManyShortLinesAndSingleBytes()
    {
        // 4 MB of CR-only lines in one piece: looking for an LF from every line anew would take minutes.
        QByteArray bytes;
        while (bytes.size() < 4'000'000)
            bytes += "data: x\r\r";
        SseParser parser;
        qsizetype events = 0;
        const auto count = [&events](const SseEvent &) { return ++events > 0; };
        QElapsedTimer timer;
        timer.start();
        QVERIFY(parser.feed(bytes, count));
        QCOMPARE(events, bytes.count("\r\r"));
        SseParser bytewise(8'000'000, 8'000'000);
        const QByteArray line = "data: " + QByteArray(2'000'000, 'x') + "\n\n";
        for (qsizetype i = 0; i < line.size(); ++i)
            QVERIFY(bytewise.feed(QByteArrayView(line).sliced(i, 1), count));
        QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString::number(timer.elapsed())));
    }
};

TOLLGATE_TEST(TstSse)
#include "tst_sse.moc"
