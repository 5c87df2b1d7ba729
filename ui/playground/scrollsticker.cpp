#include "ui/playground/scrollsticker.h"

#include <QAbstractScrollArea>
#include <QScrollBar>

namespace tollgate::ui {

ScrollSticker::ScrollSticker(QAbstractScrollArea *area, QObject *parent) : QObject(parent), m_area(area)
{
    QScrollBar *bar = area->verticalScrollBar();
    connect(bar, &QScrollBar::rangeChanged, this, [this, bar] {
        if (!m_stuck)
            return;
        m_moving = true;
        bar->setValue(bar->maximum());
        m_moving = false;
    });
    connect(bar, &QScrollBar::valueChanged, this, [this, bar](int value) {
        if (!m_moving)
            setStuck(value >= bar->maximum() - bar->singleStep());
    });
}

void ScrollSticker::stick()
{
    QScrollBar *bar = m_area->verticalScrollBar();
    m_moving = true;
    bar->setValue(bar->maximum());
    m_moving = false;
    setStuck(true);
}

void ScrollSticker::setStuck(bool stuck)
{
    if (m_stuck == stuck)
        return;
    m_stuck = stuck;
    Q_EMIT stuckChanged(stuck);
}

} // namespace tollgate::ui
