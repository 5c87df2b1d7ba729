#include "ui/widgets/badge.h"

#include <QPainter>

namespace tollgate::ui {

const char *textTokenOf(Tone tone)
{
    switch (tone) {
    case Tone::Neutral: return "text.secondary";
    case Tone::Accent: return "accent.text";
    case Tone::Success: return "success.text";
    case Tone::Warning: return "warning.text";
    case Tone::Danger: return "danger.text";
    }
    Q_UNREACHABLE();
}

const char *tintTokenOf(Tone tone)
{
    switch (tone) {
    case Tone::Neutral: return "bg.hover";
    case Tone::Accent: return "accent.tint";
    case Tone::Success: return "success.tint";
    case Tone::Warning: return "warning.tint";
    case Tone::Danger: return "danger.tint";
    }
    Q_UNREACHABLE();
}

Badge::Badge(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, [this] { updateGeometry(); });
}

Badge::Badge(const Theme &theme, Tone tone, const QString &text, const QString &iconName, QWidget *parent) : Badge(theme, parent)
{
    setContent(tone, text, iconName);
}

void Badge::setContent(Tone tone, const QString &text, const QString &iconName)
{
    m_tone = tone;
    m_text = text;
    m_iconName = iconName;
    setAccessibleName(text);
    updateGeometry();
    update();
}

QSize Badge::sizeHint() const
{
    const QFontMetrics metrics(m_theme.font(FontRole::Caption, QFont::Medium));
    const int icon = m_iconName.isEmpty() ? 0 : m_iconName == QLatin1String("dot") ? 10 : 15;
    return {metrics.horizontalAdvance(m_text) + icon + 12, qMax(m_theme.size("size.badge"), metrics.height() + 4)};
}

void Badge::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(tintTokenOf(m_tone)));
    painter.drawRoundedRect(rect(), 3, 3);
    int x = 6;
    const char *token = textTokenOf(m_tone);
    if (m_iconName == QLatin1String("dot")) {
        painter.setBrush(m_theme.color(token));
        painter.drawEllipse(QRectF(x, height() / 2.0 - 3, 6, 6));
        x += 10;
    } else if (!m_iconName.isEmpty()) {
        painter.drawPixmap(QPointF(x - 1, (height() - 12) / 2.0), m_theme.pixmap(m_iconName, 12, token, devicePixelRatioF()));
        x += 15;
    }
    const QFont font = m_theme.font(FontRole::Caption, QFont::Medium);
    painter.setFont(font);
    painter.setPen(m_theme.color(token));
    painter.drawText(QRect(x, 0, width() - x - 4, height()), Qt::AlignVCenter | Qt::AlignLeft,
                     QFontMetrics(font).elidedText(m_text, Qt::ElideRight, width() - x - 4));
}

} // namespace tollgate::ui
