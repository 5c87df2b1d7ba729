// A provider's models with today's prices per million tokens, each offered in pickers or not. Missing prices are a dash, never 0. A model
// added by hand can be named; one that stays nameless goes again.
#pragma once

#include "core/settings/providerconfig.h"
#include "ui/shell/services.h"

#include <QAbstractTableModel>
#include <QSet>

namespace tollgate {
class PriceTable;
}

namespace tollgate::ui {

class ModelsTable : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Enabled, Model, Context, Input, CachedInput, Output, More, ColumnCount };
    explicit ModelsTable(const Services &services, QObject *parent = nullptr);

    void show(const ProviderConfig &config, const QStringList &models, const QStringList &hidden);
    QStringList models() const;
    QStringList hiddenModels() const;
    bool isByHand(const QString &model) const { return m_byHand.contains(model); }
    QString pricesDate() const { return m_date; } // "2026-11-23"
    QModelIndex addByHand(); // an empty line, to be named
    void dropNameless();
    void toggle(int row);
    void remove(int row);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void edited(); // by the user

private:
    struct Row {
        QString cells[ColumnCount];
        bool enabled = true;
    };
    Row makeRow(const QString &model, bool enabled) const;
    QVariant fontOf(const QModelIndex &index) const;
    const Services &m_services;
    std::shared_ptr<const PriceTable> m_prices;
    QString m_owner; // whose prices
    QList<Row> m_rows;
    QSet<QString> m_byHand;
    QString m_date;
};

} // namespace tollgate::ui
