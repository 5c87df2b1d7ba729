// The answers of earlier sessions: one SQLite file, least recently used out first. Lives on one thread; knownKeys() tells others what
// is certainly not there.
#pragma once

#include "core/cache/responsecache.h"
#include "core/store/database.h"

#include <mutex>
#include <unordered_set>
#include <vector>

namespace tollgate {

// The first 64 bits of the keys on disk: what is not in here needs no look at the disk. Any thread.
class KnownKeys
{
public:
    static quint64 prefix(QByteArrayView hash);
    bool mayContain(QByteArrayView hash) const;
    void add(QByteArrayView hash);
    void remove(QByteArrayView hash);
    void clear();

private:
    mutable std::mutex m_mutex;
    std::unordered_set<quint64> m_prefixes;
};

class DiskCache
{
public:
    struct Item {
        CacheKey key;
        CachedAnswerPtr answer; // null: remove it
    };
    struct Use {
        QByteArray hash;
        qint64 wallMs = 0;
        std::optional<Money> saved;
    };

    DiskCache(QString path, qint64 byteLimit, qint64 entryLimit) : m_path(std::move(path)), m_byteLimit(byteLimit), m_entryLimit(entryLimit) {}

    // In words what was wrong; empty: fine. A broken file is moved aside and a new one made; without any file the cache stays empty.
    QString open(qint64 nowWallMs);
    void close();

    CachedAnswerPtr find(const CacheKey &key, qint64 nowWallMs);
    void write(const std::vector<Item> &items, qint64 nowWallMs);
    void count(const std::vector<Use> &uses);
    Result<qint64> purge(const QString &model, bool expiredOnly, qint64 nowWallMs);
    void fill(CacheStats &stats, qint64 nowWallMs);
    const KnownKeys &knownKeys() const { return m_known; }

private:
    Result<void> connect(bool &damaged);
    Result<void> loadKeys();
    Result<void> writeAll(const std::vector<Item> &items, qint64 nowWallMs);
    Result<void> remove(QByteArrayView hash);
    Result<void> insert(const Item &item, const QByteArray &canonical, const QByteArray &body, qint64 nowWallMs);
    Result<void> makeRoom(qint64 nowWallMs);
    Result<qint64> removeWhere(const char *condition, qint64 number, const QString &text);
    // A damaged file is moved aside and made anew; anything else is only told.
    void onError(const Error &error, qint64 nowWallMs);
    bool moveAside(qint64 nowWallMs);

    const QString m_path;
    const qint64 m_byteLimit;
    const qint64 m_entryLimit;
    std::unique_ptr<Database> m_database;
    qint64 m_bytes = 0;
    KnownKeys m_known;
};

} // namespace tollgate
