#include "core/async/courier.h"

#include <QThread>

#include <mutex>

namespace tollgate {

class Courier::State
{
public:
    // A child of the context: its death, on the context's thread, tells that nobody is there any more.
    class Receiver : public QObject
    {
    public:
        Receiver(QObject *context, std::shared_ptr<State> state) : QObject(context), m_state(std::move(state)) {}
        ~Receiver() override
        {
            const std::lock_guard guard(m_state->mutex);
            m_state->receiver = nullptr;
        }

    private:
        std::shared_ptr<State> m_state;
    };

    // Shared by all copies of one courier; the last one lets the receiver go.
    std::mutex mutex;
    QObject *receiver = nullptr;
};

Courier::Courier(QObject *context)
{
    Q_ASSERT(context->thread() == QThread::currentThread());
    const auto state = std::make_shared<State>();
    state->receiver = new State::Receiver(context, state);
    m_state = std::shared_ptr<State>(state.get(), [state](State *) {
        const std::lock_guard guard(state->mutex);
        // Queued behind what was posted: a deferred deletion alone may be carried out before earlier events (QTest's waits do so).
        if (QObject *receiver = state->receiver)
            QMetaObject::invokeMethod(receiver, [receiver] { receiver->deleteLater(); }, Qt::QueuedConnection);
    });
}

void Courier::post(std::function<void()> task) const
{
    const std::lock_guard guard(m_state->mutex);
    if (m_state->receiver)
        QMetaObject::invokeMethod(m_state->receiver, std::move(task), Qt::QueuedConnection);
}

} // namespace tollgate
