#include "core/pricing/pricerow.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QSet>
#include <QTimeZone>

#include <algorithm>
#include <charconv>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("PriceTable", text);
}

// The shortest decimal text of a JSON number, so that 0.075 is read as exactly that and never as a binary fraction.
QString decimalText(double number)
{
    char text[400];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed);
    return end.ec == std::errc() ? QString::fromLatin1(text, end.ptr - text) : QString();
}

// Reads one row; remembers the first member that cannot be used.
class RowReader
{
public:
    explicit RowReader(JsonValue row) : m_row(row) {}

    PriceRow read(bool user, const QDate &tableDate);
    const QString &badMember() const { return m_bad; }

private:
    std::optional<Rate> rate(JsonValue block, QByteArrayView key);
    RateOverlay overlay(JsonValue block);
    std::optional<RateOverlay> block(QByteArrayView key);
    std::vector<PriceRow::Dated> dated(QByteArrayView key, QByteArrayView dateKey);
    std::optional<PriceRow::Peak> peak();
    std::optional<qint64> count(JsonValue block, QByteArrayView key);
    void regions(Price &price);
    QDate date(JsonValue block, QByteArrayView key);
    void bad(QByteArrayView member)
    {
        if (m_bad.isEmpty())
            m_bad = QString::fromUtf8(member);
    }

    JsonValue m_row;
    QString m_bad;
};

std::optional<Rate> RowReader::rate(JsonValue block, QByteArrayView key)
{
    const JsonValue value = block[key];
    if (!value.exists())
        return std::nullopt;
    const std::optional<double> number = value.number();
    const std::optional<Rate> rate = number ? Rate::fromUsdPerMillion(decimalText(*number)) : std::nullopt;
    if (!rate)
        bad(key);
    return rate;
}

RateOverlay RowReader::overlay(JsonValue block)
{
    return {rate(block, "in"),          rate(block, "out"),            rate(block, "cached_in"),
            rate(block, "cache_write"), rate(block, "cache_write_1h"), rate(block, "reasoning")};
}

std::optional<RateOverlay> RowReader::block(QByteArrayView key)
{
    const JsonValue value = m_row[key];
    if (!value.exists())
        return std::nullopt;
    if (!value.isObject())
        bad(key);
    return overlay(value);
}

QDate RowReader::date(JsonValue block, QByteArrayView key)
{
    const QDate value = QDate::fromString(block[key].string(), Qt::ISODate);
    if (!value.isValid())
        bad(key);
    return value;
}

std::vector<PriceRow::Dated> RowReader::dated(QByteArrayView key, QByteArrayView dateKey)
{
    std::vector<PriceRow::Dated> entries;
    if (m_row[key].exists() && !m_row[key].isArray())
        bad(key);
    m_row[key].forEach([&](JsonValue entry) { entries.push_back({date(entry, dateKey), overlay(entry)}); });
    std::sort(entries.begin(), entries.end(), [](const auto &a, const auto &b) { return a.date < b.date; });
    return entries;
}

std::optional<qint64> RowReader::count(JsonValue block, QByteArrayView key)
{
    if (!block[key].exists())
        return std::nullopt;
    const std::optional<qint64> value = block[key].integer();
    if (!value || *value < 1)
        bad(key);
    return value;
}

// "mult":{"eu":1.1,"fast":2.0}: a decimal as a fraction, 11/10.
void RowReader::regions(Price &price)
{
    m_row["mult"].forEachMember([&](QByteArrayView name, JsonValue value) {
        const std::optional<double> number = value.number();
        const std::optional<Rate> scaled = number ? Rate::fromUsdPerMillion(decimalText(*number)) : std::nullopt;
        if (!scaled || scaled->picoUsdPerToken <= 0)
            bad("mult");
        else
            price.regions.insert(QString::fromUtf8(name), {scaled->picoUsdPerToken, 1'000'000});
    });
}

// {"utc":["01:00-04:00"],"days":"Mon-Fri Asia/Shanghai","in":...}
std::optional<PriceRow::Peak> RowReader::peak()
{
    const JsonValue value = m_row["peak"];
    if (!value.exists())
        return std::nullopt;
    PriceRow::Peak peak;
    peak.rates = overlay(value);
    value["utc"].forEach([&](JsonValue window) {
        const QStringList ends = window.string().split(u'-');
        const QTime start = QTime::fromString(ends.value(0), QStringLiteral("HH:mm"));
        const QTime end = QTime::fromString(ends.value(1), QStringLiteral("HH:mm"));
        if (ends.size() != 2 || !start.isValid() || !end.isValid() || end <= start)
            bad("peak.utc");
        else
            peak.windows.push_back({start.msecsSinceStartOfDay() / 60'000, end.msecsSinceStartOfDay() / 60'000});
    });
    static constexpr QStringView names[] = {u"Mon", u"Tue", u"Wed", u"Thu", u"Fri", u"Sat", u"Sun"};
    const auto dayNumber = [](QStringView name) {
        const auto found = std::find(std::begin(names), std::end(names), name);
        return found == std::end(names) ? 0 : int(found - std::begin(names)) + 1;
    };
    const QStringList parts = value["days"].string().split(u' ');
    const QStringList range = parts.value(0).split(u'-');
    peak.firstDay = dayNumber(range.value(0));
    peak.lastDay = dayNumber(range.value(range.size() - 1));
    // China has one zone without daylight saving time; named here so that its prices need no time zone database.
    const QTimeZone zone = parts.value(1) == u"Asia/Shanghai" ? QTimeZone(8 * 3600) : QTimeZone(parts.value(1).toLatin1());
    if (!peak.firstDay || peak.lastDay < peak.firstDay || parts.size() != 2 || !zone.isValid() || peak.windows.empty())
        bad("peak");
    else
        peak.offsetSeconds = zone.standardTimeOffset(QDateTime(QDate(2026, 1, 1), QTime(0, 0), Qt::UTC));
    return peak;
}

PriceRow RowReader::read(bool user, const QDate &tableDate)
{
    PriceRow row;
    Price &price = row.price;
    price.provider = m_row["provider"].string();
    price.model = m_row["id"].string();
    if (price.provider.isEmpty())
        bad("provider");
    if (price.model.isEmpty())
        bad("id");
    const RateOverlay base = overlay(m_row);
    if (!base.input)
        bad("in");
    if (!base.output)
        bad("out");
    price.rates = base.over({});
    m_row["alias"].forEach([&](JsonValue alias) { row.aliases.append(alias.string()); });
    if (m_row["since"].exists())
        row.since = date(m_row, "since");
    row.history = dated("history", "until");
    row.next = dated("next", "from");
    row.tier = block("tier");
    if (row.tier && !(price.tierOver = count(m_row["tier"], "over")))
        bad("tier.over");
    row.flex = block("flex");
    row.priority = block("priority");
    row.peak = peak();
    regions(price);
    price.local = m_row["local"].boolean().value_or(false);
    price.uncertain = m_row["second_source"].exists();
    price.user = user;
    price.contextTokens = count(m_row, "ctx");
    if (!price.contextTokens)
        price.contextTokens = count(m_row, "max_in");
    price.maxOutputTokens = count(m_row, "max_out");
    price.version = tableDate.toString(Qt::ISODate);
    if (user) {
        const QDate day = row.since.isValid() ? row.since : tableDate;
        price.version = day.isValid() ? QStringLiteral("user ") + day.toString(Qt::ISODate) : QStringLiteral("user");
    }
    return row;
}

} // namespace

RateSet RateOverlay::over(const RateSet &base) const
{
    RateSet rates = base;
    rates.input = input.value_or(base.input);
    rates.output = output.value_or(base.output);
    const auto lay = [](std::optional<Rate> &target, const std::optional<Rate> &own) {
        if (own)
            target = own;
    };
    lay(rates.cachedInput, cachedInput);
    lay(rates.cacheWrite, cacheWrite);
    lay(rates.cacheWrite1h, cacheWrite1h);
    lay(rates.reasoning, reasoning);
    return rates;
}

Price PriceRow::at(qint64 wallMs) const
{
    Price result = price;
    const QDateTime moment = QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC);
    const QDate day = moment.date();
    bool otherDate = false;
    const auto old = std::find_if(history.begin(), history.end(), [&day](const Dated &entry) { return day <= entry.date; });
    if (old != history.end()) {
        result.rates = old->rates.over(price.rates);
        otherDate = true;
    }
    for (const Dated &entry : next) {
        if (day >= entry.date) {
            result.rates = entry.rates.over(result.rates);
            otherDate = true;
        }
    }
    // The blocks are of the listed date; what they were on another one nobody wrote down.
    result.uncertain = price.uncertain || (otherDate && (tier || flex || priority));
    // Peak hours came with the listed price.
    if (peak && !otherDate) {
        const int minute = moment.time().msecsSinceStartOfDay() / 60'000;
        const int weekday = moment.addSecs(peak->offsetSeconds).date().dayOfWeek();
        const bool inside = std::any_of(peak->windows.begin(), peak->windows.end(), [minute](const Window &w) {
            return minute >= w.startMinute && minute < w.endMinute;
        });
        if (inside && weekday >= peak->firstDay && weekday <= peak->lastDay)
            result.rates = peak->rates.over(result.rates);
    }
    if (tier)
        result.tier = tier->over(result.rates);
    if (flex)
        result.flex = flex->over(result.rates);
    if (priority)
        result.priority = priority->over(result.rates);
    return result;
}

Result<PriceRows> readPriceRows(QByteArrayView json, bool user)
{
    const QString what = tr("The price list cannot be used");
    const QString fix = tr("Correct the file or import another one.");
    JsonDocument document;
    const Result<JsonValue> root = document.parse(json);
    if (!root)
        return Error{ErrorKind::Parse, what, root.error().why, fix};
    if ((*root)["schema"].integer() != std::optional<qint64>(1) || !(*root)["models"].isArray())
        return Error{ErrorKind::Parse, what, tr("It is not a price list of schema 1 with rows in \"models\"."), fix};
    PriceRows table;
    table.date = QDate::fromString((*root)["generated"].string(), Qt::ISODate);
    QString problem;
    QSet<QString> names;
    (*root)["models"].forEach([&](JsonValue value) {
        if (!problem.isEmpty())
            return;
        RowReader reader(value);
        PriceRow row = reader.read(user, table.date);
        const QString title = row.price.provider + u'/' + row.price.model;
        if (!reader.badMember().isEmpty()) {
            problem = tr("Row %1 (%2): \"%3\" is missing or not usable.").arg(table.rows.size() + 1).arg(title, reader.badMember());
            return;
        }
        QStringList own = row.aliases;
        own.append(row.price.model);
        for (const QString &name : std::as_const(own)) {
            const QString key = row.price.provider + u'\n' + name + u'\n' + (user ? row.since.toString(Qt::ISODate) : QString());
            if (names.contains(key))
                problem = tr("Row %1 (%2): the name %3 is listed twice.").arg(table.rows.size() + 1).arg(title, name);
            names.insert(key);
        }
        table.rows.push_back(std::move(row));
    });
    if (!problem.isEmpty())
        return Error{ErrorKind::Parse, what, problem, fix};
    return table;
}

} // namespace tollgate
