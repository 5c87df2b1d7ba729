#include "core/async/clock.h"

#include <QDateTime>
#include <QHash>
#include <QObject>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <limits>
#include <map>

namespace tollgate {

// The timers in order of their time. It outlives a callback that deletes the clock: fire() checks `alive` after each one.
class SystemClock::Private
{
public:
    using Key = std::pair<qint64, TimerId>;

    void arm();
    void fire();

    const SystemClock *clock = nullptr;
    QThread *thread = QThread::currentThread();
    std::map<Key, std::function<void()>> timers;
    QHash<TimerId, qint64> dueById;
    TimerId lastId = 0;
    std::unique_ptr<QTimer> timer; // made on first use, so that a clock may be built before its thread has an event loop
    qint64 armedFor = std::numeric_limits<qint64>::max();
    int firing = 0; // depth: a callback may run an event loop of its own
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

void SystemClock::Private::arm()
{
    if (timers.empty()) {
        armedFor = std::numeric_limits<qint64>::max();
        if (timer)
            timer->stop();
        return;
    }
    const qint64 due = timers.begin()->first.first;
    if (due >= armedFor)
        return; // an earlier wake-up is on its way and arms anew
    if (!timer) {
        timer = std::make_unique<QTimer>();
        timer->setSingleShot(true);
        timer->setTimerType(Qt::PreciseTimer);
        QObject::connect(timer.get(), &QTimer::timeout, timer.get(), [this] { fire(); });
    }
    constexpr qint64 nsPerMs = 1'000'000;
    constexpr qint64 longestMs = 3'600'000; // a longer wait wakes once an hour and sleeps on
    const qint64 wait = std::max<qint64>(due - clock->now().ns, 0);
    timer->start(int(std::min(wait / nsPerMs + (wait % nsPerMs != 0), longestMs)));
    armedFor = due;
}

void SystemClock::Private::fire()
{
    armedFor = std::numeric_limits<qint64>::max();
    const std::shared_ptr<bool> stillAlive = alive;
    const qint64 now = clock->now().ns;
    const TimerId newest = lastId; // what callbacks add waits for the next turn, or a chain of zero delays would never end
    ++firing;
    while (!timers.empty()) {
        auto next = timers.begin();
        while (next != timers.end() && next->first.second > newest)
            ++next;
        if (next == timers.end() || next->first.first > now)
            break;
        const std::function<void()> callback = std::move(next->second);
        dueById.remove(next->first.second);
        timers.erase(next);
        arm(); // before the callback, for one that runs an event loop of its own
        callback();
        if (!*stillAlive)
            return;
    }
    --firing;
    arm();
}

SystemClock::SystemClock() : d(std::make_unique<Private>())
{
    d->clock = this;
}

SystemClock::~SystemClock()
{
    Q_ASSERT(!d->timer || QThread::currentThread() == d->thread);
    *d->alive = false;
    // A callback may be deleting the clock from inside the timer's own signal.
    if (d->firing) {
        d->timer->disconnect();
        d->timer.release()->deleteLater();
    }
}

MonoTime SystemClock::now() const
{
    return {std::chrono::duration_cast<Nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

qint64 SystemClock::wallMs() const
{
    return QDateTime::currentMSecsSinceEpoch();
}

TimerId SystemClock::after(Nanoseconds delay, std::function<void()> callback)
{
    Q_ASSERT(QThread::currentThread() == d->thread);
    qint64 due = 0;
    if (__builtin_add_overflow(now().ns, std::max<qint64>(delay.count(), 0), &due))
        due = std::numeric_limits<qint64>::max() - 1;
    const TimerId id = ++d->lastId;
    d->timers.emplace(Private::Key(due, id), std::move(callback));
    d->dueById.insert(id, due);
    d->arm();
    return id;
}

void SystemClock::cancel(TimerId id)
{
    Q_ASSERT(QThread::currentThread() == d->thread);
    const auto found = d->dueById.constFind(id);
    if (found == d->dueById.cend())
        return;
    // The callback dies after the tables are consistent: what it owns may call back into the clock.
    const auto node = d->timers.extract(Private::Key(*found, id));
    d->dueById.erase(found);
    if (d->timers.empty())
        d->arm();
}

} // namespace tollgate
