#include "core/engine/gate.h"

#include "tests/support/testmain.h"

#include <QTest>

#include <utility>
#include <vector>

using namespace tollgate;

namespace {

const QString sim = QStringLiteral("sim");

// Takes permits and keeps them, in the order in which they came.
struct Holder {
    std::vector<Permit> permits;
    QStringList order;

    // Out of the vector first: whoever is granted next is put into it meanwhile.
    void giveBack() { const std::vector<Permit> now = std::exchange(permits, {}); }
    std::function<void(Permit)> taking(const QString &name)
    {
        return [this, name](Permit permit) {
            order.append(name);
            permits.push_back(std::move(permit));
        };
    }
};

} // namespace

class TstGate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void grantsAtOnceWhileThereIsRoom();
    void servesFirstComeFirst();
    void letsInteractiveRequestsPassTheBulk();
    void keepsProvidersApart();
    void forgetsWithdrawnTickets();
    void ignoresTicketsOfGrantedPermits();
    void givesBackOnceHoweverOftenReleased();
    void followsAMovedPermit();
    void servesMoreWhenTheLimitIsRaised();
    void grantsNothingAboveALoweredLimit();
    void acceptsAcquiringInsideACallback();
    void acceptsWithdrawingAnotherInsideACallback();
    void staysFlatWhenEveryoneGivesBackAtOnce();
};

void TstGate::grantsAtOnceWhileThereIsRoom()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 2, Gate::Lane::Interactive, holder.taking(QStringLiteral("a")));
    gate.acquire(sim, 2, Gate::Lane::Interactive, holder.taking(QStringLiteral("b")));
    gate.acquire(sim, 2, Gate::Lane::Interactive, holder.taking(QStringLiteral("c")));
    QCOMPARE(holder.order, QStringList({QStringLiteral("a"), QStringLiteral("b")}));
    QCOMPARE(gate.inUse(sim), 2);
    QCOMPARE(gate.waiting(), 1);
    holder.giveBack();
    QCOMPARE(holder.order.size(), 3);
    holder.giveBack();
    QCOMPARE(gate.inUse(sim), 0);
    QCOMPARE(gate.waiting(), 0);
}

void TstGate::servesFirstComeFirst()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 1, Gate::Lane::Bulk, holder.taking(QStringLiteral("held")));
    for (int i = 0; i < 5; ++i)
        gate.acquire(sim, 1, Gate::Lane::Bulk, holder.taking(QString::number(i)));
    while (!holder.permits.empty())
        holder.giveBack();
    QCOMPARE(holder.order.join(u' '), QStringLiteral("held 0 1 2 3 4"));
    QCOMPARE(gate.inUse(sim), 0);
}

void TstGate::letsInteractiveRequestsPassTheBulk()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 1, Gate::Lane::Bulk, holder.taking(QStringLiteral("held")));
    gate.acquire(sim, 1, Gate::Lane::Bulk, holder.taking(QStringLiteral("bulk1")));
    gate.acquire(sim, 1, Gate::Lane::Bulk, holder.taking(QStringLiteral("bulk2")));
    gate.acquire(sim, 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("me")));
    while (!holder.permits.empty())
        holder.giveBack();
    QCOMPARE(holder.order.join(u' '), QStringLiteral("held me bulk1 bulk2"));
}

void TstGate::keepsProvidersApart()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("a")));
    gate.acquire(QStringLiteral("other"), 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("b")));
    QCOMPARE(holder.order.size(), 2);
    QCOMPARE(gate.inUse(QStringLiteral("other")), 1);
    holder.giveBack();
}

void TstGate::forgetsWithdrawnTickets()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("held")));
    const Gate::Ticket gone = gate.acquire(sim, 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("gone")));
    gate.acquire(sim, 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("next")));
    gate.withdraw(gone);
    gate.withdraw(gone);
    QCOMPARE(gate.waiting(), 1);
    holder.giveBack();
    QCOMPARE(holder.order.join(u' '), QStringLiteral("held next"));
    holder.giveBack();
}

void TstGate::ignoresTicketsOfGrantedPermits()
{
    Gate gate;
    Holder holder;
    const Gate::Ticket ticket = gate.acquire(sim, 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("a")));
    gate.withdraw(ticket);
    QCOMPARE(gate.inUse(sim), 1);
    holder.giveBack();
    QCOMPARE(gate.inUse(sim), 0);
}

void TstGate::givesBackOnceHoweverOftenReleased()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 3, Gate::Lane::Interactive, holder.taking(QStringLiteral("a")));
    gate.acquire(sim, 3, Gate::Lane::Interactive, holder.taking(QStringLiteral("b")));
    holder.permits.front().release();
    holder.permits.front().release();
    QVERIFY(!holder.permits.front());
    QCOMPARE(gate.inUse(sim), 1);
    holder.giveBack();
    QCOMPARE(gate.inUse(sim), 0);
}

void TstGate::followsAMovedPermit()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 2, Gate::Lane::Interactive, holder.taking(QStringLiteral("a")));
    gate.acquire(sim, 2, Gate::Lane::Interactive, holder.taking(QStringLiteral("b")));
    Permit one = std::move(holder.permits[0]);
    QVERIFY(!holder.permits[0]);
    QCOMPARE(gate.inUse(sim), 2);
    one = std::move(holder.permits[1]); // gives back the one it held
    QCOMPARE(gate.inUse(sim), 1);
    one = Permit();
    QCOMPARE(gate.inUse(sim), 0);
}

void TstGate::servesMoreWhenTheLimitIsRaised()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 1, Gate::Lane::Bulk, holder.taking(QStringLiteral("a")));
    gate.acquire(sim, 1, Gate::Lane::Bulk, holder.taking(QStringLiteral("b")));
    gate.acquire(sim, 3, Gate::Lane::Bulk, holder.taking(QStringLiteral("c")));
    QCOMPARE(holder.order.join(u' '), QStringLiteral("a b c"));
    holder.giveBack();
}

void TstGate::grantsNothingAboveALoweredLimit()
{
    Gate gate;
    Holder holder;
    for (const char *name : {"a", "b", "c"})
        gate.acquire(sim, 3, Gate::Lane::Bulk, holder.taking(QString::fromLatin1(name)));
    gate.acquire(sim, 1, Gate::Lane::Bulk, holder.taking(QStringLiteral("d")));
    holder.permits.pop_back();
    holder.permits.pop_back();
    QCOMPARE(holder.order.size(), 3);
    holder.giveBack();
    QCOMPARE(holder.order.size(), 4);
    holder.giveBack();
    QCOMPARE(gate.inUse(sim), 0);
}

void TstGate::acceptsAcquiringInsideACallback()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 2, Gate::Lane::Interactive, [&](Permit permit) {
        for (int i = 0; i < 40; ++i) // other names make the table grow under our feet
            gate.acquire(QString::number(i), 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("other")));
        gate.acquire(sim, 2, Gate::Lane::Interactive, holder.taking(QStringLiteral("inner")));
        holder.permits.push_back(std::move(permit));
    });
    QCOMPARE(holder.order.size(), 41);
    QCOMPARE(gate.inUse(sim), 2);
    holder.giveBack();
    QCOMPARE(gate.inUse(sim), 0);
}

void TstGate::acceptsWithdrawingAnotherInsideACallback()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("held")));
    Gate::Ticket second = 0;
    gate.acquire(sim, 1, Gate::Lane::Interactive, [&](Permit) { gate.withdraw(second); });
    second = gate.acquire(sim, 1, Gate::Lane::Interactive, holder.taking(QStringLiteral("never")));
    holder.giveBack();
    QCOMPARE(holder.order, QStringList(QStringLiteral("held")));
    QCOMPARE(gate.inUse(sim), 0);
    QCOMPARE(gate.waiting(), 0);
}

void TstGate::staysFlatWhenEveryoneGivesBackAtOnce()
{
    Gate gate;
    Holder holder;
    gate.acquire(sim, 1, Gate::Lane::Bulk, holder.taking(QStringLiteral("held")));
    int served = 0;
    int depth = 0;
    int deepest = 0;
    for (int i = 0; i < 20'000; ++i) {
        gate.acquire(sim, 1, Gate::Lane::Bulk, [&](Permit permit) {
            deepest = std::max(deepest, ++depth);
            ++served;
            permit.release();
            --depth;
        });
    }
    holder.giveBack();
    QCOMPARE(served, 20'000);
    QCOMPARE(deepest, 1);
    QCOMPARE(gate.inUse(sim), 0);
}

TOLLGATE_TEST(TstGate)

#include "tst_gate.moc"
