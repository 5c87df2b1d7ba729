#include "core/engine/gate.h"

#include <algorithm>

namespace tollgate {

Permit &Permit::operator=(Permit &&other) noexcept
{
    if (this != &other) {
        release();
        m_gate = std::exchange(other.m_gate, nullptr);
        m_name = std::move(other.m_name);
    }
    return *this;
}

void Permit::release()
{
    // The name is taken out first: releasing may grant others, and those may destroy this permit's owner.
    if (Gate *gate = std::exchange(m_gate, nullptr)) {
        const QString name = std::exchange(m_name, {});
        gate->release(name);
    }
}

Gate::Ticket Gate::acquire(const QString &name, int limit, Lane lane, std::function<void(Permit)> granted)
{
    std::shared_ptr<Line> &slot = m_lines[name];
    if (!slot)
        slot = std::make_shared<Line>();
    const std::shared_ptr<Line> line = slot;
    line->limit = std::max(1, limit);
    const Ticket ticket = m_next++;
    if (line->used < line->limit && line->lanes[0].empty() && line->lanes[1].empty()) {
        ++line->used;
        granted(Permit(this, name));
        return ticket;
    }
    line->lanes[lane == Lane::Interactive ? 0 : 1].push_back({ticket, std::move(granted)});
    serve(name);
    return ticket;
}

void Gate::withdraw(Ticket ticket)
{
    for (const std::shared_ptr<Line> &line : std::as_const(m_lines)) {
        for (std::deque<Waiter> &lane : line->lanes) {
            const auto it = std::find_if(lane.begin(), lane.end(), [ticket](const Waiter &w) { return w.ticket == ticket; });
            if (it != lane.end()) {
                lane.erase(it);
                return;
            }
        }
    }
}

int Gate::waiting() const
{
    size_t sum = 0;
    for (const std::shared_ptr<Line> &line : m_lines)
        sum += line->lanes[0].size() + line->lanes[1].size();
    return int(sum);
}

int Gate::inUse(const QString &name) const
{
    const auto it = m_lines.constFind(name);
    return it == m_lines.cend() ? 0 : (*it)->used;
}

void Gate::release(const QString &name)
{
    const auto it = m_lines.constFind(name);
    if (it == m_lines.cend())
        return;
    --(*it)->used;
    Q_ASSERT((*it)->used >= 0);
    serve(name);
}

// Callbacks may acquire, withdraw and release: a nested call leaves the work to the loop already running, so that a long line of
// waiters who give their permit back at once does not become a deep stack.
void Gate::serve(const QString &name)
{
    const std::shared_ptr<Line> line = m_lines.value(name);
    if (!line || line->serving)
        return;
    line->serving = true;
    while (line->used < line->limit) {
        std::deque<Waiter> &lane = line->lanes[0].empty() ? line->lanes[1] : line->lanes[0];
        if (lane.empty())
            break;
        const std::function<void(Permit)> granted = std::move(lane.front().granted);
        lane.pop_front();
        ++line->used;
        granted(Permit(this, name));
    }
    line->serving = false;
}

} // namespace tollgate
