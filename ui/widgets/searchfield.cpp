#include "ui/widgets/searchfield.h"

#include <QKeyEvent>
#include <QPainter>

namespace tollgate::ui {

SearchField::SearchField(const Theme &theme, const QString &placeholder, const QKeySequence &shortcutHint, QWidget *parent)
    : QLineEdit(parent), m_theme(theme), m_hint(shortcutHint.toString(QKeySequence::NativeText))
{
    setPlaceholderText(placeholder);
    setAccessibleName(placeholder);
    addAction(theme.icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_rest.setSingleShot(true);
    m_rest.setInterval(theme.size("timing.filterDebounceMs"));
    connect(this, &QLineEdit::textChanged, &m_rest, qOverload<>(&QTimer::start));
    connect(&m_rest, &QTimer::timeout, this, [this] { Q_EMIT searchChanged(text()); });
}

void SearchField::paintEvent(QPaintEvent *event)
{
    QLineEdit::paintEvent(event);
    if (m_hint.isEmpty() || !text().isEmpty())
        return;
    const QFont font = m_theme.font(FontRole::Caption);
    if (QFontMetrics(this->font()).horizontalAdvance(placeholderText()) + QFontMetrics(font).horizontalAdvance(m_hint) + 56 > width())
        return;
    QPainter painter(this);
    painter.setFont(font);
    painter.setPen(m_theme.color("text.tertiary"));
    painter.drawText(rect().adjusted(0, 0, -9, 0), Qt::AlignVCenter | Qt::AlignRight, m_hint);
}

void SearchField::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && !text().isEmpty()) {
        clear();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

} // namespace tollgate::ui
