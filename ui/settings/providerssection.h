// Providers and keys: the list of providers with their state, and the form of the chosen one. Narrow windows get a combo for the list.
#pragma once

#include "core/settings/providerconfig.h"
#include "ui/settings/settingspage.h"

#include <QHash>

class QComboBox;
class QListWidget;
class QMenu;

namespace tollgate {
struct ProviderTest;
}

namespace tollgate::ui {

class IconButton;
class ProviderForm;

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
    void rebuild();
    void choose(const QString &id);
    void userChose(int row);
    bool mayLeaveForm(); // asks when it holds unsaved changes
    void addProvider(int preset);
    void fillAddMenu(QMenu *menu);
    State stateOf(const ProviderConfig &config) const;
    QList<ProviderConfig> shownProviders() const;
    void showEmpty();
    QWidget *makeSide();
    QWidget *makeNarrowBar();
    void arrange();

    Services &m_services;
    QListWidget *m_list = nullptr;
    QWidget *m_side = nullptr;
    QWidget *m_sideLine = nullptr;
    QWidget *m_narrow = nullptr;
    QComboBox *m_combo = nullptr;
    QWidget *m_empty = nullptr;
    ProviderForm *m_form = nullptr;
    QString m_current; // provider id
    std::optional<ProviderConfig> m_draft;
    QHash<QString, State> m_tests; // by provider id, since the start
    bool m_rebuilding = false;
};

} // namespace tollgate::ui
