#include "ui/widgets/meterbar.h"

#include "ui/theme/format.h"

#include <QPainter>
#include <QPainterPath>

namespace tollgate::ui {

MeterBar::MeterBar(const Theme &theme, const QString &accessibleName, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_name(accessibleName)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setShare(0);
}

QSize MeterBar::sizeHint() const
{
    return {60, m_theme.size("size.meter")};
}

void MeterBar::setShare(double share)
{
    m_share = qMax(0.0, share);
    setAccessibleName(m_name + QStringLiteral(": ") + formatRatio(m_share));
    update();
}

void MeterBar::setPlain(bool on)
{
    m_plain = on;
    update();
}

void MeterBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath shape;
    shape.addRoundedRect(rect(), 2, 2);
    painter.setClipPath(shape);
    painter.fillRect(rect(), m_theme.color("bg.pressed"));
    const char *token = m_plain || m_share < 0.8 ? "accent.graphic" : m_share < 1 ? "warning" : "danger";
    painter.fillRect(QRectF(0, 0, width() * qMin(1.0, m_share), height()), m_theme.color(token));
}

} // namespace tollgate::ui
