#include "app/profile.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

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

ProfileLock::~ProfileLock()
{
    // The file stays: removing it would let two processes lock two files of one name.
    if (m_file >= 0)
        ::close(m_file);
}

Result<std::unique_ptr<ProfileLock>> ProfileLock::take(const ProfilePaths &paths)
{
    for (const QString &folder : {paths.folder, QFileInfo(paths.settings).path()}) {
        if (Result<void> made = makeFolder(folder); !made)
            return made.error();
    }
    std::unique_ptr<ProfileLock> lock(new ProfileLock);
    lock->m_file = ::open(QFile::encodeName(paths.lock).constData(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    // The kernel lets go of it when the owner dies, however that happens: no guess about process ids or host names is needed.
    if (lock->m_file >= 0 && ::flock(lock->m_file, LOCK_EX | LOCK_NB) == 0) {
        lock->sayWho();
        return lock;
    }
    if (lock->m_file >= 0 && errno == EWOULDBLOCK)
        return Error{ErrorKind::Busy, tr("The profile is in use"), tr("%1 owns %2").arg(lock->owner(), paths.folder),
                     tr("Stop that program, or choose another profile with --profile")};
    return Error{ErrorKind::Storage, tr("The profile cannot be locked"), tr("%1: %2").arg(paths.lock, QString::fromLocal8Bit(std::strerror(errno))),
                 tr("Check free space and permissions, or choose another folder with --profile")};
}

// For the words of a process that finds the profile taken. On a full disk the words lack the name; the lock holds all the same.
void ProfileLock::sayWho() const
{
    const QByteArray who = QFileInfo(QCoreApplication::applicationFilePath()).fileName().toUtf8() + '\n' + QByteArray::number(::getpid()) + '\n';
    [[maybe_unused]] const bool written = ::ftruncate(m_file, 0) == 0 && ::pwrite(m_file, who.constData(), size_t(who.size()), 0) == who.size();
}

QString ProfileLock::owner() const
{
    char bytes[256];
    const ssize_t count = ::pread(m_file, bytes, sizeof bytes, 0);
    const QList<QByteArray> lines = QByteArray(bytes, qMax<ssize_t>(count, 0)).split('\n');
    if (lines.size() < 3)
        return tr("Another program");
    return tr("%1 (process %2)").arg(QString::fromUtf8(lines[0]), QString::fromUtf8(lines[1]));
}

} // namespace tollgate::app
