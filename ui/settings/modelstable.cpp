#include "ui/settings/modelstable.h"

#include "core/pricing/pricetable.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

#include <QDateTime>

namespace tollgate::ui {

namespace {

const QString missing = QStringLiteral("\u2013");

// At least two decimals, more only where the price has them: $3.00, $0.075.
QString rateText(const std::optional<Rate> &rate)
{
    if (!rate)
        return missing;
    QString text = rate->toUsdPerMillion();
    const qsizetype point = text.indexOf(u'.');
    if (point < 0)
        text += QStringLiteral(".00");
    else if (text.size() - point == 2)
        text += u'0';
    return u'$' + text;
}

} // namespace

ModelsTable::ModelsTable(const Services &services, QObject *parent) : QAbstractTableModel(parent), m_services(services) {}

ModelsTable::Row ModelsTable::makeRow(const QString &model, bool enabled) const
{
    Row row;
    row.enabled = enabled;
    row.cells[Model] = model;
    const std::optional<Price> price
        = m_prices && !model.isEmpty() ? m_prices->find(m_owner, model, QDateTime::currentMSecsSinceEpoch()) : std::nullopt;
    row.cells[Context] = price && price->contextTokens ? formatWhole(*price->contextTokens) : missing;
    row.cells[Input] = price ? rateText(price->rates.input) : missing;
    row.cells[CachedInput] = price ? rateText(price->rates.cachedInput) : missing;
    row.cells[Output] = price ? rateText(price->rates.output) : missing;
    return row;
}

void ModelsTable::show(const ProviderConfig &config, const QStringList &models, const QStringList &hidden)
{
    beginResetModel();
    m_rows.clear();
    m_prices = m_services.prices ? m_services.prices() : nullptr;
    m_date = m_prices ? m_prices->date().toString(Qt::ISODate) : QString();
    m_owner = priceProviderOf(config);
    for (const QString &model : models)
        m_rows.append(makeRow(model, !hidden.contains(model)));
    m_byHand.removeIf([&models](const QString &model) { return !models.contains(model); });
    endResetModel();
}

QStringList ModelsTable::models() const
{
    QStringList result;
    for (const Row &row : m_rows) {
        if (!row.cells[Model].isEmpty())
            result.append(row.cells[Model]);
    }
    return result;
}

QStringList ModelsTable::hiddenModels() const
{
    QStringList result;
    for (const Row &row : m_rows) {
        if (!row.enabled && !row.cells[Model].isEmpty())
            result.append(row.cells[Model]);
    }
    return result;
}

QModelIndex ModelsTable::addByHand()
{
    const int last = int(m_rows.size());
    if (last > 0 && m_rows.last().cells[Model].isEmpty())
        return index(last - 1, Model); // still to be named
    beginInsertRows({}, last, last);
    m_rows.append(makeRow({}, true));
    endInsertRows();
    return index(last, Model);
}

void ModelsTable::dropNameless()
{
    for (int row = int(m_rows.size()) - 1; row >= 0; --row) {
        if (!m_rows[row].cells[Model].isEmpty())
            continue;
        beginRemoveRows({}, row, row);
        m_rows.removeAt(row);
        endRemoveRows();
    }
}

void ModelsTable::toggle(int row)
{
    if (row < 0 || row >= m_rows.size())
        return;
    m_rows[row].enabled = !m_rows[row].enabled;
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    Q_EMIT edited();
}

void ModelsTable::remove(int row)
{
    if (row < 0 || row >= m_rows.size())
        return;
    beginRemoveRows({}, row, row);
    m_byHand.remove(m_rows[row].cells[Model]);
    m_rows.removeAt(row);
    endRemoveRows();
    Q_EMIT edited();
}

int ModelsTable::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }
int ModelsTable::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

Qt::ItemFlags ModelsTable::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.column() == Enabled)
        flags |= Qt::ItemIsUserCheckable;
    if (index.column() == Model && index.row() < m_rows.size() && m_rows[index.row()].cells[Model].isEmpty())
        flags |= Qt::ItemIsEditable;
    return flags;
}

bool ModelsTable::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || index.row() >= m_rows.size())
        return false;
    if (role == Qt::CheckStateRole) {
        toggle(index.row());
        return true;
    }
    if (role != Qt::EditRole || index.column() != Model)
        return false;
    const QString model = value.toString().trimmed();
    if (model.isEmpty() || models().contains(model))
        return false;
    m_byHand.insert(model);
    m_rows[index.row()] = makeRow(model, true);
    Q_EMIT dataChanged(this->index(index.row(), 0), this->index(index.row(), ColumnCount - 1));
    Q_EMIT edited();
    return true;
}

QVariant ModelsTable::fontOf(const QModelIndex &index) const
{
    return index.column() == Model ? m_services.theme.font(FontRole::Small) : m_services.theme.digitsFont(FontRole::Small);
}

QVariant ModelsTable::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows.size())
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole: return row.cells[index.column()];
    case Qt::EditRole: return index.column() == Model ? row.cells[Model] : QVariant();
    case Qt::CheckStateRole: return index.column() == Enabled ? QVariant(int(row.enabled ? Qt::Checked : Qt::Unchecked)) : QVariant();
    case Qt::DecorationRole: return index.column() == More ? QVariant(m_services.theme.icon(QStringLiteral("more"))) : QVariant();
    case Qt::TextAlignmentRole: return int(Qt::AlignVCenter | (index.column() <= Model ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::FontRole: return fontOf(index);
    case Qt::ForegroundRole: return m_services.theme.color(row.enabled ? "text.primary" : "text.tertiary");
    case Qt::AccessibleTextRole:
        if (index.column() == Enabled)
            return row.enabled ? tr("%1, offered").arg(row.cells[Model]) : tr("%1, not offered").arg(row.cells[Model]);
        return index.column() == More ? QVariant(tr("More about %1").arg(row.cells[Model])) : QVariant();
    case Qt::ToolTipRole:
        return index.column() == Enabled ? QVariant(row.enabled ? tr("Offered in pickers") : tr("Not offered in pickers")) : QVariant();
    default: return {};
    }
}

QVariant ModelsTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section <= Model ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Model: return tr("Model");
    case Context: return tr("Context");
    case Input: return tr("Input");
    case CachedInput: return tr("Cached input");
    case Output: return tr("Output");
    default: return QString();
    }
}

} // namespace tollgate::ui
