// The thread-safe line between a Call and its flight: what happens goes one way, the wish to stop goes the other. Either end may die
// first. On one thread the Call hears at once; between threads one posted event delivers everything that has queued.
#pragma once

#include "core/engine/call.h"

#include <QEvent>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

class QThread;

namespace tollgate {

class Flight;
class Inbox;

class CallLink : public std::enable_shared_from_this<CallLink>
{
public:
    static constexpr QEvent::Type eventsWaiting = QEvent::Type(QEvent::User + 2);

    CallLink(std::shared_ptr<Inbox> inbox, QThread *engineThread);

    // --- the Call's thread ---
    void attach(Call *call);
    void detach(); // the Call dies: nothing is delivered any more, and the flight is asked to stop
    void askToStop();
    void deliver(); // emits what has queued
    bool isFinished() const { return m_finished; }

    // --- any thread ---
    RequestId id() const { return {m_id.load(std::memory_order_relaxed)}; }

    // --- the engine's thread ---
    void setId(RequestId id) { m_id.store(id.value, std::memory_order_relaxed); }
    void setFlight(std::weak_ptr<Flight> flight) { m_flight = std::move(flight); }
    std::shared_ptr<Flight> flight() const { return m_flight.lock(); }
    // From here on the Call hears through the event loop even on the engine's thread: for flights fed from another flight's events.
    void deferDelivery() { m_direct = false; }
    void postDeltas(const QList<Delta> &pieces);
    void postState(CallState state);
    void postRetry(const RetryNotice &notice);
    void postFinished(Outcome outcome); // the last one

private:
    using Event = std::variant<QList<Delta>, CallState, RetryNotice, std::unique_ptr<Outcome>>;
    void post(Event event);
    void emitNext();

    const std::shared_ptr<Inbox> m_inbox;
    std::atomic<qint64> m_id{0};
    std::weak_ptr<Flight> m_flight; // engine's thread
    bool m_direct;                  // engine's thread, which is then also the Call's
    std::mutex m_mutex;
    Call *m_call = nullptr;         // written on the Call's thread under the mutex
    std::vector<Event> m_queue;     // under the mutex
    std::deque<Event> m_delivering; // the Call's thread; a member, so that a nested event loop goes on where we are
    bool m_finished = false;        // the Call's thread
};

} // namespace tollgate
