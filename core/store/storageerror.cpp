#include "core/store/database_p.h"
#include "core/store/storageerror.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStorageInfo>

#include <cerrno>
#include <cstring>

namespace tollgate {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Storage", text);
}

QString shown(const QString &path)
{
    return QDir::toNativeSeparators(path);
}

Error fullError(const QString &doing, const QString &path)
{
    const QStorageInfo disk(QFileInfo(path).absolutePath());
    const QString why = disk.isValid() && disk.bytesAvailable() > (1 << 20)
                            ? tr("No room to write %1.").arg(shown(path))
                            : tr("The disk that holds %1 is full.").arg(shown(QFileInfo(path).absolutePath()));
    return {ErrorKind::Storage, doing, why, tr("Free some space; saving goes on by itself.")};
}

Error readOnlyError(const QString &doing, const QString &path)
{
    return {ErrorKind::Storage, doing, tr("%1 may not be written.").arg(shown(path)),
            tr("Make its folder writable or choose another profile folder.")};
}

} // namespace

Error errnoError(const QString &doing, const QString &path, int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return fullError(doing, path);
    case EROFS:
    case EACCES:
    case EPERM:
        return readOnlyError(doing, path);
    case ENOENT:
        return {ErrorKind::NotFound, doing, tr("%1 does not exist.").arg(shown(path)), {}};
    default:
        return {ErrorKind::Storage, doing,
                tr("Reading or writing %1 failed: %2.").arg(shown(path), QString::fromLocal8Bit(std::strerror(number))),
                tr("Check the disk.")};
    }
}

Error storageError(const QString &doing, const QString &path, int extendedCode, int systemErrno, const char *message)
{
    switch (extendedCode & 0xff) {
    case SQLITE_FULL:
        return fullError(doing, path);
    case SQLITE_READONLY:
        return readOnlyError(doing, path);
    case SQLITE_NOTADB:
        return {ErrorKind::Storage, doing, tr("%1 is not a Tollgate database.").arg(shown(path)),
                tr("Move the file away; a new one is made at the next start.")};
    case SQLITE_CORRUPT:
        return {ErrorKind::Storage, doing, tr("%1 is damaged.").arg(shown(path)),
                tr("Put a backup in its place, or move the file away to start with an empty history.")};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {ErrorKind::Busy, doing, tr("Another program is using %1.").arg(shown(path)), tr("Close it and try again.")};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_IOERR:
        if (systemErrno != 0)
            return errnoError(doing, path, systemErrno);
        return {ErrorKind::Storage, doing, tr("%1 cannot be read or written.").arg(shown(path)), tr("Check the folder and the disk.")};
    case SQLITE_NOMEM:
        return {ErrorKind::Storage, doing, tr("There is not enough memory."), {}};
    default:
        return {ErrorKind::Storage, doing,
                tr("The database %1 answered: %2.").arg(shown(path), QString::fromUtf8(message ? message : "")), {}};
    }
}

} // namespace tollgate
