// The answers of this session by exact key, least recently used out first. One thread.
#pragma once

#include "core/cache/responsecache.h"

#include <list>
#include <string_view>
#include <unordered_map>

namespace tollgate {

class MemoryCache
{
public:
    explicit MemoryCache(qint64 byteLimit) : m_limit(byteLimit) {}

    // Moves it to the front. Null: not here. May be expired.
    CachedAnswerPtr find(const CacheKey &key);
    CachedAnswerPtr peek(const CacheKey &key) const;
    void insert(const CacheKey &key, CachedAnswerPtr answer);
    void remove(const CacheKey &key);
    qint64 removeIf(const std::function<bool(const CachedAnswer &)> &condition);

    qint64 entries() const { return qint64(m_entries.size()); }
    qint64 bytes() const { return m_bytes; }
    qint64 expired(qint64 nowWallMs) const;

private:
    struct Entry {
        CacheKey key;
        CachedAnswerPtr answer;
        qint64 bytes = 0;
    };
    using Entries = std::list<Entry>;
    // A SHA-256 is as good a hash of itself as any.
    struct Hash {
        size_t operator()(std::string_view bytes) const;
    };
    static std::string_view viewOf(const CacheKey &key) { return {key.hash.constData(), size_t(key.hash.size())}; }
    Entries::iterator erase(Entries::iterator entry);

    const qint64 m_limit;
    qint64 m_bytes = 0;
    Entries m_entries; // newest use first
    std::unordered_map<std::string_view, Entries::iterator, Hash> m_places; // keys view into m_entries
};

} // namespace tollgate
