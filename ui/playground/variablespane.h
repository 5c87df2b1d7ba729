// The variables of the prompt and their values. Names come from the messages; a value stays known when its name disappears for a while.
#pragma once

#include <QAbstractTableModel>
#include <QFrame>
#include <QHash>
#include <QSet>
#include <QStringList>

class QTableView;

namespace tollgate::ui {

class SafeLabel;
class Theme;

class VariablesModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    VariablesModel(const Theme &theme, QObject *parent);
    void setNames(const QStringList &names);
    const QStringList &names() const { return m_names; }
    void setValues(const QHash<QString, QString> &values);
    const QHash<QString, QString> &values() const { return m_values; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void valueChanged();

private:
    const Theme &m_theme;
    QStringList m_names;
    QHash<QString, QString> m_values;
};

class VariablesPane : public QFrame
{
    Q_OBJECT
public:
    VariablesPane(const Theme &theme, QWidget *parent);

    // Hidden while there are none.
    void setNames(const QStringList &names);
    void setValues(const QHash<QString, QString> &values);
    // Of the names in use only.
    QHash<QString, QString> values() const;
    QHash<QString, QString> allValues() const { return m_model->values(); }
    QSet<QString> filledNames() const;
    QStringList missingNames() const; // in order
    void edit(const QString &name);
    void commit(); // an open editor's text becomes the value
    QTableView &table() { return *m_table; }
    void setHeightLimit(int height);

Q_SIGNALS:
    void changed();

private:
    void showCount();
    void fit();
    VariablesModel *m_model;
    QTableView *m_table;
    SafeLabel *m_count;
    int m_limit = 240;
};

} // namespace tollgate::ui
