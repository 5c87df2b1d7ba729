#include "ui/widgets/iconlabel.h"

#include <QPainter>

namespace tollgate::ui {

IconLabel::IconLabel(const Theme &theme, const QString &iconName, int side, const char *token, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_iconName(iconName), m_side(side), m_token(token)
{
    setFixedSize(side, side);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void IconLabel::setIcon(const QString &iconName, const char *token)
{
    m_iconName = iconName;
    m_token = token;
    update();
}

void IconLabel::paintEvent(QPaintEvent *)
{
    if (m_iconName.isEmpty())
        return;
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_theme.pixmap(m_iconName, m_side, m_token, devicePixelRatioF()));
}

} // namespace tollgate::ui
