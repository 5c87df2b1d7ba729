#include "core/simulator/service.h"

#include <QCoreApplication>

#include <algorithm>
#include <utility>

namespace tollgate {

namespace {

using Fault = SimulatorStep::Fault;

constexpr Milliseconds coldAfter{60'000};
constexpr double tooFastToPace = 1e6; // tokens per second

// SplitMix64's finish: every bit of the input moves every bit of the output.
quint64 scatter(quint64 z)
{
    z += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

bool isKnownModel(QByteArrayView model)
{
    return std::any_of(std::begin(simulatedModels), std::end(simulatedModels),
                       [&](const char *name) { return model == QByteArrayView(name); });
}

bool isBadKey(const QByteArray &key)
{
    return key == "bad" || key.startsWith("sk-bad");
}

std::shared_ptr<const TokenText> tokensOf(QByteArrayView utf8)
{
    return std::make_shared<const TokenText>(cutIntoTokens(utf8));
}

ServerLimits serverLimits()
{
    ServerLimits limits;
    limits.bodyBytes = 64 * 1024 * 1024;
    limits.allBodyBytes = 512 * 1024 * 1024;
    limits.connections = 4096; // load tests; the listener is on loopback only
    return limits;
}

} // namespace

QStringList simulatorModels()
{
    QStringList models;
    for (const char *name : simulatedModels)
        models << QString::fromLatin1(name);
    return models;
}

SimulatorService::SimulatorService(Clock &clock, const SimulatorOptions &options, RequestLog &log)
    : m_clock(clock), m_options(options), m_log(log), m_random(options.seed),
      m_script(options.script.begin(), options.script.end()),
      m_server(
          clock, [this](ServerRequest request, std::unique_ptr<Responder> responder) { handle(std::move(request), std::move(responder)); },
          serverLimits())
{
}

SimulatorService::~SimulatorService() = default;

Result<void> SimulatorService::listen(quint16 port)
{
    if (const auto error = m_server.listen(QHostAddress::LocalHost, port)) {
        return Error{ErrorKind::Usage, QCoreApplication::translate("Simulator", "The simulator cannot listen on port %1").arg(port),
                     *error, QCoreApplication::translate("Simulator", "Choose another port, or 0 for any free one.")};
    }
    return {};
}

void SimulatorService::setOptions(const SimulatorOptions &options)
{
    if (options.seed != m_options.seed)
        m_random = SeededRandom(options.seed);
    m_options = options;
    if (!options.script.isEmpty())
        m_script.assign(options.script.begin(), options.script.end());
}

void SimulatorService::enqueue(const QList<SimulatorStep> &steps)
{
    m_script.insert(m_script.end(), steps.begin(), steps.end());
}

// ---- routes

void SimulatorService::handle(ServerRequest request, std::unique_ptr<Responder> responder)
{
    using Route = SimulatorWire::Route;
    for (const auto &wire : m_wires) {
        switch (wire->route(request)) {
        case Route::Chat:
            return handleChat(*wire, request, std::move(responder));
        case Route::Models:
            return handleModels(*wire, request, std::move(responder));
        case Route::NotAllowed:
            return refuse(*wire, *responder,
                          {405, "invalid_request_error", "method_not_supported", {}, "Not allowed to " + request.method + " here."},
                          record(request, {}, Fault::None));
        case Route::Other:
            break;
        }
    }
    refuse(*m_wires.back(), *responder,
           {404, "invalid_request_error", "unknown_url", {}, "Unknown request URL: " + request.path + '.'},
           record(request, {}, Fault::None));
}

void SimulatorService::handleModels(const SimulatorWire &wire, const ServerRequest &request, std::unique_ptr<Responder> responder)
{
    const qint64 number = record(request, {}, Fault::None);
    if (isBadKey(wire.key(request.headers)))
        return refuse(wire, *responder, fittingError(401), number);
    const std::optional<QByteArray> body = wire.models(request);
    if (!body)
        return refuse(wire, *responder, fittingError(404), number);
    reply(wire, *responder, 200, *body, number);
}

qint64 SimulatorService::record(const ServerRequest &request, const ChatCall &call, Fault fault)
{
    // The usual texts are shared, since a hundred thousand entries are kept.
    static const QByteArray post("POST");
    static const QByteArray chatPath("/v1/chat/completions");
    static const QStringList models = simulatorModels();
    SimulatorEntry entry;
    entry.wallMs = m_clock.wallMs();
    entry.method = request.method == post ? post : request.method;
    entry.path = request.path == chatPath ? chatPath : request.path;
    const QString model = QString::fromUtf8(call.model);
    const qsizetype known = models.indexOf(model);
    entry.model = known < 0 ? model : models[known];
    entry.stream = call.stream;
    entry.fault = simulatorFaultName(fault);
    entry.attempt = request.headers.value("x-tollgate-attempt");
    return m_log.record(std::move(entry), request.body);
}

void SimulatorService::reply(const SimulatorWire &wire, Responder &responder, int status, const QByteArray &body, qint64 number)
{
    Headers headers = wire.headers(number, m_options.latencyMs);
    headers.add("Content-Type", "application/json");
    responder.send(status, headers, body);
}

void SimulatorService::refuse(const SimulatorWire &wire, Responder &responder, const WireError &error, qint64 number)
{
    reply(wire, responder, error.status, wire.errorBody(error), number);
}

// ---- chat

std::optional<WireError> SimulatorService::readCall(const SimulatorWire &wire, const ServerRequest &request, ChatCall &call)
{
    const Result<JsonValue> body = m_document.parse(request.body);
    if (!body)
        return invalidRequest({}, "We could not parse the JSON body of your request.");
    const std::optional<WireError> problem = wire.readCall(request, *body, call);
    if (isBadKey(wire.key(request.headers)))
        return fittingError(401);
    if (problem)
        return problem;
    if (!isKnownModel(call.model)) {
        WireError error = fittingError(404);
        error.message = "The model `" + call.model + "` does not exist or you do not have access to it.";
        return error;
    }
    return std::nullopt;
}

void SimulatorService::handleChat(const SimulatorWire &wire, const ServerRequest &request, std::unique_ptr<Responder> responder)
{
    ChatCall call;
    if (const auto problem = readCall(wire, request, call))
        return refuse(wire, *responder, *problem, record(request, call, Fault::None));
    SimulatorAnswer::Plan plan;
    plan.wire = &wire;
    plan.step = nextStep();
    const qint64 number = record(request, call, plan.step.fault);
    plan.answer = decide(call, plan.step, number);
    plan.stream = call.stream;
    plan.pace = paceOf(plan.step);
    plan.headers = wire.headers(number, m_options.latencyMs);
    m_active.fetch_add(1, std::memory_order_relaxed);
    auto answer = std::make_unique<SimulatorAnswer>(m_clock, std::move(responder), std::move(plan), [this, number] {
        m_active.fetch_sub(1, std::memory_order_relaxed);
        m_answers.erase(number);
    });
    SimulatorAnswer &started = *answer;
    m_answers.emplace(number, std::move(answer));
    started.start();
}

// The script first, then failures by rate.
SimulatorStep SimulatorService::nextStep()
{
    if (!m_script.empty()) {
        SimulatorStep step = std::move(m_script.front());
        m_script.pop_front();
        if (step.repeat)
            m_script.push_back(step);
        return step;
    }
    SimulatorStep step;
    if (m_options.errorRate <= 0 || m_random.unit() >= m_options.errorRate)
        return step;
    step.fault = Fault::Status;
    const int kind = m_options.mixedErrors ? int(m_random.unit() * 5) : 0;
    switch (kind) {
    case 1: step.status = 500; break;
    case 2: step.status = 503; break;
    case 3: step.status = 529; break;
    case 4:
        step.fault = Fault::CutStream;
        step.afterEvents = 4 + int(m_random.unit() * 20);
        break;
    default:
        step.status = 429;
        step.headers = {{"Retry-After", "1"}};
    }
    return step;
}

SimulatorPace SimulatorService::paceOf(const SimulatorStep &step)
{
    const MonoTime now = m_clock.now();
    if (m_options.coldStartMs > 0 && (!m_lastRequest || now - m_lastRequest >= coldAfter))
        m_coldUntil = now + Milliseconds(m_options.coldStartMs);
    m_lastRequest = now;
    SimulatorPace pace;
    pace.latency = Milliseconds(step.latencyMs.value_or(m_options.latencyMs));
    if (m_coldUntil > now)
        pace.latency += m_coldUntil - now;
    pace.ttft = Milliseconds(step.ttftMs.value_or(m_options.ttftMs));
    pace.tokensPerSecond = step.tokensPerSecond.value_or(m_options.tokensPerSecond);
    if (!(pace.tokensPerSecond > 0) || pace.tokensPerSecond >= tooFastToPace)
        pace.tokensPerSecond = 0;
    return pace;
}

ChatAnswer SimulatorService::decide(const ChatCall &call, const SimulatorStep &step, qint64 number)
{
    const quint64 model = quint64(std::find_if(std::begin(simulatedModels), std::end(simulatedModels),
                                               [&](const char *name) { return call.model == name; })
                                  - std::begin(simulatedModels));
    const quint64 choice = scatter(call.promptHash ^ scatter(m_options.seed * 4 + model));
    ChatAnswer answer;
    answer.id = QByteArray::number(scatter(choice ^ quint64(number)), 16);
    answer.model = call.model;
    answer.created = m_clock.wallMs() / 1000;
    answer.promptTokens = call.promptTokens;
    // A third of the longer prompts finds its first half in the provider's cache, in steps of 16 tokens.
    if (call.promptTokens >= 64 && (choice >> 20) % 3 == 0)
        answer.cachedTokens = call.promptTokens / 2 / 16 * 16;
    if (call.writesCache && call.promptTokens >= 64)
        answer.cacheWriteTokens = (call.promptTokens - answer.cachedTokens) / 2;
    answer.includeUsage = call.includeUsage;
    answer.finishReason = step.fault == Fault::NoEndMarker ? "" : "stop";
    answer.later = call.later;
    if (call.keepsAnswers && !call.later && step.fault == Fault::None) {
        if (m_answered.size() > 100'000)
            m_answered.clear();
        answer.repeated = !m_answered.insert(choice).second;
    }
    decideText(answer, call, step, choice);
    if (step.fault == Fault::InvalidUtf8)
        answer.content = std::make_shared<const TokenText>(withInvalidUtf8(*answer.content));
    answer.reasoningTokens = answer.reasoning ? answer.reasoning->size() : 0;
    answer.contentTokens = answer.content->size();
    if (call.maxTokens && answer.tokens() > *call.maxTokens) {
        answer.reasoningTokens = std::min<qsizetype>(answer.reasoningTokens, *call.maxTokens);
        answer.contentTokens = std::min<qsizetype>(answer.contentTokens, *call.maxTokens - answer.reasoningTokens);
        if (!answer.finishReason.isEmpty())
            answer.finishReason = "length";
    }
    return answer;
}

void SimulatorService::decideText(ChatAnswer &answer, const ChatCall &call, const SimulatorStep &step, quint64 choice)
{
    if (step.reasoning && !step.reasoning->isEmpty())
        answer.reasoning = tokensOf(step.reasoning->toUtf8());
    else if (!step.reasoning && call.model == "sim-reasoner")
        answer.reasoning = m_texts.reasoning(choice >> 8);
    if (step.toolCall || (!call.tool.isEmpty() && !step.text)) {
        QByteArray name;
        JsonWriter(name).utf8(call.tool.isEmpty() ? QByteArrayView("lookup") : call.tool);
        answer.tool = name.sliced(1, name.size() - 2);
        answer.callId = QByteArray::number(scatter(choice), 16);
        answer.content = tokensOf(step.text ? step.text->toUtf8() : jsonForSchema(call.toolParameters, choice));
        if (!answer.finishReason.isEmpty())
            answer.finishReason = "tool_calls";
    } else if (step.text) {
        answer.content = tokensOf(step.text->toUtf8());
    } else if (call.wantsJson) {
        answer.content = tokensOf(jsonForSchema(call.schema, choice));
    } else {
        answer.content = m_texts.answer(choice, step.tokens.value_or(m_options.tokens));
    }
}

} // namespace tollgate
