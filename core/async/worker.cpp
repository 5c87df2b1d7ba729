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
        [context = m_context] {
            QCoreApplication::sendPostedEvents(context);
            delete context;
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
    postTo(m_context, std::move(task));
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
