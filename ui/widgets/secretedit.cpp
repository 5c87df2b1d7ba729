#include "ui/widgets/secretedit.h"

#include <QAction>

namespace tollgate::ui {

SecretEdit::SecretEdit(const Theme &theme, QWidget *parent) : QLineEdit(parent), m_theme(theme), m_eye(new QAction(this))
{
    setInputMethodHints(Qt::ImhHiddenText | Qt::ImhSensitiveData | Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase);
    setDragEnabled(false);
    setMaxLength(4096);
    m_eye->setCheckable(true);
    addAction(m_eye, QLineEdit::TrailingPosition);
    connect(m_eye, &QAction::toggled, this, &SecretEdit::setRevealed);
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

void SecretEdit::hideEvent(QHideEvent *event)
{
    m_eye->setChecked(false);
    QLineEdit::hideEvent(event);
}

} // namespace tollgate::ui
