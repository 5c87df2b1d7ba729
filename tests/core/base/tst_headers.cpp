#include "core/base/error.h"
#include "core/base/headers.h"
#include "core/base/ids.h"
#include "tests/support/testmain.h"

#include <QTest>

using namespace tollgate;

class TstHeaders : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void comparesNamesWithoutCase()
    {
        Headers headers{{"Content-Type", "text/html"}};
        headers.add("X-A", " 1\t");
        headers.add("x-a", "2");
        QCOMPARE(headers.value("x-A"), QByteArray("1"));
        QVERIFY(headers.contains("content-TYPE"));
        QVERIFY(!headers.contains("content"));
        QCOMPARE(headers.value("absent"), QByteArray());
        QCOMPARE(headers.size(), 3);
    }

    void setReplacesAllOfThatName()
    {
        Headers headers{{"a", "1"}, {"b", "2"}, {"A", "3"}, {"c", "4"}, {"a", "5"}};
        headers.set("A", headers.value("b"));
        QCOMPARE(headers.size(), 3);
        QCOMPARE(headers.value("a"), QByteArray("2"));
        QCOMPARE(headers.begin()->value, QByteArray("2")); // in the place of the first
        headers.set("new", "6");
        QCOMPARE(headers.value("NEW"), QByteArray("6"));
    }

    void setMayReadItsOwnList()
    {
        Headers headers{{"a", "value that is long enough to live on the heap"}, {"a", "2"}};
        headers.set(headers.begin()->name, headers.begin()->value);
        QCOMPARE(headers.size(), 1);
        QCOMPARE(headers.value("a"), QByteArray("value that is long enough to live on the heap"));
    }

    void refusesUnsafeFields_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<bool>("safe");
        QTest::newRow("plain") << QByteArray("X-Api-Key") << QByteArray("sk-1 2\t3") << true;
        QTest::newRow("empty value") << QByteArray("x") << QByteArray() << true;
        QTest::newRow("every symbol of a token") << QByteArray("!#$%&'*+-.^_`|~09azAZ") << QByteArray("v") << true;
        QTest::newRow("injection") << QByteArray("x") << QByteArray("k\r\nX-Evil: 1") << false;
        QTest::newRow("bare newline") << QByteArray("x") << QByteArray("k\n") << false;
        QTest::newRow("nul") << QByteArray("x") << QByteArray("a\0b", 3) << false;
        QTest::newRow("del") << QByteArray("x") << QByteArray("\x7f") << false;
        QTest::newRow("not ascii") << QByteArray("x") << QByteArray("\xc3\xa9") << false;
        QTest::newRow("leading space") << QByteArray("x") << QByteArray(" v") << false;
        QTest::newRow("trailing tab") << QByteArray("x") << QByteArray("v\t") << false;
        QTest::newRow("empty name") << QByteArray() << QByteArray("v") << false;
        QTest::newRow("colon in name") << QByteArray("a:b") << QByteArray("v") << false;
        QTest::newRow("space in name") << QByteArray("a b") << QByteArray("v") << false;
        QTest::newRow("not ascii name") << QByteArray("\xc3\xa9") << QByteArray("v") << false;
    }
    void refusesUnsafeFields()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        QFETCH(bool, safe);
        QCOMPARE(Headers::isSafe(name, value), safe);
    }

    void requestIdsReadBothForms()
    {
        QCOMPARE(RequestId::fromString(u"r-1842"), std::optional(RequestId{1842}));
        QCOMPARE(RequestId::fromString(u"1842"), std::optional(RequestId{1842}));
        QCOMPARE(RequestId{1842}.toString(), QStringLiteral("r-1842"));
        for (const char *bad : {"", "r-", "0", "-1", "r-x", "x-1", "99999999999999999999"})
            QVERIFY2(!RequestId::fromString(QString::fromLatin1(bad)), bad);
    }

    void errorsAreOneLineOfSentences()
    {
        QCOMPARE((Error{ErrorKind::Storage, QStringLiteral("History is not being saved"), QStringLiteral("The disk is full."), {}}).text(),
                 QStringLiteral("History is not being saved. The disk is full."));
        QCOMPARE(Error().text(), QString());
    }
};

TOLLGATE_TEST(TstHeaders)
#include "tst_headers.moc"
