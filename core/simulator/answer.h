// One answer being given: waits, streams at its speed, and breaks where its step says. It owns the responder.
#pragma once

#include "core/net/httpserver.h"
#include "core/simulator/simulator.h"
#include "core/simulator/simulatorwire.h"

#include <functional>
#include <memory>

namespace tollgate {

struct SimulatorPace {
    Nanoseconds latency{0}; // before the head
    Nanoseconds ttft{0};    // head to first token
    double tokensPerSecond = 0; // 0: all at once
};

class SimulatorAnswer
{
public:
    struct Plan {
        const SimulatorWire *wire = nullptr; // outlives the answer
        SimulatorStep step;
        ChatAnswer answer;
        bool stream = false;
        SimulatorPace pace;
        Headers headers; // besides Content-Type
    };

    // `ended` is called once, as the last thing this object does, and may delete it.
    SimulatorAnswer(Clock &clock, std::unique_ptr<Responder> responder, Plan plan, std::function<void()> ended);
    void start();

private:
    void run();
    void runWhole();
    void runStream();
    void runHuge();
    void runDrip(QByteArray bytes);

    void tick();
    void scheduleTick();
    qsizetype dueEvents() const;
    void streamSent();
    void pump();
    void drip();

    void sendWhole(int status, const char *contentType, QByteArrayView body);
    void sendStatus();
    void breakWhole(const QByteArray &body);
    void hold();
    void finish();
    bool endsAtEvent() const;
    void append(QByteArray &out, qsizetype event) const;
    QByteArray failureBody() const;
    Headers headersWith(const char *contentType) const;
    QByteArray rawHead(qsizetype length) const;

    Clock &m_clock;
    std::unique_ptr<Responder> m_responder;
    Plan m_plan;
    std::function<void()> m_ended;
    ScopedTimer m_timer;
    MonoTime m_firstToken;
    qsizetype m_sent = 0;  // events
    qsizetype m_limit = 0; // events before the stream ends, well or badly
    qsizetype m_perEvent = 1;
    QByteArray m_bytes;    // to drip, or one block to pump
    qsizetype m_at = 0;    // bytes dripped or pumped
    qint64 m_pumpLimit = 0; // 0: without end
};

} // namespace tollgate
