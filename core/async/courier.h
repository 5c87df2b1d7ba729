// Carries functions to the thread of a QObject that may die at any moment: what is posted after its death is dropped, without a race.
#pragma once

#include <QObject>

#include <functional>
#include <memory>

namespace tollgate {

// Made on the context's own thread (asserted); copied and used on any.
class Courier
{
public:
    explicit Courier(QObject *context);
    // Runs `task` on the context's thread, later; never when the context is gone.
    void post(std::function<void()> task) const;

private:
    class State;
    std::shared_ptr<State> m_state;
};

} // namespace tollgate
