#include "core/engine/calllink.h"

#include "core/engine/inbox.h"

#include <QCoreApplication>
#include <QThread>

#include <utility>

namespace tollgate {

CallLink::CallLink(std::shared_ptr<Inbox> inbox, QThread *engineThread)
    : m_inbox(std::move(inbox)), m_direct(QThread::currentThread() == engineThread)
{
}

void CallLink::attach(Call *call)
{
    const std::lock_guard lock(m_mutex);
    m_call = call;
}

void CallLink::detach()
{
    {
        const std::lock_guard lock(m_mutex);
        m_call = nullptr;
        m_queue.clear();
    }
    m_delivering.clear();
    askToStop();
}

void CallLink::askToStop()
{
    if (!m_finished)
        m_inbox->post({.submission = {}, .stop = shared_from_this(), .task = {}});
}

void CallLink::deliver()
{
    const std::shared_ptr<CallLink> self = shared_from_this(); // a slot may delete the Call
    {
        const std::lock_guard lock(m_mutex);
        for (Event &event : m_queue)
            m_delivering.push_back(std::move(event));
        m_queue.clear();
    }
    while (m_call && !m_delivering.empty())
        emitNext();
}

void CallLink::emitNext()
{
    Event event = std::move(m_delivering.front());
    m_delivering.pop_front();
    if (auto *pieces = std::get_if<QList<Delta>>(&event)) {
        while (!m_delivering.empty() && std::holds_alternative<QList<Delta>>(m_delivering.front())) {
            pieces->append(std::get<QList<Delta>>(m_delivering.front()));
            m_delivering.pop_front();
        }
        Q_EMIT m_call->delta(*pieces);
    } else if (const auto *state = std::get_if<CallState>(&event)) {
        Q_EMIT m_call->stateChanged(*state);
    } else if (const auto *notice = std::get_if<RetryNotice>(&event)) {
        Q_EMIT m_call->retrying(*notice);
    } else if (const auto *outcome = std::get_if<std::unique_ptr<Outcome>>(&event)) {
        m_finished = true;
        Q_EMIT m_call->finished(**outcome);
    }
}

void CallLink::post(Event event)
{
    const std::lock_guard lock(m_mutex);
    if (!m_call)
        return;
    if (m_queue.empty())
        QCoreApplication::postEvent(m_call, new QEvent(eventsWaiting));
    // Of states nobody has seen yet only the newest tells anything.
    if (!m_queue.empty() && std::holds_alternative<CallState>(event) && std::holds_alternative<CallState>(m_queue.back()))
        m_queue.back() = std::move(event);
    else
        m_queue.push_back(std::move(event));
}

void CallLink::postDeltas(const QList<Delta> &pieces)
{
    if (pieces.isEmpty())
        return;
    if (!m_direct)
        return post(pieces);
    if (m_call)
        Q_EMIT m_call->delta(pieces);
}

void CallLink::postState(CallState state)
{
    if (!m_direct)
        return post(state);
    if (m_call)
        Q_EMIT m_call->stateChanged(state);
}

void CallLink::postRetry(const RetryNotice &notice)
{
    if (!m_direct)
        return post(notice);
    if (m_call)
        Q_EMIT m_call->retrying(notice);
}

void CallLink::postFinished(Outcome outcome)
{
    if (!m_direct)
        return post(std::make_unique<Outcome>(std::move(outcome)));
    m_finished = true;
    if (m_call)
        Q_EMIT m_call->finished(outcome);
}

} // namespace tollgate
