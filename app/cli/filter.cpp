#include "app/cli/filter.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QRegularExpression>

namespace tollgate::app {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Filter", text); }

std::optional<qint64> spanMs(const QString &text)
{
    static const QRegularExpression pattern(QStringLiteral("^([0-9]{1,6})(m|h|d)$"));
    const QRegularExpressionMatch match = pattern.match(text);
    if (!match.hasMatch())
        return {};
    const qint64 unit = match.capturedView(2) == u"m" ? 60'000 : match.capturedView(2) == u"h" ? 3'600'000 : 86'400'000;
    return match.capturedView(1).toLongLong() * unit;
}

std::optional<qint64> instantMs(const QString &text, bool utc)
{
    QDateTime time = QDateTime::fromString(text, Qt::ISODate);
    if (!time.isValid())
        return {};
    if (utc && time.timeSpec() == Qt::LocalTime)
        time.setTimeSpec(Qt::UTC);
    return time.toMSecsSinceEpoch();
}

template <class Enum>
std::optional<Enum> byName(const QString &value, int count, QString (*name)(Enum))
{
    for (int i = 0; i < count; ++i) {
        if (name(Enum(i)) == value)
            return Enum(i);
    }
    return {};
}

bool apply(LedgerFilter &filter, const QString &key, const QString &value, qint64 now)
{
    if (key == u"model")
        filter.model = value;
    else if (key == u"provider")
        filter.provider = value;
    else if (key == u"tag")
        filter.tag = value;
    else if (key == u"source")
        return (filter.source = byName<Source>(value, 4, sourceName)).has_value();
    else if (key == u"cache")
        return (filter.cache = byName<CacheOutcome>(value, 5, cacheOutcomeName)).has_value();
    else if (key == u"status" && value == u"error")
        filter.errorsOnly = true;
    else if (key == u"status")
        return (filter.failure = failureFromName(value)).has_value();
    else if (key == u"since" && spanMs(value))
        filter.from = now - *spanMs(value);
    else
        return false;
    return true;
}

} // namespace

Result<LedgerFilter> parseFilter(const QString &expression, qint64 nowWallMs)
{
    LedgerFilter filter;
    for (const QString &word : expression.split(u' ', Qt::SkipEmptyParts)) {
        const qsizetype colon = word.indexOf(u':');
        if (colon < 1 || !apply(filter, word.left(colon), word.mid(colon + 1), nowWallMs))
            return Error{ErrorKind::Usage, tr("\"%1\" is not a filter").arg(word),
                         tr("Known: model:ID provider:NAME source:playground|cli|gateway|job tag:TAG status:error|KIND cache:hit|miss|coalesced|refresh|bypass since:24h"),
                         {}};
    }
    return filter;
}

Result<TimeRange> parseRange(const QString &text, qint64 nowWallMs, bool utc)
{
    if (const std::optional<qint64> span = spanMs(text))
        return TimeRange{nowWallMs - *span, nowWallMs + 1};
    const QStringList ends = text.split(QStringLiteral(".."));
    if (ends.size() == 2) {
        const std::optional<qint64> from = instantMs(ends[0], utc);
        const std::optional<qint64> to = ends[1].isEmpty() ? std::optional(nowWallMs + 1) : instantMs(ends[1], utc);
        if (from && to && *from < *to)
            return TimeRange{*from, *to};
    }
    return Error{ErrorKind::Usage, tr("\"%1\" is not a range").arg(text), tr("Use 15m, 1h, 24h, 7d, 30d, 90d or FROM..TO such as 2026-11-01..2026-11-08"), {}};
}

} // namespace tollgate::app
