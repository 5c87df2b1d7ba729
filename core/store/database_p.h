// What one connection holds. Included by the sources of store only.
#pragma once

#include "core/store/database.h"

#include <QThread>

#include <sqlite3.h>

#include <string>
#include <unordered_map>

namespace tollgate {

class Database::Private
{
public:
    struct Prepared {
        sqlite3_stmt *statement = nullptr;
        bool inUse = false;
    };

    ~Private();
    void assertThread() const { Q_ASSERT_X(QThread::currentThread() == thread, "Database", "used from a foreign thread"); }
    bool connect(const QByteArray &name, int extraFlags);
    // Back into the cache, or finalized when it was made beside it.
    void giveBack(sqlite3_stmt *statement);

    sqlite3 *handle = nullptr;
    QThread *thread = nullptr;
    QString path;
    Mode mode = Mode::ReadWrite;
    bool damaged = false;
    std::unordered_map<std::string, Prepared> prepared;
    std::unordered_map<sqlite3_stmt *, Prepared *> owners;
};

// A SQLite result code (extended) in words: what the matter is with `path` and what to do about it.
Error storageError(const QString &doing, const QString &path, int extendedCode, int systemErrno, const char *message);

} // namespace tollgate
