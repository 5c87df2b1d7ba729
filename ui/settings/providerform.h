// The form of one provider: connection, key, test, limits, models, and what its API type adds. Nothing is stored before Save; a key goes to
// the keychain first and only then the settings are written. A stored key is never sent to an address it was not given for.
#pragma once

#include "core/settings/providerconfig.h"
#include "ui/settings/settingspage.h"
#include "ui/shell/services.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QGridLayout;
class QLineEdit;
class QSpinBox;
class QVBoxLayout;

namespace tollgate {
struct ProviderTest;
}

namespace tollgate::ui {

class Button;
class CertificateEdit;
class ErrorBlock;
class FunctionPriceEdit;
class HeaderBar;
class HeadersEdit;
class IconLabel;
class JsonField;
class KeychainWatch;
class KeyEditor;
class ModelsPanel;
class ProxyEdit;
class SafeLabel;
class SaveBar;
class Toggle;

class ProviderForm : public QWidget
{
    Q_OBJECT
public:
    ProviderForm(Services &services, KeychainWatch &keychain, QWidget *parent = nullptr);

    // `draft`: not in the settings yet.
    void load(const ProviderConfig &config, bool draft);
    const ProviderConfig &loaded() const { return m_loaded; }
    bool isDraft() const { return m_draft; }
    bool isDirty() const;
    ProviderConfig edited() const; // the fields as they stand
    bool save();                   // false: a problem is shown
    void revert();
    void test();
    // What an earlier test of the same provider found, at that time.
    void showTest(const ProviderTest &result, const QString &time);
    void replaceKey();
    void focusName();
    QList<SearchEntry> searchEntries() const;

Q_SIGNALS:
    void saved(const QString &id);
    void removed(const QString &id); // also a draft that is given up
    void testing(const QString &id);
    void tested(const QString &id, const tollgate::ProviderTest &result);
    void fieldsChanged();

private:
    struct Row { // of the form, with the types that have it
        SafeLabel *label;
        QWidget *control;
        QList<ProviderType> types; // empty: all
    };
    void build();
    void buildHeader();
    void buildConnection(QVBoxLayout *column);
    void buildTest(QGridLayout *grid);
    void buildLimits(QVBoxLayout *column);
    void buildRequest(QVBoxLayout *column);
    void buildNetwork(QVBoxLayout *column);
    void connectFields();
    void addTitle(QVBoxLayout *column, const QString &title, const QString &remark, bool line = true);
    SafeLabel *addRow(QGridLayout *grid, const QString &label, QWidget *control, const QList<ProviderType> &types = {});
    ProviderType type() const;
    void noteEdit();
    void typeChosen();
    void showOrigin();
    bool mayGoTo(const ProviderConfig &config); // asks when the address leads elsewhere than before
    bool checkFields(const ProviderConfig &config);
    void storeThenSave(const ProviderConfig &config);
    void keepForSession(ProviderConfig config);
    bool writeSettings(ProviderConfig config);
    void testFinished(const ProviderTest &result);
    void showResult(const ProviderTest &result, const QString &time);
    void showProblem(const QString &text);
    void showKeychainProblem(const SecretReply &reply, const ProviderConfig &config);
    void errorAction(const QString &id);
    void forgetKey(const QString &keyName, bool ofSession);
    void removeProvider();
    void setEnabledAtOnce(bool on);
    QList<ProviderConfig> others() const;

    Services &m_services;
    KeychainWatch &m_keychain;
    ProviderConfig m_loaded;
    bool m_draft = false;
    bool m_loading = false;
    bool m_busy = false;
    bool m_testing = false;
    int m_generation = 0; // answers of an earlier provider or test are dropped
    std::optional<ProviderConfig> m_waiting; // to be saved once its key is stored
    QString m_agreedOrigin; // the user said yes to it
    QList<Row> m_rows;

    HeaderBar *m_header = nullptr;
    SafeLabel *m_added = nullptr;
    Toggle *m_enabled = nullptr;
    QLineEdit *m_name = nullptr;
    QComboBox *m_type = nullptr;
    QLineEdit *m_url = nullptr;
    QLineEdit *m_deployment = nullptr;
    QComboBox *m_version = nullptr;   // anthropic
    QLineEdit *m_dated = nullptr;     // azure
    KeyEditor *m_key = nullptr;
    SafeLabel *m_keyLabel = nullptr;
    SafeLabel *m_sourceLabel = nullptr;
    Button *m_test = nullptr;
    IconLabel *m_resultIcon = nullptr;
    SafeLabel *m_result = nullptr;
    SafeLabel *m_resultMore = nullptr;
    ErrorBlock *m_error = nullptr;
    QSpinBox *m_parallel = nullptr;
    ModelsPanel *m_models = nullptr;
    QWidget *m_priceBox = nullptr; // serverless
    FunctionPriceEdit *m_price = nullptr;
    QWidget *m_outside = nullptr; // request and network: not for the simulator
    QComboBox *m_keyHeader = nullptr;
    HeadersEdit *m_headers = nullptr;
    JsonField *m_body = nullptr;
    ProxyEdit *m_proxy = nullptr;
    CertificateEdit *m_ca = nullptr;
    SaveBar *m_bar = nullptr;
};

// "https://api.openai.com": where requests of `config` go; empty when its address cannot be read. Pure.
QString originOf(const ProviderConfig &config);

} // namespace tollgate::ui
