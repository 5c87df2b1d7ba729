// Menus, shortcuts and panes of the main window.
#include "core/settings/settings.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/navrail.h"
#include "ui/shell/shortcutsdialog.h"
#include "ui/shell/statusstrip.h"
#include "ui/theme/theme.h"
#include "ui/widgets/dialogs.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QStackedWidget>
#include <QToolButton>

namespace tollgate::ui {

namespace {

const QString fileMenu = QStringLiteral("File");
const QString editMenu = QStringLiteral("Edit");
const QString viewMenu = QStringLiteral("View");
const QString runMenu = QStringLiteral("Run");
const QString helpMenu = QStringLiteral("Help");

QKeySequence keys(const char *text)
{
    return QKeySequence(QString::fromLatin1(text));
}

// The first widget of `pane` that Tab would reach.
QWidget *firstFocusable(QWidget *pane)
{
    const auto takes = [](const QWidget *widget) {
        return (widget->focusPolicy() & Qt::TabFocus) && widget->isVisible() && widget->isEnabled() && !widget->focusProxy();
    };
    if (takes(pane))
        return pane;
    for (QWidget *next = pane->nextInFocusChain(); next && next != pane; next = next->nextInFocusChain())
        if (pane->isAncestorOf(next) && takes(next))
            return next;
    return nullptr;
}

} // namespace

QAction *MainWindow::addShortcut(const QString &menu, const QString &text, const QList<QKeySequence> &sequences, std::function<void()> run)
{
    auto *action = new QAction(text, this);
    action->setShortcuts(sequences);
    action->setShortcutContext(Qt::WindowShortcut);
    connect(action, &QAction::triggered, this, std::move(run));
    addAction(action);
    m_menuActions[menu].append(action);
    return action;
}

void MainWindow::addSeparator(const QString &menu)
{
    auto *action = new QAction(this);
    action->setSeparator(true);
    m_menuActions[menu].append(action);
}

void MainWindow::makeActions()
{
    if (m_services.switchProfile) {
        addShortcut(fileMenu, m_services.demoProfile ? tr("Return to your profile") : tr("Open the demo profile"), {},
                    [this] { switchProfile(!m_services.demoProfile); });
    }
    addShortcut(fileMenu, tr("Quit"), {keys("Ctrl+Q")}, [this] {
        if (close())
            QCoreApplication::quit();
    });
    makeEditActions();
    int number = 1;
    for (const PageSpec &spec : std::as_const(m_pages)) {
        QList<QKeySequence> sequences{keys(qPrintable(QStringLiteral("Ctrl+%1").arg(number++)))};
        if (spec.id == QLatin1String("settings"))
            sequences.prepend(keys("Ctrl+,"));
        addShortcut(viewMenu, spec.title, sequences, [this, id = spec.id] { openPage(id); });
    }
    addSeparator(viewMenu);
    makeThemeActions();
    addSeparator(viewMenu);
    addShortcut(viewMenu, tr("Larger text"), {keys("Ctrl++"), keys("Ctrl+=")}, [this] { setTextSize(m_services.theme.textSizePercent() + 10); });
    addShortcut(viewMenu, tr("Smaller text"), {keys("Ctrl+-")}, [this] { setTextSize(m_services.theme.textSizePercent() - 10); });
    addShortcut(viewMenu, tr("Normal text size"), {keys("Ctrl+0")}, [this] { setTextSize(100); });
    addSeparator(viewMenu);
    addShortcut(viewMenu, tr("Full screen"), {keys("F11")}, [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    addShortcut(viewMenu, tr("Next pane"), {keys("F6")}, [this] { walkPanes(true); });
    addShortcut(viewMenu, tr("Previous pane"), {keys("Shift+F6")}, [this] { walkPanes(false); });
    addShortcut(QString(), tr("Main menu"), {keys("F10")}, [this] { openMenu(); });
    addShortcut(helpMenu, tr("Keyboard shortcuts"), {keys("F1")}, [this] { showShortcuts(); });
    addShortcut(helpMenu, tr("About Tollgate"), {}, [this] { showAbout(); });
}

void MainWindow::makeThemeActions()
{
    m_themeGroup = new QActionGroup(this);
    const QString current = m_services.settings.snapshot()->theme;
    const std::pair<QString, QString> choices[] = {{QStringLiteral("system"), tr("Theme of the desktop")},
                                                   {QStringLiteral("light"), tr("Light theme")},
                                                   {QStringLiteral("dark"), tr("Dark theme")}};
    for (const auto &[id, text] : choices) {
        QAction *action = addShortcut(viewMenu, text, {}, [this, name = id] { setTheme(name); });
        action->setData(id);
        action->setCheckable(true);
        action->setChecked(id == current);
        m_themeGroup->addAction(action);
    }
    addShortcut(viewMenu, tr("Switch light and dark"), {keys("Ctrl+Shift+D")},
                [this] { setTheme(m_services.theme.isDark() ? QStringLiteral("light") : QStringLiteral("dark")); });
}

// These act on the field that has the focus. It handles their shortcuts itself, so the menu only prints them.
void MainWindow::makeEditActions()
{
    struct Edit {
        QString text;
        const char *slot;
        const char *printed;
    };
    const Edit edits[] = {{tr("Undo"), "undo", "Ctrl+Z"},   {tr("Redo"), "redo", "Ctrl+Shift+Z"}, {tr("Cut"), "cut", "Ctrl+X"},
                          {tr("Copy"), "copy", "Ctrl+C"},   {tr("Paste"), "paste", "Ctrl+V"},     {tr("Select all"), "selectAll", "Ctrl+A"}};
    for (const Edit &edit : edits) {
        auto *action = new QAction(edit.text + u'\t' + QLatin1String(edit.printed), this);
        connect(action, &QAction::triggered, this, [slot = edit.slot] {
            QWidget *target = QApplication::focusWidget();
            if (target && target->metaObject()->indexOfMethod(QByteArray(slot) + "()") >= 0)
                QMetaObject::invokeMethod(target, slot);
        });
        m_menuActions[editMenu].append(action);
    }
}

void MainWindow::fillMenu(QMenu &menu, const QString &title)
{
    QList<QAction *> own;
    if (QWidget *current = m_made.value(m_current)) {
        for (QAction *action : current->actions()) {
            const QString wanted = action->property("menu").toString();
            if (action->isVisible() && !action->text().isEmpty() && (wanted.isEmpty() ? runMenu : wanted) == title)
                own.append(action);
        }
    }
    menu.addActions(own);
    const QList<QAction *> common = m_menuActions.value(title);
    if (!own.isEmpty() && !common.isEmpty())
        menu.addSeparator();
    menu.addActions(common);
}

void MainWindow::openMenu()
{
    QMenu menu(this);
    menu.setAccessibleName(tr("Main menu"));
    const std::pair<QString, QString> titles[] = {
        {fileMenu, tr("&File")}, {editMenu, tr("&Edit")}, {viewMenu, tr("&View")}, {runMenu, tr("&Run")}, {helpMenu, tr("&Help")}};
    for (const auto &[id, title] : titles) {
        auto *sub = new QMenu(title, &menu);
        fillMenu(*sub, id);
        if (!sub->isEmpty())
            menu.addMenu(sub);
    }
    if (!menu.actions().isEmpty())
        menu.setActiveAction(menu.actions().constFirst());
    QToolButton *mark = m_rail->markButton();
    menu.exec(mark->mapToGlobal(QPoint(4, mark->height())));
}

QList<ShortcutGroup> MainWindow::shortcutGroups() const
{
    const auto rows = [](const QList<QAction *> &actions) {
        QList<std::pair<QString, QString>> result;
        for (const QAction *action : actions)
            if (!action->shortcut().isEmpty())
                result.append({action->iconText(), keysText(action->shortcut())});
        return result;
    };
    QList<ShortcutGroup> groups;
    if (const QWidget *current = m_made.value(m_current)) {
        QString title = m_current;
        for (const PageSpec &spec : m_pages)
            if (spec.id == m_current)
                title = spec.title;
        groups.append({title, rows(current->actions())});
    }
    groups.append({tr("Everywhere"), rows(actions())});
    return groups;
}

void MainWindow::showShortcuts()
{
    ShortcutsDialog(m_services.theme, shortcutGroups(), this).exec();
}

void MainWindow::showAbout()
{
    Question about;
    about.title = tr("Tollgate %1").arg(QStringLiteral(TOLLGATE_VERSION));
    about.text = tr("A native operations console for LLM APIs. Your keys stay in the system keychain, your history stays on this computer. "
                    "Profile: %1").arg(m_services.profilePath);
    about.safe = tr("Close");
    QuestionDialog::ask(m_services.theme, about, this);
}

void MainWindow::walkPanes(bool forward)
{
    QList<QWidget *> panes{m_rail};
    if (QWidget *current = m_made.value(m_current)) {
        QList<QWidget *> own;
        for (QWidget *widget : current->findChildren<QWidget *>())
            if (widget->property("pane").isValid() && widget->isVisible())
                own.append(widget);
        std::sort(own.begin(), own.end(), [this](const QWidget *a, const QWidget *b) {
            const QPoint left = a->mapTo(this, QPoint()), right = b->mapTo(this, QPoint());
            return left.x() != right.x() ? left.x() < right.x() : left.y() < right.y();
        });
        if (own.isEmpty())
            own.append(current);
        panes += own;
    }
    panes.append(m_status);
    panes.removeIf([](QWidget *pane) { return !firstFocusable(pane); });
    if (panes.isEmpty())
        return;
    const QWidget *focused = QApplication::focusWidget();
    qsizetype at = -1;
    for (qsizetype i = 0; i < panes.size(); ++i) // the innermost pane wins: children come after their parents
        if (focused && (panes[i] == focused || panes[i]->isAncestorOf(focused)))
            at = i;
    const qsizetype next = at < 0 ? (forward ? 0 : panes.size() - 1) : (at + (forward ? 1 : panes.size() - 1)) % panes.size();
    firstFocusable(panes[next])->setFocus(forward ? Qt::TabFocusReason : Qt::BacktabFocusReason);
}

// Alt pressed and released alone opens the menu, as desktops do.
bool MainWindow::eventFilter(QObject *watched, QEvent *event)
{
    switch (event->type()) {
    case QEvent::KeyPress: {
        const auto *key = static_cast<QKeyEvent *>(event);
        m_altAlone = key->key() == Qt::Key_Alt && key->modifiers() == Qt::AltModifier && isActiveWindow();
        break;
    }
    case QEvent::KeyRelease:
        if (m_altAlone && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Alt) {
            m_altAlone = false;
            if (isActiveWindow() && !QApplication::activeModalWidget() && !QApplication::activePopupWidget())
                QMetaObject::invokeMethod(this, [this] { openMenu(); }, Qt::QueuedConnection);
        }
        break;
    case QEvent::ShortcutOverride:
    case QEvent::MouseButtonPress:
    case QEvent::Wheel:
    case QEvent::WindowDeactivate:
        if (event->type() != QEvent::ShortcutOverride || static_cast<QKeyEvent *>(event)->key() != Qt::Key_Alt)
            m_altAlone = false;
        break;
    default: break;
    }
    return QMainWindow::eventFilter(watched, event);
}

} // namespace tollgate::ui
