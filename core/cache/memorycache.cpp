#include "core/cache/memorycache.h"

#include "core/cache/answercodec.h"

#include <algorithm>
#include <cstring>

namespace tollgate {

size_t MemoryCache::Hash::operator()(std::string_view bytes) const
{
    size_t value = 0;
    std::memcpy(&value, bytes.data(), std::min(sizeof value, bytes.size()));
    return value;
}

CachedAnswerPtr MemoryCache::find(const CacheKey &key)
{
    const auto place = m_places.find(viewOf(key));
    if (place == m_places.end() || place->second->key.canonical != key.canonical)
        return nullptr;
    m_entries.splice(m_entries.begin(), m_entries, place->second);
    return place->second->answer;
}

CachedAnswerPtr MemoryCache::peek(const CacheKey &key) const
{
    const auto place = m_places.find(viewOf(key));
    return place != m_places.end() && place->second->key.canonical == key.canonical ? place->second->answer : nullptr;
}

void MemoryCache::insert(const CacheKey &key, CachedAnswerPtr answer)
{
    remove(key);
    const qint64 bytes = answerBytes(*answer) + key.canonical.size() + qint64(sizeof(Entry)) + 128;
    if (bytes > m_limit)
        return;
    m_entries.push_front({key, std::move(answer), bytes});
    m_places.emplace(viewOf(m_entries.front().key), m_entries.begin());
    m_bytes += bytes;
    while (m_bytes > m_limit)
        erase(std::prev(m_entries.end()));
}

void MemoryCache::remove(const CacheKey &key)
{
    if (const auto place = m_places.find(viewOf(key)); place != m_places.end())
        erase(place->second);
}

qint64 MemoryCache::removeIf(const std::function<bool(const CachedAnswer &)> &condition)
{
    qint64 removed = 0;
    for (auto entry = m_entries.begin(); entry != m_entries.end();) {
        if (condition(*entry->answer)) {
            entry = erase(entry);
            ++removed;
        } else {
            ++entry;
        }
    }
    return removed;
}

qint64 MemoryCache::expired(qint64 nowWallMs) const
{
    return std::count_if(m_entries.begin(), m_entries.end(),
                         [nowWallMs](const Entry &entry) { return entry.answer->expiresWallMs <= nowWallMs; });
}

MemoryCache::Entries::iterator MemoryCache::erase(Entries::iterator entry)
{
    m_bytes -= entry->bytes;
    m_places.erase(viewOf(entry->key));
    return m_entries.erase(entry);
}

} // namespace tollgate
