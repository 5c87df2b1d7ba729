#include "core/store/database.h"

#include <QCoreApplication>

#include <algorithm>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Storage", text);
}

Result<qint64> single(Database &database, const char *sql)
{
    auto statement = database.prepare(sql);
    if (!statement)
        return statement.error();
    auto row = statement->step();
    if (!row)
        return row.error();
    return *row ? statement->integer(0) : 0;
}

Result<void> runStep(Database &database, const Migration &step)
{
    auto transaction = Transaction::begin(database);
    if (!transaction)
        return transaction.error();
    if (auto done = database.exec(step.sql); !done)
        return done;
    const QByteArray version = "PRAGMA user_version=" + QByteArray::number(step.version);
    if (auto done = database.exec(version.constData()); !done)
        return done;
    return transaction->commit();
}

} // namespace

Result<void> migrate(Database &database, std::initializer_list<Migration> migrations)
{
    const auto version = single(database, "PRAGMA user_version");
    if (!version)
        return version.error();
    int last = 0;
    for (const Migration &step : migrations)
        last = std::max(last, step.version);
    if (*version == last)
        return {};
    const QString doing = tr("The database cannot be used");
    if (*version > last)
        return Error{ErrorKind::Storage, doing, tr("%1 was written by a newer version of Tollgate.").arg(database.path()),
                     tr("Update Tollgate, or use another profile folder. The file was left as it is.")};
    if (*version == 0) {
        const auto tables = single(database, "SELECT count(*) FROM sqlite_schema");
        if (!tables)
            return tables.error();
        if (*tables > 0)
            return Error{ErrorKind::Storage, doing, tr("%1 is not a Tollgate database.").arg(database.path()),
                         tr("Move the file away; a new one is made at the next start.")};
    } else if (auto saved = database.backupTo(database.path() + QStringLiteral(".backup-v%1").arg(*version)); !saved) {
        return saved;
    }
    for (const Migration &step : migrations) {
        if (step.version <= *version)
            continue;
        if (auto done = runStep(database, step); !done)
            return done;
    }
    return {};
}

} // namespace tollgate
