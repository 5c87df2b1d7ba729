#include "ui/playground/phasebar.h"

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

#include <QPainter>

namespace tollgate::ui {

namespace {

constexpr int sideMargin = 20;
constexpr double firstTokenOpacity = 0.5; // tokens.json chartStyle.areaOpacity.firstTokenPhase

QString duration(qint64 ns)
{
    return formatDurationMs(double(ns) / 1e6);
}

} // namespace

PhaseBar::PhaseBar(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Timeline"));
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void PhaseBar::clear()
{
    m_timeline = {};
    setAccessibleDescription({});
    update();
}

void PhaseBar::setTimeline(const PhaseTimeline &timeline)
{
    m_timeline = timeline;
    if (!timeline.running)
        setAccessibleDescription(describe(timeline));
    update();
}

void PhaseBar::setScale(qint64 nanoseconds)
{
    m_scale = nanoseconds;
    update();
}

qint64 PhaseBar::scale() const
{
    if (m_scale > 0)
        return m_scale;
    if (!m_timeline.running)
        return qMax<qint64>(m_timeline.end, 1);
    // While it runs the bar grows in a frame that widens in steps, so that it does not stand still at the full width.
    qint64 frame = 1'000'000'000;
    for (const int step : {2, 5, 10, 20, 30, 60, 120, 300, 600, 1800})
        if (m_timeline.end > frame * 9 / 10)
            frame = step * 1'000'000'000LL;
    return qMax(frame, m_timeline.end);
}

QString PhaseBar::leftText() const
{
    return m_timeline.firstToken >= 0 ? tr("%1 to first token").arg(duration(m_timeline.firstToken)) : QString();
}

QString PhaseBar::rightText() const
{
    if (m_timeline.running)
        return tr("%1 so far").arg(duration(m_timeline.end));
    if (m_timeline.segments.isEmpty())
        return {};
    const QString done = tr("done at %1").arg(duration(m_timeline.end));
    if (m_timeline.tokensPerSecond <= 0)
        return done;
    return tr("%1 tokens/s, %2").arg(formatCount(qint64(m_timeline.tokensPerSecond + 0.5)), done);
}

void PhaseBar::paintSegment(QPainter &painter, const PhaseSegment &segment, const QRectF &rect) const
{
    using Kind = PhaseSegment::Kind;
    switch (segment.kind) {
    case Kind::Cache:
    case Kind::Queue:
        painter.fillRect(rect, m_theme.color("chart.waterfall.queue"));
        break;
    case Kind::Connect:
        painter.fillRect(rect, m_theme.color("chart.waterfall.connect"));
        break;
    case Kind::FirstToken: {
        QColor color = m_theme.color("chart.waterfall.firstToken");
        color.setAlphaF(float(firstTokenOpacity));
        painter.fillRect(rect, color);
        break;
    }
    case Kind::Stream:
        painter.fillRect(rect, m_theme.color("chart.waterfall.stream"));
        break;
    case Kind::Failed:
        painter.fillRect(rect, m_theme.color("chart.waterfall.failed"));
        break;
    case Kind::Backoff: {
        QColor color = m_theme.color("chart.waterfall.backoff");
        painter.fillRect(rect, QBrush(color, Qt::BDiagPattern));
        color.setAlphaF(0.35F);
        painter.fillRect(rect, color);
        break;
    }
    }
}

void PhaseBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.color("bg.panel"));
    painter.fillRect(QRect(0, 0, width(), 1), m_theme.color("border.subtle"));
    if (m_timeline.segments.isEmpty())
        return;
    const QRectF bar(sideMargin, 12, width() - 2 * sideMargin, 8);
    const double perNs = bar.width() / double(scale());
    for (const PhaseSegment &segment : m_timeline.segments) {
        const double left = bar.left() + double(segment.from) * perNs;
        const double right = bar.left() + double(segment.to) * perNs;
        paintSegment(painter, segment, QRectF(left, bar.top(), qMax(right - left - 0.5, 1.0), bar.height()));
    }
    const QColor mark = m_theme.color("text.secondary");
    const double end = bar.left() + double(m_timeline.end) * perNs;
    const double first = bar.left() + double(m_timeline.firstToken) * perNs;
    if (m_timeline.firstToken >= 0)
        painter.fillRect(QRectF(qRound(first), bar.top() - 3, 1, bar.height() + 6), mark);
    if (!m_timeline.running)
        painter.fillRect(QRectF(qRound(end) - 1, bar.top() - 3, 1, bar.height() + 6), mark);

    painter.setFont(m_theme.font(FontRole::Caption));
    painter.setPen(m_theme.color("text.secondary"));
    const QFontMetrics metrics = painter.fontMetrics();
    const QString right = rightText();
    const double rightWidth = metrics.horizontalAdvance(right);
    const double rightAt = qMin(qMax(end, bar.left() + rightWidth), bar.right()) - rightWidth;
    painter.drawText(QPointF(rightAt, height() - 8), right);
    const QString left = leftText();
    const double leftWidth = metrics.horizontalAdvance(left);
    // Beside its mark where there is room, else before the other text, else not at all.
    const double leftAt = qMin(first + 4, rightAt - leftWidth - 12);
    if (!left.isEmpty() && leftAt >= bar.left())
        painter.drawText(QPointF(leftAt, height() - 8), left);
}

} // namespace tollgate::ui
