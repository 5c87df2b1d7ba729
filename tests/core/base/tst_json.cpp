#include "core/base/json.h"
#include "tests/support/testmain.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace tollgate;

class TstJson : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsEveryType()
    {
        JsonDocument document;
        const auto root = document.parse(
            "{\"s\":\"a\\u00e9\\ud83d\\ude00\\n\",\"i\":-9223372036854775808,\"d\":0.1,\"t\":true,\"n\":null,\"a\":[1,\"two\",[3]],\"o\":{\"k\":{}}}");
        QVERIFY(root.ok());
        const JsonValue v = *root;
        QVERIFY(v.isObject());
        QCOMPARE(v.size(), 7);
        QCOMPARE(v["s"].string(), QString::fromUtf8("a\xc3\xa9\xf0\x9f\x98\x80\n"));
        QCOMPARE(v["i"].integer(), std::optional<qint64>(std::numeric_limits<qint64>::min()));
        QCOMPARE(v["d"].number(), std::optional<double>(0.1));
        QCOMPARE(v["t"].boolean(), std::optional<bool>(true));
        QVERIFY(v["n"].exists() && v["n"].isNull());
        QCOMPARE(v["a"].size(), 3);
        QCOMPARE(v["a"].at(1).string(), QStringLiteral("two"));
        QCOMPARE(v["a"].at(2).at(0).integer(), std::optional<qint64>(3));
        QVERIFY(v["o"]["k"].isObject());
    }

    void absentValuesAnswerNo()
    {
        JsonDocument document;
        const auto root = document.parse("{\"a\":[1],\"s\":\"x\"}");
        QVERIFY(root.ok());
        const JsonValue v = *root;
        QVERIFY(!v["b"]["c"].at(3)["d"].exists());
        QVERIFY(!v["a"].at(-1).exists());
        QVERIFY(!v["a"].at(1).exists());
        QVERIFY(!v["s"]["a"].exists());
        QCOMPARE(v["b"].string(QStringLiteral("fallback")), QStringLiteral("fallback"));
        QVERIFY(!JsonValue().isNull());
        QVERIFY(!JsonValue().integer());
        QCOMPARE(JsonValue().size(), 0);
        QVERIFY(JsonValue().toJson().isEmpty());
        JsonValue().forEach([](JsonValue) { QFAIL("visited"); });
    }

    void integersAreExactAndOnlyIntegers()
    {
        JsonDocument document;
        const auto root = document.parse("[9007199254740993,3.0,9223372036854775808,1e2,-0]");
        QVERIFY(root.ok());
        QCOMPARE(root->at(0).integer(), std::optional<qint64>(9007199254740993));
        QVERIFY(!root->at(1).integer());
        QCOMPARE(root->at(1).number(), std::optional<double>(3.0));
        QVERIFY(!root->at(2).integer());
        QVERIFY(root->at(2).isNumber());
        QVERIFY(!root->at(3).integer());
        QCOMPARE(root->at(4).integer(), std::optional<qint64>(0));
    }

    void refusesWhatIsNotStrictJson_data()
    {
        QTest::addColumn<QByteArray>("text");
        const QList<QByteArray> texts = {
            "", " ", "{", "}", "{}x", "{} {}", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "01", "1.", ".5", "+1", "NaN", "Infinity",
            "// c\n1", "tru", "\"\x01\"", "\"a\nb\"", "\"\\x\"", "\"\\u12\"", "\"unclosed",
            QByteArray("\"a\0b\"", 5), QByteArray("{}\0", 3), "\xef\xbb\xbf{}",
            "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", // UTF-8
            "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\uDC00\\uD800\"",
            "{\"\\ud800\":1}", "[\"ok\",\"\\\\\\udfff\"]", "1e400", "123456789012345678901234567890"};
        for (qsizetype i = 0; i < texts.size(); ++i)
            QTest::addRow("%d %s", int(i), texts[i].toPercentEncoding().constData()) << texts[i];
    }
    void refusesWhatIsNotStrictJson()
    {
        QFETCH(QByteArray, text);
        JsonDocument document;
        const auto root = document.parse(text);
        QVERIFY(!root.ok());
        QCOMPARE(root.error().kind, ErrorKind::Parse);
        QVERIFY(!root.error().why.isEmpty());
    }

    void acceptsEscapedBackslashesBeforeU()
    {
        JsonDocument document;
        const auto root = document.parse("[\"\\\\ud800\",\"\\\\\\ud83d\\ude00\"]");
        QVERIFY(root.ok());
        QCOMPARE(root->at(0).string(), QStringLiteral("\\ud800"));
    }

    void acceptsDepth128AndRefuses129()
    {
        JsonDocument document;
        QVERIFY(document.parse(QByteArray(128, '[') + '1' + QByteArray(128, ']')).ok());
        QVERIFY(!document.parse(QByteArray(129, '[') + '1' + QByteArray(129, ']')).ok());
        // The parser does not count an innermost one that is empty.
        QVERIFY(!document.parse(QByteArray(130, '[') + QByteArray(130, ']')).ok());
        QVERIFY(!document.parse(QByteArray(100'000, '[')).ok());
        QVERIFY(document.parse("[1]").ok()); // usable after errors
    }

    void parsesScalarsAlone()
    {
        JsonDocument document;
        QCOMPARE(document.parse(" 17 ")->integer(), std::optional<qint64>(17));
        QCOMPARE(document.parse("\"x\"")->string(), QStringLiteral("x"));
        QVERIFY(document.parse("null")->isNull());
    }

    void isReusedForGrowingDocuments()
    {
        JsonDocument document;
        for (int size : {1, 100, 10'000, 1'000'000, 5}) {
            const QByteArray text = "[\"" + QByteArray(size, 'x') + "\"]";
            const auto root = document.parse(text);
            QVERIFY(root.ok());
            QCOMPARE(root->at(0).utf8().size(), size);
        }
        JsonDocument moved = std::move(document);
        QVERIFY(moved.parse("{}").ok());
        QVERIFY(document.parse("{}").ok()); // a moved-from document is an empty one
    }

    void bytesMayBeDroppedAfterParsing()
    {
        JsonDocument document;
        QByteArray text = "{\"key\":\"value\"}";
        const JsonValue root = *document.parse(text);
        text.fill('#');
        QCOMPARE(root["key"].string(), QStringLiteral("value"));
    }

    void refusesMoreThan64MiB()
    {
        JsonDocument document;
        QByteArray text(64 * 1024 * 1024 + 1, ' ');
        text[0] = '1';
        QVERIFY(!document.parse(text).ok());
        text.chop(1);
        QVERIFY(document.parse(text).ok());
    }

    void findsDuplicateKeysAnywhere()
    {
        JsonDocument document;
        const QByteArray text1 = "{\"a\":{\"b\":1},\"b\":[{\"b\":1}]}";
        QVERIFY(!hasDuplicateKeys(*document.parse(text1)));
        const QByteArray text2 = "{\"a\":1,\"a\":2}";
        QVERIFY(hasDuplicateKeys(*document.parse(text2)));
        const QByteArray text3 = "[{\"x\":[{\"a\":1,\"b\":0,\"\\u0061\":2}]}]";
        QVERIFY(hasDuplicateKeys(*document.parse(text3)));
        const QByteArray text4 = "{\"a\":1,\"a\":2}";
        QCOMPARE((*document.parse(text4))["a"].integer(), std::optional<qint64>(1)); // first wins
    }

    void canonicalFormSortsAndLeavesOut()
    {
        JsonDocument document;
        const QByteArray one = canonicalJson(*document.parse(" {\"b\": [1, {\"z\":1,\"a\":\"\\u0041\"}], \"a\": 1.50, \"stream\": true} "), {"stream"});
        const QByteArray text5 = "{\"a\":1.5,\"b\":[1,{\"a\":\"A\",\"z\":1}]}";
        QCOMPARE(one, text5);
        const QByteArray two = canonicalJson(*document.parse("{\"stream\":false,\"a\":15e-1,\"b\":[1,{\"a\":\"A\",\"z\":1}]}"), {"stream"});
        QCOMPARE(two, one);
        // Only the top level is left out.
        const QByteArray text6 = "{\"a\":{\"stream\":1}}";
        const QByteArray text7 = "{\"a\":{\"stream\":1}}";
        QCOMPARE(canonicalJson(*document.parse(text6), {"stream"}), text6);
    }

    void textRoundTrips()
    {
        JsonDocument document;
        const QByteArray text =
            "{\"s\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001/é😀\",\"n\":[0,-1,18446744073709551615,0.1,1e+300,5e-324],\"b\":[true,false,null],\"e\":{},\"f\":[]}";
        QCOMPARE(document.parse(text)->toJson(), text);
    }

    void writerPlacesCommas()
    {
        QByteArray out;
        JsonWriter writer(out);
        writer.beginObject()
            .member("a", 1)
            .key("b").beginArray().value(1.5).value(true).null().beginObject().endObject().beginArray().endArray().endArray()
            .member("c", std::optional<qint64>())
            .member("d", QStringLiteral("x\"y"))
            .key("e").raw("{\"r\":1}")
            .key("f").utf8("é")
            .endObject();
        const QByteArray text8 = "{\"a\":1,\"b\":[1.5,true,null,{},[]],\"c\":null,\"d\":\"x\\\"y\",\"e\":{\"r\":1},\"f\":\"é\"}";
        QCOMPARE(out, text8);
    }

    void writerNeverWritesInvalidNumbersOrText()
    {
        QByteArray out;
        const QChar lone(0xD800);
        JsonWriter writer(out);
        writer.beginArray().value(std::nan("")).value(std::numeric_limits<double>::infinity()).value(0.1).value(-0.0)
            .value(1e22).value(QStringView(&lone, 1)).endArray();
        JsonDocument document;
        const auto root = document.parse(out);
        QVERIFY2(root.ok(), out.constData());
        QVERIFY(root->at(0).isNull());
        QVERIFY(root->at(1).isNull());
        QCOMPARE(root->at(2).number(), std::optional<double>(0.1));
        QCOMPARE(root->at(3).number(), std::optional<double>(0));
        QCOMPARE(root->at(4).number(), std::optional<double>(1e22));
    }
};

TOLLGATE_TEST(TstJson)
#include "tst_json.moc"
