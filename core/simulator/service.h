// The simulator's own thread: routes, refusals, the script, and the answers under way.
#pragma once

#include "core/async/random.h"
#include "core/net/httpserver.h"
#include "core/simulator/answer.h"
#include "core/simulator/requestlog.h"
#include "core/simulator/simulator.h"

#include <atomic>
#include <deque>
#include <memory>
#include <unordered_map>

namespace tollgate {

class SimulatorService
{
public:
    SimulatorService(Clock &clock, const SimulatorOptions &options, RequestLog &log);
    ~SimulatorService();

    Result<void> listen(quint16 port);
    quint16 port() const { return m_server.port(); }
    // The script is kept when the new one is empty; port and journal are not looked at.
    void setOptions(const SimulatorOptions &options);
    void enqueue(const QList<SimulatorStep> &steps);
    int connections() const { return m_server.connectionCount(); }
    int activeAnswers() const { return m_active.load(std::memory_order_relaxed); } // any thread

private:
    void handle(ServerRequest request, std::unique_ptr<Responder> responder);
    void handleChat(const ServerRequest &request, std::unique_ptr<Responder> responder);
    void handleModels(const ServerRequest &request, std::unique_ptr<Responder> responder);
    qint64 record(const ServerRequest &request, const ChatCall &call, SimulatorStep::Fault fault);
    void refuse(Responder &responder, const WireError &error, qint64 number);
    std::optional<WireError> readCall(const ServerRequest &request, ChatCall &call);
    SimulatorStep nextStep();
    ChatAnswer decide(const ChatCall &call, const SimulatorStep &step, qint64 number);
    void decideText(ChatAnswer &answer, const ChatCall &call, const SimulatorStep &step, quint64 choice);
    SimulatorPace paceOf(const SimulatorStep &step);
    Headers headersOf(qint64 number) const;

    Clock &m_clock;
    SimulatorOptions m_options;
    RequestLog &m_log;
    SeededRandom m_random; // failures by rate, in the order of requests
    SimulatorTexts m_texts;
    JsonDocument m_document;
    std::deque<SimulatorStep> m_script;
    MonoTime m_lastRequest;
    MonoTime m_coldUntil;
    std::atomic<int> m_active{0};
    HttpServer m_server; // before the answers: their responders may go first
    std::unordered_map<qint64, std::unique_ptr<SimulatorAnswer>> m_answers;
};

} // namespace tollgate
