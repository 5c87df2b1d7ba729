// Providers and keys: the list of providers with their state, and the form of the chosen one. Narrow windows get a combo for the list.
#pragma once

#include "core/engine/engine.h"
#include "core/settings/providerconfig.h"
#include "ui/settings/settingspage.h"

#include <QHash>
#include <QSet>

class QComboBox;
class QListWidget;
class QMenu;

namespace tollgate::ui {

class Button;
class IconLabel;
class KeychainWatch;
class ProviderForm;
class SafeLabel;

class ProvidersSection final : public QWidget, public SettingsSection
{
    Q_OBJECT
public:
    explicit ProvidersSection(Services &services, QWidget *parent = nullptr);

    bool isDirty() const override;
    bool save() override;
    void revert() override;
    void open(const QString &detail) override; // "<id or name>", "<id>/key"
    QString changesOf() const override;
    QList<SearchEntry> searchEntries() const override;
    void testCurrent();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    struct State {
        QString iconName;
        const char *token;
        QString text;
        QString time;
    };
    struct Tested {
        ProviderTest result;
        QString at; // "14:30"
    };
    void connectForm();
    void rebuild();
    void choose(const QString &id);
    void userChose(int row);
    bool mayLeaveForm(); // asks when it holds unsaved changes
    void addProvider(int preset);
    void fillAddMenu(QMenu *menu);
    void testAll();
    void testOne(const ProviderConfig &config);
    State stateOf(const ProviderConfig &config) const;
    State stateOfTest(const ProviderConfig &config, const ProviderTest &result) const;
    QList<ProviderConfig> shownProviders() const;
    void settingsChanged();
    void showEmpty();
    void showKeychain();
    QWidget *makeSide();
    QWidget *makeNote(QWidget *parent);
    QWidget *makeNarrowBar();
    QWidget *makeEmpty();
    void arrange();

    Services &m_services;
    KeychainWatch *m_keychain;
    QListWidget *m_list = nullptr;
    QWidget *m_side = nullptr;
    QWidget *m_sideLine = nullptr;
    QWidget *m_narrow = nullptr;
    QComboBox *m_combo = nullptr;
    QWidget *m_empty = nullptr;
    Button *m_testAll = nullptr;
    IconLabel *m_noteIcon = nullptr;
    SafeLabel *m_note = nullptr;
    Button *m_noteHelp = nullptr;
    ProviderForm *m_form = nullptr;
    QString m_current; // provider id
    std::optional<ProviderConfig> m_draft;
    QHash<QString, Tested> m_tests; // by provider id, since the start
    QSet<QString> m_testing;
    bool m_rebuilding = false;
};

} // namespace tollgate::ui
