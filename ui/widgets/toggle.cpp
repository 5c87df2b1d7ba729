#include "ui/widgets/toggle.h"

#include <QPainter>

namespace tollgate::ui {

Toggle::Toggle(const Theme &theme, const QString &accessibleName, QWidget *parent) : QAbstractButton(parent), m_theme(theme)
{
    setCheckable(true);
    setAccessibleName(accessibleName);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&m_slide, &QVariantAnimation::valueChanged, this, [this] { update(); });
    connect(this, &QAbstractButton::toggled, this, [this](bool on) {
        m_slide.stop();
        if (!isVisible() || m_theme.reducedMotion())
            return;
        m_slide.setDuration(m_theme.size("motion.toggle"));
        m_slide.setStartValue(on ? 0.0 : 1.0);
        m_slide.setEndValue(on ? 1.0 : 0.0);
        m_slide.start();
    });
}

void Toggle::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF track((width() - 30) / 2.0, (height() - 18) / 2.0, 30, 18);
    const char *token = !isEnabled() ? "border.default" : isChecked() ? "accent.graphic" : "border.control";
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(token));
    painter.drawRoundedRect(track, 9, 9);
    const qreal at = m_slide.state() == QAbstractAnimation::Running ? m_slide.currentValue().toReal() : isChecked() ? 1 : 0;
    painter.setBrush(m_theme.color(m_theme.isDark() && !isChecked() ? "text.primary" : "text.onAccent"));
    painter.drawEllipse(QRectF(track.x() + 2 + at * 12, track.y() + 2, 14, 14));
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_theme.color("focus.ring"), 2));
        painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), 11, 11);
    }
}

} // namespace tollgate::ui
