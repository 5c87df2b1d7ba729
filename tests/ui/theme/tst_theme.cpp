#include "tests/support/testmain.h"
#include "ui/theme/stylesheet.h"
#include "ui/theme/theme.h"
#include "ui/theme/tokens.h"

#include <QApplication>
#include <QDir>
#include <QFontInfo>
#include <QIcon>
#include <QPainter>
#include <QSignalSpy>
#include <QStyle>
#include <QStyleOption>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tollgate::ui;

class TstTheme : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void switchesLightAndDarkWithoutRestart()
    {
        Theme theme(*qApp);
        theme.setMode(ThemeMode::Light);
        QVERIFY(!theme.isDark());
        QCOMPARE(theme.color("bg.panel"), QColor(Qt::white));
        QCOMPARE(qApp->palette().color(QPalette::Window), theme.color("bg.base"));
        QSignalSpy changed(&theme, &Theme::changed);
        theme.setMode(ThemeMode::Dark);
        QCOMPARE(changed.count(), 1);
        QVERIFY(theme.isDark());
        QCOMPARE(theme.color("bg.panel"), QColor(0x1B, 0x1F, 0x24));
        QCOMPARE(qApp->palette().color(QPalette::Window), theme.color("bg.base"));
        QVERIFY(qApp->styleSheet().contains(QStringLiteral("#1b1f24")));
        theme.setMode(ThemeMode::Dark);
        QCOMPARE(changed.count(), 1);
    }

    void fillsEveryPlaceholder()
    {
        const Theme theme(*qApp); // loads the resources
        const Tokens tokens;
        for (const bool dark : {false, true}) {
            const QString sheet = buildStyleSheet(tokens, dark, {});
            QVERIFY(!sheet.contains(u'@'));
            QVERIFY(sheet.contains(tokens.color("focus.ring", dark).name()));
        }
    }

    void knowsChartColoursAndSizes()
    {
        const Theme theme(*qApp);
        QVERIFY(theme.color("chart.series.0").isValid());
        QVERIFY(theme.color("chart.waterfall.connect").isValid());
        QCOMPARE(theme.size("size.rail"), 76);
        QCOMPARE(theme.size("size.windowMin.1"), 640);
        QCOMPARE(theme.size("pane.library.default"), 222);
    }

    void selectedRowsAreGreyInInactiveWindows()
    {
        const Theme theme(*qApp);
        QCOMPARE(qApp->palette().color(QPalette::Active, QPalette::Highlight), theme.color("selection.bg"));
        QCOMPARE(qApp->palette().color(QPalette::Inactive, QPalette::Highlight), theme.color("selection.inactive"));
    }

    void givesModelsColoursInOrderOfFirstUse()
    {
        Theme theme(*qApp);
        QSignalSpy order(&theme, &Theme::modelOrderChanged);
        for (int i = 0; i < 8; ++i)
            QCOMPARE(theme.modelColor(QString::number(i)), theme.color(QByteArray("chart.series.").append(char('0' + i)).constData()));
        QCOMPARE(theme.modelColor(QStringLiteral("ninth")), theme.color("chart.other"));
        QCOMPARE(theme.modelColor(QStringLiteral("3")), theme.color("chart.series.3"));
        QCOMPARE(theme.modelOrder().size(), 9);
        QTRY_COMPARE(order.count(), 9); // told later, never while painting

        Theme *other = new Theme(*qApp);
        other->setModelOrder({QStringLiteral("b"), QStringLiteral("a")});
        QCOMPARE(other->modelColor(QStringLiteral("a")), other->color("chart.series.1"));
        delete other;
    }

    void keepsTextSizeInItsRange()
    {
        Theme theme(*qApp);
        const int normal = QFontInfo(theme.font(FontRole::Body)).pixelSize();
        const int control = theme.controlHeight();
        theme.setTextSizePercent(400);
        QCOMPARE(theme.textSizePercent(), 150);
        QCOMPARE(QFontInfo(theme.font(FontRole::Body)).pixelSize(), qRound(normal * 1.5));
        QVERIFY(theme.controlHeight() > control);
        QVERIFY(theme.rowHeight() > 26);
        theme.setTextSizePercent(10);
        QCOMPARE(theme.textSizePercent(), 90);
        theme.setTextSizePercent(100);
        QCOMPARE(theme.controlHeight(), control);
    }

    void appearanceIsAppliedAtOnceAndInOneGo()
    {
        Theme theme(*qApp);
        theme.setMode(ThemeMode::Light);
        const QColor quiet = theme.color("border.default");
        QSignalSpy changed(&theme, &Theme::changed);
        Appearance looks = theme.appearance();
        looks.density = Density::Roomy;
        looks.increaseContrast = true;
        looks.reduceMotion = true;
        theme.setAppearance(looks);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(theme.rowHeight(), 30);
        QVERIFY(theme.reducedMotion());
        QCOMPARE(theme.color("border.default"), theme.color("border.subtle"));
        QVERIFY(theme.color("border.default") != quiet);
        QVERIFY(qApp->styleSheet().contains(theme.color("border.default").name()));
        QVERIFY(!qApp->styleSheet().contains(quiet.name()));
        QCOMPARE(theme.color("text.tertiary"), QColor(0x47, 0x4F, 0x59)); // text.secondary of the tokens
        looks.density = Density::Compact;
        theme.setAppearance(looks);
        QCOMPARE(theme.rowHeight(), 24);
        theme.setAppearance({});
        QCOMPARE(theme.rowHeight(), 26);
    }

    void increasedContrastIsNowhereWeaker()
    {
        const Theme theme(*qApp); // loads the resources
        const Tokens tokens;
        const auto luminance = [](const QColor &c) {
            const auto lin = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
            return 0.2126 * lin(c.redF()) + 0.7152 * lin(c.greenF()) + 0.0722 * lin(c.blueF());
        };
        const auto contrast = [&](const QColor &a, const QColor &b) {
            const double x = luminance(a), y = luminance(b);
            return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
        };
        for (const bool dark : {false, true}) {
            const QColor panel = tokens.color("bg.panel", dark);
            for (auto it = tokens.colors(dark).begin(); it != tokens.colors(dark).end(); ++it) {
                const QColor strong = tokens.color(it.key().constData(), dark, true);
                QVERIFY2(contrast(strong, panel) >= contrast(*it, panel) - 1e-9, it.key().constData());
            }
            for (const char *border : {"border.subtle", "border.default", "border.control"})
                QVERIFY2(contrast(tokens.color(border, dark, true), panel) >= 3.0, border);
        }
    }

    void ordersFontRolesBySize()
    {
        const Theme theme(*qApp);
        const auto size = [&](FontRole role) { return theme.font(role).pointSizeF(); };
        QVERIFY(size(FontRole::Caption) < size(FontRole::Small));
        QVERIFY(size(FontRole::Small) < size(FontRole::Body));
        QVERIFY(size(FontRole::Body) < size(FontRole::Response));
        QVERIFY(size(FontRole::Response) < size(FontRole::Title));
        QVERIFY(size(FontRole::Title) < size(FontRole::Metric));
        QCOMPARE(theme.font(FontRole::Body, QFont::DemiBold).weight(), QFont::DemiBold);
    }

    void digitsAreEquallyWide()
    {
        const Theme theme(*qApp);
        const QFontMetricsF metrics(theme.digitsFont(FontRole::Metric));
        for (char16_t digit = u'1'; digit <= u'9'; ++digit)
            QVERIFY(qAbs(metrics.horizontalAdvance(QChar(digit)) - metrics.horizontalAdvance(u'0')) < 0.1);
    }

    void rendersEveryIconTinted()
    {
        const Theme theme(*qApp);
        const QDir icons(QStringLiteral(":/tollgate/icons"));
        const QStringList files = icons.entryList({QStringLiteral("*.svg")});
        QVERIFY(files.size() > 80);
        for (const QString &file : files) {
            const QString name = file.chopped(4);
            const QImage image = theme.pixmap(name, 16, "danger", 2).toImage();
            QCOMPARE(image.size(), QSize(32, 32));
            bool painted = false;
            for (int y = 0; y < image.height() && !painted; ++y)
                for (int x = 0; x < image.width() && !painted; ++x)
                    painted = image.pixelColor(x, y).alpha() == 255 && image.pixelColor(x, y).rgb() == theme.color("danger").rgb();
            QVERIFY2(painted, qPrintable(name));
        }
        QVERIFY(!theme.appIcon().isNull());
    }

    void iconsFollowTheTheme()
    {
        Theme theme(*qApp);
        theme.setMode(ThemeMode::Light);
        const QIcon icon = theme.icon(QStringLiteral("stop"), "text.primary");
        const auto middle = [&] { return icon.pixmap(QSize(16, 16), 1.0).toImage().pixelColor(8, 8); };
        QCOMPARE(middle(), theme.color("text.primary"));
        theme.setMode(ThemeMode::Dark);
        QCOMPARE(middle(), theme.color("text.primary"));
        QCOMPARE(icon.pixmap(QSize(16, 16), 1.0, QIcon::Disabled).toImage().pixelColor(8, 8), theme.color("text.disabled"));
    }

    void leavesTheApplicationUsableWhenItDies()
    {
        {
            const Theme theme(*qApp);
        }
        QVERIFY(qApp->styleSheet().isEmpty());
        QPixmap canvas(20, 20);
        QPainter painter(&canvas);
        QStyleOption option;
        option.rect = QRect(0, 0, 20, 20);
        qApp->style()->drawPrimitive(QStyle::PE_IndicatorCheckBox, &option, &painter);
    }
};

TOLLGATE_TEST(TstTheme)
#include "tst_theme.moc"
