// What a request did when, as segments to paint: from a settled record, or built live from the call's states. Times are nanoseconds
// since the request was accepted. Pure.
#pragma once

#include "core/engine/call.h"

#include <QList>
#include <QString>

namespace tollgate::ui {

struct PhaseSegment {
    enum class Kind : quint8 { Cache, Queue, Connect, FirstToken, Stream, Failed, Backoff };
    Kind kind = Kind::Cache;
    qint64 from = 0;
    qint64 to = 0;
    friend bool operator==(const PhaseSegment &, const PhaseSegment &) = default;
};

struct PhaseTimeline {
    QList<PhaseSegment> segments;
    qint64 firstToken = -1; // -1: none yet, or an answer that was not streamed
    qint64 end = 0;
    bool running = false;
    double tokensPerSecond = 0; // of the stream; 0: unknown
};

PhaseTimeline timelineOf(const RequestRecord &record);
// "Cache 2 ms, queue 0 ms, connect 20 ms, ...": for screen readers.
QString describe(const PhaseTimeline &timeline);

// Follows a running call.
class LiveTimeline
{
public:
    void start();
    void enter(CallState state, qint64 now);
    void attemptFailed(qint64 now);
    void content(qint64 now); // the first text of the answer
    PhaseTimeline at(qint64 now) const;

private:
    void open(PhaseSegment::Kind kind, qint64 now);
    void close(qint64 now);
    PhaseTimeline m_timeline;
    std::optional<PhaseSegment::Kind> m_kind;
    qint64 m_since = 0;
    qsizetype m_attemptStart = 0; // index of the running attempt's first segment
};

} // namespace tollgate::ui
