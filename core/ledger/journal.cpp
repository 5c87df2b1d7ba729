#include "core/ledger/journal.h"

#include "core/base/log.h"
#include "core/ledger/crc32.h"
#include "core/store/storageerror.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QtEndian>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace tollgate {

namespace {

// A record: length of what follows the two words (4), CRC-32 over length and what follows (4), sequence (8), type (1), payload.
constexpr qsizetype headSize = 17;
constexpr qsizetype bodyHead = 9; // sequence and type, counted by the length
constexpr qint64 segmentBytes = 4LL << 20;
constexpr qsizetype recordLimit = 128LL << 20;
constexpr QLatin1String suffix(".journal");

QString doing()
{
    return QCoreApplication::translate("Journal", "History is not being saved");
}

quint32 checksum(QByteArrayView lengthBytes, QByteArrayView body)
{
    return crc32(body, crc32(lengthBytes));
}

// One whole record at the start of `bytes`; 0: there is none.
qsizetype readRecord(QByteArrayView bytes, Journal::Entry &entry)
{
    if (bytes.size() < headSize)
        return 0;
    const qsizetype length = qFromLittleEndian<quint32>(bytes.data());
    if (length < bodyHead || length > recordLimit || bytes.size() - 8 < length)
        return 0;
    const QByteArrayView body = bytes.sliced(8, length);
    if (qFromLittleEndian<quint32>(bytes.data() + 4) != checksum(bytes.first(4), body))
        return 0;
    entry.sequence = qFromLittleEndian<quint64>(body.data());
    entry.type = Journal::Type(quint8(body[8]));
    entry.payload = body.sliced(bodyHead).toByteArray();
    return 8 + length;
}

} // namespace

class Journal::Private
{
public:
    struct Segment {
        QString path;
        quint64 last = 0;
    };

    ~Private()
    {
        closeSegment();
        folded(foldedSequence);
    }
    Result<void> replaySegment(const QString &path, bool newest, const std::function<void(const Entry &)> &replay);
    Result<void> openSegment();
    void closeSegment();
    Result<void> writeAll();
    void folded(quint64 sequence);

    QString folder;
    bool sync = false;
    quint64 lastSequence = 0;
    QString path; // of the segment being written
    int file = -1;
    qint64 size = 0;
    QByteArray buffer;
    std::mutex mutex; // the writer reports what it folded while the engine appends
    std::vector<Segment> closed;
    quint64 foldedSequence = 0;
};

Result<void> Journal::Private::replaySegment(const QString &segmentPath, bool newest, const std::function<void(const Entry &)> &replay)
{
    QFile in(segmentPath);
    if (!in.open(QIODevice::ReadOnly))
        return errnoError(doing(), segmentPath, errno);
    const QByteArray bytes = in.readAll();
    if (in.error() != QFileDevice::NoError)
        return errnoError(doing(), segmentPath, EIO);
    qsizetype at = 0;
    Entry entry;
    while (const qsizetype step = readRecord(QByteArrayView(bytes).sliced(at), entry)) {
        // Rising by one inside a segment; a copy put back by hand may repeat what an earlier one held.
        if (entry.sequence > lastSequence) {
            lastSequence = entry.sequence;
            if (entry.sequence > foldedSequence)
                replay(entry);
        }
        at += step;
    }
    if (at < bytes.size()) {
        qCWarning(lcLedger, "journal: %lld bytes after the last whole record of %s are not readable", qlonglong(bytes.size() - at),
                  qUtf8Printable(segmentPath));
        // What is cut was never acknowledged: an append counts only when it is whole.
        if (newest && ::truncate(QFile::encodeName(segmentPath).constData(), at) != 0)
            return errnoError(doing(), segmentPath, errno);
    }
    closed.push_back({segmentPath, lastSequence});
    return {};
}

Result<void> Journal::Private::openSegment()
{
    // Sixteen digits: names sort as their numbers do.
    const QString next = folder + u'/' + QString::number(lastSequence + 1, 16).rightJustified(16, u'0') + suffix;
    const int opened = ::open(QFile::encodeName(next).constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (opened < 0)
        return errnoError(doing(), next, errno);
    // A segment of this name can only hold a tail that was cut to nothing.
    if (::ftruncate(opened, 0) != 0) {
        const int why = errno;
        ::close(opened);
        return errnoError(doing(), next, why);
    }
    if (sync) {
        const int directory = ::open(QFile::encodeName(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (directory >= 0) {
            ::fsync(directory);
            ::close(directory);
        }
    }
    const std::lock_guard lock(mutex);
    std::erase_if(closed, [&next](const Segment &segment) { return segment.path == next; });
    path = next;
    file = opened;
    size = 0;
    return {};
}

void Journal::Private::closeSegment()
{
    if (file < 0)
        return;
    ::close(std::exchange(file, -1));
    const std::lock_guard lock(mutex);
    closed.push_back({path, lastSequence});
}

Result<void> Journal::Private::writeAll()
{
    const char *next = buffer.constData();
    qsizetype left = buffer.size();
    while (left > 0) {
        const ssize_t written = ::write(file, next, size_t(left));
        if (written < 0) {
            if (errno == EINTR)
                continue;
            return errnoError(doing(), path, errno);
        }
        next += written;
        left -= written;
    }
    if (sync && ::fdatasync(file) != 0)
        return errnoError(doing(), path, errno);
    return {};
}

void Journal::Private::folded(quint64 sequence)
{
    std::vector<QString> done;
    {
        const std::lock_guard lock(mutex);
        foldedSequence = std::max(foldedSequence, sequence);
        std::erase_if(closed, [&](const Segment &segment) {
            if (segment.last > foldedSequence)
                return false;
            done.push_back(segment.path);
            return true;
        });
    }
    for (const QString &segment : done)
        QFile::remove(segment);
}

Journal::Journal(std::unique_ptr<Private> data) : d(std::move(data)) {}

Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(const QString &folder, quint64 foldedSequence, bool sync,
                                               const std::function<void(const Entry &)> &replay)
{
    if (!QDir().mkpath(folder))
        return errnoError(doing(), folder, errno ? errno : EACCES);
    ::chmod(QFile::encodeName(folder).constData(), S_IRWXU);
    auto d = std::make_unique<Private>();
    d->folder = folder;
    d->sync = sync;
    d->foldedSequence = foldedSequence;
    const QStringList names = QDir(folder).entryList({u'*' + suffix}, QDir::Files, QDir::Name);
    for (const QString &name : names) {
        if (auto read = d->replaySegment(folder + u'/' + name, name == names.last(), replay); !read) {
            d->foldedSequence = 0; // nothing may be deleted by the destructor
            return read.error();
        }
    }
    d->lastSequence = std::max(d->lastSequence, foldedSequence);
    d->folded(foldedSequence);
    if (auto opened = d->openSegment(); !opened)
        return opened.error();
    return std::unique_ptr<Journal>(new Journal(std::move(d)));
}

Result<quint64> Journal::append(Type type, QByteArrayView payload)
{
    if (payload.size() > recordLimit - bodyHead)
        return Error{ErrorKind::Storage, doing(), QCoreApplication::translate("Journal", "The record is too big to be saved."), {}};
    if (d->file >= 0 && d->size >= segmentBytes)
        d->closeSegment();
    if (d->file < 0) {
        if (auto opened = d->openSegment(); !opened)
            return opened.error();
    }
    QByteArray &buffer = d->buffer;
    buffer.resize(headSize);
    char *head = buffer.data();
    qToLittleEndian(quint32(bodyHead + payload.size()), head);
    qToLittleEndian(quint64(d->lastSequence + 1), head + 8);
    head[16] = char(type);
    buffer.append(payload);
    qToLittleEndian(checksum(QByteArrayView(buffer).first(4), QByteArrayView(buffer).sliced(8)), buffer.data() + 4);
    if (auto written = d->writeAll(); !written) {
        // A torn record must not stand between the whole ones. When it cannot be cut off, the next record gets a segment of its own.
        if (::ftruncate(d->file, d->size) != 0)
            d->closeSegment();
        return written.error();
    }
    d->size += buffer.size();
    // One long answer must not hold its size for ever.
    if (buffer.capacity() > (1 << 20))
        buffer = QByteArray();
    return ++d->lastSequence;
}

void Journal::folded(quint64 sequence)
{
    d->folded(sequence);
}

quint64 Journal::lastSequence() const
{
    return d->lastSequence;
}

} // namespace tollgate
