#include "core/engine/call.h"

#include "core/engine/calllink.h"

#include <utility>

namespace tollgate {

QString callStateName(CallState state)
{
    switch (state) {
    case CallState::Routing:
        return QStringLiteral("routing");
    case CallState::LookingUp:
        return QStringLiteral("looking up");
    case CallState::Following:
        return QStringLiteral("following");
    case CallState::Reserving:
        return QStringLiteral("reserving");
    case CallState::Waiting:
        return QStringLiteral("waiting");
    case CallState::Connecting:
        return QStringLiteral("connecting");
    case CallState::Sending:
        return QStringLiteral("sending");
    case CallState::Streaming:
        return QStringLiteral("streaming");
    case CallState::BackingOff:
        return QStringLiteral("backing off");
    case CallState::Settling:
        return QStringLiteral("settling");
    case CallState::Done:
        return QStringLiteral("done");
    }
    return {};
}

Call::Call(std::shared_ptr<CallLink> link) : m_link(std::move(link))
{
    m_link->attach(this);
}

Call::~Call()
{
    m_link->detach();
}

RequestId Call::id() const
{
    return m_link->id();
}

bool Call::isFinished() const
{
    return m_link->isFinished();
}

void Call::cancel()
{
    m_link->askToStop();
}

void Call::customEvent(QEvent *event)
{
    if (event->type() == CallLink::eventsWaiting)
        m_link->deliver();
}

} // namespace tollgate
