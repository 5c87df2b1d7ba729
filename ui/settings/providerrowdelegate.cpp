#include "ui/settings/providerrowdelegate.h"

#include <QPainter>
#include <QWidget>

namespace tollgate::ui {

ProviderRowDelegate::ProviderRowDelegate(const Theme &theme, QObject *parent) : QStyledItemDelegate(parent), m_theme(theme) {}

QSize ProviderRowDelegate::sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const
{
    const int lines = QFontMetrics(m_theme.font(FontRole::Body)).height() + QFontMetrics(m_theme.font(FontRole::Small)).height();
    return {100, qMax(2 * m_theme.rowHeight(), lines + 16)};
}

void ProviderRowDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect rect = option.rect;
    const bool selected = option.state & QStyle::State_Selected;
    const bool active = option.widget && option.widget->isActiveWindow();
    if (selected || option.state & QStyle::State_MouseOver)
        painter->fillRect(rect, m_theme.color(!selected ? "bg.hover" : active ? "selection.bg" : "selection.inactive"));
    painter->fillRect(QRect(rect.x(), rect.bottom(), rect.width(), 1), m_theme.color("border.subtle"));
    const QString model = index.data(Model).toString();
    painter->setPen(Qt::NoPen);
    painter->setBrush(model.isEmpty() ? m_theme.color("chart.other") : m_theme.modelColor(model));
    const QFont body = m_theme.font(FontRole::Body, QFont::Medium);
    const QFont small = m_theme.font(FontRole::Small);
    const int firstLine = QFontMetrics(body).height();
    const int top = rect.y() + (rect.height() - firstLine - QFontMetrics(small).height() - 2) / 2;
    painter->drawRoundedRect(QRectF(rect.x() + 12, top + firstLine / 2.0 - 4, 8, 8), 1, 1);
    const QString time = index.data(Time).toString();
    const QFont digits = m_theme.digitsFont(FontRole::Caption);
    const int timeWidth = time.isEmpty() ? 0 : QFontMetrics(digits).horizontalAdvance(time) + 8;
    painter->setFont(body);
    painter->setPen(m_theme.color("text.primary"));
    const QRect nameRect(rect.x() + 28, top, rect.width() - 40 - timeWidth, firstLine);
    painter->drawText(nameRect, Qt::AlignVCenter | Qt::TextSingleLine, QFontMetrics(body).elidedText(index.data().toString(), Qt::ElideRight, nameRect.width()));
    if (timeWidth) {
        painter->setFont(digits);
        painter->setPen(m_theme.color("text.tertiary"));
        painter->drawText(QRect(rect.right() - timeWidth - 4, top, timeWidth, firstLine), Qt::AlignVCenter | Qt::AlignRight, time);
    }
    const QByteArray token = index.data(StateToken).toByteArray();
    const int second = top + firstLine + 2;
    const int smallHeight = QFontMetrics(small).height();
    painter->drawPixmap(QPointF(rect.x() + 28, second + (smallHeight - 14) / 2.0),
                        m_theme.pixmap(index.data(StateIcon).toString(), 14, token.constData(), painter->device()->devicePixelRatioF()));
    painter->setFont(small);
    painter->setPen(m_theme.color(token.constData()));
    const QRect stateRect(rect.x() + 47, second, rect.width() - 56, smallHeight);
    painter->drawText(stateRect, Qt::AlignVCenter | Qt::TextSingleLine,
                      QFontMetrics(small).elidedText(index.data(StateText).toString(), Qt::ElideRight, stateRect.width()));
    if (option.state & QStyle::State_HasFocus) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(m_theme.color("focus.ring"), 2));
        painter->drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -2), 3, 3);
    }
    painter->restore();
}

} // namespace tollgate::ui
