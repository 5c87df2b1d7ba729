#include "ui/settings/cachesection.h"

#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/meterbar.h"
#include "ui/widgets/safelabel.h"

#include <QHBoxLayout>

namespace tollgate::ui {

CacheSection::CacheSection(Services &services, QWidget *parent) : FormSection(services, tr("Cache"), parent)
{
    const Theme &theme = services.theme;
    const auto figure = [&] {
        auto *label = new SafeLabel(theme, formatCount(std::nullopt), FontRole::Body, "text.primary", QFont::Medium, this);
        label->setTabularDigits(true);
        label->setElideMode(Qt::ElideNone);
        return label;
    };
    addText(tr("An answer is kept by its exact request: model, messages, parameters and key. The same request again is answered from here, "
               "at no cost. Errors, stopped and filtered answers are never kept."));
    addHeading(tr("Keeping"));
    addNumber(tr("Keep for"), &SettingsData::cacheTtlSeconds, 1, 366 * 86'400, 1, tr(" s"), tr("3,600 s is 1 h. A single run can set its own."));
    addNumber(tr("On disk"), &SettingsData::cacheDiskMib, 0, 65'536, 1, tr(" MiB"), tr("The oldest unused answers go first. Applies at the next start."));
    addNumber(tr("In memory"), &SettingsData::cacheMemoryMib, 0, 8192, 1, tr(" MiB"), tr("Applies at the next start."));
    addHeading(tr("In the cache now"));
    m_entries = figure();
    m_disk = figure();
    m_memory = figure();
    m_hits = figure();
    m_saved = figure();
    addRow(tr("Answers"), m_entries);
    auto *disk = new QWidget(this);
    auto *row = new QHBoxLayout(disk);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    m_meter = new MeterBar(theme, tr("Room used on disk"), disk);
    m_meter->setPlain(true);
    row->addWidget(m_disk);
    row->addWidget(m_meter);
    addRow(tr("On disk"), disk);
    addRow(tr("In memory"), m_memory);
    addRow(tr("Hits"), m_hits, tr("Since the cache file was made."));
    addRow(tr("Saved"), m_saved, tr("What the answers had cost when they were first given."));
    load();
}

void CacheSection::showEvent(QShowEvent *event)
{
    FormSection::showEvent(event);
    refresh();
}

void CacheSection::refresh()
{
    if (!services().cacheStats)
        return;
    services().cacheStats(this, [this](const CacheStats &stats) {
        const qint64 room = qint64(services().settings.snapshot()->cacheDiskMib) << 20;
        m_entries->setText(formatCount(stats.entries));
        m_disk->setText(tr("%1 of %2").arg(formatBytes(stats.diskBytes), formatBytes(room)));
        m_meter->setShare(room > 0 ? double(stats.diskBytes) / double(room) : 0);
        m_memory->setText(tr("%1, %2 answers").arg(formatBytes(stats.memoryBytes), formatCount(stats.memoryEntries)));
        m_hits->setText(formatCount(stats.hits));
        m_saved->setText(formatMoneyTotal(stats.saved));
    });
}

} // namespace tollgate::ui
