// A clock that tests advance by hand: timers fire in order of their time, inside advance().
#pragma once

#include "core/async/clock.h"

#include <map>
#include <optional>
#include <utility>

namespace tollgate::test {

class FakeClock final : public Clock
{
public:
    MonoTime now() const override { return {m_now}; }
    qint64 wallMs() const override { return m_wallMs + (m_now - m_start) / 1'000'000; }
    TimerId after(Nanoseconds delay, std::function<void()> callback) override
    {
        const TimerId id = m_nextId++;
        m_timers.emplace(std::pair(m_now + qMax<qint64>(delay.count(), 0), id), std::move(callback));
        return id;
    }
    void cancel(TimerId id) override
    {
        std::erase_if(m_timers, [id](const auto &entry) { return entry.first.second == id; });
    }

    void advance(Nanoseconds by)
    {
        const qint64 target = m_now + by.count();
        while (!m_timers.empty() && m_timers.begin()->first.first <= target) {
            m_now = qMax(m_now, m_timers.begin()->first.first);
            const std::function<void()> callback = std::move(m_timers.begin()->second);
            m_timers.erase(m_timers.begin());
            callback();
        }
        m_now = target;
    }
    // Advances to the next timer and fires it; false when there is none.
    bool advanceToNext()
    {
        if (m_timers.empty())
            return false;
        advance(Nanoseconds(m_timers.begin()->first.first - m_now));
        return true;
    }
    std::optional<Nanoseconds> untilNext() const
    {
        return m_timers.empty() ? std::nullopt : std::optional(Nanoseconds(m_timers.begin()->first.first - m_now));
    }
    int timers() const { return int(m_timers.size()); }
    void setWallMs(qint64 wallMs)
    {
        m_wallMs = wallMs;
        m_start = m_now;
    }

private:
    qint64 m_now = 1'000'000'000;
    qint64 m_start = 1'000'000'000;
    qint64 m_wallMs = 1'795'500'000'000; // 2026-11-24
    TimerId m_nextId = 1;
    std::map<std::pair<qint64, TimerId>, std::function<void()>> m_timers;
};

} // namespace tollgate::test
