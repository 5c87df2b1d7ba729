#include "core/async/clock.h"
#include "tests/support/testmain.h"

#include <QEventLoop>
#include <QTest>

#include <limits>
#include <memory>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;

class TstSystemClock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void firesInOrderAndNotEarly()
    {
        SystemClock clock;
        std::vector<int> order;
        const MonoTime start = clock.now();
        clock.after(30ms, [&] {
            order.push_back(3);
            QVERIFY(clock.now() - start >= 30ms);
        });
        clock.after(10ms, [&] {
            order.push_back(1);
            QVERIFY(clock.now() - start >= 10ms);
        });
        clock.after(20ms, [&] { order.push_back(2); });
        QTRY_COMPARE(order.size(), size_t(3));
        QCOMPARE(order, (std::vector<int>{1, 2, 3}));
    }

    void equalTimesFireInTheOrderAdded()
    {
        SystemClock clock;
        std::vector<int> order;
        for (int i = 0; i < 50; ++i)
            clock.after(-5ms, [&order, i] { order.push_back(i); });
        QVERIFY(order.empty()); // never from inside after()
        QTRY_COMPARE(order.size(), size_t(50));
        QVERIFY(std::is_sorted(order.begin(), order.end()));
    }

    void cancelledTimersDoNotFire()
    {
        SystemClock clock;
        bool cancelled = true;
        bool done = false;
        const TimerId id = clock.after(5ms, [&] { cancelled = false; });
        clock.after(15ms, [&] { done = true; });
        clock.cancel(id);
        clock.cancel(id);
        clock.cancel(12345);
        clock.cancel(0);
        QTRY_VERIFY(done);
        QVERIFY(cancelled);
    }

    void callbacksMayCancelWhatIsDue()
    {
        SystemClock clock;
        bool second = false;
        bool done = false;
        TimerId id = 0;
        clock.after(1ms, [&] { clock.cancel(id); });
        id = clock.after(1ms, [&] { second = true; });
        clock.after(10ms, [&] { done = true; });
        QTRY_VERIFY(done);
        QVERIFY(!second);
    }

    void zeroDelayChainsLetOtherEventsRun()
    {
        SystemClock clock;
        int turns = 0;
        bool other = false;
        std::function<void()> again = [&] {
            if (++turns < 100'000 && !other)
                clock.after(0ns, again);
        };
        clock.after(0ns, again);
        QMetaObject::invokeMethod(qApp, [&] { other = true; }, Qt::QueuedConnection);
        QTRY_VERIFY(other);
        QVERIFY(turns < 100'000);
    }

    void firesInsideAnEventLoopOfACallback()
    {
        SystemClock clock;
        bool inner = false;
        bool outer = false;
        clock.after(1ms, [&] {
            QEventLoop loop;
            clock.after(5ms, [&] {
                inner = true;
                loop.quit();
            });
            loop.exec();
            outer = true;
        });
        bool beside = false;
        clock.after(1ms, [&] { beside = true; });
        QTRY_VERIFY(outer);
        QVERIFY(inner);
        QVERIFY(beside);
    }

    void mayBeDeletedByACallback()
    {
        auto clock = std::make_unique<SystemClock>();
        bool later = false;
        bool gone = false;
        clock->after(1ms, [&] {
            clock.reset();
            gone = true;
        });
        clock->after(2ms, [&] { later = true; });
        QTRY_VERIFY(gone);
        QTest::qWait(10);
        QVERIFY(!later);
    }

    void destroyedCallbacksMayUseTheClock()
    {
        SystemClock clock;
        struct Canceller {
            SystemClock &clock;
            TimerId id;
            ~Canceller() { clock.cancel(id); }
        };
        bool fired = false;
        const TimerId victim = clock.after(5ms, [&] { fired = true; });
        const TimerId owner = clock.after(1h, [held = std::make_shared<Canceller>(clock, victim)] { Q_UNUSED(held); });
        clock.cancel(owner);
        bool done = false;
        clock.after(15ms, [&] { done = true; });
        QTRY_VERIFY(done);
        QVERIFY(!fired);
    }

    void takesTheLongestDelay()
    {
        SystemClock clock;
        const TimerId id = clock.after(Nanoseconds::max(), [] { QFAIL("fired"); });
        bool done = false;
        clock.after(1ms, [&] { done = true; });
        QTRY_VERIFY(done);
        clock.cancel(id);
    }

    void scopedTimersStopWithTheirOwner()
    {
        SystemClock clock;
        bool fired = false;
        bool done = false;
        {
            ScopedTimer timer(clock);
            timer.start(1ms, [&] { fired = true; });
            QVERIFY(timer.isActive());
        }
        ScopedTimer other(clock);
        other.start(1h, [] {});
        other.start(5ms, [&] { done = true; }); // replaces
        QTRY_VERIFY(done);
        QVERIFY(!fired);
        QVERIFY(!other.isActive());
    }

    void holdsManyTimers()
    {
        SystemClock clock;
        std::vector<TimerId> ids;
        for (int i = 0; i < 100'000; ++i)
            ids.push_back(clock.after(600s, [] {}));
        int fired = 0;
        clock.after(1ms, [&] { ++fired; });
        for (const TimerId id : ids)
            clock.cancel(id);
        QTRY_COMPARE(fired, 1);
    }
};

TOLLGATE_TEST(TstSystemClock)
#include "tst_systemclock.moc"
