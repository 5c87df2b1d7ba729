#include "ui/theme/format.h"

#include <QLocale>
#include <QStringList>

#include <cmath>

namespace tollgate::ui {

namespace {
const QString missing = QStringLiteral("\u2013");
constexpr qint64 nanoPerUsd = 1'000'000'000;

// Not the C locale: it groups nothing.
QString grouped(qint64 value)
{
    return QLocale(QLocale::English, QLocale::UnitedStates).toString(value);
}

// Three digits: 1.72, 18.4, 353. Rounded down would lie, so the caller hands in what is left after the unit was chosen.
QString threeDigits(double value)
{
    return QString::number(value, 'f', value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

// nano-USD rounded half up to `decimals`, without ever going through a double.
QString decimalUsd(qint64 nano, int decimals)
{
    qint64 step = 1;
    for (int i = decimals; i < 9; ++i)
        step *= 10;
    const bool negative = nano < 0;
    quint64 units = negative ? quint64(-(nano + 1)) + 1 : quint64(nano);
    units = units / quint64(step) + (units % quint64(step) >= quint64(step + 1) / 2 && step > 1 ? 1 : 0);
    const quint64 scale = quint64(nanoPerUsd / step);
    QString text = grouped(qint64(units / scale));
    if (decimals > 0)
        text += u'.' + QString::number(units % scale).rightJustified(decimals, u'0');
    return (negative && units > 0 ? QStringLiteral("\u2212$") : QStringLiteral("$")) + text;
}
} // namespace

QString formatWhole(qint64 value)
{
    return grouped(value);
}

QString formatCount(std::optional<qint64> value)
{
    if (!value)
        return missing;
    const qint64 size = qAbs(*value);
    if (size < 10'000)
        return grouped(*value);
    static constexpr struct {
        double unit;
        const char *suffix;
    } units[] = {{1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {1e12, "T"}};
    for (const auto &[unit, suffix] : units) {
        const double scaled = double(size) / unit;
        if (scaled < 999.5 || unit == 1e12)
            return (*value < 0 ? QStringLiteral("\u2212") : QString()) + threeDigits(scaled) + QLatin1String(suffix);
    }
    Q_UNREACHABLE();
}

QString formatMoneyTotal(std::optional<Money> value)
{
    return value ? decimalUsd(value->nanoUsd(), 2) : missing;
}

QString formatMoneyPerRequest(std::optional<Money> value)
{
    if (!value)
        return missing;
    if (value->isZero())
        return QStringLiteral("$0");
    // Not zero must not read as zero.
    if (qAbs(value->nanoUsd()) < 50'000)
        return QStringLiteral("<$0.0001");
    return decimalUsd(value->nanoUsd(), 4);
}

QString formatMoneyExact(std::optional<Money> value)
{
    if (!value)
        return missing;
    QString text = decimalUsd(value->nanoUsd(), 9);
    const qsizetype least = text.indexOf(u'.') + 5;
    while (text.size() > least && text.endsWith(u'0'))
        text.chop(1);
    return text;
}

QString formatDurationMs(std::optional<double> ms)
{
    if (!ms || !std::isfinite(*ms))
        return missing;
    const double value = qMax(0.0, *ms);
    if (value < 999.5)
        return QString::number(value < 9.95 && value > 0 ? value : std::round(value), 'f', value > 0 && value < 0.95 ? 1 : 0)
            + QStringLiteral(" ms");
    const double seconds = value / 1000;
    if (seconds < 9.995)
        return QString::number(seconds, 'f', 2) + QStringLiteral(" s");
    if (seconds < 59.95)
        return QString::number(seconds, 'f', 1) + QStringLiteral(" s");
    const auto whole = qint64(std::llround(seconds));
    if (whole < 3600) {
        const qint64 rest = whole % 60;
        return QString::number(whole / 60) + QStringLiteral(" min") + (rest ? QStringLiteral(" %1 s").arg(rest) : QString());
    }
    const qint64 minutes = (whole + 30) / 60;
    const qint64 rest = minutes % 60;
    return QString::number(minutes / 60) + QStringLiteral(" h") + (rest ? QStringLiteral(" %1 min").arg(rest) : QString());
}

QString formatRatio(std::optional<double> ratio)
{
    if (!ratio || !std::isfinite(*ratio))
        return missing;
    return QString::number(*ratio * 100, 'f', 1) + u'%';
}

QString formatBytes(qint64 bytes)
{
    if (bytes < 0)
        return missing;
    if (bytes < 1024)
        return QString::number(bytes) + QStringLiteral(" B");
    static constexpr const char *units[] = {"KiB", "MiB", "GiB", "TiB"};
    double value = double(bytes) / 1024;
    size_t unit = 0;
    while (value >= 1023.95 && unit + 1 < std::size(units)) {
        value /= 1024;
        ++unit;
    }
    return QString::number(value, 'f', 1) + u' ' + QLatin1String(units[unit]);
}

} // namespace tollgate::ui
