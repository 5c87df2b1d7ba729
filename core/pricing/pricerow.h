// One row of prices.json as read, and its price at a moment. Private to this folder.
#pragma once

#include "core/base/json.h"
#include "core/pricing/pricetable.h"

#include <QStringList>

#include <vector>

namespace tollgate {

// Rates that a block of a row names; what it leaves out comes from the block below it.
struct RateOverlay {
    std::optional<Rate> input;
    std::optional<Rate> output;
    std::optional<Rate> cachedInput;
    std::optional<Rate> cacheWrite;
    std::optional<Rate> cacheWrite1h;
    std::optional<Rate> reasoning;

    RateSet over(const RateSet &base) const;
};

struct PriceRow {
    struct Dated {
        QDate date; // history: last day it held; next: first day it holds
        RateOverlay rates;
    };
    struct Window {
        int startMinute = 0; // of the UTC day, included
        int endMinute = 0;   // excluded
    };
    struct Peak {
        std::vector<Window> windows;
        int firstDay = 1; // Monday, as in Qt::DayOfWeek
        int lastDay = 7;
        int offsetSeconds = 0; // of the zone whose weekdays count
        RateOverlay rates;
    };

    Price price; // as listed
    QStringList aliases;
    QDate since; // of a user row: it holds from this day; of a built-in row: only information
    std::vector<Dated> history;
    std::vector<Dated> next;
    std::optional<RateOverlay> tier;
    std::optional<RateOverlay> flex;
    std::optional<RateOverlay> priority;
    std::optional<Peak> peak;

    bool holdsAt(const QDate &day) const { return !price.user || !since.isValid() || day >= since; }
    Price at(qint64 wallMs) const;
};

struct PriceRows {
    std::vector<PriceRow> rows;
    QDate date;
};

// The whole of a prices.json; the first bad row is an error that names it.
Result<PriceRows> readPriceRows(QByteArrayView json, bool user);

} // namespace tollgate
