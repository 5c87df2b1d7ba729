// Fusion, with what a style sheet cannot paint: focus rings with a gap, check boxes, radio buttons, combo boxes and tinted arrows.
#pragma once

#include <QProxyStyle>

namespace tollgate::ui {

class Theme;

class TollgateStyle final : public QProxyStyle
{
    Q_OBJECT
public:
    explicit TollgateStyle(const Theme &theme);

    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                            const QWidget *widget) const override;
    void drawControl(ControlElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const override;
    QRect subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl sub, const QWidget *widget) const override;
    QSize sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size, const QWidget *widget) const override;
    using QProxyStyle::polish;
    void polish(QWidget *widget) override;
    int pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const override;
    int styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget, QStyleHintReturn *data) const override;

private:
    void drawFocus(const QStyleOption *option, QPainter *painter, const QWidget *widget) const;
    void drawCheck(const QStyleOption *option, QPainter *painter) const;
    void drawRadio(const QStyleOption *option, QPainter *painter) const;
    void drawCombo(const QStyleOptionComplex *option, QPainter *painter) const;
    void drawArrow(const char *icon, const QStyleOption *option, QPainter *painter) const;
    const Theme &m_theme;
};

// A 2 px ring with a 1 px gap inside `rect`, as painted controls show focus.
void drawFocusRing(QPainter &painter, const Theme &theme, const QRectF &rect, qreal radius);

} // namespace tollgate::ui
