#include "ui/widgets/segmentedcontrol.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>

namespace tollgate::ui {

namespace {

class Segment final : public QAbstractButton
{
public:
    Segment(const Theme &theme, QString iconName, QWidget *parent) : QAbstractButton(parent), m_theme(theme), m_iconName(std::move(iconName))
    {
        setCheckable(true);
        setFocusPolicy(Qt::StrongFocus);
        setAttribute(Qt::WA_Hover);
    }
    bool first = false, last = false, compact = false, stretched = false;

    QSize sizeHint() const override
    {
        // Semibold for all, so that the chosen one does not push its neighbours.
        const int text = QFontMetrics(m_theme.font(role(), QFont::DemiBold)).horizontalAdvance(this->text());
        return {text + (m_iconName.isEmpty() ? 0 : 22) + (compact ? 12 : 22), compact ? qMax(26, m_theme.controlHeight() - 2) : m_theme.controlHeight()};
    }
    QSize minimumSizeHint() const override { return stretched ? QSize(24, sizeHint().height()) : sizeHint(); }

protected:
    FontRole role() const { return compact ? FontRole::Small : FontRole::Body; }
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, last ? -0.5 : 0.5, -0.5);
        QPainterPath clip;
        clip.addRoundedRect(QRectF(rect()).adjusted(first ? 0 : -8, 0, last ? 0 : 8, 0), 4, 4);
        painter.setClipPath(clip);
        const bool hover = underMouse() && isEnabled();
        painter.fillRect(rect(), m_theme.color(isChecked() ? "bg.segment" : isDown() ? "bg.pressed" : hover ? "bg.hover" : "bg.sunken"));
        painter.setClipping(false);
        painter.setPen(QPen(m_theme.color("border.default"), 1));
        painter.setBrush(Qt::NoBrush);
        QPainterPath border;
        border.addRoundedRect(frame.adjusted(first ? 0 : -8, 0, last ? 0 : 8, 0), 4, 4);
        painter.setClipRect(rect());
        painter.drawPath(border);
        if (!first)
            painter.drawLine(QPointF(0.5, 1), QPointF(0.5, height() - 1));
        paintContent(painter);
        if (hasFocus()) {
            painter.setPen(QPen(m_theme.color("focus.ring"), 2));
            painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 4, 4);
        }
    }

private:
    void paintContent(QPainter &painter)
    {
        const QFont font = m_theme.font(role(), isChecked() ? QFont::DemiBold : QFont::Normal);
        const QFontMetrics metrics(font);
        const int iconWidth = m_iconName.isEmpty() ? 0 : 22;
        const int room = width() - iconWidth - 6;
        const QString shown = metrics.elidedText(text(), Qt::ElideRight, room);
        const int textWidth = metrics.horizontalAdvance(shown);
        int x = (width() - textWidth - iconWidth) / 2;
        const char *token = !isEnabled() ? "text.disabled" : isChecked() ? "text.primary" : "text.secondary";
        if (iconWidth) {
            painter.drawPixmap(x, (height() - 16) / 2, m_theme.pixmap(m_iconName, 16, token, devicePixelRatioF()));
            x += iconWidth;
        }
        painter.setFont(font);
        painter.setPen(m_theme.color(token));
        painter.drawText(QRect(x, 0, textWidth + 2, height()), Qt::AlignVCenter | Qt::AlignLeft, shown);
    }
    const Theme &m_theme;
    QString m_iconName;
};

} // namespace

SegmentedControl::SegmentedControl(const Theme &theme, const QString &accessibleName, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_group(this)
{
    setAccessibleName(accessibleName);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    m_group.setExclusive(true);
    connect(&m_group, &QButtonGroup::buttonToggled, this, [this](QAbstractButton *button, bool checked) {
        if (checked && !signalsBlocked())
            Q_EMIT chosen(button->objectName());
    });
    connect(&theme, &Theme::changed, this, [this] {
        for (QAbstractButton *button : m_group.buttons())
            button->updateGeometry();
        update();
    });
}

void SegmentedControl::addSegment(const QString &id, const QString &text, const QString &iconName, const QString &toolTip)
{
    auto *segment = new Segment(m_theme, iconName, this);
    segment->setObjectName(id);
    segment->setText(text);
    segment->setAccessibleName(accessibleName() + QStringLiteral(": ") + text);
    segment->setToolTip(toolTip.toHtmlEscaped());
    segment->compact = m_compact;
    segment->stretched = m_stretched;
    segment->setSizePolicy(m_stretched ? QSizePolicy::Ignored : QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_group.addButton(segment);
    findEnds();
    static_cast<QHBoxLayout *>(layout())->addWidget(segment, m_stretched ? 1 : 0);
    if (segment->first) {
        const QSignalBlocker quiet(this);
        segment->setChecked(true);
    }
}

// The outer ones have the round corners.
void SegmentedControl::findEnds()
{
    Segment *before = nullptr;
    for (QAbstractButton *button : m_group.buttons()) {
        auto *segment = static_cast<Segment *>(button);
        if (segment->isHidden() && segment->testAttribute(Qt::WA_WState_ExplicitShowHide))
            continue;
        segment->first = !before;
        segment->last = true;
        if (before)
            before->last = false;
        before = segment;
        segment->update();
    }
}

void SegmentedControl::setSegmentVisible(const QString &id, bool visible)
{
    if (QAbstractButton *button = segment(id)) {
        button->setVisible(visible);
        findEnds();
    }
}

QAbstractButton *SegmentedControl::segment(const QString &id) const
{
    for (QAbstractButton *button : m_group.buttons())
        if (button->objectName() == id)
            return button;
    return nullptr;
}

void SegmentedControl::setCurrent(const QString &id)
{
    const QSignalBlocker quiet(this);
    if (QAbstractButton *button = segment(id))
        button->setChecked(true);
}

QString SegmentedControl::current() const
{
    const QAbstractButton *button = m_group.checkedButton();
    return button ? button->objectName() : QString();
}

void SegmentedControl::setStretched(bool on)
{
    m_stretched = on;
    setSizePolicy(on ? QSizePolicy::Expanding : QSizePolicy::Maximum, QSizePolicy::Fixed);
    for (QAbstractButton *button : m_group.buttons()) {
        static_cast<Segment *>(button)->stretched = on;
        button->setSizePolicy(on ? QSizePolicy::Ignored : QSizePolicy::Fixed, QSizePolicy::Fixed);
        static_cast<QHBoxLayout *>(layout())->setStretchFactor(button, on ? 1 : 0);
    }
}

void SegmentedControl::setCompact(bool on)
{
    m_compact = on;
    for (QAbstractButton *button : m_group.buttons()) {
        static_cast<Segment *>(button)->compact = on;
        button->updateGeometry();
    }
}

} // namespace tollgate::ui
