// Answers by exact key: an LRU in memory over a SQLite file of its own. Losing the file never costs money records. Used from the
// engine thread; disk work happens on its own worker thread.
#pragma once

#include "core/async/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/cache/cachekey.h"
#include "core/chat/completion.h"

#include <QObject>

#include <chrono>
#include <functional>
#include <memory>

namespace tollgate {

struct CachedAnswer {
    Completion completion;
    QList<Delta> replay; // the answer's pieces in their order, neighbours of one kind joined: a faithful stream
    std::optional<Money> originalCost; // what the first answer cost; empty: unpriced
    RequestId originalRequest;
    QString provider;
    QString model;
    qint64 storedWallMs = 0;
    qint64 expiresWallMs = 0;
};
using CachedAnswerPtr = std::shared_ptr<const CachedAnswer>;

struct CacheStats {
    qint64 entries = 0;
    qint64 diskBytes = 0;
    qint64 memoryEntries = 0;
    qint64 memoryBytes = 0;
    qint64 hits = 0;   // since the file was made
    qint64 expired = 0;
    std::optional<Money> saved; // sum over hits of what the first answer cost
};

class ResponseCache : public QObject
{
    Q_OBJECT
public:
    struct Options {
        QString path; // empty: memory only
        qint64 memoryBytes = 64LL << 20;
        qint64 diskBytes = 256LL << 20;
        qint64 entryBytes = 2LL << 20; // bigger answers are not kept
    };
    ResponseCache(Clock &clock, Options options);
    ~ResponseCache() override; // writes what is pending

    // Opens the file on the worker. A broken file is moved aside (".broken-<time>") and a new one made; `opened` says so in words (empty: fine).
    // Look-ups meanwhile wait for it, so that a process that asks at once still finds what an earlier one stored.
    void open(std::function<void(QString warning)> opened = {});

    // Calls back at once (before returning) when memory knows the answer or the miss is certain; else when the disk has answered, on the
    // engine thread. Null: a miss. Expired answers are misses.
    void lookUp(const CacheKey &key, std::function<void(CachedAnswerPtr)> found);
    void store(const CacheKey &key, CachedAnswerPtr answer);
    void countHit(const CacheKey &key, const CachedAnswer &answer);

    void stats(std::function<void(CacheStats)> done);
    // Removes all, those of `model`, or expired ones; answers how many.
    void purge(const QString &model, bool expiredOnly, std::function<void(Result<qint64>)> done);
    // When this key's answer expires (Unix ms), without touching the LRU; 0: not in memory.
    qint64 expiryInMemory(const CacheKey &key) const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace tollgate
