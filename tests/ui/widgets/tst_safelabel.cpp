#include "tests/support/testmain.h"
#include "ui/theme/theme.h"
#include "ui/widgets/safelabel.h"

#include <QApplication>
#include <QTest>
#include <QVBoxLayout>

using namespace tollgate::ui;

class TstSafeLabel : public QObject
{
    Q_OBJECT

    static bool hasColour(const QImage &image, const QColor &colour)
    {
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (image.pixelColor(x, y) == colour)
                    return true;
        return false;
    }

private Q_SLOTS:
    void followsAThemeChangeAlsoBeforeItsFirstShow_data()
    {
        QTest::addColumn<bool>("wraps");
        QTest::newRow("one line") << false;
        QTest::newRow("wrapped") << true;
    }
    void followsAThemeChangeAlsoBeforeItsFirstShow()
    {
        QFETCH(bool, wraps);
        Theme theme(*qApp);
        theme.setMode(ThemeMode::Dark);
        QFrame box;
        box.setProperty("surface", QStringLiteral("panel"));
        auto *column = new QVBoxLayout(&box);
        auto *label = new SafeLabel(theme, QStringLiteral("\u2588\u2588\u2588"), FontRole::Title);
        label->setWordWrap(wraps);
        column->addWidget(label);
        theme.setMode(ThemeMode::Light);
        label->setToken("danger.text");
        box.show();
        QVERIFY(QTest::qWaitForWindowExposed(&box));
        QVERIFY(hasColour(box.grab().toImage(), theme.color("danger.text")));
        theme.setMode(ThemeMode::Dark);
        QVERIFY(hasColour(box.grab().toImage(), theme.color("danger.text")));
    }

    void showsMarkupAsText()
    {
        const Theme theme(*qApp);
        const SafeLabel label(theme, QStringLiteral("<b>bold</b> &amp; <img src=x>"));
        QCOMPARE(label.textFormat(), Qt::PlainText);
        QCOMPARE(label.text(), QStringLiteral("<b>bold</b> &amp; <img src=x>"));
        QVERIFY(!label.openExternalLinks());
    }
};

TOLLGATE_TEST(TstSafeLabel)
#include "tst_safelabel.moc"
