// Where a provider's key comes from: the keychain, an environment variable, or nowhere. Shows a stored key as its last 4 characters only.
// It changes nothing itself: the form stores what take() gives.
#pragma once

#include "core/secrets/secretstore.h"
#include "core/settings/providerconfig.h"
#include "ui/shell/services.h"

#include <QWidget>

class QLineEdit;

namespace tollgate::ui {

class Button;
class IconLabel;
class SafeLabel;
class SecretEdit;
class SegmentedControl;

class KeyEditor : public QWidget
{
    Q_OBJECT
public:
    explicit KeyEditor(Services &services, QWidget *parent = nullptr);

    void load(const ProviderConfig &config);
    void applyTo(ProviderConfig &config) const; // keyEnv and needsKey
    bool hasNewKey() const;
    SecretBytes peekKey() const; // what was typed
    SecretBytes keyForTest() const; // typed, or from the variable; empty: the stored one
    void keyStored();                // the typed key is in the keychain: the field is wiped
    void keyKeptForSession();
    void replaceKey();               // empties the field for a new key and moves focus there
    void setTypeNeedsKey(bool needs, bool allowed); // "No key" offered; any key at all

Q_SIGNALS:
    void edited();
    void forgetRequested();

private:
    void sourceChosen();
    void showState();
    void showKeychain();
    Services &m_services;
    SegmentedControl *m_source;
    QWidget *m_keyRow;
    QLineEdit *m_stored;
    SecretEdit *m_key;
    Button *m_replace;
    Button *m_keep;
    Button *m_forget;
    QLineEdit *m_variable;
    IconLabel *m_stateIcon;
    SafeLabel *m_state;
    QString m_lastFour;
    QString m_entry;
    QString m_loadedSource;
    bool m_loadedNeedsKey = true;
    bool m_replacing = false;
    bool m_session = false;
    bool m_loading = false;
};

} // namespace tollgate::ui
