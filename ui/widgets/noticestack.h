// Short notices at the bottom right of a window: 6 s each, at most three, with actions such as Undo; announced to screen readers.
#pragma once

#include "ui/theme/theme.h"

#include <QKeySequence>
#include <QWidget>

#include <functional>

namespace tollgate::ui {

struct NoticeAction {
    QString text; // "Undo"
    QKeySequence shortcut; // works while the notice is shown; empty: none
    std::function<void()> run;
};

class NoticeStack : public QWidget
{
    Q_OBJECT
public:
    // Covers nothing but its notices; `bottomInset` keeps the status bar free.
    NoticeStack(const Theme &theme, QWidget *window, int bottomInset);

    void post(const QString &text, const QList<NoticeAction> &actions = {});
    int count() const;

    // The stack of the window that holds `widget`; null when the window has none.
    static NoticeStack *of(const QWidget *widget);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void arrange();
    const Theme &m_theme;
    int m_bottomInset;
};

} // namespace tollgate::ui
