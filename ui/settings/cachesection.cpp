#include "ui/settings/cachesection.h"

#include "ui/theme/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialogs.h"
#include "ui/widgets/meterbar.h"
#include "ui/widgets/noticestack.h"
#include "ui/widgets/safelabel.h"

#include <QHBoxLayout>

namespace tollgate::ui {

CacheSection::CacheSection(Services &services, QWidget *parent) : FormSection(services, tr("Cache"), parent)
{
    const Theme &theme = services.theme;
    const auto figure = [&] {
        auto *label = new SafeLabel(theme, formatCount(std::nullopt), FontRole::Body, "text.primary", QFont::Medium, this);
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
    addPurge();
    load();
}

void CacheSection::addPurge()
{
    auto *buttons = new QWidget(this);
    auto *row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_purgeAll = new Button(services().theme, tr("Purge all"), ButtonKind::Danger, QStringLiteral("discard"), buttons);
    m_purgeExpired = new Button(services().theme, tr("Purge expired"), ButtonKind::Default, {}, buttons);
    for (Button *button : {m_purgeAll, m_purgeExpired}) {
        button->setEnabled(false); // until the figures are known
        row->addWidget(button);
    }
    row->addStretch(1);
    connect(m_purgeAll, &QPushButton::clicked, this, [this] { purge(false); });
    connect(m_purgeExpired, &QPushButton::clicked, this, [this] { purge(true); });
    addRow(tr("Purge"), buttons);
}

void CacheSection::purge(bool expiredOnly)
{
    Question question;
    question.iconName = QStringLiteral("discard");
    question.iconToken = "danger.text";
    const QString count = formatCount(expiredOnly ? m_stats.expired : m_stats.entries);
    question.title = expiredOnly ? tr("Purge %1 expired answers?").arg(count) : tr("Purge all %1 answers?").arg(count);
    question.text = expiredOnly ? tr("Their time is over, so no request would be answered from them.")
                                : tr("%1 on disk are freed. The same requests are sent and paid again. This cannot be undone.")
                                      .arg(formatBytes(m_stats.diskBytes));
    question.safe = tr("Keep");
    question.act = tr("Purge %1").arg(count);
    question.danger = true;
    if (QuestionDialog::ask(services().theme, question, this) != QuestionDialog::Answer::Act)
        return;
    services().purgeCache(expiredOnly, this, [this](const Result<qint64> &removed) {
        if (NoticeStack *notices = NoticeStack::of(this))
            notices->post(removed ? tr("%1 answers purged.").arg(formatCount(*removed)) : removed.error().text());
        refresh();
    });
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
        m_stats = stats;
        m_purgeAll->setEnabled(services().purgeCache && stats.entries > 0);
        m_purgeExpired->setEnabled(services().purgeCache && stats.expired > 0);
        m_entries->setText(stats.expired > 0 ? tr("%1, %2 expired").arg(formatCount(stats.entries), formatCount(stats.expired))
                                             : formatCount(stats.entries));
        m_disk->setText(tr("%1 of %2 MiB").arg(formatBytes(stats.diskBytes), formatCount(room >> 20)));
        m_meter->setShare(room > 0 ? double(stats.diskBytes) / double(room) : 0);
        m_memory->setText(stats.memoryEntries == 1 ? tr("%1, 1 answer").arg(formatBytes(stats.memoryBytes))
                                                  : tr("%1, %2 answers").arg(formatBytes(stats.memoryBytes), formatCount(stats.memoryEntries)));
        m_hits->setText(formatCount(stats.hits));
        m_saved->setText(formatMoneyTotal(stats.saved));
    });
}

} // namespace tollgate::ui
