#include "app/userprices.h"

#include "core/base/json.h"
#include "core/pricing/pricetable.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <functional>

namespace tollgate::app {

namespace {

constexpr qint64 largestFile = 16 * 1024 * 1024; // the built-in list of all providers is a fiftieth of it

QString tr(const char *text) { return QCoreApplication::translate("UserPrices", text); }

Error unusable(const QString &why)
{
    return {ErrorKind::Parse, tr("The price list cannot be used"), why, tr("Correct the file or import another one.")};
}

bool isRow(JsonValue row, const QString &provider, const QString &model, const QDate *since)
{
    return row["provider"].string() == provider && row["id"].string() == model
           && (!since || QDate::fromString(row["since"].string(), Qt::ISODate) == *since);
}

void writePrice(JsonWriter &writer, const UserPrice &price)
{
    const auto rate = [&writer](const char *key, const std::optional<Rate> &value) {
        if (value)
            writer.key(key).raw(value->toUsdPerMillion().toLatin1());
    };
    writer.beginObject().member("provider", price.provider).member("id", price.model);
    if (price.since.isValid())
        writer.member("since", price.since.toString(Qt::ISODate));
    rate("in", price.input);
    rate("out", price.output);
    rate("cached_in", price.cachedInput);
    rate("cache_write", price.cacheWrite);
    rate("reasoning", price.reasoning);
    writer.endObject();
}

// The file with the rows that `drop` does not name, then `added`.
Result<QByteArray> rewritten(const QByteArray &file, const std::function<bool(JsonValue)> &drop, const UserPrice *added)
{
    JsonDocument document;
    JsonValue root;
    if (!file.isEmpty()) {
        const Result<JsonValue> parsed = document.parse(file);
        if (!parsed)
            return unusable(parsed.error().why);
        root = *parsed;
    }
    QByteArray text;
    JsonWriter writer(text);
    writer.beginObject().member("schema", 1);
    writer.member("generated", QDateTime::currentDateTimeUtc().date().toString(Qt::ISODate));
    root.forEachMember([&](QByteArrayView name, JsonValue value) {
        if (name != "schema" && name != "generated" && name != "models")
            writer.key(name).raw(value.toJson());
    });
    writer.key("models").beginArray();
    root["models"].forEach([&](JsonValue row) {
        if (!drop(row))
            writer.raw(row.toJson());
    });
    if (added)
        writePrice(writer, *added);
    writer.endArray().endObject();
    return text + '\n';
}

} // namespace

Result<QByteArray> withUserPrice(const QByteArray &file, const UserPrice &price)
{
    return rewritten(file, [&price](JsonValue row) { return isRow(row, price.provider, price.model, &price.since); }, &price);
}

Result<QByteArray> withoutUserPrice(const QByteArray &file, const QString &provider, const QString &model, const QDate &since, int &removed)
{
    removed = 0;
    return rewritten(
        file,
        [&](JsonValue row) {
            const bool is = isRow(row, provider, model, since.isValid() ? &since : nullptr);
            removed += is;
            return is;
        },
        nullptr);
}

Result<QByteArray> readUserPrices(const QString &path)
{
    QFile file(path);
    if (!file.exists())
        return QByteArray();
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Storage, tr("The price list cannot be read"), tr("%1: %2.").arg(path, file.errorString()), {}};
    const QByteArray text = file.read(largestFile + 1);
    if (file.error() != QFileDevice::NoError)
        return Error{ErrorKind::Storage, tr("The price list cannot be read"), tr("%1: %2.").arg(path, file.errorString()), {}};
    if (text.size() > largestFile)
        return unusable(tr("%1 is too large.").arg(path));
    return text;
}

Result<void> writeUserPrices(const QString &path, const QByteArray &text)
{
    JsonDocument document;
    const Result<JsonValue> root = document.parse(text);
    if (!root)
        return unusable(root.error().why);
    if (hasDuplicateKeys(*root))
        return unusable(tr("A row names a member twice."));
    if (const Result<std::shared_ptr<const PriceTable>> table = PriceTable::fromJson(text, true); !table)
        return table.error();
    const QString what = tr("The prices are not saved");
    QDir().mkpath(QFileInfo(path).absolutePath());
    QSaveFile file(path);
    // Unbuffered, because QSaveFile::commit() of Qt 6.4 does not notice that its last flush failed and would put a cut file in place.
    const bool opened = file.open(QIODevice::WriteOnly | QIODevice::Unbuffered)
        && file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    const qint64 written = opened ? file.write(text) : 0;
    if (!opened || written != text.size() || !file.commit())
        return Error{ErrorKind::Storage, what, tr("%1: %2.").arg(path, file.errorString()),
                     tr("Check the profile folder, its permissions and the free space.")};
    return {};
}

} // namespace tollgate::app
