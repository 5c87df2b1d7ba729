#include "tests/support/testmain.h"
#include "tests/support/ui/uiworld.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/navrail.h"
#include "ui/shell/page.h"
#include "ui/shell/shortcutsdialog.h"
#include "ui/shell/statusstrip.h"
#include "ui/widgets/noticestack.h"
#include "ui/widgets/safelabel.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QTest>
#include <QVBoxLayout>

using namespace tollgate;
using namespace tollgate::ui;
using namespace tollgate::test;

namespace {

// A page with one field; refuses to be left on demand.
class FakePage final : public QWidget, public Page
{
public:
    explicit FakePage(QWidget *parent) : QWidget(parent)
    {
        auto *column = new QVBoxLayout(this);
        for (int i = 0; i < 2; ++i) {
            auto *pane = new QWidget(this);
            pane->setProperty("pane", QStringLiteral("Pane %1").arg(i));
            auto *inside = new QVBoxLayout(pane);
            fields[i] = new QLineEdit(pane);
            inside->addWidget(fields[i]);
            column->addWidget(pane);
        }
        setFocusProxy(fields[0]);
        auto *run = new QAction(QStringLiteral("Run"), this);
        run->setShortcut(QKeySequence(QStringLiteral("Ctrl+Return")));
        addAction(run);
    }
    bool mayLeave() override
    {
        ++asked;
        return leaves;
    }
    void open(const QString &detail) override { opened = detail; }

    QLineEdit *fields[2];
    bool leaves = true;
    int asked = 0;
    QString opened;
};

QList<PageSpec> fakePages(int *made)
{
    const auto make = [made](Services &, QWidget *parent) -> QWidget * {
        ++*made;
        return new FakePage(parent);
    };
    return {{QStringLiteral("playground"), QStringLiteral("Playground"), QStringLiteral("nav-playground"), false, make},
            {QStringLiteral("settings"), QStringLiteral("Settings"), QStringLiteral("nav-settings"), true, make}};
}

} // namespace

class TstMainWindow : public QObject
{
    Q_OBJECT

    std::unique_ptr<UiWorld> m_world;
    std::unique_ptr<MainWindow> m_window;
    int m_made = 0;

    void show(bool demo = false)
    {
        m_window.reset();
        m_world = std::make_unique<UiWorld>(true, demo);
        reopen();
    }
    void reopen()
    {
        m_made = 0;
        m_window = std::make_unique<MainWindow>(m_world->services, fakePages(&m_made));
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void key(Qt::Key pressed, Qt::KeyboardModifiers modifiers = {})
    {
        QWidget *target = QApplication::focusWidget() ? QApplication::focusWidget() : m_window.get();
        QTest::keyClick(target, pressed, modifiers);
    }
    FakePage *page(const char *id) { return static_cast<FakePage *>(m_window->page(QString::fromLatin1(id))); }
    StatusSegment *segment(const char *name) { return m_window->findChild<StatusSegment *>(QString::fromLatin1(name)); }

    void opensTheMenu(const std::function<void()> &act)
    {
        QStringList titles;
        const auto look = [&titles] {
            if (auto *menu = qobject_cast<QMenu *>(QApplication::activePopupWidget())) {
                for (const QAction *action : menu->actions())
                    titles.append(action->text().remove(u'&'));
                menu->close();
            }
        };
        QTimer::singleShot(200, this, look);
        act();
        QTRY_COMPARE(titles, (QStringList{QStringLiteral("File"), QStringLiteral("Edit"), QStringLiteral("View"), QStringLiteral("Run"), QStringLiteral("Help")}));
    }

private Q_SLOTS:
    void init() { show(); }
    void cleanup()
    {
        m_window.reset();
        m_world.reset();
    }

    void makesPagesOnFirstVisitOnly()
    {
        QCOMPARE(m_window->currentPage(), QStringLiteral("playground"));
        QCOMPARE(m_made, 1);
        key(Qt::Key_Comma, Qt::ControlModifier);
        QCOMPARE(m_window->currentPage(), QStringLiteral("settings"));
        QCOMPARE(m_made, 2);
        key(Qt::Key_1, Qt::ControlModifier);
        key(Qt::Key_2, Qt::ControlModifier);
        QCOMPARE(m_window->currentPage(), QStringLiteral("settings"));
        QCOMPARE(m_made, 2);
    }

    void clicksOnTheRailOpenPagesAndMoveFocusIn()
    {
        auto *rail = m_window->findChild<NavRail *>();
        QTest::mouseClick(rail->button(QStringLiteral("settings")), Qt::LeftButton);
        QCOMPARE(m_window->currentPage(), QStringLiteral("settings"));
        QVERIFY(rail->button(QStringLiteral("settings"))->isChecked());
        QTRY_VERIFY(page("settings")->fields[0]->hasFocus());
    }

    void staysOnAPageThatIsNotLeft()
    {
        page("playground")->leaves = false;
        auto *rail = m_window->findChild<NavRail *>();
        QTest::mouseClick(rail->button(QStringLiteral("settings")), Qt::LeftButton);
        QCOMPARE(m_window->currentPage(), QStringLiteral("playground"));
        QVERIFY(rail->button(QStringLiteral("playground"))->isChecked());
        QVERIFY(!m_window->close());
        page("playground")->leaves = true;
        QVERIFY(m_window->close());
    }

    void keepsThemeAndTextSizeInTheSettings()
    {
        m_world->core.edit([](SettingsData &edited) { edited.theme = QStringLiteral("light"); });
        QTRY_VERIFY(!m_world->theme.isDark());
        key(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(m_world->theme.isDark());
        QCOMPARE(m_world->core.settings->snapshot()->theme, QStringLiteral("dark"));
        key(Qt::Key_Plus, Qt::ControlModifier);
        QCOMPARE(m_world->core.settings->snapshot()->textSizePercent, 110);
        QCOMPARE(m_world->theme.textSizePercent(), 110);
        key(Qt::Key_0, Qt::ControlModifier);
        key(Qt::Key_Minus, Qt::ControlModifier);
        key(Qt::Key_Minus, Qt::ControlModifier);
        QCOMPARE(m_world->theme.textSizePercent(), 90);
        QVERIFY(m_window->findChild<NoticeStack *>()->count() <= 3);
    }

    void f6WalksThroughPanesAndBack()
    {
        page("playground")->fields[0]->setFocus();
        key(Qt::Key_F6);
        QVERIFY(page("playground")->fields[1]->hasFocus());
        key(Qt::Key_F6);
        QVERIFY(m_window->findChild<StatusStrip *>()->isAncestorOf(QApplication::focusWidget()));
        key(Qt::Key_F6);
        QVERIFY(m_window->findChild<NavRail *>()->isAncestorOf(QApplication::focusWidget()));
        key(Qt::Key_F6, Qt::ShiftModifier);
        key(Qt::Key_F6, Qt::ShiftModifier);
        QVERIFY(page("playground")->fields[1]->hasFocus());
    }

    void f10OpensTheMainMenu() { opensTheMenu([this] { key(Qt::Key_F10); }); }
    void altAloneOpensTheMainMenu()
    {
        opensTheMenu([] {
            QWidget *focus = QApplication::focusWidget();
            // As platforms send it: the state from before the event.
            QKeyEvent press(QEvent::KeyPress, Qt::Key_Alt, Qt::NoModifier);
            QKeyEvent release(QEvent::KeyRelease, Qt::Key_Alt, Qt::AltModifier);
            QCoreApplication::sendEvent(focus, &press);
            QCoreApplication::sendEvent(focus, &release);
        });
    }
    void f1ListsShortcutsOfThePageAndOfTheWindow()
    {
        QStringList said;
        QTimer::singleShot(100, this, [&said] {
            if (auto *dialog = qobject_cast<ShortcutsDialog *>(QApplication::activeModalWidget())) {
                for (const SafeLabel *label : dialog->findChildren<SafeLabel *>())
                    said.append(label->text());
                dialog->reject();
            }
        });
        key(Qt::Key_F1);
        QTRY_VERIFY(said.contains(QStringLiteral("Ctrl+Enter")));
        QVERIFY(said.contains(QStringLiteral("Everywhere")));
        QVERIFY(said.contains(QStringLiteral("F6")));
    }

    void countsARequestInTheStatusStripAtMostOnceASecond()
    {
        QCOMPARE(segment("inFlight")->value(), QStringLiteral("0"));
        QCOMPARE(segment("today")->value(), QStringLiteral("$0.00"));
        QCOMPARE(segment("cache")->value(), QStringLiteral("\u2013")); // nothing looked up yet
        QVERIFY(segment("today")->accessibleName().contains(QStringLiteral("no budget set")));
        ChatRequest request = EngineWorld::request();
        request.cache = CachePolicy::Use;
        QVERIFY(m_world->core.run(request).ok());
        QTRY_COMPARE_WITH_TIMEOUT(segment("cache")->value(), QStringLiteral("0.0%"), 10'000);
        QVERIFY(m_world->core.run(request).ok());
        QTRY_COMPARE_WITH_TIMEOUT(segment("cache")->value(), QStringLiteral("50.0%"), 10'000);
        QCOMPARE(segment("inFlight")->value(), QStringLiteral("0"));
    }

    void statusLeadsToTheSettings()
    {
        QTest::mouseClick(segment("cache"), Qt::LeftButton);
        QCOMPARE(m_window->currentPage(), QStringLiteral("settings"));
        QCOMPARE(page("settings")->opened, QStringLiteral("cache"));
        QVERIFY(!segment("warning")->isVisible());
    }

    void saysThatTheDemoProfileIsOpen()
    {
        QVERIFY(!segment("demo"));
        show(true);
        QVERIFY(m_window->windowTitle().endsWith(QStringLiteral("demo profile")));
        QVERIFY(segment("demo")->isVisible());
        QVERIFY(segment("demo")->accessibleName().contains(QStringLiteral("invented prices")));
        QTest::mouseClick(segment("demo"), Qt::LeftButton);
        QCOMPARE(m_world->switchedTo, std::optional(false));
    }

    void comesBackWhereItWasUnlessThatIsNowhere()
    {
        m_window->resize(1100, 700);
        m_window->openPage(QStringLiteral("settings"));
        QVERIFY(m_window->close());
        reopen();
        QCOMPARE(m_window->size(), QSize(1100, 700));
        QCOMPARE(m_window->currentPage(), QStringLiteral("settings"));
        QVERIFY(m_window->close());
        m_world->state.setValue(QStringLiteral("window/geometry"), QRect(90'000, 90'000, 1100, 700));
        reopen();
        QVERIFY(m_window->x() < 10'000);
        QVERIFY(m_window->width() >= 1024);
    }

    void everyControlHasAName()
    {
        for (const QAbstractButton *button : m_window->findChildren<QAbstractButton *>())
            if (button->isVisible())
                QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty(), button->metaObject()->className());
    }
};

TOLLGATE_TEST(TstMainWindow)
#include "tst_mainwindow.moc"
