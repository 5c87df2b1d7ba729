// The user's own prices, a file of prices.json's format beside the settings: read, changed row by row, and replaced as a whole.
#pragma once

#include "core/base/money.h"
#include "core/base/result.h"

#include <QByteArray>
#include <QDate>
#include <QString>

#include <optional>

namespace tollgate::app {

struct UserPrice {
    QString provider; // as the price table names it, or a configured provider's id
    QString model;
    QDate since;      // holds from this day; unset: always
    Rate input;
    Rate output;
    std::optional<Rate> cachedInput;
    std::optional<Rate> cacheWrite;
    std::optional<Rate> reasoning;
};

// The file's text with `price` in it, in the place of the row of the same provider, model and day. An empty `file` begins a new one.
Result<QByteArray> withUserPrice(const QByteArray &file, const UserPrice &price);
// The file's text without the rows of that model; `since` unset: of every day. `removed` counts them.
Result<QByteArray> withoutUserPrice(const QByteArray &file, const QString &provider, const QString &model, const QDate &since, int &removed);

// A missing file is empty.
Result<QByteArray> readUserPrices(const QString &path);
// Checks `text` as the price table will read it, then puts it in the file's place at once (0600). On error the old file stays.
Result<void> writeUserPrices(const QString &path, const QByteArray &text);

} // namespace tollgate::app
