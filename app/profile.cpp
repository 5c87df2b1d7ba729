#include "app/profile.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QLockFile>
#include <QStandardPaths>

#include <sys/stat.h>
#include <sys/statfs.h>

namespace tollgate::app {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Profile", text); }

// Locks and SQLite's shared memory are unreliable there (reliability.md section 2.5). Numbers: statfs(2).
bool isNetworkFilesystem(const QString &path)
{
    struct statfs info = {};
    if (statfs(QFile::encodeName(path).constData(), &info) != 0)
        return false;
    switch (static_cast<unsigned long>(info.f_type)) {
    case 0x6969UL:     // NFS
    case 0xFF534D42UL: // CIFS
    case 0xFE534D42UL: // SMB2
    case 0x517BUL:     // SMB
    case 0x564CUL:     // NCP
    case 0x73757245UL: // Coda
    case 0x5346414FUL: // AFS
        return true;
    }
    return false;
}

Result<void> makeFolder(const QString &path)
{
    const QFileInfo info(path);
    if (info.exists() && !info.isDir())
        return Error{ErrorKind::Storage, tr("The profile cannot be opened"), tr("%1 is a file, not a folder").arg(path),
                     tr("Choose another folder with --profile")};
    if (!info.exists()) {
        if (!QDir().mkpath(path))
            return Error{ErrorKind::Storage, tr("The profile folder cannot be made"), tr("%1 could not be created").arg(path),
                         tr("Check its parent folder's permissions, or choose another folder with --profile")};
        QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    if (!QFileInfo(path).isWritable())
        return Error{ErrorKind::Storage, tr("The profile cannot be written"), tr("%1 is read-only").arg(path),
                     tr("Requests are refused, because they could not be recorded. Make the folder writable or choose another with --profile")};
    if (isNetworkFilesystem(path))
        return Error{ErrorKind::Storage, tr("The profile is on a network filesystem"),
                     tr("%1 is shared over the network, where file locks do not protect the ledger").arg(path),
                     tr("Choose a folder on this computer with --profile")};
    return {};
}

} // namespace

ProfilePaths ProfilePaths::at(const QString &folder)
{
    ProfilePaths paths;
    QString config = folder;
    QString data = folder;
    if (folder.isEmpty()) {
        config = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + QStringLiteral("/tollgate");
        data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/tollgate");
    } else {
        config = data = QDir::cleanPath(QDir().absoluteFilePath(folder));
    }
    paths.folder = data;
    paths.settings = config + QStringLiteral("/settings.json");
    paths.userPrices = config + QStringLiteral("/prices.json");
    paths.consoleState = config + QStringLiteral("/console.ini");
    paths.ledger = data + QStringLiteral("/ledger.sqlite");
    paths.journal = data + QStringLiteral("/journal");
    paths.cache = data + QStringLiteral("/cache.sqlite");
    paths.lock = data + QStringLiteral("/lock");
    paths.socket = data + QStringLiteral("/socket");
    return paths;
}

QString ProfilePaths::demoFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/tollgate-demo");
}

ProfileLock::ProfileLock() = default;
ProfileLock::~ProfileLock() = default;

Result<std::unique_ptr<ProfileLock>> ProfileLock::take(const ProfilePaths &paths)
{
    for (const QString &folder : {paths.folder, QFileInfo(paths.settings).path()}) {
        if (Result<void> made = makeFolder(folder); !made)
            return made.error();
    }
    std::unique_ptr<ProfileLock> lock(new ProfileLock);
    lock->m_lock = std::make_unique<QLockFile>(paths.lock);
    // Age says nothing about an owner; a dead one is recognised by its process id and boot.
    lock->m_lock->setStaleLockTime(0);
    if (lock->m_lock->tryLock(0))
        return lock;
    if (lock->m_lock->error() == QLockFile::LockFailedError) {
        qint64 pid = 0;
        QString host, program;
        lock->m_lock->getLockInfo(&pid, &host, &program);
        return Error{ErrorKind::Busy, tr("The profile is in use"), tr("%1 (process %2) owns %3").arg(program).arg(pid).arg(paths.folder),
                     tr("Stop that program, or choose another profile with --profile")};
    }
    return Error{ErrorKind::Storage, tr("The profile cannot be locked"), tr("%1 could not be written").arg(paths.lock),
                 tr("Check free space and permissions, or choose another folder with --profile")};
}

} // namespace tollgate::app
