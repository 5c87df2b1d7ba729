#include "ui/playground/phasetimeline.h"

#include "ui/theme/format.h"

#include <QCoreApplication>

#include <initializer_list>

namespace tollgate::ui {

namespace {

using Kind = PhaseSegment::Kind;

qint64 firstSet(std::initializer_list<qint64> stamps)
{
    for (const qint64 stamp : stamps)
        if (stamp >= 0)
            return stamp;
    return -1;
}

QString nameOf(Kind kind)
{
    switch (kind) {
    case Kind::Cache:
        return QCoreApplication::translate("PhaseTimeline", "cache");
    case Kind::Queue:
        return QCoreApplication::translate("PhaseTimeline", "queue");
    case Kind::Connect:
        return QCoreApplication::translate("PhaseTimeline", "connect");
    case Kind::FirstToken:
        return QCoreApplication::translate("PhaseTimeline", "waiting for the first token");
    case Kind::Stream:
        return QCoreApplication::translate("PhaseTimeline", "stream");
    case Kind::Failed:
        return QCoreApplication::translate("PhaseTimeline", "failed attempt");
    case Kind::Backoff:
        return QCoreApplication::translate("PhaseTimeline", "wait before the next attempt");
    }
    return {};
}

void add(PhaseTimeline &timeline, Kind kind, qint64 from, qint64 to)
{
    if (to > from && from >= 0)
        timeline.segments.append({kind, from, to});
}

void addAttempt(PhaseTimeline &timeline, const AttemptRecord &attempt, qint64 previousEnd)
{
    const AttemptStamps &s = attempt.stamps;
    const qint64 start = qMax(firstSet({s.permitted, s.connectStart, s.sent}), previousEnd);
    const qint64 end = qMax(firstSet({s.ended, s.lastByte, s.firstContent, s.firstByte, s.sent}), start);
    const bool stopped = attempt.failure == FailureKind::Cancelled;
    if (attempt.failure && !stopped && s.firstContent < 0) {
        add(timeline, Kind::Failed, start, end);
        return;
    }
    const qint64 connected = firstSet({s.tlsDone, s.connected});
    qint64 at = start;
    if (s.connectStart >= 0 && connected > at) {
        add(timeline, Kind::Connect, qMax(start, s.connectStart), connected);
        at = connected;
    }
    if (s.firstContent >= 0) {
        add(timeline, Kind::FirstToken, at, s.firstContent);
        const qint64 streamEnd = qMax(firstSet({s.lastByte, s.ended}), s.firstContent);
        add(timeline, Kind::Stream, s.firstContent, streamEnd);
        if (attempt.failure && !stopped) // it broke in the middle
            add(timeline, Kind::Failed, streamEnd, qMax(end, streamEnd + (streamEnd - start) / 50 + 1));
    } else {
        add(timeline, Kind::FirstToken, at, end);
    }
}

} // namespace

PhaseTimeline timelineOf(const RequestRecord &record)
{
    PhaseTimeline timeline;
    timeline.end = qMax<qint64>(record.settled, 0);
    qint64 at = 0;
    add(timeline, Kind::Cache, 0, record.cacheLookedUp);
    at = qMax<qint64>(record.cacheLookedUp, 0);
    qint64 backoff = 0;
    for (const AttemptRecord &attempt : record.attempts) {
        if (backoff > 0) {
            add(timeline, Kind::Backoff, at, at + backoff);
            at += backoff;
        }
        const qint64 permitted = firstSet({attempt.stamps.permitted, attempt.stamps.connectStart, attempt.stamps.sent});
        add(timeline, Kind::Queue, at, permitted);
        addAttempt(timeline, attempt, at);
        if (!timeline.segments.isEmpty())
            at = qMax(at, timeline.segments.last().to);
        backoff = attempt.backoffMs * 1'000'000;
    }
    timeline.end = qMax(timeline.end, at);
    if (record.attempts.isEmpty() && record.cache == CacheOutcome::Hit)
        add(timeline, Kind::Stream, at, timeline.end);
    else if (record.attempts.isEmpty())
        add(timeline, Kind::Queue, at, timeline.end);
    timeline.firstToken = record.streamed || record.firstContent >= 0 ? record.firstContent : -1;
    const qint64 stream = timeline.end - timeline.firstToken;
    if (timeline.firstToken >= 0 && stream > 1'000'000 && record.usage.present)
        timeline.tokensPerSecond = double(record.usage.outputTokens()) * 1e9 / double(stream);
    return timeline;
}

QString describe(const PhaseTimeline &timeline)
{
    QStringList parts;
    for (const PhaseSegment &segment : timeline.segments)
        parts.append(nameOf(segment.kind) + u' ' + formatDurationMs(double(segment.to - segment.from) / 1e6));
    return parts.join(QStringLiteral(", "));
}

void LiveTimeline::start()
{
    *this = {};
    m_timeline.running = true;
    open(Kind::Cache, 0);
}

void LiveTimeline::open(Kind kind, qint64 now)
{
    if (m_kind == kind)
        return;
    close(now);
    m_kind = kind;
    m_since = now;
}

void LiveTimeline::close(qint64 now)
{
    if (m_kind)
        add(m_timeline, *m_kind, m_since, now);
    m_kind.reset();
}

void LiveTimeline::enter(CallState state, qint64 now)
{
    switch (state) {
    case CallState::Routing:
    case CallState::LookingUp:
        open(Kind::Cache, now);
        break;
    case CallState::Following:
    case CallState::Reserving:
    case CallState::Waiting:
        open(Kind::Queue, now);
        break;
    case CallState::Connecting:
        open(Kind::Connect, now);
        m_attemptStart = m_timeline.segments.size();
        break;
    case CallState::Sending: {
        const bool reused = m_kind != Kind::Connect && m_kind != Kind::FirstToken; // an open connection
        open(Kind::FirstToken, now);
        if (reused)
            m_attemptStart = m_timeline.segments.size();
        break;
    }
    case CallState::Streaming:
        if (m_kind != Kind::Stream)
            open(m_timeline.firstToken < 0 ? Kind::FirstToken : Kind::Stream, now);
        break;
    case CallState::BackingOff:
        open(Kind::Backoff, now);
        break;
    case CallState::Settling:
    case CallState::Done:
        close(now);
        break;
    }
}

void LiveTimeline::attemptFailed(qint64 now)
{
    close(now);
    const qsizetype first = qMin(m_attemptStart, m_timeline.segments.size());
    if (first < m_timeline.segments.size()) {
        const qint64 from = m_timeline.segments[first].from;
        m_timeline.segments.resize(first);
        add(m_timeline, Kind::Failed, from, now);
    }
    m_attemptStart = m_timeline.segments.size();
    open(Kind::Backoff, now);
}

void LiveTimeline::content(qint64 now)
{
    if (m_timeline.firstToken >= 0)
        return;
    m_timeline.firstToken = now;
    open(Kind::Stream, now);
}

PhaseTimeline LiveTimeline::at(qint64 now) const
{
    PhaseTimeline timeline = m_timeline;
    if (m_kind)
        add(timeline, *m_kind, m_since, now);
    timeline.end = now;
    return timeline;
}

} // namespace tollgate::ui
