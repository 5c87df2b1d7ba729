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

void ModelsTable::show(const ProviderConfig &config, const QStringList &models)
{
    beginResetModel();
    m_rows.clear();
    const std::shared_ptr<const PriceTable> prices = m_services.prices ? m_services.prices() : nullptr;
    m_date = prices ? prices->date().toString(Qt::ISODate) : QString();
    const QString owner = priceProviderOf(config);
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    for (const QString &model : models) {
        Row row;
        row.cells[Model] = model;
        const std::optional<Price> price = prices ? prices->find(owner, model, now) : std::nullopt;
        row.cells[Context] = price && price->contextTokens ? formatWhole(*price->contextTokens) : missing;
        row.cells[Input] = price ? rateText(price->rates.input) : missing;
        row.cells[CachedInput] = price ? rateText(price->rates.cachedInput) : missing;
        row.cells[Output] = price ? rateText(price->rates.output) : missing;
        m_rows.append(row);
    }
    endResetModel();
}

int ModelsTable::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }
int ModelsTable::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant ModelsTable::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows.size())
        return {};
    switch (role) {
    case Qt::DisplayRole: return m_rows[index.row()].cells[index.column()];
    case Qt::TextAlignmentRole: return int(Qt::AlignVCenter | (index.column() == Model ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::FontRole:
        return index.column() == Model ? m_services.theme.font(FontRole::Small) : m_services.theme.digitsFont(FontRole::Small);
    default: return {};
    }
}

QVariant ModelsTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Model ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Model: return tr("Model");
    case Context: return tr("Context");
    case Input: return tr("Input");
    case CachedInput: return tr("Cached input");
    case Output: return tr("Output");
    default: return {};
    }
}

} // namespace tollgate::ui
