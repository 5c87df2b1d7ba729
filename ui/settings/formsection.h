// A section of plain settings: rows of label, control and hint, with Revert and Save below. Each row knows how to load and apply itself.
#pragma once

#include "core/settings/settings.h"
#include "ui/settings/settingspage.h"

#include <QWidget>

#include <functional>
#include <vector>

class QGridLayout;
class QSpinBox;
class QVBoxLayout;

namespace tollgate::ui {

class Button;
class SafeLabel;
class Toggle;

// The bar below forms: a remark, Revert, Save.
class SaveBar : public QWidget
{
    Q_OBJECT
public:
    explicit SaveBar(const Theme &theme, QWidget *parent = nullptr);
    void setDirty(bool dirty);
    void setRemark(const QString &text, bool problem = false);
    // "Changes apply to new requests. 2 running requests keep the old settings.", behind what `before` says.
    void setQuietRemark(int running, const QString &before = {});
    Button *saveButton() const { return m_save; }
    Button *revertButton() const { return m_revert; }

private:
    SafeLabel *m_remark;
    Button *m_revert;
    Button *m_save;
};

// What a row knows about its setting. `problem` says what is wrong before anything is saved; it may be empty.
struct SettingField {
    std::function<void(const SettingsData &)> load;
    std::function<void(SettingsData &)> apply;
    std::function<bool(const SettingsData &)> differs;
    std::function<std::optional<QString>()> problem = {};
};

class FormSection : public QWidget, public SettingsSection
{
    Q_OBJECT
public:
    FormSection(Services &services, const QString &title, QWidget *parent = nullptr);
    bool isDirty() const override { return m_dirty; }
    bool save() override;
    void revert() override;
    QList<SearchEntry> searchEntries() const override { return m_entries; }

protected:
    Services &services() const { return m_services; }
    QVBoxLayout *content() const { return m_content; }
    void addHeading(const QString &title, const QString &remark = {});
    void addText(const QString &text);
    // A row whose control is looked after by the caller.
    void addRow(const QString &label, QWidget *control, const QString &hint = {});
    void addField(const QString &label, QWidget *control, const QString &hint, SettingField field);
    // `unit`: stored value per shown step, e.g. 1000 for milliseconds shown as seconds.
    QSpinBox *addNumber(const QString &label, int SettingsData::*member, int least, int most, int unit, const QString &suffix,
                        const QString &hint = {});
    Toggle *addSwitch(const QString &label, bool SettingsData::*member, const QString &hint = {});
    void load(); // from the settings; after all rows were added
    void noteEdit();

private:
    bool hasProblem();
    void showQuietRemark(const QString &before = {});
    Services &m_services;
    QVBoxLayout *m_content;
    QGridLayout *m_grid = nullptr; // of the current heading
    SaveBar *m_bar;
    std::vector<SettingField> m_fields;
    QList<SearchEntry> m_entries;
    bool m_dirty = false;
    bool m_loading = false;
};

} // namespace tollgate::ui
