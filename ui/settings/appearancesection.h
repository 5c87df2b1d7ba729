// Appearance: theme and text size; applies at once.
#pragma once

#include "ui/settings/formsection.h"

namespace tollgate::ui {

class SegmentedControl;

class AppearanceSection final : public FormSection
{
    Q_OBJECT
public:
    explicit AppearanceSection(Services &services, QWidget *parent = nullptr);

private:
    void showSettings();
    void apply(const std::function<void(SettingsData &)> &edit);
    SegmentedControl *m_theme;
    QSpinBox *m_size;
    SafeLabel *m_problem;
};

} // namespace tollgate::ui
