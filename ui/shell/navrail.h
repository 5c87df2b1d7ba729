// The rail at the left: the mark that opens the main menu, one button per page, the demo badge. Up and Down move between pages.
#pragma once

#include "ui/theme/theme.h"

#include <QButtonGroup>
#include <QFrame>
#include <QToolButton>

class QVBoxLayout;

namespace tollgate::ui {

class NavRail : public QFrame
{
    Q_OBJECT
public:
    NavRail(const Theme &theme, bool demoProfile, QWidget *parent = nullptr);

    // Pages at the bottom stand below the stretch. The shortcut is shown in the tooltip.
    void addPage(const QString &id, const QString &title, const QString &iconName, const QString &shortcut, bool bottom);
    void setCurrent(const QString &id);
    QAbstractButton *button(const QString &id) const;
    QToolButton *markButton() const { return m_mark; }

Q_SIGNALS:
    void chosen(const QString &id); // by the user
    void menuRequested();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    QToolButton *m_mark;
    QButtonGroup m_group;
    QVBoxLayout *m_column;
    int m_top = 0;
};

} // namespace tollgate::ui
