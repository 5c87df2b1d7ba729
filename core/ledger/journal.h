// Append-only records on disk that survive the death of the process: one write(2) each, length and CRC-32 in front. Attempts are
// intended here before their first byte leaves, requests are settled here before they are acknowledged; the writer folds both into
// SQLite. append() belongs to one thread at a time; folded() may come from another.
#pragma once

#include "core/base/result.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <memory>

namespace tollgate {

class Journal
{
public:
    enum class Type : quint8 { Intent = 1, Settle = 2 };
    struct Entry {
        quint64 sequence; // rises by one per record, over all segments
        Type type;
        QByteArray payload;
    };

    // Opens (and makes, 0700) a folder of segments. Replays every whole record after `foldedSequence` in order; a torn last record is
    // cut off, a broken one in the middle ends that segment with a warning.
    static Result<std::unique_ptr<Journal>> open(const QString &folder, quint64 foldedSequence, bool sync,
                                                 const std::function<void(const Entry &)> &replay);
    ~Journal();

    // One write(2) (and fdatasync when opened with sync). Error: the record is not there (a partial write is cut off again).
    Result<quint64> append(Type type, QByteArrayView payload);
    // Everything up to `sequence` is in SQLite: whole segments below it are deleted.
    void folded(quint64 sequence);
    quint64 lastSequence() const;

private:
    class Private;
    explicit Journal(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace tollgate
