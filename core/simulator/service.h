// The simulator's own thread: routes, refusals, the script, and the answers under way.
#pragma once

#include "core/async/random.h"
#include "core/net/httpserver.h"
#include "core/simulator/answer.h"
#include "core/simulator/requestlog.h"
#include "core/simulator/simulator.h"
#include "core/simulator/simulatorwire.h"

#include <atomic>
#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

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
    void handleChat(const SimulatorWire &wire, const ServerRequest &request, std::unique_ptr<Responder> responder);
    void handleModels(const SimulatorWire &wire, const ServerRequest &request, std::unique_ptr<Responder> responder);
    qint64 record(const ServerRequest &request, const ChatCall &call, SimulatorStep::Fault fault);
    void reply(const SimulatorWire &wire, Responder &responder, int status, const QByteArray &body, qint64 number);
    void refuse(const SimulatorWire &wire, Responder &responder, const WireError &error, qint64 number);
    std::optional<WireError> readCall(const SimulatorWire &wire, const ServerRequest &request, ChatCall &call);
    SimulatorStep nextStep();
    ChatAnswer decide(const ChatCall &call, const SimulatorStep &step, qint64 number);
    void decideText(ChatAnswer &answer, const ChatCall &call, const SimulatorStep &step, quint64 choice);
    SimulatorPace paceOf(const SimulatorStep &step);

    Clock &m_clock;
    SimulatorOptions m_options;
    RequestLog &m_log;
    SeededRandom m_random; // failures by rate, in the order of requests
    SimulatorTexts m_texts;
    const std::vector<std::unique_ptr<const SimulatorWire>> m_wires = makeSimulatorWires();
    JsonDocument m_document;
    std::deque<SimulatorStep> m_script;
    MonoTime m_lastRequest;
    MonoTime m_coldUntil;
    std::atomic<int> m_active{0};
    HttpServer m_server; // before the answers: their responders may go first
    std::unordered_map<qint64, std::unique_ptr<SimulatorAnswer>> m_answers;
    std::unordered_set<quint64> m_answered; // prompts that an endpoint with a cache of its own has answered
};

} // namespace tollgate
