#include "ui/widgets/safelabel.h"

#include <QEvent>
#include <QPainter>

namespace tollgate::ui {

SafeLabel::SafeLabel(const Theme &theme, const QString &text, FontRole role, const char *token, QFont::Weight weight, QWidget *parent)
    : QLabel(parent), m_theme(theme), m_role(role), m_weight(weight), m_token(token)
{
    setTextFormat(Qt::PlainText);
    setOpenExternalLinks(false);
    setTextInteractionFlags(Qt::NoTextInteraction);
    setText(text);
    applyTheme();
    connect(&theme, &Theme::changed, this, &SafeLabel::applyTheme);
}

void SafeLabel::applyTheme()
{
    m_applying = true;
    setFont(m_theme.font(m_role, m_weight));
    QPalette p = palette();
    p.setColor(QPalette::WindowText, m_theme.color(m_token));
    p.setColor(QPalette::Disabled, QPalette::WindowText, m_theme.color("text.disabled"));
    setPalette(p);
    m_applying = false;
    updateGeometry();
    update();
}

void SafeLabel::setRole(FontRole role, QFont::Weight weight)
{
    m_role = role;
    m_weight = weight;
    applyTheme();
}

void SafeLabel::setToken(const char *token)
{
    if (qstrcmp(m_token, token) == 0)
        return;
    m_token = token;
    applyTheme();
}

void SafeLabel::setElideMode(Qt::TextElideMode mode)
{
    m_elide = mode;
    update();
}

QSize SafeLabel::sizeHint() const
{
    if (wordWrap())
        return QLabel::sizeHint();
    const QFontMetrics metrics = fontMetrics();
    const QMargins margins = contentsMargins();
    return {metrics.horizontalAdvance(text()) + margins.left() + margins.right() + (text().isEmpty() ? 0 : 1),
            metrics.height() + margins.top() + margins.bottom()};
}

QSize SafeLabel::minimumSizeHint() const
{
    if (wordWrap())
        return QLabel::minimumSizeHint();
    const QSize full = sizeHint();
    if (m_elide == Qt::ElideNone)
        return full;
    return {qMin(full.width(), fontMetrics().horizontalAdvance(QStringLiteral("MM\u2026"))), full.height()};
}

void SafeLabel::paintEvent(QPaintEvent *event)
{
    if (textInteractionFlags() != Qt::NoTextInteraction || !pixmap(Qt::ReturnByValue).isNull()) {
        QLabel::paintEvent(event);
        return;
    }
    // The colour comes from the theme, not from the palette: the style sheet engine restores palettes it has kept from before a change.
    QPainter painter(this);
    painter.setPen(m_theme.color(isEnabled() ? m_token : "text.disabled"));
    if (wordWrap()) {
        painter.drawText(contentsRect(), int(alignment() | Qt::TextWordWrap), text());
        return;
    }
    QString shown = text();
    shown.replace(u'\n', u' ');
    if (m_elide != Qt::ElideNone)
        shown = fontMetrics().elidedText(shown, m_elide, contentsRect().width());
    painter.drawText(contentsRect(), int(alignment() | Qt::TextSingleLine), shown);
}

void SafeLabel::changeEvent(QEvent *event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::StyleChange && !m_applying)
        updateGeometry();
    // Selectable text is painted from the palette, see paintEvent().
    if (event->type() == QEvent::PaletteChange && !m_applying && textInteractionFlags() != Qt::NoTextInteraction
        && palette().color(QPalette::Active, QPalette::WindowText) != m_theme.color(m_token))
        applyTheme();
}

} // namespace tollgate::ui
