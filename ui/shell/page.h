// What the main window may ask of a page, besides being a QWidget. A page that has nothing to say need not implement it.
//
// By convention a page also may
// - declare the signal `void pageRequested(const QString &page, const QString &detail)`: opens "playground", or "settings" with a detail
//   such as "providers/openai", "storage", "cache"; the main window connects it when it exists;
// - give its actions to itself with addAction(): the main menu shows them while the page is open, in the menu their dynamic property
//   `menu` names ("File", "Edit", "View", "Run"; none: Run), and F1 lists their shortcuts;
// - mark its panes with the dynamic property `pane` (its spoken name): F6 and Shift+F6 walk through them.
#pragma once

#include <QString>

namespace tollgate::ui {

class Page
{
public:
    virtual ~Page() = default;
    // Asks about unsaved work when there is any; false keeps the page open. Called before another page, profile or the end.
    virtual bool mayLeave() { return true; }
    // Goes to a part of the page.
    virtual void open(const QString &detail) { Q_UNUSED(detail) }
};

} // namespace tollgate::ui
