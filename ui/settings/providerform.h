// The form of one provider: connection, key, test, limits, network, models. Nothing is stored before Save; a key goes to the keychain first
// and only then the settings are written.
#pragma once

#include "core/settings/providerconfig.h"
#include "ui/shell/services.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QGridLayout;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;
class QTableView;
class QVBoxLayout;

namespace tollgate {
struct ProviderTest;
}

namespace tollgate::ui {

class Button;
class ErrorBlock;
class HeaderBar;
class KeyEditor;
class ModelsTable;
class IconLabel;
class SafeLabel;
class SaveBar;
class Toggle;

class ProviderForm : public QWidget
{
    Q_OBJECT
public:
    explicit ProviderForm(Services &services, QWidget *parent = nullptr);

    // `draft`: not in the settings yet.
    void load(const ProviderConfig &config, bool draft);
    const ProviderConfig &loaded() const { return m_loaded; }
    bool isDraft() const { return m_draft; }
    bool isDirty() const;
    ProviderConfig edited() const; // the fields as they stand
    bool save();                   // false: a problem is shown
    void revert();
    void test();
    void replaceKey();
    void focusName();

Q_SIGNALS:
    void saved(const QString &id);
    void removed(const QString &id); // also a draft that is given up
    void tested(const QString &id, const tollgate::ProviderTest &result);
    void fieldsChanged();

private:
    void build();
    void buildConnection(QVBoxLayout *column);
    void buildLimits(QVBoxLayout *column);
    void buildNetwork(QVBoxLayout *column);
    void buildModels(QVBoxLayout *column);
    SafeLabel *addRow(QGridLayout *grid, const QString &label, QWidget *control);
    void noteEdit();
    void typeChosen();
    void storeThenSave(const ProviderConfig &config);
    void writeSettings(ProviderConfig config);
    void showTest(const ProviderTest &result);
    void showProblem(const QString &text);
    void showKeychainProblem(const SecretReply &reply, const ProviderConfig &config);
    void forgetKey();
    void removeProvider();
    void setEnabledAtOnce(bool on);
    void showModels();
    QList<ProviderConfig> others() const;

    Services &m_services;
    ProviderConfig m_loaded;
    QStringList m_models; // the list as tested or stored
    bool m_draft = false;
    bool m_loading = false;
    bool m_busy = false;
    int m_generation = 0; // answers of an earlier provider or test are dropped
    std::optional<ProviderConfig> m_waiting; // to be saved once its key is stored

    HeaderBar *m_header = nullptr;
    SafeLabel *m_added = nullptr;
    Toggle *m_enabled = nullptr;
    QLineEdit *m_name = nullptr;
    QComboBox *m_type = nullptr;
    QLineEdit *m_url = nullptr;
    KeyEditor *m_key = nullptr;
    SafeLabel *m_keyLabel = nullptr;
    Button *m_test = nullptr;
    IconLabel *m_resultIcon = nullptr;
    SafeLabel *m_result = nullptr;
    SafeLabel *m_resultMore = nullptr;
    ErrorBlock *m_error = nullptr;
    QSpinBox *m_parallel = nullptr;
    QComboBox *m_default = nullptr;
    QLineEdit *m_ca = nullptr;
    QComboBox *m_proxy = nullptr;
    QPlainTextEdit *m_headers = nullptr;
    QTableView *m_table = nullptr;
    ModelsTable *m_tableModel = nullptr;
    SafeLabel *m_modelsRemark = nullptr;
    SaveBar *m_bar = nullptr;
};

} // namespace tollgate::ui
