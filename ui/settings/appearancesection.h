// Appearance: theme, text size, density, contrast and motion; each applies at once. A small table shows what the choice does.
#pragma once

#include "ui/settings/formsection.h"

class QTableWidget;

namespace tollgate::ui {

class SegmentedControl;

class AppearanceSection final : public FormSection
{
    Q_OBJECT
public:
    explicit AppearanceSection(Services &services, QWidget *parent = nullptr);

private:
    void addChoices();
    void addPreview();
    void fitPreview();
    void showSettings();
    void apply(const std::function<void(SettingsData &)> &edit);
    SegmentedControl *m_theme;
    QSpinBox *m_size;
    SegmentedControl *m_density;
    Toggle *m_contrast;
    Toggle *m_motion;
    QTableWidget *m_preview = nullptr;
    SafeLabel *m_problem;
};

} // namespace tollgate::ui
