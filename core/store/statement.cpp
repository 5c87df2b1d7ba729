#include "core/store/database_p.h"

#include <QCoreApplication>

#include <tuple>

namespace tollgate {

Statement::Statement(Statement &&other) noexcept
    : m_database(other.m_database), m_statement(std::exchange(other.m_statement, nullptr)), m_bound(other.m_bound)
{
}

Statement::~Statement()
{
    if (m_statement)
        m_database->d->giveBack(m_statement);
}

Statement &Statement::bind(int index, qint64 value)
{
    if (const int code = sqlite3_bind_int64(m_statement, index, value); code != SQLITE_OK && !m_bound)
        m_bound = code;
    return *this;
}

Statement &Statement::bind(int index, double value)
{
    if (const int code = sqlite3_bind_double(m_statement, index, value); code != SQLITE_OK && !m_bound)
        m_bound = code;
    return *this;
}

Statement &Statement::bind(int index, const QString &text)
{
    int code = SQLITE_OK;
    if (text.isEmpty()) {
        code = sqlite3_bind_text(m_statement, index, "", 0, SQLITE_STATIC);
    } else {
        const QByteArray utf8 = text.toUtf8();
        code = sqlite3_bind_text64(m_statement, index, utf8.constData(), sqlite3_uint64(utf8.size()), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    if (code != SQLITE_OK && !m_bound)
        m_bound = code;
    return *this;
}

Statement &Statement::bindBlob(int index, QByteArrayView bytes)
{
    const int code = bytes.isEmpty() ? sqlite3_bind_zeroblob(m_statement, index, 0)
                                     : sqlite3_bind_blob64(m_statement, index, bytes.data(), sqlite3_uint64(bytes.size()), SQLITE_TRANSIENT);
    if (code != SQLITE_OK && !m_bound)
        m_bound = code;
    return *this;
}

Statement &Statement::bindNull(int index)
{
    if (const int code = sqlite3_bind_null(m_statement, index); code != SQLITE_OK && !m_bound)
        m_bound = code;
    return *this;
}

Result<bool> Statement::step()
{
    Database::Private &d = *m_database->d;
    d.assertThread();
    const QString doing = QCoreApplication::translate("Storage", "The database could not answer");
    if (m_bound)
        return storageError(doing, d.path, m_bound, 0, sqlite3_errstr(m_bound));
    switch (sqlite3_step(m_statement)) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        return false;
    default:
        return m_database->lastError(doing);
    }
}

Result<void> Statement::run()
{
    for (;;) {
        const Result<bool> row = step();
        if (!row) {
            sqlite3_reset(m_statement);
            return row.error();
        }
        if (!*row)
            break;
    }
    sqlite3_reset(m_statement);
    return {};
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

qint64 Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

QString Statement::text(int column) const
{
    const auto *utf8 = reinterpret_cast<const char *>(sqlite3_column_text(m_statement, column));
    return QString::fromUtf8(utf8, sqlite3_column_bytes(m_statement, column));
}

QByteArray Statement::blob(int column) const
{
    const auto *bytes = static_cast<const char *>(sqlite3_column_blob(m_statement, column));
    return QByteArray(bytes, sqlite3_column_bytes(m_statement, column));
}

Result<Transaction> Transaction::begin(Database &database)
{
    if (auto begun = database.exec("BEGIN IMMEDIATE"); !begun)
        return begun.error();
    return Transaction(database);
}

Transaction::~Transaction()
{
    // SQLite has rolled back by itself after some errors; ROLLBACK then fails, which is fine.
    if (m_database)
        std::ignore = m_database->exec("ROLLBACK");
}

Result<void> Transaction::commit()
{
    Q_ASSERT(m_database);
    auto result = m_database->exec("COMMIT");
    if (result)
        m_database = nullptr;
    return result;
}

} // namespace tollgate
