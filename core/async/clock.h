// Time, injected: monotonic now, wall clock, and timers. Tests advance a fake one; nothing in core sleeps or asks the system directly.
#pragma once

#include <QtGlobal>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace tollgate {

using Nanoseconds = std::chrono::nanoseconds;
using Milliseconds = std::chrono::milliseconds;

// A monotonic instant in nanoseconds since an arbitrary start. 0 means "has not happened".
struct MonoTime {
    qint64 ns = 0;

    explicit operator bool() const { return ns != 0; }
    friend auto operator<=>(const MonoTime &, const MonoTime &) = default;
    friend Nanoseconds operator-(MonoTime a, MonoTime b) { return Nanoseconds(a.ns - b.ns); }
    friend MonoTime operator+(MonoTime a, Nanoseconds d) { return {a.ns + d.count()}; }
};

using TimerId = quint64; // 0: none

// now() and wallMs() may be called from any thread; timers belong to the thread the clock was made on.
class Clock
{
public:
    virtual ~Clock() = default;
    virtual MonoTime now() const = 0;
    // Milliseconds since 1970-01-01 UTC; may jump.
    virtual qint64 wallMs() const = 0;
    // Calls back once, not before `delay` has passed and never from inside after(). Precise to about 1 ms.
    virtual TimerId after(Nanoseconds delay, std::function<void()> callback) = 0;
    // Unknown and fired ids are ignored.
    virtual void cancel(TimerId id) = 0;
};

// The real clock: one precise QTimer over a heap, because Qt's timer list is linear (network.md section 5).
class SystemClock final : public Clock
{
public:
    SystemClock();
    ~SystemClock() override;
    MonoTime now() const override;
    qint64 wallMs() const override;
    TimerId after(Nanoseconds delay, std::function<void()> callback) override;
    void cancel(TimerId id) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

// A timer that is cancelled when its owner dies: the usual way to hold one.
class ScopedTimer
{
public:
    explicit ScopedTimer(Clock &clock) : m_clock(clock) {}
    ~ScopedTimer() { stop(); }
    ScopedTimer(const ScopedTimer &) = delete;
    ScopedTimer &operator=(const ScopedTimer &) = delete;

    void start(Nanoseconds delay, std::function<void()> callback)
    {
        stop();
        m_id = m_clock.after(delay, [this, callback = std::move(callback)] {
            m_id = 0;
            callback();
        });
    }
    void stop()
    {
        if (m_id)
            m_clock.cancel(std::exchange(m_id, 0));
    }
    bool isActive() const { return m_id != 0; }

private:
    Clock &m_clock;
    TimerId m_id = 0;
};

} // namespace tollgate
