#include "core/engine/calllink.h"

#include "core/async/worker.h"
#include "core/engine/inbox.h"
#include "tests/support/testmain.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QTest>
#include <QThread>
#include <QTimer>

using namespace tollgate;

namespace {

QList<Delta> text(const char *words)
{
    return {Delta{Delta::Kind::Text, QString::fromLatin1(words), 0, {}, {}}};
}

// A link whose engine is this thread, or the worker's.
struct Line {
    explicit Line(QThread *engineThread = QThread::currentThread())
        : inbox(std::make_shared<Inbox>(&receiver)), link(std::make_shared<CallLink>(inbox, engineThread)),
          call(std::make_unique<Call>(link))
    {
        QObject::connect(call.get(), &Call::delta, &receiver, [this](const QList<Delta> &pieces) {
            heard.append(QStringLiteral("d%1").arg(pieces.size()));
            for (const Delta &piece : pieces)
                words += piece.text;
            threads.append(QThread::currentThread());
        });
        QObject::connect(call.get(), &Call::stateChanged, &receiver,
                         [this](CallState state) { heard.append(QStringLiteral("s%1").arg(int(state))); });
        QObject::connect(call.get(), &Call::retrying, &receiver, [this] { heard.append(QStringLiteral("r")); });
        QObject::connect(call.get(), &Call::finished, &receiver, [this] { heard.append(QStringLiteral("f")); });
    }

    // As an engine does at its end: what waits in the inbox holds the link, which holds the inbox.
    ~Line()
    {
        call.reset();
        inbox->close();
    }

    QObject receiver;
    std::shared_ptr<Inbox> inbox;
    std::shared_ptr<CallLink> link;
    std::unique_ptr<Call> call;
    QStringList heard;
    QString words;
    QList<QThread *> threads;
};

} // namespace

class TstCallLink : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsAtOnceOnOneThread();
    void deliversOneBatchBetweenThreads();
    void keepsTheOrderBetweenThreads();
    void survivesDeletionOfTheCallInItsOwnSignals();
    void survivesDeletionOfTheCallInsideABatch();
    void keepsTheOrderThroughNestedEventLoops();
    void asksToStopWhenTheCallDies();
    void asksForNothingAfterTheEnd();
    void outlivesTheEngine();
    void deletesSafelyWhileTheEnginePosts();
    void wakesTheEngineOncePerBatch();
};

void TstCallLink::tellsAtOnceOnOneThread()
{
    Line line;
    line.link->postState(CallState::Streaming);
    line.link->postDeltas(text("a"));
    line.link->postDeltas({});
    line.link->postDeltas(text("b"));
    QVERIFY(!line.call->isFinished());
    line.link->postFinished({});
    QVERIFY(line.call->isFinished());
    QCOMPARE(line.heard.join(u' '), QStringLiteral("s7 d1 d1 f"));
}

void TstCallLink::deliversOneBatchBetweenThreads()
{
    Worker engine(QStringLiteral("engine"));
    Line line(engine.context()->thread());
    engine.runAndWait([&] {
        line.link->postState(CallState::Routing);
        line.link->postState(CallState::Streaming);
        for (const char *word : {"a", "b", "c"})
            line.link->postDeltas(text(word));
        line.link->postFinished({});
    });
    QVERIFY(line.heard.isEmpty());
    QVERIFY(!line.call->isFinished());
    QCoreApplication::processEvents();
    QCOMPARE(line.heard.join(u' '), QStringLiteral("s7 d3 f"));
    QCOMPARE(line.words, QStringLiteral("abc"));
    QCOMPARE(line.threads, QList<QThread *>{QThread::currentThread()});
    QVERIFY(line.call->isFinished());
}

void TstCallLink::keepsTheOrderBetweenThreads()
{
    Worker engine(QStringLiteral("engine"));
    Line line(engine.context()->thread());
    engine.runAndWait([&] {
        line.link->postRetry({});
        line.link->postState(CallState::Streaming);
        line.link->postDeltas(text("a"));
        line.link->postState(CallState::Settling);
        line.link->postDeltas(text("b"));
        line.link->postFinished({});
    });
    QCoreApplication::processEvents();
    QCOMPARE(line.heard.join(u' '), QStringLiteral("r s7 d1 s9 d1 f"));
}

void TstCallLink::survivesDeletionOfTheCallInItsOwnSignals()
{
    Line line;
    QObject::connect(line.call.get(), &Call::delta, &line.receiver, [&] { line.call.reset(); });
    line.link->postDeltas(text("a"));
    QVERIFY(!line.call);
    line.link->postDeltas(text("b"));
    line.link->postState(CallState::Settling);
    line.link->postFinished({});
    QCOMPARE(line.heard.join(u' '), QStringLiteral("d1"));
}

void TstCallLink::survivesDeletionOfTheCallInsideABatch()
{
    Worker engine(QStringLiteral("engine"));
    Line line(engine.context()->thread());
    QObject::connect(line.call.get(), &Call::stateChanged, &line.receiver, [&] { line.call.reset(); });
    engine.runAndWait([&] {
        line.link->postDeltas(text("a"));
        line.link->postState(CallState::Streaming);
        line.link->postDeltas(text("b"));
        line.link->postFinished({});
    });
    QCoreApplication::processEvents();
    QCOMPARE(line.heard.join(u' '), QStringLiteral("d1 s7"));
}

void TstCallLink::keepsTheOrderThroughNestedEventLoops()
{
    Worker engine(QStringLiteral("engine"));
    Line line(engine.context()->thread());
    bool nested = false;
    QObject::connect(line.call.get(), &Call::retrying, &line.receiver, [&] {
        if (std::exchange(nested, true))
            return;
        engine.runAndWait([&] { line.link->postDeltas(text("late")); });
        QEventLoop loop;
        QTimer::singleShot(0, &loop, &QEventLoop::quit);
        loop.exec();
    });
    engine.runAndWait([&] {
        line.link->postRetry({});
        line.link->postDeltas(text("early"));
        line.link->postState(CallState::Streaming);
    });
    QCoreApplication::processEvents();
    QCOMPARE(line.heard.join(u' '), QStringLiteral("r d1 s7 d1"));
    QCOMPARE(line.words, QStringLiteral("earlylate"));
}

void TstCallLink::asksToStopWhenTheCallDies()
{
    Line line;
    line.call->cancel();
    line.call.reset();
    const std::vector<Inbox::Command> commands = line.inbox->take();
    QCOMPARE(commands.size(), size_t(2));
    QCOMPARE(commands[0].stop, line.link);
    QCOMPARE(commands[1].stop, line.link);
}

void TstCallLink::asksForNothingAfterTheEnd()
{
    Line line;
    line.link->postFinished({});
    line.call->cancel();
    line.call.reset();
    QVERIFY(line.inbox->take().empty());
}

void TstCallLink::outlivesTheEngine()
{
    Worker engine(QStringLiteral("engine"));
    Line line(engine.context()->thread());
    engine.runAndWait([&] { line.link->postFinished({}); });
    line.inbox->close();
    line.call->cancel();
    QCoreApplication::processEvents();
    QCOMPARE(line.heard.join(u' '), QStringLiteral("f"));
    line.call.reset();
    QVERIFY(line.inbox->take().empty());
}

void TstCallLink::deletesSafelyWhileTheEnginePosts()
{
    Worker engine(QStringLiteral("engine"));
    for (int round = 0; round < 200; ++round) {
        Line line(engine.context()->thread());
        const std::shared_ptr<CallLink> link = line.link;
        engine.post([link] {
            for (int i = 0; i < 50; ++i)
                link->postDeltas(text("x"));
            link->postFinished({});
        });
        if (round % 2)
            QCoreApplication::processEvents();
        line.call.reset();
        engine.runAndWait([] {});
    }
}

void TstCallLink::wakesTheEngineOncePerBatch()
{
    struct Counter : QObject {
        int woken = 0;
        void customEvent(QEvent *event) override { woken += event->type() == Inbox::wakeUp; }
    } counter;
    Inbox inbox(&counter);
    for (int i = 0; i < 3; ++i)
        inbox.post({.submission = {}, .stop = {}, .task = [] {}});
    QCoreApplication::processEvents();
    QCOMPARE(counter.woken, 1);
    QCOMPARE(inbox.take().size(), size_t(3));
    inbox.post({.submission = {}, .stop = {}, .task = [] {}});
    QCoreApplication::processEvents();
    QCOMPARE(counter.woken, 2);
    inbox.close();
    inbox.post({.submission = {}, .stop = {}, .task = [] {}});
    QVERIFY(inbox.take().empty());
}

TOLLGATE_TEST(TstCallLink)

#include "tst_calllink.moc"
