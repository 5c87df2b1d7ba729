#include "tests/support/testmain.h"
#include "ui/playground/jsonformat.h"
#include "ui/playground/longtextview.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QJsonDocument>
#include <QTest>
#include <QTextBlock>

using namespace tollgate::ui;

class TstLongTextView : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<Theme> m_theme;

private Q_SLOTS:
    void initTestCase() { m_theme = std::make_unique<Theme>(*qApp); }
    void cleanupTestCase() { m_theme.reset(); }

    void copyingGivesBackLongLinesUnbroken()
    {
        LongTextView view(*m_theme, nullptr);
        view.show();
        QString text = QStringLiteral("short\n\n") + QStringLiteral("word ").repeated(3000) + QStringLiteral("\n") + QString(9000, u'x')
            + QStringLiteral("\U0001F600").repeated(2500) + QStringLiteral("\nend");
        view.setText(text);
        QTRY_VERIFY(!view.isBehind());
        QVERIFY(view.document()->blockCount() > 10);
        view.selectAll();
        view.copy();
        QVERIFY(QGuiApplication::clipboard()->text() == text);
    }

    void nothingIsLostHoweverItComes()
    {
        LongTextView view(*m_theme, nullptr);
        QString whole;
        for (int i = 0; i < 3000; ++i) {
            const QString piece = QStringLiteral("piece %1%2").arg(i).arg(i % 7 == 0 ? QStringLiteral("\n") : QString());
            whole += piece;
            view.append(piece);
        }
        QTRY_VERIFY(!view.isBehind());
        QCOMPARE(view.text(), whole);
        view.selectAll();
        view.copy();
        QVERIFY(QGuiApplication::clipboard()->text() == whole);
    }

    void onlyVisibleLinesOfJsonAreColoured()
    {
        LongTextView view(*m_theme, nullptr);
        view.setJson(true);
        view.resize(400, 200);
        view.show();
        QString text;
        for (int i = 0; i < 2000; ++i)
            text += QStringLiteral("\"key%1\": \"value\",\n").arg(i);
        view.setText(text);
        QTRY_VERIFY(!view.isBehind());
        QTRY_VERIFY(!view.document()->firstBlock().layout()->formats().isEmpty());
        QVERIFY(view.document()->findBlockByNumber(1500).layout()->formats().isEmpty());
        QCOMPARE(view.document()->firstBlock().layout()->formats().first().format.foreground().color(), m_theme->color("code.key"));
    }

    void prettyJsonIsTheSameJson_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("nested") << QByteArray("{\"a\":[1,2,{\"b\":\"x:{},[] \\\" y\"}],\"c\":{},\"d\":[],\"e\":true,\"f\":null,\"g\":-1.5e3}");
        QTest::newRow("empty") << QByteArray("{}");
        QTest::newRow("spaced") << QByteArray(" { \"a\" : [ ] , \"b\" : \"\u00e4\" } ");
    }
    void prettyJsonIsTheSameJson()
    {
        QFETCH(QByteArray, json);
        QCOMPARE(QJsonDocument::fromJson(prettyJson(json).toUtf8()), QJsonDocument::fromJson(json));
        QVERIFY(!QJsonDocument::fromJson(json).isNull());
    }
};

TOLLGATE_TEST(TstLongTextView)
#include "tst_longtextview.moc"
