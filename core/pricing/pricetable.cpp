#include "core/pricing/pricetable.h"

#include "core/pricing/pricerow.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFile>
#include <QSet>

#include <algorithm>

// A resource of a static library is linked only when someone asks for it, and the macro works in the global namespace only.
static void initCoreResources()
{
    Q_INIT_RESOURCE(core);
}

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("PriceTable", text);
}

// "gpt-4o-2024-08-06" and "claude-sonnet-4-5-20250929" without their date; empty when there is none.
QString withoutDate(const QString &model)
{
    const auto digits = [](QStringView text) {
        return std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    };
    const QStringView view(model);
    if (view.size() > 11) {
        const QStringView tail = view.last(11); // -YYYY-MM-DD
        if (tail[0] == u'-' && tail[5] == u'-' && tail[8] == u'-' && digits(tail.sliced(1, 4)) && digits(tail.sliced(6, 2))
            && digits(tail.sliced(9, 2)))
            return view.chopped(11).toString();
    }
    if (view.size() > 9) {
        const QStringView tail = view.last(9); // -YYYYMMDD
        if (tail[0] == u'-' && digits(tail.sliced(1)) && tail.sliced(1, 2) == u"20")
            return view.chopped(9).toString();
    }
    return {};
}

// '*' and '?' over any characters, slashes too; without case. Linear in practice, quadratic at worst.
bool globMatches(QStringView glob, QStringView text)
{
    qsizetype g = 0;
    qsizetype t = 0;
    qsizetype star = -1;
    qsizetype mark = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == u'*') {
            star = g++;
            mark = t;
        } else if (g < glob.size() && (glob[g] == u'?' || glob[g].toCaseFolded() == text[t].toCaseFolded())) {
            ++g;
            ++t;
        } else if (star >= 0) {
            g = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == u'*')
        ++g;
    return g == glob.size();
}

QDate dayOf(qint64 wallMs)
{
    return QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC).date();
}

} // namespace

class PriceTable::Data
{
public:
    void add(std::vector<PriceRow> more);
    const PriceRow *rowFor(const QString &provider, const QString &model, const QDate &day) const;

    std::vector<PriceRow> rows;
    QDate date;

private:
    using Index = QHash<std::pair<QString, QString>, QList<int>>;
    const PriceRow *pick(const Index &index, const QString &provider, const QString &name, const QDate &day) const;
    const PriceRow *userRowOf(const PriceRow *row, const QDate &day) const;

    Index m_ids;
    Index m_aliases;
};

void PriceTable::Data::add(std::vector<PriceRow> more)
{
    for (PriceRow &row : more) {
        const int number = int(rows.size());
        m_ids[{row.price.provider, row.price.model}].append(number);
        for (const QString &alias : std::as_const(row.aliases))
            m_aliases[{row.price.provider, alias}].append(number);
        rows.push_back(std::move(row));
    }
}

// Of the rows of one name that hold on that day: the user's before ours, and of the user's the youngest.
const PriceRow *PriceTable::Data::pick(const Index &index, const QString &provider, const QString &name, const QDate &day) const
{
    const PriceRow *best = nullptr;
    for (const int number : index.value({provider, name})) {
        const PriceRow &row = rows[size_t(number)];
        if (!row.holdsAt(day))
            continue;
        const bool better = !best || (row.price.user && !best->price.user)
            || (row.price.user && best->price.user && row.since.isValid() && (!best->since.isValid() || row.since > best->since));
        if (better)
            best = &row;
    }
    return best;
}

// A user who prices "gpt-4o" means its dated names too, which our row knows as aliases.
const PriceRow *PriceTable::Data::userRowOf(const PriceRow *row, const QDate &day) const
{
    if (!row || row->price.user)
        return row;
    const PriceRow *own = pick(m_ids, row->price.provider, row->price.model, day);
    return own ? own : row;
}

const PriceRow *PriceTable::Data::rowFor(const QString &provider, const QString &model, const QDate &day) const
{
    const auto named = [&](const QString &name) {
        const PriceRow *row = pick(m_ids, provider, name, day);
        return userRowOf(row ? row : pick(m_aliases, provider, name, day), day);
    };
    if (const PriceRow *row = named(model))
        return row;
    if (const QString undated = withoutDate(model); !undated.isEmpty()) {
        if (const PriceRow *row = named(undated))
            return row;
    }
    return pick(m_ids, provider, QStringLiteral("*"), day);
}

std::shared_ptr<const PriceTable> PriceTable::builtIn()
{
    initCoreResources();
    QFile file(QStringLiteral(":/tollgate/prices/prices.json"));
    const bool opened = file.open(QIODevice::ReadOnly);
    Result<PriceRows> table = readPriceRows(opened ? file.readAll() : QByteArray(), false);
    if (!table)
        qFatal("The built-in price list cannot be read: %s", qPrintable(table.error().text())); // a broken build; tests hold it
    auto data = std::make_shared<Data>();
    data->date = table->date;
    data->add(std::move(table->rows));
    return std::make_shared<const PriceTable>(std::move(data));
}

Result<std::shared_ptr<const PriceTable>> PriceTable::load(const QString &userFile)
{
    std::shared_ptr<const PriceTable> own = builtIn();
    QFile file(userFile);
    if (userFile.isEmpty() || !file.exists())
        return own;
    if (!file.open(QIODevice::ReadOnly)) {
        return Error{ErrorKind::Storage, tr("Your prices cannot be read"), tr("%1: %2.").arg(userFile, file.errorString()),
                     tr("Check the file's permissions.")};
    }
    Result<PriceRows> rows = readPriceRows(file.readAll(), true);
    if (!rows) {
        Error error = rows.error();
        error.why = userFile + QStringLiteral(": ") + error.why;
        return error;
    }
    auto data = std::make_shared<Data>(*own->d);
    data->add(std::move(rows->rows));
    return std::make_shared<const PriceTable>(std::move(data));
}

Result<std::shared_ptr<const PriceTable>> PriceTable::fromJson(QByteArrayView json, bool user)
{
    Result<PriceRows> rows = readPriceRows(json, user);
    if (!rows)
        return rows.error();
    auto data = std::make_shared<Data>();
    data->date = rows->date;
    data->add(std::move(rows->rows));
    return std::make_shared<const PriceTable>(std::move(data));
}

std::optional<Price> PriceTable::find(const QString &provider, const QString &model, qint64 wallMs) const
{
    if (provider.isEmpty() || model.isEmpty())
        return std::nullopt;
    const PriceRow *row = d->rowFor(provider, model, dayOf(wallMs));
    return row ? std::optional(row->at(wallMs)) : std::nullopt;
}

QList<Price> PriceTable::list(const QString &modelGlob, qint64 wallMs) const
{
    QList<Price> prices;
    QSet<std::pair<QString, QString>> seen;
    for (const PriceRow &row : d->rows) {
        const std::pair<QString, QString> name(row.price.provider, row.price.model);
        if (seen.contains(name)
            || (!globMatches(modelGlob, name.second) && !globMatches(modelGlob, name.first + u'/' + name.second)))
            continue;
        seen.insert(name);
        if (const PriceRow *holding = d->rowFor(name.first, name.second, dayOf(wallMs));
            holding && holding->price.model == name.second)
            prices.append(holding->at(wallMs));
    }
    return prices;
}

QDate PriceTable::date() const
{
    return d->date;
}

} // namespace tollgate
