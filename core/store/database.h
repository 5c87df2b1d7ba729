// One SQLite connection over the C API, with the pragmas of reliability.md section 2.5. It belongs to the thread that opened it
// (asserted). No cursor outlives a Statement.
#pragma once

#include "core/base/result.h"

#include <QByteArray>
#include <QString>

#include <memory>
#include <optional>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace tollgate {

class Statement;

class Database
{
public:
    enum class Mode : quint8 { ReadWrite, ReadOnly };
    struct Options {
        Mode mode = Mode::ReadWrite;
        bool survivePowerLoss = false; // synchronous=FULL instead of NORMAL
    };

    // Creates the file (0600) when missing and Mode is ReadWrite. Broken, locked, full and unreadable each have their own words.
    // `damaged`: whether the file's content is the matter, so that moving it aside would help.
    static Result<std::unique_ptr<Database>> open(const QString &path, Options options, bool *damaged = nullptr);
    ~Database();

    Result<void> exec(const char *sql); // one or several statements without results
    // Prepares once per SQL text and reuses it; the Statement resets it when it goes.
    Result<Statement> prepare(const char *sql);
    qint64 lastInsertId() const;
    qint64 changes() const;
    Result<void> quickCheck();
    Result<void> integrityCheck(); // indexes too; seconds for a large file
    // wal_checkpoint(TRUNCATE). Does not wait for readers: while one holds an old snapshot it answers Busy.
    Result<void> checkpoint();
    qint64 walBytes() const; // size of the -wal file now
    // A whole, consistent copy in a file of its own (0600), replacing what is there. Safe while others read.
    Result<void> backupTo(const QString &file);
    // The last error of this connection in words; `doing` names the operation.
    Error lastError(const QString &doing) const;
    // An error so far came from broken content, not from the disk or from other programs.
    bool isDamaged() const;
    QString path() const;

    class Private;

private:
    friend class Statement; // borrows a prepared statement and hands it back
    Database();
    Result<void> check(const char *pragma);
    std::unique_ptr<Private> d;
};

// A prepared statement in use: bind from 1, step, read columns from 0.
class Statement
{
public:
    Statement(Statement &&other) noexcept;
    Statement &operator=(Statement &&) = delete;
    ~Statement();

    Statement &bind(int index, qint64 value);
    Statement &bind(int index, double value);
    Statement &bind(int index, const QString &text);
    Statement &bindBlob(int index, QByteArrayView bytes);
    Statement &bindNull(int index);
    template <class T>
    Statement &bindOptional(int index, const std::optional<T> &value)
    {
        return value ? bind(index, *value) : bindNull(index);
    }

    // True while there is a row. Errors end the loop: see Result.
    Result<bool> step();
    Result<void> run(); // step() to the end, results ignored
    bool isNull(int column) const;
    qint64 integer(int column) const;
    double real(int column) const;
    QString text(int column) const;
    QByteArray blob(int column) const;

private:
    friend class Database;
    Statement(Database &database, sqlite3_stmt *statement) : m_database(&database), m_statement(statement) {}
    Database *m_database;
    sqlite3_stmt *m_statement;
    int m_bound = 0; // the first bind that failed, as a result code
};

// BEGIN IMMEDIATE on construction, ROLLBACK unless commit() succeeded.
class Transaction
{
public:
    static Result<Transaction> begin(Database &database);
    Transaction(Transaction &&other) noexcept : m_database(std::exchange(other.m_database, nullptr)) {}
    Transaction &operator=(Transaction &&) = delete;
    ~Transaction();
    Result<void> commit();

private:
    explicit Transaction(Database &database) : m_database(&database) {}
    Database *m_database;
};

struct Migration {
    int version;     // 1, 2, 3, ... stored in PRAGMA user_version
    const char *sql; // statements, run in one transaction with the version
};
// Brings the schema up to the last migration, each step in a transaction of its own, a backup copy (path + ".backup-vN") before the first
// step of an existing database. A newer schema than the last migration is refused and left untouched.
Result<void> migrate(Database &database, std::initializer_list<Migration> migrations);

} // namespace tollgate
