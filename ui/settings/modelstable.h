// A provider's models with today's prices per million tokens; read only. Missing prices are a dash, never 0.
#pragma once

#include "core/settings/providerconfig.h"
#include "ui/shell/services.h"

#include <QAbstractTableModel>

namespace tollgate::ui {

class ModelsTable : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Model, Context, Input, CachedInput, Output, ColumnCount };
    explicit ModelsTable(const Services &services, QObject *parent = nullptr);
    void show(const ProviderConfig &config, const QStringList &models);
    QString pricesDate() const { return m_date; } // "2026-11-23"

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        QString cells[ColumnCount];
    };
    const Services &m_services;
    QList<Row> m_rows;
    QString m_date;
};

} // namespace tollgate::ui
