// Shown in the Playground until a provider exists: connect one with a key or a variable, or open the demo profile. Nothing is stored
// before the connection was tested; variables are offered and only named in the settings, never copied.
#pragma once

#include "core/settings/providerconfig.h"
#include "ui/shell/services.h"

#include <QScrollArea>

namespace tollgate {
struct ProviderPreset;
struct ProviderTest;
} // namespace tollgate

class QComboBox;
class QLineEdit;

namespace tollgate::ui {

class Button;
class ErrorBlock;
class IconLabel;
class KeychainWatch;
class SafeLabel;
class SecretEdit;
class SegmentedControl;

class FirstRunView : public QScrollArea
{
    Q_OBJECT
public:
    // Offers those of `presets` that this version can speak to; the simulator has a half of its own.
    FirstRunView(Services &services, const QList<ProviderPreset> &presets, QWidget *parent = nullptr);
    ~FirstRunView() override;

    // True while no provider is configured and the demo profile is not open.
    static bool isNeeded(const Services &services);

Q_SIGNALS:
    void done(); // a provider was saved

private:
    struct Pending; // what is being tested or stored
    QWidget *makeKeyHalf();
    QWidget *makeSimulatorHalf();
    QWidget *makeVariableBar();
    void presetChosen();
    void testAndSave();
    void useVariables();
    void tested(const ProviderTest &result);
    void storeKey();
    void keyStored(const SecretReply &reply);
    void save(const QString &lastFour);
    void nextVariable();
    void startSimulator();
    void showKeychain();
    void setBusy(const QString &text); // empty: idle
    void showProblem(const QString &title, const QString &text, bool offerSession);

    Services &m_services;
    QList<ProviderPreset> m_presets;
    QComboBox *m_provider = nullptr;
    SafeLabel *m_keyLabel = nullptr;
    SecretEdit *m_key = nullptr;
    QWidget *m_addressRow = nullptr;
    QLineEdit *m_address = nullptr;
    IconLabel *m_keychainIcon = nullptr;
    SafeLabel *m_keychain = nullptr;
    KeychainWatch *m_watch = nullptr;
    Button *m_fix = nullptr;
    SafeLabel *m_progress = nullptr;
    Button *m_save = nullptr;
    Button *m_makeKey = nullptr;
    Button *m_start = nullptr;
    Button *m_use = nullptr;
    QWidget *m_variableBar = nullptr;
    SegmentedControl *m_speed = nullptr;
    SegmentedControl *m_failures = nullptr;
    ErrorBlock *m_problem = nullptr;
    std::unique_ptr<Pending> m_pending;
};

} // namespace tollgate::ui
