#include "tests/support/testmain.h"
#include "ui/playground/phasetimeline.h"

#include <QTest>

using namespace tollgate;
using namespace tollgate::ui;
using Kind = PhaseSegment::Kind;

namespace {

constexpr qint64 ms = 1'000'000;

AttemptRecord attempt(qint64 permitted, qint64 connected, qint64 firstContent, qint64 ended)
{
    AttemptRecord out;
    out.stamps.permitted = permitted * ms;
    if (connected > 0) {
        out.stamps.connectStart = permitted * ms;
        out.stamps.connected = connected * ms;
    }
    out.stamps.sent = (connected > 0 ? connected : permitted) * ms;
    out.stamps.firstContent = firstContent < 0 ? -1 : firstContent * ms;
    out.stamps.lastByte = out.stamps.ended = ended * ms;
    return out;
}

QList<Kind> kinds(const PhaseTimeline &timeline)
{
    QList<Kind> out;
    for (const PhaseSegment &segment : timeline.segments)
        out.append(segment.kind);
    return out;
}

} // namespace

class TstPhaseTimeline : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aGoodAnswerHasEveryPhaseInOrder()
    {
        RequestRecord record;
        record.streamed = true;
        record.cacheLookedUp = 2 * ms;
        record.firstContent = 400 * ms;
        record.settled = 1400 * ms;
        record.usage.present = true;
        record.usage.visibleOutput = 100;
        record.attempts = {attempt(5, 50, 400, 1400)};
        const PhaseTimeline timeline = timelineOf(record);
        QCOMPARE(kinds(timeline), QList<Kind>({Kind::Cache, Kind::Queue, Kind::Connect, Kind::FirstToken, Kind::Stream}));
        for (qsizetype i = 1; i < timeline.segments.size(); ++i)
            QCOMPARE(timeline.segments[i].from, timeline.segments[i - 1].to);
        QCOMPARE(timeline.firstToken, 400 * ms);
        QCOMPARE(timeline.tokensPerSecond, 100.0);
        QVERIFY(describe(timeline).contains(QStringLiteral("connect 45")));
    }

    void aRetryIsFailedThenHatchedThenGood()
    {
        RequestRecord record;
        record.cacheLookedUp = 1 * ms;
        record.settled = 2000 * ms;
        AttemptRecord failed = attempt(1, 20, -1, 100);
        failed.failure = FailureKind::RateLimited;
        failed.backoffMs = 800;
        record.attempts = {failed, attempt(905, -1, 1200, 2000)};
        const PhaseTimeline timeline = timelineOf(record);
        QCOMPARE(kinds(timeline), QList<Kind>({Kind::Cache, Kind::Failed, Kind::Backoff, Kind::Queue, Kind::FirstToken, Kind::Stream}));
        QCOMPARE(timeline.segments[2].to - timeline.segments[2].from, 800 * ms);
    }

    void aHitHasNoAttempt()
    {
        RequestRecord record;
        record.cache = CacheOutcome::Hit;
        record.cacheLookedUp = 1 * ms;
        record.settled = 3 * ms;
        QCOMPARE(kinds(timelineOf(record)), QList<Kind>({Kind::Cache, Kind::Stream}));
    }

    void nothingOverlapsWhateverTheStampsSay()
    {
        RequestRecord record;
        record.settled = 100 * ms;
        AttemptRecord odd;
        odd.stamps.sent = 90 * ms; // only one stamp was taken
        AttemptRecord none;
        none.failure = FailureKind::Unreachable;
        record.attempts = {none, odd, attempt(50, 40, 30, 20)};
        const PhaseTimeline timeline = timelineOf(record);
        qint64 at = 0;
        for (const PhaseSegment &segment : timeline.segments) {
            QVERIFY(segment.from >= at || segment.kind == Kind::Stream);
            QVERIFY(segment.to > segment.from);
            at = segment.from;
        }
    }

    void theLiveTimelineTurnsAFailedAttemptRed()
    {
        LiveTimeline live;
        live.start();
        live.enter(CallState::Waiting, 2 * ms);
        live.enter(CallState::Connecting, 5 * ms);
        live.enter(CallState::Sending, 30 * ms);
        live.attemptFailed(100 * ms);
        live.enter(CallState::BackingOff, 100 * ms);
        live.enter(CallState::Connecting, 900 * ms);
        live.enter(CallState::Sending, 910 * ms);
        live.enter(CallState::Streaming, 1000 * ms);
        live.content(1100 * ms);
        const PhaseTimeline timeline = live.at(1500 * ms);
        QCOMPARE(kinds(timeline), QList<Kind>({Kind::Cache, Kind::Queue, Kind::Failed, Kind::Backoff, Kind::Connect, Kind::FirstToken, Kind::Stream}));
        QCOMPARE(timeline.segments[2].from, 5 * ms);
        QCOMPARE(timeline.firstToken, 1100 * ms);
        QVERIFY(timeline.running);
    }
};

TOLLGATE_TEST(TstPhaseTimeline)
#include "tst_phasetimeline.moc"
