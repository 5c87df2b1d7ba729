#include "core/engine/inbox.h"

#include <QCoreApplication>

#include <utility>

namespace tollgate {

void Inbox::post(Command command)
{
    const std::lock_guard lock(m_mutex);
    if (!m_receiver)
        return;
    // Under the lock: close() cannot pass, so the receiver is alive while it is posted to.
    if (m_commands.empty())
        QCoreApplication::postEvent(m_receiver, new QEvent(wakeUp));
    m_commands.push_back(std::move(command));
}

std::vector<Inbox::Command> Inbox::take()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_commands, {});
}

std::vector<Inbox::Command> Inbox::close()
{
    const std::lock_guard lock(m_mutex);
    m_receiver = nullptr;
    return std::exchange(m_commands, {});
}

} // namespace tollgate
