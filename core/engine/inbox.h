// What other threads, and the engine's own, want of the engine: kept in order, with one wake-up per batch.
#pragma once

#include "core/async/clock.h"
#include "core/chat/chatrequest.h"

#include <QEvent>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

class QObject;

namespace tollgate {

class CallLink;

// A request handed over but not yet on its road.
struct Submission {
    ChatRequest request;
    std::shared_ptr<CallLink> link;
    MonoTime accepted; // when send() was called: the caller waits from then on
    qint64 acceptedWallMs = 0;
};

class Inbox
{
public:
    // Exactly one member is set.
    struct Command {
        std::unique_ptr<Submission> submission;
        std::shared_ptr<CallLink> stop;
        std::function<void()> task;
    };
    // Type of the event that tells `receiver` to take().
    static constexpr QEvent::Type wakeUp = QEvent::Type(QEvent::User + 1);

    explicit Inbox(QObject *receiver) : m_receiver(receiver) {}

    // Any thread. Dropped after close().
    void post(Command command);
    // Engine's thread: all that has come, in order.
    std::vector<Command> take();
    // The engine dies: as take(), and nothing is accepted any more.
    std::vector<Command> close();

private:
    std::mutex m_mutex;
    QObject *m_receiver; // null once closed
    std::vector<Command> m_commands;
};

} // namespace tollgate
