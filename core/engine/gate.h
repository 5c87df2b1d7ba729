// Permits: how many requests of one provider may be on the wire at once. First come, first served in two lanes, interactive first.
// One thread.
#pragma once

#include <QHash>
#include <QString>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace tollgate {

class Gate;

// Gives its permit back when it dies.
class Permit
{
public:
    Permit() = default;
    Permit(Permit &&other) noexcept : m_gate(std::exchange(other.m_gate, nullptr)), m_name(std::move(other.m_name)) {}
    Permit &operator=(Permit &&other) noexcept;
    ~Permit() { release(); }
    void release();
    explicit operator bool() const { return m_gate != nullptr; }

private:
    friend class Gate;
    Permit(Gate *gate, QString name) : m_gate(gate), m_name(std::move(name)) {}
    Gate *m_gate = nullptr;
    QString m_name;
};

class Gate
{
public:
    enum class Lane : quint8 { Interactive, Bulk };
    using Ticket = quint64;

    // Calls back with a permit: at once when there is room, else later. `limit` is the provider's parallel limit now.
    Ticket acquire(const QString &name, int limit, Lane lane, std::function<void(Permit)> granted);
    // A ticket that was not granted yet is dropped.
    void withdraw(Ticket ticket);
    int waiting() const;
    int inUse(const QString &name) const;

private:
    friend class Permit;
    void release(const QString &name);
    void serve(const QString &name);
    struct Waiter {
        Ticket ticket;
        std::function<void(Permit)> granted;
    };
    struct Line {
        int limit = 1;
        int used = 0;
        bool serving = false; // a loop of serve() is on the stack
        std::deque<Waiter> lanes[2];
    };
    QHash<QString, std::shared_ptr<Line>> m_lines;
    Ticket m_next = 1;
};

} // namespace tollgate
