// Carries one answer back to the thread of the object that asked; dropped when that object is gone. Made while the object lives,
// on any thread; deliver() may be called on any thread, once.
#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <mutex>

namespace tollgate {

class Reply
{
public:
    explicit Reply(QObject *context) : m_shared(std::make_shared<Shared>())
    {
        m_shared->context = context;
        // Direct: the lock holds a dying object back until a delivery under way is posted; ~QObject then removes what was posted.
        m_shared->watch = QObject::connect(
            context, &QObject::destroyed, context,
            [shared = m_shared] {
                const std::lock_guard lock(shared->mutex);
                shared->context = nullptr;
            },
            Qt::DirectConnection);
    }

    void deliver(std::function<void()> call) const
    {
        const std::lock_guard lock(m_shared->mutex);
        if (!m_shared->context)
            return;
        QMetaObject::invokeMethod(m_shared->context, std::move(call), Qt::QueuedConnection);
        QObject::disconnect(m_shared->watch);
    }

private:
    struct Shared {
        std::mutex mutex;
        QObject *context = nullptr;
        QMetaObject::Connection watch;
    };
    std::shared_ptr<Shared> m_shared;
};

} // namespace tollgate
