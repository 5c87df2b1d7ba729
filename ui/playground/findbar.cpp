#include "ui/playground/findbar.h"

#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/safelabel.h"
#include "ui/widgets/searchfield.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QShortcut>
#include <QTextEdit>

namespace tollgate::ui {

FindBar::FindBar(const Theme &theme, QWidget *parent) : QFrame(parent), m_theme(theme)
{
    setProperty("surface", QStringLiteral("section"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 4, 8, 4);
    layout->setSpacing(4);
    m_field = new SearchField(theme, tr("Find in the answer"), {}, this);
    m_field->setAccessibleName(tr("Find in the answer"));
    m_field->installEventFilter(this);
    layout->addWidget(m_field, 1);
    m_result = new SafeLabel(theme, {}, FontRole::Small, "text.tertiary", QFont::Normal, this);
    layout->addWidget(m_result);
    auto *previous = new IconButton(theme, QStringLiteral("chevron-up"), tr("Previous"), QKeySequence(Qt::SHIFT | Qt::Key_Return), this);
    auto *next = new IconButton(theme, QStringLiteral("chevron-down"), tr("Next"), QKeySequence(Qt::Key_Return), this);
    auto *closer = new IconButton(theme, QStringLiteral("close"), tr("Close"), QKeySequence(Qt::Key_Escape), this);
    layout->addWidget(previous);
    layout->addWidget(next);
    layout->addWidget(closer);
    connect(m_field, &SearchField::searchChanged, this, [this] { find(false, true); });
    connect(m_field, &QLineEdit::returnPressed, this, [this] { find(false, false); });
    auto *back = new QShortcut(QKeySequence(Qt::SHIFT | Qt::Key_Return), m_field);
    back->setContext(Qt::WidgetShortcut);
    connect(back, &QShortcut::activated, this, [this] { find(true, false); });
    connect(previous, &QToolButton::clicked, this, [this] { find(true, false); });
    connect(next, &QToolButton::clicked, this, [this] { find(false, false); });
    connect(closer, &QToolButton::clicked, this, &FindBar::close);
    hide();
}

void FindBar::setTarget(QWidget *view)
{
    m_target = view;
    m_result->setText({});
}

void FindBar::open()
{
    show();
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

void FindBar::close()
{
    hide();
    if (m_target)
        m_target->setFocus(Qt::OtherFocusReason);
}

// Not a shortcut: while a request runs Esc is the page's, and two shortcuts on one key cancel each other.
bool FindBar::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Escape && key->modifiers() == Qt::NoModifier) {
            if (event->type() == QEvent::KeyPress)
                close();
            event->accept();
            return true;
        }
    }
    return QFrame::event(event);
}

bool FindBar::eventFilter(QObject *watched, QEvent *event)
{
    // A search field clears itself on Esc; here one press is enough to be gone.
    if (watched == m_field && event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape) {
        close();
        return true;
    }
    return QFrame::eventFilter(watched, event);
}

void FindBar::find(bool backward, bool fromStart)
{
    const QString wanted = m_field->text();
    if (!m_target || wanted.isEmpty()) {
        m_result->setText({});
        return;
    }
    const QTextDocument::FindFlags flags = backward ? QTextDocument::FindBackward : QTextDocument::FindFlags();
    const auto search = [&](auto *view) {
        QTextCursor cursor = view->textCursor();
        if (fromStart)
            cursor.setPosition(cursor.selectionStart());
        QTextCursor found = view->document()->find(wanted, cursor, flags);
        if (found.isNull()) { // around the end
            cursor.movePosition(backward ? QTextCursor::End : QTextCursor::Start);
            found = view->document()->find(wanted, cursor, flags);
        }
        if (!found.isNull())
            view->setTextCursor(found);
        return !found.isNull();
    };
    bool found = false;
    if (auto *plain = qobject_cast<QPlainTextEdit *>(m_target))
        found = search(plain);
    else if (auto *rich = qobject_cast<QTextEdit *>(m_target))
        found = search(rich);
    m_result->setText(found ? QString() : tr("Not found"));
}

} // namespace tollgate::ui
