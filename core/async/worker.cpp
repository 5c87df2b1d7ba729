#include "core/async/worker.h"

#include <QCoreApplication>
#include <QSemaphore>

namespace tollgate {

Worker::Worker(const QString &name) : m_context(new QObject)
{
    m_thread.setObjectName(name);
    m_context->moveToThread(&m_thread);
    // Emitted on the thread itself when its loop has ended: what tasks posted while it was ending still runs, and timers and
    // children of the context die where they live.
    QObject::connect(
        &m_thread, &QThread::finished, m_context,
        [this] {
            while (m_pending.load(std::memory_order_acquire) > 0)
                QCoreApplication::sendPostedEvents(m_context); // one round: only what is there when it starts
            delete m_context;
        },
        Qt::DirectConnection);
    m_thread.start();
}

Worker::~Worker()
{
    Q_ASSERT(!isCurrent());
    post([this] { m_thread.quit(); });
    m_thread.wait();
}

void Worker::post(std::function<void()> task)
{
    m_pending.fetch_add(1, std::memory_order_relaxed);
    postTo(m_context, [this, task = std::move(task)] {
        task();
        m_pending.fetch_sub(1, std::memory_order_release);
    });
}

void Worker::runAndWait(std::function<void()> task)
{
    Q_ASSERT(!isCurrent());
    QSemaphore done;
    post([&task, &done] {
        task();
        done.release();
    });
    done.acquire();
}

bool Worker::isCurrent() const
{
    return QThread::currentThread() == &m_thread;
}

void postTo(QObject *target, std::function<void()> task)
{
    QMetaObject::invokeMethod(target, std::move(task), Qt::QueuedConnection);
}

} // namespace tollgate
