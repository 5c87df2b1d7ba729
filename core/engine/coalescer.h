// Which flights have an answer under way that equal requests may follow. Holds no flight alive; engine's thread.
#pragma once

#include "core/cache/cachekey.h"

#include <QHash>

namespace tollgate {

class Flight;

class Coalescer
{
public:
    // The flight that asks this very question now; null when there is none.
    Flight *leader(const CacheKey &key) const
    {
        const auto it = m_leaders.constFind(key.hash);
        return it != m_leaders.cend() && it->canonical == key.canonical ? it->flight : nullptr;
    }
    void lead(const CacheKey &key, Flight *flight) { m_leaders.insert(key.hash, {key.canonical, flight}); }
    // Does nothing unless `flight` leads.
    void leave(const CacheKey &key, const Flight *flight)
    {
        const auto it = m_leaders.constFind(key.hash);
        if (it != m_leaders.cend() && it->flight == flight)
            m_leaders.erase(it);
    }

private:
    struct Leader {
        QByteArray canonical;
        Flight *flight = nullptr;
    };
    QHash<QByteArray, Leader> m_leaders;
};

} // namespace tollgate
