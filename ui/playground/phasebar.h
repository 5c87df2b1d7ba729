// The painted timeline of one request under its answer: cache, queue, connect, wait for the first token, stream, failed attempts, waits.
#pragma once

#include "ui/playground/phasetimeline.h"

#include <QWidget>

namespace tollgate::ui {

class Theme;

class PhaseBar : public QWidget
{
    Q_OBJECT
public:
    PhaseBar(const Theme &theme, QWidget *parent);
    void clear();
    void setTimeline(const PhaseTimeline &timeline);
    // One scale for several bars; 0: each its own.
    void setScale(qint64 nanoseconds);
    QString leftText() const;
    QString rightText() const;
    QSize sizeHint() const override { return {200, 44}; }
    QSize minimumSizeHint() const override { return {120, 44}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    qint64 scale() const;
    void paintSegment(QPainter &painter, const PhaseSegment &segment, const QRectF &rect) const;
    const Theme &m_theme;
    PhaseTimeline m_timeline;
    qint64 m_scale = 0;
};

} // namespace tollgate::ui
