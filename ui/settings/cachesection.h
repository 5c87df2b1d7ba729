// Cache: how long answers are kept, how much room they get, and what is in there now.
#pragma once

#include "ui/settings/formsection.h"

namespace tollgate::ui {

class Button;
class MeterBar;

class CacheSection final : public FormSection
{
    Q_OBJECT
public:
    explicit CacheSection(Services &services, QWidget *parent = nullptr);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void addPurge();
    void refresh();
    void purge(bool expiredOnly);
    SafeLabel *m_entries;
    SafeLabel *m_disk;
    SafeLabel *m_memory;
    SafeLabel *m_hits;
    SafeLabel *m_saved;
    MeterBar *m_meter;
    Button *m_purgeAll;
    Button *m_purgeExpired;
    CacheStats m_stats; // as shown
};

} // namespace tollgate::ui
