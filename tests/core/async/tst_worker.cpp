#include "core/async/worker.h"
#include "core/async/random.h"
#include "tests/support/testmain.h"

#include <QTest>
#include <QTimer>

#include <atomic>
#include <memory>
#include <vector>

using namespace tollgate;

class TstWorker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void runsTasksInOrderOnItsOwnThread()
    {
        Worker worker(QStringLiteral("test"));
        std::vector<int> order;
        bool onWorker = true;
        for (int i = 0; i < 1000; ++i)
            worker.post([&, i] {
                order.push_back(i);
                onWorker = onWorker && worker.isCurrent() && QThread::currentThread()->objectName() == u"test";
            });
        worker.runAndWait([] {});
        QCOMPARE(order.size(), size_t(1000));
        QVERIFY(std::is_sorted(order.begin(), order.end()));
        QVERIFY(onWorker);
        QVERIFY(!worker.isCurrent());
    }

    void runsWhatWasPostedBeforeItDies()
    {
        std::atomic<int> ran = 0;
        for (int round = 0; round < 50; ++round) {
            Worker worker(QStringLiteral("test"));
            for (int i = 0; i < 20; ++i)
                worker.post([&ran] { ++ran; });
        }
        QCOMPARE(ran.load(), 1000);
    }

    void runsWhatTasksPostWhileItDies()
    {
        std::atomic<int> ran = 0;
        {
            Worker worker(QStringLiteral("test"));
            worker.post([&] {
                worker.post([&] {
                    ++ran;
                    worker.post([&] {
                        ++ran;
                        worker.post([&] { ++ran; });
                    });
                });
            });
        }
        QCOMPARE(ran.load(), 3);
    }

    void contextRunsTimersOnTheWorker()
    {
        Worker worker(QStringLiteral("test"));
        std::atomic<bool> fired = false;
        worker.post([&] { QTimer::singleShot(1, worker.context(), [&] { fired = worker.isCurrent(); }); });
        QTRY_VERIFY(fired.load());
    }

    void childrenOfTheContextDieOnTheWorker()
    {
        QThread *diedOn = nullptr;
        QThread *workerThread = nullptr;
        {
            Worker worker(QStringLiteral("test"));
            worker.runAndWait([&] {
                workerThread = QThread::currentThread();
                auto *child = new QObject(worker.context());
                connect(child, &QObject::destroyed, child, [&] { diedOn = QThread::currentThread(); }, Qt::DirectConnection);
            });
        }
        QVERIFY(workerThread);
        QCOMPARE(diedOn, workerThread);
    }

    void postToDropsTasksOfTheDead()
    {
        auto target = std::make_unique<QObject>();
        bool dead = false;
        bool alive = false;
        postTo(target.get(), [&] { dead = true; });
        target.reset();
        postTo(this, [&] { alive = true; });
        QVERIFY(!alive); // never at once
        QTRY_VERIFY(alive);
        QVERIFY(!dead);
    }

    void randomIsSeededAndInRange()
    {
        SeededRandom one(7);
        SeededRandom two(7);
        double sum = 0;
        for (int i = 0; i < 10'000; ++i) {
            const double value = one.unit();
            QCOMPARE(value, two.unit());
            QVERIFY(value >= 0 && value < 1);
            sum += value;
        }
        QVERIFY(sum > 4'800 && sum < 5'200);
        QVERIFY(SeededRandom(8).unit() != SeededRandom(7).unit());
    }
};

TOLLGATE_TEST(TstWorker)
#include "tst_worker.moc"
