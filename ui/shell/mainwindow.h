// The console's window: rail, pages made on first visit, status strip, main menu and the shortcuts that work everywhere. It shows what
// the engine and the ledger say, at most once a second, and decides nothing.
#pragma once

#include "ui/shell/pages.h"
#include "ui/shell/services.h"

#include <QHash>
#include <QMainWindow>
#include <QTimer>

class QActionGroup;
class QMenu;
class QStackedWidget;

namespace tollgate::ui {

class NavRail;
class NoticeStack;
class StatusStrip;
struct ShortcutGroup;

class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(Services &services, QWidget *parent = nullptr);
    // With pages of the caller's choice.
    MainWindow(Services &services, QList<PageSpec> pages, QWidget *parent = nullptr);
    ~MainWindow() override;

    QString currentPage() const { return m_current; }
    QWidget *page(const QString &id) const { return m_made.value(id); } // null until visited

public Q_SLOTS:
    // False (and nothing happens) when the page does not exist or the current one is not left.
    bool openPage(const QString &id, const QString &detail = {});

protected:
    void showEvent(QShowEvent *event) override;
    void closeEvent(QCloseEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void build();
    void makeActions();
    QAction *addShortcut(const QString &menu, const QString &text, const QList<QKeySequence> &keys, std::function<void()> run);
    void addSeparator(const QString &menu);
    void makeThemeActions();
    void makeEditActions();
    void openMenu();
    void fillMenu(QMenu &menu, const QString &title);
    void showShortcuts();
    void showAbout();
    QList<ShortcutGroup> shortcutGroups() const;
    void walkPanes(bool forward);
    bool mayLeaveAll();
    void switchProfile(bool demo);
    void applySettings();
    void setTheme(const QString &name);
    void setTextSize(int percent);
    void restorePlace();
    void rememberPlace();
    void figuresMayHaveChanged();
    void showFigures();
    void armMidnight();

    Services &m_services;
    QList<PageSpec> m_pages;
    QHash<QString, QWidget *> m_made;
    QString m_current;
    NavRail *m_rail = nullptr;
    QStackedWidget *m_stack = nullptr;
    StatusStrip *m_status = nullptr;
    NoticeStack *m_notices = nullptr;
    QActionGroup *m_themeGroup = nullptr;
    QHash<QString, QList<QAction *>> m_menuActions; // by menu title
    QTimer m_figuresTimer;  // single shot, runs only after a change
    QTimer m_midnightTimer; // today's figures begin anew
    qint64 m_figuresShownMs = 0;
    bool m_altAlone = false;
};

} // namespace tollgate::ui
