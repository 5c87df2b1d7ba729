// One named thread that runs posted functions in order. SQLite writers, readers and certificate loading live on such threads.
#pragma once

#include <QObject>
#include <QThread>

#include <atomic>
#include <functional>

namespace tollgate {

class Worker
{
public:
    explicit Worker(const QString &name);
    // Runs what was posted, also by those tasks themselves, then joins.
    ~Worker();
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    // Any thread.
    void post(std::function<void()> task);
    // Posts and waits; must not be called from the worker itself.
    void runAndWait(std::function<void()> task);
    bool isCurrent() const;
    // Lives on the worker's thread: the context for timers and queued connections.
    QObject *context() const { return m_context; }

private:
    QThread m_thread;
    QObject *m_context;
    std::atomic<int> m_pending = 0; // posted and not finished
};

// Posts `task` to the thread of `target`, which must be alive during the call; dropped when it dies before the task's turn. For an
// object of another thread that may die at any moment use Courier (core/async/courier.h).
void postTo(QObject *target, std::function<void()> task);

} // namespace tollgate
