#include "core/store/database.h"

#include "core/base/log.h"
#include "core/store/database_p.h"
#include "core/store/storageerror.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QUrl>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

namespace tollgate {

namespace {

constexpr int busyTimeoutMs = 5'000;
// More texts than any caller has; what is beyond is prepared afresh each time.
constexpr size_t cachedStatements = 96;

QString tr(const char *text)
{
    return QCoreApplication::translate("Storage", text);
}

// POSIX locks and shared memory of WAL do not hold over these (reliability.md section 2.5).
bool isNetworkFolder(const QByteArray &folder)
{
    struct statfs info;
    if (statfs(folder.constData(), &info) != 0)
        return false;
    switch (static_cast<unsigned long>(info.f_type) & 0xffffffffUL) {
    case 0x6969:     // NFS
    case 0x517B:     // SMB
    case 0xFF534D42: // CIFS
    case 0xFE534D42: // SMB2
    case 0x5346414F: // AFS
        return true;
    default:
        return false;
    }
}

// Makes the file before SQLite does, so that it is private from its first moment; -wal and -shm inherit the mode. An existing file is never
// opened here: closing it again would drop this process's locks on it.
Result<void> makePrivate(const QString &path, const QString &doing)
{
    const QByteArray native = QFile::encodeName(path);
    const int file = ::open(native.constData(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file >= 0) {
        ::close(file);
        return {};
    }
    if (errno != EEXIST)
        return errnoError(doing, path, errno);
    struct stat info;
    if (::stat(native.constData(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        ::chmod(native.constData(), S_IRUSR | S_IWUSR);
    return {};
}

bool isUnwritable(sqlite3 *handle)
{
    const int code = sqlite3_errcode(handle) & 0xff;
    return code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_FULL || code == SQLITE_IOERR;
}

} // namespace

Database::Private::~Private()
{
    for (auto &[sql, entry] : prepared)
        sqlite3_finalize(entry.statement);
    sqlite3_close(handle);
}

bool Database::Private::connect(const QByteArray &name, int extraFlags)
{
    const int access = mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (sqlite3_open_v2(name.constData(), &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | extraFlags, nullptr) != SQLITE_OK)
        return false;
    sqlite3_busy_timeout(handle, busyTimeoutMs);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // The first statement that reads the file decides whether it is a database at all.
    return sqlite3_exec(handle,
                        "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
                        "PRAGMA foreign_keys=ON; SELECT count(*) FROM sqlite_schema;",
                        nullptr, nullptr, nullptr)
           == SQLITE_OK;
}

void Database::Private::giveBack(sqlite3_stmt *statement)
{
    const auto owner = owners.find(statement);
    if (owner == owners.end()) {
        sqlite3_finalize(statement);
        return;
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    owner->second->inUse = false;
}

Database::Database() : d(std::make_unique<Private>()) {}

Database::~Database()
{
    d->assertThread();
}

Result<std::unique_ptr<Database>> Database::open(const QString &path, Options options, bool *damaged)
{
    const QString doing = tr("The database cannot be opened");
    const bool readOnly = options.mode == Mode::ReadOnly;
    if (isNetworkFolder(QFile::encodeName(QFileInfo(path).absolutePath())))
        return Error{ErrorKind::Storage, doing, tr("%1 is on a network file system, where databases break.").arg(path),
                     tr("Choose a profile folder on a local disk.")};
    if (readOnly) {
        if (!QFile::exists(path))
            return errnoError(doing, path, ENOENT);
    } else if (auto made = makePrivate(path, doing); !made) {
        return made.error();
    }

    std::unique_ptr<Database> database(new Database);
    database->d->thread = QThread::currentThread();
    database->d->path = path;
    database->d->mode = options.mode;
    bool works = database->d->connect(QFile::encodeName(path), 0);
    // On a disk that is full or may not be written, WAL cannot make its shared memory. Without a log the file alone is the whole truth.
    if (!works && readOnly && database->walBytes() == 0 && isUnwritable(database->d->handle)) {
        sqlite3_close(std::exchange(database->d->handle, nullptr));
        works = database->d->connect(QUrl::fromLocalFile(path).toEncoded() + "?immutable=1", SQLITE_OPEN_URI);
    }
    if (!works) {
        const Error error = database->lastError(doing);
        if (damaged)
            *damaged = database->isDamaged();
        return error;
    }
    if (!readOnly && sqlite3_db_readonly(database->d->handle, "main") == 1)
        return storageError(doing, path, SQLITE_READONLY, 0, nullptr);
    // Only the writer may checkpoint: two at once can corrupt a WAL reset before SQLite 3.51.3.
    const char *pragmas = readOnly ? "PRAGMA wal_autocheckpoint=0; PRAGMA query_only=ON;"
                          : options.survivePowerLoss
                              ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=67108864;"
                              : "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=67108864;";
    if (!database->exec(pragmas))
        return database->lastError(doing);
    return database;
}

Result<void> Database::exec(const char *sql)
{
    d->assertThread();
    if (sqlite3_exec(d->handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return lastError(tr("The database could not be changed"));
    return {};
}

Result<Statement> Database::prepare(const char *sql)
{
    d->assertThread();
    auto found = d->prepared.find(sql);
    if (found != d->prepared.end() && !found->second.inUse) {
        found->second.inUse = true;
        return Statement(*this, found->second.statement);
    }
    sqlite3_stmt *statement = nullptr;
    const bool keep = found == d->prepared.end() && d->prepared.size() < cachedStatements;
    if (sqlite3_prepare_v3(d->handle, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr) != SQLITE_OK)
        return lastError(tr("The database does not understand a question"));
    if (keep) {
        Private::Prepared &entry = d->prepared[sql];
        entry = {statement, true};
        d->owners.emplace(statement, &entry);
    }
    return Statement(*this, statement);
}

qint64 Database::lastInsertId() const
{
    return sqlite3_last_insert_rowid(d->handle);
}

qint64 Database::changes() const
{
    return sqlite3_changes64(d->handle);
}

Result<void> Database::quickCheck()
{
    return check("PRAGMA quick_check(1)");
}

Result<void> Database::integrityCheck()
{
    return check("PRAGMA integrity_check(1)");
}

Result<void> Database::check(const char *pragma)
{
    const QString doing = tr("The database did not pass its check");
    auto statement = prepare(pragma);
    if (!statement)
        return statement.error();
    auto row = statement->step();
    if (!row)
        return row.error();
    if (*row && statement->text(0) == u"ok")
        return {};
    d->damaged = true;
    const Error error = storageError(doing, d->path, SQLITE_CORRUPT, 0, nullptr);
    if (*row)
        qCWarning(lcStore, "%s: %s", pragma, qUtf8Printable(statement->text(0).left(200)));
    return error;
}

Result<void> Database::checkpoint()
{
    d->assertThread();
    sqlite3_busy_timeout(d->handle, 0);
    const int code = sqlite3_wal_checkpoint_v2(d->handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    Result<void> result;
    if (code != SQLITE_OK)
        result = lastError(tr("The database could not be tidied up"));
    sqlite3_busy_timeout(d->handle, busyTimeoutMs);
    return result;
}

qint64 Database::walBytes() const
{
    struct stat info;
    return ::stat(QFile::encodeName(d->path + QStringLiteral("-wal")).constData(), &info) == 0 ? qint64(info.st_size) : 0;
}

Result<void> Database::backupTo(const QString &file)
{
    d->assertThread();
    const QString doing = tr("No backup could be made");
    const QString part = file + QStringLiteral(".part");
    QFile::remove(part);
    if (auto made = makePrivate(part, doing); !made)
        return made;
    sqlite3 *target = nullptr;
    int code = sqlite3_open_v2(QFile::encodeName(part).constData(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code == SQLITE_OK) {
        sqlite3_backup *backup = sqlite3_backup_init(target, "main", d->handle, "main");
        if (backup)
            sqlite3_backup_step(backup, -1);
        code = backup ? sqlite3_backup_finish(backup) : sqlite3_errcode(target);
    }
    const int systemErrno = target ? sqlite3_system_errno(target) : 0;
    Result<void> result;
    if (code != SQLITE_OK)
        result = storageError(doing, part, code, systemErrno, sqlite3_errstr(code));
    sqlite3_close(target);
    if (result && ::rename(QFile::encodeName(part).constData(), QFile::encodeName(file).constData()) != 0)
        result = errnoError(doing, file, errno);
    if (!result)
        QFile::remove(part);
    return result;
}

Error Database::lastError(const QString &doing) const
{
    const int code = sqlite3_extended_errcode(d->handle);
    d->damaged = d->damaged || (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
    return storageError(doing, d->path, code, sqlite3_system_errno(d->handle), sqlite3_errmsg(d->handle));
}

bool Database::isDamaged() const
{
    return d->damaged;
}

QString Database::path() const
{
    return d->path;
}

} // namespace tollgate
