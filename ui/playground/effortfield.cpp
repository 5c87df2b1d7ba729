#include "ui/playground/effortfield.h"

#include "ui/widgets/segmentedcontrol.h"

#include <QComboBox>
#include <QVBoxLayout>

#include <algorithm>

namespace tollgate::ui {

namespace {

const QStringList &usualLevels()
{
    static const QStringList levels{QStringLiteral("low"), QStringLiteral("medium"), QStringLiteral("high")};
    return levels;
}

QString title(const QString &level)
{
    if (level.isEmpty())
        return EffortField::tr("Default");
    if (level == u"xhigh")
        return EffortField::tr("Extra high");
    return level.left(1).toUpper() + level.mid(1);
}

} // namespace

EffortField::EffortField(const Theme &theme, QWidget *parent) : QWidget(parent), m_levels(usualLevels())
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_segments = new SegmentedControl(theme, tr("Reasoning effort"), this);
    m_segments->setStretched(true);
    m_segments->setCompact(true);
    m_segments->addSegment(QStringLiteral("default"), title({}));
    for (const QString &level : usualLevels())
        m_segments->addSegment(level, title(level));
    column->addWidget(m_segments);
    m_list = new QComboBox(this);
    m_list->setAccessibleName(tr("Reasoning effort"));
    column->addWidget(m_list);
    connect(m_segments, &SegmentedControl::chosen, this, [this](const QString &id) {
        m_current = id == u"default" ? QString() : id;
        Q_EMIT chosen();
    });
    connect(m_list, &QComboBox::activated, this, [this] {
        m_current = m_list->currentData().toString();
        Q_EMIT chosen();
    });
    show();
}

void EffortField::setLevels(const QStringList &levels)
{
    const QStringList wanted = levels.isEmpty() ? usualLevels() : levels;
    if (wanted == m_levels)
        return;
    m_levels = wanted;
    show();
}

void EffortField::setCurrent(const QString &level)
{
    if (level == m_current)
        return;
    m_current = level;
    show();
}

void EffortField::show()
{
    const bool few = m_levels == usualLevels() && (m_current.isEmpty() || m_levels.contains(m_current));
    m_segments->setVisible(few);
    m_list->setVisible(!few);
    m_segments->setCurrent(m_current.isEmpty() ? QStringLiteral("default") : m_current);
    m_list->clear();
    m_list->addItem(title({}), QString());
    for (const QString &level : m_levels)
        m_list->addItem(title(level), level);
    if (!m_current.isEmpty() && !m_levels.contains(m_current))
        m_list->addItem(tr("%1 (not known to this model)").arg(title(m_current)), m_current);
    m_list->setCurrentIndex(std::max(m_list->findData(m_current), 0));
}

} // namespace tollgate::ui
