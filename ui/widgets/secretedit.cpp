#include "ui/widgets/secretedit.h"

#include "ui/widgets/clipboardguard.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>

#include <utility>

namespace tollgate::ui {

SecretEdit::SecretEdit(const Theme &theme, QWidget *parent) : QLineEdit(parent), m_theme(theme), m_eye(new QAction(this))
{
    setInputMethodHints(Qt::ImhHiddenText | Qt::ImhSensitiveData | Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase);
    setDragEnabled(false);
    setMaxLength(4096);
    m_eye->setCheckable(true);
    addAction(m_eye, QLineEdit::TrailingPosition);
    connect(m_eye, &QAction::toggled, this, &SecretEdit::setRevealed);
    connect(this, &QLineEdit::textChanged, this, [this](const QString &text) {
        const qsizetype before = std::exchange(m_length, text.size());
        if (text.size() > before + 1) // more than a key press: pasted or dropped
            ClipboardGuard::of(this)->textEntered(text);
    });
    setRevealed(false);
}

void SecretEdit::setRevealed(bool on)
{
    setEchoMode(on ? QLineEdit::Normal : QLineEdit::Password);
    m_eye->setIcon(m_theme.icon(on ? QStringLiteral("eye") : QStringLiteral("eye-off")));
    m_eye->setText(on ? tr("Hide the key") : tr("Show the key"));
    m_eye->setToolTip(m_eye->text());
}

SecretBytes SecretEdit::peek() const
{
    QString typed = text();
    QByteArray bytes = typed.toUtf8();
    SecretBytes secret(QByteArrayView(bytes).trimmed());
    wipe(bytes);
    // `typed` shares the field's own memory, which the field still needs.
    return secret;
}

SecretBytes SecretEdit::take()
{
    SecretBytes secret = peek();
    wipeField();
    return secret;
}

void SecretEdit::wipeField()
{
    QString typed = text();
    clear(); // lets go of the memory, so that the copy here is the last holder
    wipe(typed);
    m_eye->setChecked(false);
}

bool SecretEdit::isBlank() const
{
    return QStringView(text()).trimmed().isEmpty();
}

void SecretEdit::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy) || event->matches(QKeySequence::Cut)) {
        event->accept(); // a shown key is not copied either
        return;
    }
    QLineEdit::keyPressEvent(event);
}

void SecretEdit::mouseReleaseEvent(QMouseEvent *event)
{
    // On X11 the base class puts what was selected into the primary selection, which every program may read.
    const int start = selectionStart();
    const int length = selectedText().size();
    if (event->button() == Qt::LeftButton && echoMode() == QLineEdit::Normal)
        deselect();
    QLineEdit::mouseReleaseEvent(event);
    if (start >= 0 && length > 0 && !hasSelectedText())
        setSelection(start, length);
}

void SecretEdit::contextMenuEvent(QContextMenuEvent *event)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Paste"), this, &QLineEdit::paste);
    menu->addAction(tr("Select all"), this, &QLineEdit::selectAll)->setEnabled(!text().isEmpty());
    menu->addSeparator();
    menu->addAction(m_eye);
    menu->popup(event->globalPos());
}

void SecretEdit::hideEvent(QHideEvent *event)
{
    m_eye->setChecked(false);
    QLineEdit::hideEvent(event);
}

} // namespace tollgate::ui
