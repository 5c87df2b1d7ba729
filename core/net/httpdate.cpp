#include "core/net/httpdate.h"

#include <QDateTime>

#include <array>

namespace tollgate {

namespace {

constexpr std::array<const char *, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<const char *, 7> days = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

// Digits only: exactly `count` of them, or any number when 0.
std::optional<int> digits(QByteArrayView text, qsizetype count)
{
    if (text.isEmpty() || text.size() > 9 || (count && text.size() != count))
        return std::nullopt;
    int number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number;
}

std::optional<int> monthNumber(QByteArrayView text)
{
    for (size_t i = 0; i < months.size(); ++i) {
        if (text == QByteArrayView(months[i]))
            return int(i) + 1;
    }
    return std::nullopt;
}

std::optional<qint64> toUnixMs(std::optional<int> year, std::optional<int> month, std::optional<int> day, QByteArrayView time)
{
    if (!year || !month || !day || time.size() != 8 || time[2] != ':' || time[5] != ':')
        return std::nullopt;
    const std::optional<int> hour = digits(time.first(2), 2);
    const std::optional<int> minute = digits(time.sliced(3, 2), 2);
    std::optional<int> second = digits(time.sliced(6, 2), 2);
    if (second == 60) // a leap second
        second = 59;
    const QDate date(*year, *month, *day);
    if (!date.isValid() || !hour || !minute || !second || !QTime::isValid(*hour, *minute, *second))
        return std::nullopt;
    const qint64 seconds = (date.toJulianDay() - QDate(1970, 1, 1).toJulianDay()) * 86'400 + *hour * 3'600
        + *minute * 60 + *second;
    return seconds * 1'000;
}

QList<QByteArray> words(QByteArrayView text)
{
    QList<QByteArray> list = text.toByteArray().simplified().split(' ');
    list.removeAll(QByteArray());
    return list;
}

} // namespace

std::optional<qint64> parseHttpDate(QByteArrayView text)
{
    if (text.size() > 64)
        return std::nullopt;
    const QList<QByteArray> parts = words(text);
    // "Sun, 06 Nov 1994 08:49:37 GMT"
    if (parts.size() == 6 && parts[0].endsWith(',') && parts[5] == "GMT")
        return toUnixMs(digits(parts[3], 4), monthNumber(parts[2]), digits(parts[1], 2), parts[4]);
    // "Sunday, 06-Nov-94 08:49:37 GMT"
    if (parts.size() == 4 && parts[0].endsWith(',') && parts[3] == "GMT") {
        const QList<QByteArray> date = parts[1].split('-');
        if (date.size() != 3)
            return std::nullopt;
        std::optional<int> year = digits(date[2], 2);
        if (year)
            *year += *year < 70 ? 2000 : 1900;
        return toUnixMs(year, monthNumber(date[1]), digits(date[0], 2), parts[2]);
    }
    // "Sun Nov  6 08:49:37 1994"
    if (parts.size() == 5)
        return toUnixMs(digits(parts[4], 4), monthNumber(parts[1]), digits(parts[2], 0), parts[3]);
    return std::nullopt;
}

QByteArray formatHttpDate(qint64 wallMs)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC);
    const QDate date = time.date();
    const auto two = [](int number) { return QByteArray::number(number).rightJustified(2, '0'); };
    return QByteArray(days[size_t(date.dayOfWeek() - 1)]) + ", " + two(date.day()) + ' '
        + months[size_t(date.month() - 1)] + ' ' + QByteArray::number(date.year()).rightJustified(4, '0') + ' '
        + two(time.time().hour()) + ':' + two(time.time().minute()) + ':' + two(time.time().second()) + " GMT";
}

std::optional<qint64> parseRfc3339(QByteArrayView text)
{
    text = text.trimmed();
    if (text.size() < 19 || text.size() > 40 || text[4] != '-' || text[7] != '-'
        || (text[10] != 'T' && text[10] != 't' && text[10] != ' '))
        return std::nullopt;
    std::optional<qint64> base = toUnixMs(digits(text.first(4), 4), digits(text.sliced(5, 2), 2), digits(text.sliced(8, 2), 2),
                                          text.sliced(11, 8));
    if (!base)
        return std::nullopt;
    text = text.sliced(19);
    if (text.startsWith('.')) {
        qsizetype length = 1;
        int milliseconds = 0;
        for (int scale = 100; length < text.size() && text[length] >= '0' && text[length] <= '9'; ++length, scale /= 10)
            milliseconds += (text[length] - '0') * scale;
        if (length == 1)
            return std::nullopt;
        *base += milliseconds;
        text = text.sliced(length);
    }
    if (text.isEmpty() || text == QByteArrayView("Z") || text == QByteArrayView("z"))
        return base;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return std::nullopt;
    const std::optional<int> hours = digits(text.sliced(1, 2), 2);
    const std::optional<int> minutes = digits(text.sliced(4, 2), 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59)
        return std::nullopt;
    const qint64 offset = (*hours * 60 + *minutes) * 60'000LL;
    return text[0] == '+' ? *base - offset : *base + offset;
}

} // namespace tollgate
