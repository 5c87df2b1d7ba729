// Keeps a growing view at its end unless the user scrolled up.
#pragma once

#include <QObject>

class QAbstractScrollArea;

namespace tollgate::ui {

class ScrollSticker : public QObject
{
    Q_OBJECT
public:
    ScrollSticker(QAbstractScrollArea *area, QObject *parent);
    bool isStuck() const { return m_stuck; }
    void stick(); // to the end, and stay there

Q_SIGNALS:
    void stuckChanged(bool stuck);

private:
    void setStuck(bool stuck);
    QAbstractScrollArea *m_area;
    bool m_stuck = true;
    bool m_moving = false;
};

} // namespace tollgate::ui
