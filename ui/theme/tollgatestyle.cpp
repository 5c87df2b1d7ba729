#include "ui/theme/tollgatestyle.h"

#include "ui/theme/theme.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QPainter>
#include <QPushButton>
#include <QStyleOptionComboBox>
#include <QTabBar>
#include <QToolButton>

namespace tollgate::ui {

void drawFocusRing(QPainter &painter, const Theme &theme, const QRectF &rect, qreal radius)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.color("bg.panel"), 1));
    painter.drawRoundedRect(rect.adjusted(2.5, 2.5, -2.5, -2.5), radius - 1, radius - 1);
    painter.setPen(QPen(theme.color("focus.ring"), 2));
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius);
    painter.restore();
}

TollgateStyle::TollgateStyle(const Theme &theme) : QProxyStyle(QStringLiteral("Fusion")), m_theme(theme) {}

void TollgateStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const
{
    switch (element) {
    case PE_FrameFocusRect: drawFocus(option, painter, widget); return;
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck: drawCheck(option, painter); return;
    case PE_IndicatorRadioButton: drawRadio(option, painter); return;
    case PE_IndicatorMenuCheckMark: drawArrow("check", option, painter); return;
    case PE_IndicatorArrowDown: drawArrow("chevron-down", option, painter); return;
    case PE_IndicatorArrowUp: drawArrow("chevron-up", option, painter); return;
    case PE_IndicatorArrowRight: drawArrow("chevron-right", option, painter); return;
    case PE_IndicatorArrowLeft: drawArrow("chevron-left", option, painter); return;
    case PE_IndicatorBranch:
        if (option->state & State_Children)
            drawArrow(option->state & State_Open ? "chevron-down" : "chevron-right", option, painter);
        return;
    default: QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void TollgateStyle::drawFocus(const QStyleOption *option, QPainter *painter, const QWidget *widget) const
{
    // Rows show focus by their selection colour; plain buttons, fields and tool buttons by their style sheet border.
    if (qobject_cast<const QAbstractItemView *>(widget) || qobject_cast<const QToolButton *>(widget)
        || qobject_cast<const QComboBox *>(widget))
        return;
    if (qobject_cast<const QPushButton *>(widget)) {
        if (widget->property("kind").toString() == QLatin1String("primary"))
            drawFocusRing(*painter, m_theme, widget->rect(), 4);
        return;
    }
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(m_theme.color("focus.ring"), 2));
    const QRectF rect = qobject_cast<const QTabBar *>(widget) ? QRectF(option->rect) : QRectF(option->rect).adjusted(-2, -1, 2, 1);
    painter->drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4);
    painter->restore();
}

void TollgateStyle::drawCheck(const QStyleOption *option, QPainter *painter) const
{
    const QRectF box = QRectF(option->rect.center().x() - 7, option->rect.center().y() - 7, 16, 16);
    const bool enabled = option->state & State_Enabled;
    const bool on = option->state & State_On;
    const bool mixed = option->state & State_NoChange;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (on) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(m_theme.color(enabled ? "accent" : "border.control"));
        painter->drawRoundedRect(box, 3, 3);
    } else {
        painter->setPen(QPen(m_theme.color(enabled ? "border.control" : "border.default"), 1));
        painter->setBrush(m_theme.color("bg.panel"));
        painter->drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
    if (on || mixed) {
        const QPixmap mark = m_theme.pixmap(on ? QStringLiteral("check") : QStringLiteral("minus"), 12,
                                            on ? "text.onAccent" : "text.secondary", painter->device()->devicePixelRatioF());
        painter->drawPixmap(QPointF(box.x() + 2, box.y() + 2), mark);
    }
    painter->restore();
}

void TollgateStyle::drawRadio(const QStyleOption *option, QPainter *painter) const
{
    const QRectF box = QRectF(option->rect.center().x() - 7, option->rect.center().y() - 7, 16, 16);
    const bool on = option->state & State_On;
    const bool enabled = option->state & State_Enabled;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (on) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(m_theme.color(enabled ? "accent" : "border.control"));
        painter->drawEllipse(box);
        painter->setBrush(m_theme.color("text.onAccent"));
        painter->drawEllipse(box.adjusted(5, 5, -5, -5));
    } else {
        painter->setPen(QPen(m_theme.color(enabled ? "border.control" : "border.default"), 1));
        painter->setBrush(m_theme.color("bg.panel"));
        painter->drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5));
    }
    painter->restore();
}

void TollgateStyle::drawArrow(const char *icon, const QStyleOption *option, QPainter *painter) const
{
    const int side = qMin(16, qMax(8, qMin(option->rect.width(), option->rect.height())));
    const QPixmap pixmap = m_theme.pixmap(QString::fromLatin1(icon), side, option->state & State_Enabled ? "text.secondary" : "text.disabled",
                                          painter->device()->devicePixelRatioF());
    painter->drawPixmap(option->rect.center().x() + 1 - side / 2, option->rect.center().y() + 1 - side / 2, pixmap);
}

void TollgateStyle::drawCombo(const QStyleOptionComplex *option, QPainter *painter) const
{
    const auto *combo = qstyleoption_cast<const QStyleOptionComboBox *>(option);
    const bool enabled = option->state & State_Enabled;
    const bool focus = option->state & State_HasFocus;
    const bool hover = option->state & State_MouseOver;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(option->rect);
    if (combo && !combo->frame) { // a flat combo: only its text, tinted when the mouse is over it
        painter->setPen(Qt::NoPen);
        painter->setBrush(hover && enabled ? m_theme.color("bg.hover") : QColor(Qt::transparent));
        painter->drawRoundedRect(frame, 4, 4);
        if (focus) {
            painter->setBrush(Qt::NoBrush);
            painter->setPen(QPen(m_theme.color("focus.ring"), 2));
            painter->drawRoundedRect(frame.adjusted(1, 1, -1, -1), 4, 4);
        }
    } else {
        const bool field = combo && combo->editable; // looks as the line edit inside it does
        painter->setBrush(m_theme.color(!enabled ? "bg.hover" : field ? "bg.panel" : hover ? "bg.hover" : "bg.raised"));
        const qreal width = focus ? 2 : 1;
        painter->setPen(QPen(m_theme.color(focus ? "focus.ring" : !enabled ? "border.subtle" : hover ? "border.control" : "border.default"), width));
        painter->drawRoundedRect(frame.adjusted(width / 2, width / 2, -width / 2, -width / 2), 4, 4);
    }
    painter->restore();
    const QRect arrow = subControlRect(CC_ComboBox, option, SC_ComboBoxArrow, nullptr);
    QStyleOption arrowOption;
    arrowOption.rect = arrow;
    arrowOption.state = option->state;
    drawArrow("chevron-down", &arrowOption, painter);
}

void TollgateStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                                       const QWidget *widget) const
{
    if (control == CC_ComboBox)
        drawCombo(option, painter);
    else
        QProxyStyle::drawComplexControl(control, option, painter, widget);
}

void TollgateStyle::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const
{
    if (element == CE_ComboBoxLabel) {
        const auto *combo = qstyleoption_cast<const QStyleOptionComboBox *>(option);
        if (combo && !combo->editable) {
            QRect rect = subControlRect(CC_ComboBox, combo, SC_ComboBoxEditField, widget);
            if (!combo->currentIcon.isNull()) {
                const int side = combo->iconSize.width();
                combo->currentIcon.paint(painter, QRect(rect.x(), rect.y(), side, rect.height()), Qt::AlignCenter,
                                         combo->state & State_Enabled ? QIcon::Normal : QIcon::Disabled);
                rect.setLeft(rect.left() + side + 6);
            }
            painter->setPen(m_theme.color(combo->state & State_Enabled ? "text.primary" : "text.disabled"));
            painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                              combo->fontMetrics.elidedText(combo->currentText, Qt::ElideRight, rect.width()));
            return;
        }
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

QRect TollgateStyle::subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl sub, const QWidget *widget) const
{
    if (control == CC_ComboBox) {
        const QRect rect = option->rect;
        if (sub == SC_ComboBoxArrow)
            return {rect.right() - 23, rect.y(), 16, rect.height()};
        if (sub == SC_ComboBoxEditField) {
            const auto *combo = qstyleoption_cast<const QStyleOptionComboBox *>(option);
            const int left = combo && !combo->frame ? 4 : 9;
            return rect.adjusted(left, 1, -26, -1);
        }
        if (sub == SC_ComboBoxListBoxPopup) // at least as wide as the box, never over it
            return rect;
    }
    return QProxyStyle::subControlRect(control, option, sub, widget);
}

QSize TollgateStyle::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size, const QWidget *widget) const
{
    if (type == CT_ComboBox) {
        const auto *combo = qstyleoption_cast<const QStyleOptionComboBox *>(option);
        const bool flat = combo && !combo->frame;
        const bool compact = widget && widget->property("compact").toBool();
        return {size.width() + (flat ? 32 : 38), compact ? m_theme.smallControlHeight() : m_theme.controlHeight()};
    }
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_CheckBox || type == CT_RadioButton)
        result.setHeight(qMax(24, result.height())); // targets are at least 24 px high
    return result;
}

void TollgateStyle::polish(QWidget *widget)
{
    QProxyStyle::polish(widget);
    if (auto *tabs = qobject_cast<QTabBar *>(widget)) { // tabs are as wide as their words
        tabs->setExpanding(false);
        tabs->setDrawBase(false);
    }
}

int TollgateStyle::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
    case PM_SmallIconSize:
    case PM_ButtonIconSize: return 16;
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing: return 8;
    case PM_SplitterWidth: return 5;
    case PM_ComboBoxFrameWidth: return 1;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int TollgateStyle::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget, QStyleHintReturn *data) const
{
    switch (hint) {
    case SH_ComboBox_Popup: return 0;
    case SH_ToolTip_WakeUpDelay: return m_theme.size("timing.tooltipDelayMs");
    case SH_EtchDisabledText:
    case SH_DialogButtonBox_ButtonsHaveIcons: return 0;
    case SH_Widget_Animation_Duration: return 0;
    case SH_LineEdit_PasswordCharacter: return 0x2022;
    default: return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

} // namespace tollgate::ui
