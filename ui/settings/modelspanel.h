// The models of a provider: a table with context, today's prices and a check box for those that are offered, a default, and actions that
// ask the provider for its list or add a model by hand.
#pragma once

#include "core/settings/providerconfig.h"
#include "ui/shell/services.h"

#include <QWidget>

class QComboBox;
class QMenu;
class QTableView;

namespace tollgate::ui {

class Button;
class ModelsTable;
class SafeLabel;

class ModelsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit ModelsPanel(Services &services, QWidget *parent = nullptr);

    void load(const ProviderConfig &config);
    void applyTo(ProviderConfig &config) const; // models, hiddenModels, defaultModel
    // The provider's own list: what was added by hand or switched off stays so.
    void setListed(const QStringList &models);
    void showPricesOf(const ProviderConfig &config); // the same models, another provider
    void setBusy(bool busy);
    QList<QWidget *> fields() const;

Q_SIGNALS:
    void edited();
    void refreshRequested();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildTable();
    void addModel();
    void showMenu(int row, const QPoint &at);
    void modelsChanged();
    void fit();
    Services &m_services;
    ProviderConfig m_config;
    SafeLabel *m_remark;
    Button *m_refresh;
    Button *m_add;
    QComboBox *m_default;
    QTableView *m_table;
    ModelsTable *m_model;
    bool m_loading = false;
};

} // namespace tollgate::ui
