#include "tests/support/testmain.h"
#include "ui/playground/responsebrowser.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>

using namespace tollgate::ui;

class TstResponseBrowser : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<Theme> m_theme;

    static QString dump(const QTextDocument &document)
    {
        QString out;
        for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
            out += block.text() + QStringLiteral(" /%1\n").arg(block.blockFormat().leftMargin());
        return out;
    }

private Q_SLOTS:
    void initTestCase() { m_theme = std::make_unique<Theme>(*qApp); }
    void cleanupTestCase() { m_theme.reset(); }

    void hostileTextLoadsNothing()
    {
        ResponseBrowser browser(*m_theme, nullptr);
        browser.resize(500, 400);
        browser.show();
        browser.append(QStringLiteral("![x](file:///etc/passwd) <img src=\"/etc/passwd\"> ![y](https://evil.example/?d=1)\n\n"
                                      "<link rel=stylesheet href=file:///x><object data=x>\n\n[a](javascript:1) [b](file:///etc/hosts)\n"));
        browser.finishText();
        QTRY_VERIFY(!browser.isBehind());
        for (QTextBlock block = browser.document()->begin(); block.isValid(); block = block.next()) {
            for (auto it = block.begin(); !it.atEnd(); ++it) {
                QVERIFY(!it.fragment().charFormat().isImageFormat());
                QVERIFY2(it.fragment().charFormat().anchorHref().isEmpty(), "nothing here may be a link");
            }
        }
        QVERIFY(!browser.loadResource(QTextDocument::ImageResource, QUrl(QStringLiteral("file:///etc/passwd"))).isValid());
        QVERIFY(browser.document()->toPlainText().contains(QStringLiteral("<img src=\"/etc/passwd\">")));
        QVERIFY(!browser.openLinks());
    }

    void aLinkIsToldNotFollowed()
    {
        ResponseBrowser browser(*m_theme, nullptr);
        browser.resize(500, 200);
        browser.show();
        browser.append(QStringLiteral("[click me](https://example.com/a?b=1)\n"));
        browser.finishText();
        QTRY_VERIFY(!browser.isBehind());
        QSignalSpy chosen(&browser, &ResponseBrowser::linkChosen);
        QTextCursor cursor(browser.document());
        cursor.setPosition(3);
        QTest::mouseClick(browser.viewport(), Qt::LeftButton, {}, browser.cursorRect(cursor).center());
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toString(), QStringLiteral("https://example.com/a?b=1"));
        QVERIFY(browser.source().isEmpty());
    }

    void streamingShowsWhatTheWholeShows()
    {
        const QString text = QStringLiteral("# T\n\nfirst\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nafter\n\n- x\n- y\n\n```\nc1\nc2\n```\n\n| z |\n|---|\n\nend\n");
        ResponseBrowser whole(*m_theme, nullptr);
        whole.append(text);
        whole.finishText();
        QTRY_VERIFY(!whole.isBehind());
        for (const int step : {1, 3, 7, 20}) {
            ResponseBrowser streamed(*m_theme, nullptr);
            for (qsizetype i = 0; i < text.size(); i += step) {
                streamed.append(QStringView(text).sliced(i, qMin<qsizetype>(step, text.size() - i)));
                QTRY_VERIFY(!streamed.isBehind());
            }
            streamed.finishText();
            QTRY_VERIFY(!streamed.isBehind());
            QCOMPARE(dump(*streamed.document()), dump(*whole.document()));
        }
    }

    void themeChangeKeepsTheText()
    {
        ResponseBrowser browser(*m_theme, nullptr);
        browser.append(QStringLiteral("one\n\ntwo **bold**\n"));
        browser.finishText();
        QTRY_VERIFY(!browser.isBehind());
        const QString before = browser.document()->toPlainText();
        m_theme->setMode(m_theme->isDark() ? ThemeMode::Light : ThemeMode::Dark);
        QTRY_VERIFY(!browser.isBehind());
        QCOMPARE(browser.document()->toPlainText(), before);
        QCOMPARE(browser.document()->begin().begin().fragment().charFormat().foreground().color(), m_theme->color("text.primary"));
    }
};

TOLLGATE_TEST(TstResponseBrowser)
#include "tst_responsebrowser.moc"
