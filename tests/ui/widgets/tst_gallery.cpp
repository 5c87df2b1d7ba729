// Every base widget in one picture, both themes. With TOLLGATE_GALLERY=FOLDER the pictures are saved there, to be held beside the
// design's components.png.
#include "tests/support/testmain.h"
#include "ui/theme/theme.h"
#include "ui/widgets/badge.h"
#include "ui/widgets/button.h"
#include "ui/widgets/chipedit.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/errorblock.h"
#include "ui/widgets/headerbar.h"
#include "ui/widgets/meterbar.h"
#include "ui/widgets/noticestack.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/searchfield.h"
#include "ui/widgets/secretedit.h"
#include "ui/widgets/segmentedcontrol.h"
#include "ui/widgets/toggle.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QMenu>
#include <QRadioButton>
#include <QSlider>
#include <QSpinBox>
#include <QTabBar>
#include <QTableWidget>
#include <QTest>
#include <QVBoxLayout>

using namespace tollgate;
using namespace tollgate::ui;

namespace {

QHBoxLayout *line(QVBoxLayout *column, const QList<QWidget *> &widgets)
{
    auto *row = new QHBoxLayout;
    row->setSpacing(10);
    for (QWidget *widget : widgets)
        row->addWidget(widget);
    row->addStretch(1);
    column->addLayout(row);
    return row;
}

Button *off(Button *button)
{
    button->setEnabled(false);
    return button;
}

QWidget *fields(const Theme &theme)
{
    auto *box = new QWidget;
    auto *column = new QVBoxLayout(box);
    auto *edit = new QLineEdit(QStringLiteral("1,024"));
    auto *unset = new QLineEdit;
    unset->setPlaceholderText(QStringLiteral("Model default"));
    auto *wrong = new QLineEdit(QStringLiteral("2.40"));
    wrong->setProperty("invalid", true);
    auto *disabled = new QLineEdit;
    disabled->setPlaceholderText(QStringLiteral("Not supported"));
    disabled->setEnabled(false);
    auto *combo = new QComboBox;
    combo->addItems({QStringLiteral("24 hours"), QStringLiteral("7 days")});
    auto *flat = new QComboBox;
    flat->setFrame(false);
    flat->addItems({QStringLiteral("System"), QStringLiteral("User")});
    auto *spin = new QDoubleSpinBox;
    spin->setValue(0.2);
    line(column, {edit, unset, wrong, disabled, combo, flat, spin});
    auto *secret = new SecretEdit(theme);
    secret->setText(QStringLiteral("not-a-real-key"));
    auto *chips = new ChipEdit(theme, QStringLiteral("Tags"));
    chips->setValues({QStringLiteral("env=prod"), QStringLiteral("playground")});
    chips->setFixedWidth(260);
    line(column, {new SearchField(theme, QStringLiteral("Search prompts"), QKeySequence(QStringLiteral("Ctrl+P"))), secret, chips});
    return box;
}

QWidget *choices(const Theme &theme)
{
    auto *box = new QWidget;
    auto *column = new QVBoxLayout(box);
    auto *segments = new SegmentedControl(theme, QStringLiteral("Policy"));
    for (const char *id : {"Use", "Refresh", "Bypass"})
        segments->addSegment(QString::fromLatin1(id), QString::fromLatin1(id));
    auto *on = new Toggle(theme, QStringLiteral("On"));
    on->setChecked(true);
    auto *check = new QCheckBox(QStringLiteral("Check"));
    check->setChecked(true);
    auto *mixed = new QCheckBox(QStringLiteral("Mixed"));
    mixed->setTristate(true);
    mixed->setCheckState(Qt::PartiallyChecked);
    auto *radio = new QRadioButton(QStringLiteral("Radio"));
    radio->setChecked(true);
    auto *slider = new QSlider(Qt::Horizontal);
    slider->setValue(20);
    auto *meter = new MeterBar(theme, QStringLiteral("Today"));
    meter->setShare(0.59);
    auto *high = new MeterBar(theme, QStringLiteral("Today"));
    high->setShare(0.9);
    line(column, {segments, on, new Toggle(theme, QStringLiteral("Off")), check, new QCheckBox(QStringLiteral("Off")), mixed, radio,
                  new QRadioButton(QStringLiteral("Other")), slider, meter, high});
    line(column, {new Badge(theme, Tone::Success, QStringLiteral("Hit"), QStringLiteral("cache-hit")), new Badge(theme, Tone::Neutral, QStringLiteral("Miss")),
                  new Badge(theme, Tone::Success, QStringLiteral("Done"), QStringLiteral("check")),
                  new Badge(theme, Tone::Accent, QStringLiteral("Streaming"), QStringLiteral("dot")),
                  new Badge(theme, Tone::Warning, QStringLiteral("Blocked"), QStringLiteral("budget")),
                  new Badge(theme, Tone::Danger, QStringLiteral("Failed, 401"), QStringLiteral("error"))});
    return box;
}

QTableWidget *table()
{
    auto *view = new QTableWidget(3, 3);
    view->setHorizontalHeaderLabels({QStringLiteral("Model"), QStringLiteral("Input"), QStringLiteral("Output")});
    for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 3; ++column)
            view->setItem(row, column, new QTableWidgetItem(QStringLiteral("r%1 c%2").arg(row).arg(column)));
    view->verticalHeader()->hide();
    view->setShowGrid(false);
    view->setSelectionBehavior(QAbstractItemView::SelectRows);
    view->selectRow(1);
    view->setProperty("framed", true);
    view->setFixedHeight(124);
    return view;
}

QWidget *gallery(const Theme &theme)
{
    auto *page = new QFrame;
    page->setProperty("surface", QStringLiteral("base"));
    auto *column = new QVBoxLayout(page);
    column->setSpacing(8);
    column->addWidget(new HeaderBar(theme, HeaderKind::Page, QStringLiteral("Gallery")));
    auto *hint = new Button(theme, QStringLiteral("Save version"));
    hint->setShortcutHint(QKeySequence(QStringLiteral("Ctrl+S")));
    auto *run = new Button(theme, QStringLiteral("Run"), ButtonKind::Primary, QStringLiteral("run"));
    run->setShortcutHint(QKeySequence(QStringLiteral("Ctrl+Return")));
    auto *small = new Button(theme, QStringLiteral("Refresh list"), ButtonKind::Default, QStringLiteral("refresh"));
    small->setCompact(true);
    run->setObjectName(QStringLiteral("run"));
    line(column, {run, hint, new Button(theme, QStringLiteral("Discard"), ButtonKind::Danger, QStringLiteral("discard")),
                  new Button(theme, QStringLiteral("Reset"), ButtonKind::Flat), new Button(theme, QStringLiteral("Get a key"), ButtonKind::Link),
                  off(new Button(theme, QStringLiteral("Stop"), ButtonKind::Default, QStringLiteral("stop"))),
                  off(new Button(theme, QStringLiteral("Run"), ButtonKind::Primary, QStringLiteral("run"))), small,
                  new IconButton(theme, QStringLiteral("copy"), QStringLiteral("Copy"), QKeySequence(QStringLiteral("Ctrl+C")))});
    column->addWidget(fields(theme));
    column->addWidget(choices(theme));
    auto *tabs = new QTabBar;
    for (const char *tab : {"Markdown", "Plain", "Raw JSON"})
        tabs->addTab(QString::fromLatin1(tab));
    column->addWidget(tabs);
    column->addWidget(table());
    auto *block = new ErrorBlock(theme);
    Failure failure;
    failure.kind = FailureKind::BadKey;
    failure.httpStatus = 401;
    failure.message = QStringLiteral("Access denied: invalid subscription key");
    FailureContext context;
    context.provider = QStringLiteral("Azure OpenAI");
    context.lastFour = QStringLiteral("7bD2");
    context.keyPlace = QStringLiteral("in keychain as azure-openai/default");
    context.otherModel = QStringLiteral("gpt-5-mini");
    context.canOpenRequest = true;
    block->show(wordsFor(failure, context));
    block->setMaximumWidth(460);
    column->addWidget(block);
    column->addStretch(1);
    return page;
}

} // namespace

class TstGallery : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void paintsEveryWidgetInBothThemes()
    {
        Theme theme(*qApp);
        QImage pictures[2];
        for (const ThemeMode mode : {ThemeMode::Light, ThemeMode::Dark}) {
            theme.setMode(mode);
            const std::unique_ptr<QWidget> page(gallery(theme));
            page->resize(980, 720);
            page->show();
            QVERIFY(QTest::qWaitForWindowActive(page.get()));
            page->findChild<Button *>(QStringLiteral("run"))->setFocus();
            NoticeStack notices(theme, page.get(), 0);
            notices.post(QStringLiteral("Copied as curl. The key is a placeholder."));
            notices.post(QStringLiteral("Prompt deleted."), {{QStringLiteral("Undo"), QKeySequence(QStringLiteral("Ctrl+Z")), {}}});
            QCOMPARE(notices.count(), 2);
            const int at = mode == ThemeMode::Dark;
            pictures[at] = page->grab().toImage();
            const QByteArray folder = qgetenv("TOLLGATE_GALLERY");
            if (!folder.isEmpty())
                QVERIFY(pictures[at].save(QString::fromLocal8Bit(folder) + (at ? QStringLiteral("/dark.png") : QStringLiteral("/light.png"))));
        }
        QCOMPARE(pictures[0].pixelColor(2, 300), QColor(0xF6, 0xF7, 0xF8));
        QCOMPARE(pictures[1].pixelColor(2, 300), QColor(0x16, 0x19, 0x1D));
    }
};

TOLLGATE_TEST(TstGallery)
#include "tst_gallery.moc"
