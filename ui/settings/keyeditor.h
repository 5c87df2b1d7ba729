// Where a provider's key comes from: the keychain (several named keys, one of them used), an environment variable, this session only, or
// nowhere. Shows a stored key as its last 4 characters only. It changes nothing itself: the form stores what was typed.
#pragma once

#include "core/secrets/secretstore.h"
#include "core/settings/providerconfig.h"
#include "ui/shell/services.h"

#include <QWidget>

class QComboBox;
class QLineEdit;

namespace tollgate::ui {

class Button;
class IconLabel;
class KeychainWatch;
class SafeLabel;
class SecretEdit;
class SegmentedControl;

class KeyEditor : public QWidget
{
    Q_OBJECT
public:
    KeyEditor(Services &services, KeychainWatch &keychain, QWidget *parent = nullptr);

    // The choice of the source: a row of its own in the form.
    SegmentedControl *source() const { return m_source; }
    void load(const ProviderConfig &config);
    void applyTo(ProviderConfig &config) const; // keyEnv, needsKey, keyName
    bool hasNewKey() const;
    // Of the typed key: the name it is stored under, and whether it is kept for this session only.
    QString newKeyName() const;
    bool isForSession() const;
    std::optional<QString> problem() const; // of what was typed, in words
    SecretBytes peekKey() const;            // what was typed
    SecretBytes keyForTest() const;         // typed, or from the variable; empty: the stored one
    bool usesStoredKey() const;             // neither typed nor from a variable
    void wipe();                            // what was typed is stored now
    void keyKeptForSession();
    void replaceKey();                      // empties the field for a new key and moves focus there
    void setTypeNeedsKey(bool needs);       // else "No key" is offered
    void setOfferedVariable(const QString &name); // customary for this provider; offered while it is set
    // The address now leads elsewhere: the stored key was given for `before` and is not shown as usable. Empty: it leads where it did.
    void setForeignOrigin(const QString &before, const QString &now);
    QList<QWidget *> fields() const;

Q_SIGNALS:
    void edited();
    void forgetRequested(const QString &keyName, bool ofSession);
    void helpRequested();

private:
    enum class Mode : quint8 { Stored, Replacing, Adding };
    void build();
    void connectParts();
    void arrange();
    void showState();
    void showVariable();
    void showKeychain();
    void showChecked(const KeyCheck &check);
    void showOffer();
    void check();
    void askForKey(const ProviderConfig &config, bool sessionOnly, int generation);
    void unlock();
    void say(const char *icon, const char *token, const QString &text, const QString &more = {});
    QString chosenKey() const;
    QString entryOf(const QString &keyName) const;
    QString sourceNow() const;

    Services &m_services;
    KeychainWatch &m_keychain;
    SegmentedControl *m_source;
    QLineEdit *m_stored;
    QComboBox *m_choice;
    QLineEdit *m_newName;
    SecretEdit *m_key;
    Button *m_replace;
    Button *m_keep;
    Button *m_forget;
    Button *m_add;
    QLineEdit *m_variable;
    IconLabel *m_stateIcon;
    SafeLabel *m_state;
    SafeLabel *m_stateMore;
    Button *m_unlock;
    Button *m_help;
    QWidget *m_offer;
    SafeLabel *m_offerText;
    ProviderConfig m_config; // as loaded
    QString m_loadedSource;
    QString m_offered;
    QString m_originBefore; // not empty: the address was changed
    QString m_originNow;
    Mode m_mode = Mode::Stored;
    std::optional<KeyCheck> m_checked; // of the chosen key
    bool m_unlocking = false;
    bool m_loading = false;
    int m_generation = 0;
};

} // namespace tollgate::ui
