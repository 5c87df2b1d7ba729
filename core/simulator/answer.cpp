#include "core/simulator/answer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tollgate {

namespace {

using Fault = SimulatorStep::Fault;

constexpr const char *json = "application/json";
constexpr qsizetype instantTokensPerEvent = 8; // like a provider that merges what it has at hand
constexpr qsizetype blockBytes = 64 * 1024;
constexpr qint64 hugeBytes = 64 * 1024 * 1024; // twice the client's cap on a body
constexpr Nanoseconds shortestTick{1'000'000};
constexpr const char *html = "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head>\n"
                             "<body><h1>502 Bad Gateway</h1><script>alert(1)</script></body></html>\n";
constexpr char garbage[] = "\x00\x16\x03\xFF\x7F no HTTP here \x01\x02\r\n\r\n\x80\x81";

} // namespace

SimulatorAnswer::SimulatorAnswer(Clock &clock, std::unique_ptr<Responder> responder, Plan plan, std::function<void()> ended)
    : m_clock(clock), m_responder(std::move(responder)), m_plan(std::move(plan)), m_ended(std::move(ended)), m_timer(clock)
{
}

void SimulatorAnswer::start()
{
    m_responder->onDisconnected([this] { finish(); });
    if (m_plan.pace.latency.count() > 0)
        m_timer.start(m_plan.pace.latency, [this] { run(); });
    else
        run();
}

// The head's time has come.
void SimulatorAnswer::run()
{
    switch (m_plan.step.fault) {
    case Fault::Status:
        return sendStatus();
    case Fault::CloseBeforeHeaders:
        m_responder->abort(false);
        return finish();
    case Fault::CloseMidHeaders:
        m_responder->writeRaw("HTTP/1.1 200 OK\r\nContent-Type: text/ev");
        m_responder->abort(false);
        return finish();
    case Fault::Reset:
        m_responder->abort(true);
        return finish();
    case Fault::Hang:
        return hold();
    case Fault::Garbage:
        m_responder->writeRaw(QByteArrayView(garbage, sizeof garbage - 1));
        m_responder->abort(false);
        return finish();
    case Fault::Raw:
        m_responder->writeRaw(m_plan.step.body);
        m_responder->abort(false);
        return finish();
    case Fault::Html:
        return sendWhole(200, "text/html; charset=utf-8", html);
    case Fault::HugeBody:
        return runHuge();
    case Fault::Redirect: {
        Headers headers = headersWith(json);
        headers.set("Location", m_plan.step.location.isEmpty() ? QByteArrayView("/v1/elsewhere") : QByteArrayView(m_plan.step.location));
        m_responder->send(m_plan.step.status >= 300 && m_plan.step.status < 400 ? m_plan.step.status : 307, headers, "{}");
        return finish();
    }
    case Fault::ErrorIn200:
        return sendWhole(200, json, failureBody());
    default:
        return m_plan.stream ? runStream() : runWhole();
    }
}

// ---- not streamed

void SimulatorAnswer::runWhole()
{
    Nanoseconds thinking = m_plan.pace.ttft;
    if (m_plan.answer.later || m_plan.answer.repeated)
        thinking = Nanoseconds(0); // no model is asked
    else if (m_plan.pace.tokensPerSecond > 0)
        thinking += Nanoseconds(qint64(double(m_plan.answer.tokens()) * 1e9 / m_plan.pace.tokensPerSecond));
    const auto answer = [this] {
        const QByteArray body = m_plan.wire->whole(m_plan.answer);
        const Fault fault = m_plan.step.fault;
        if (fault == Fault::None || fault == Fault::NoEndMarker || fault == Fault::InvalidUtf8)
            sendWhole(m_plan.wire->statusOfWhole(m_plan.answer), json, body);
        else
            breakWhole(body);
    };
    if (thinking.count() > 0)
        m_timer.start(thinking, answer);
    else
        answer();
}

void SimulatorAnswer::breakWhole(const QByteArray &body)
{
    const QByteArrayView half = QByteArrayView(body).first(body.size() / 2);
    switch (m_plan.step.fault) {
    case Fault::CutStream:
    case Fault::ResetStream:
        m_responder->writeRaw(rawHead(body.size()) + half.toByteArray());
        m_responder->abort(m_plan.step.fault == Fault::ResetStream);
        return finish();
    case Fault::CutAtChunkBorder:
        m_responder->begin(200, headersWith(json));
        m_responder->write(half);
        m_responder->abort(false);
        return finish();
    case Fault::HangStream:
        m_responder->writeRaw(rawHead(body.size()) + half.toByteArray());
        return hold();
    case Fault::TruncatedJson:
        return sendWhole(200, json, half);
    case Fault::SlowDrip:
        m_responder->writeRaw(rawHead(body.size()));
        return runDrip(body);
    case Fault::EndlessStream:
        m_responder->begin(200, headersWith(json));
        m_bytes = QByteArray(blockBytes, ' ');
        return pump();
    default: // an error inside a stream, asked for without one
        return sendWhole(200, json, failureBody());
    }
}

// ---- streamed

bool SimulatorAnswer::endsAtEvent() const
{
    switch (m_plan.step.fault) {
    case Fault::CutStream:
    case Fault::CutAtChunkBorder:
    case Fault::ResetStream:
    case Fault::HangStream:
    case Fault::ErrorInStream:
    case Fault::TruncatedJson:
        return true;
    default:
        return false;
    }
}

void SimulatorAnswer::runStream()
{
    if (m_plan.pace.tokensPerSecond <= 0 && m_plan.step.fault == Fault::None)
        m_perEvent = instantTokensPerEvent;
    m_limit = m_plan.wire->eventCount(m_plan.answer, m_perEvent);
    if (endsAtEvent())
        m_limit = std::min<qsizetype>(m_limit, m_plan.step.afterEvents);
    else if (m_plan.step.fault == Fault::NoEndMarker || m_plan.step.fault == Fault::EndlessStream)
        m_limit = 1 + tokenEvents(m_plan.answer);
    m_responder->begin(200, headersWith(m_plan.wire->streamType()));
    const auto first = [this] {
        m_firstToken = m_clock.now();
        if (m_plan.step.fault == Fault::SlowDrip) {
            QByteArray all;
            for (qsizetype i = 0; i < m_limit; ++i)
                append(all, i);
            return runDrip(std::move(all));
        }
        tick();
    };
    if (m_plan.pace.ttft.count() > 0)
        m_timer.start(m_plan.pace.ttft, first);
    else
        first();
}

// Events that should be out by now: the first goes with the first token, the last ones with the last token.
qsizetype SimulatorAnswer::dueEvents() const
{
    if (m_plan.pace.tokensPerSecond <= 0)
        return m_limit;
    const double seconds = double((m_clock.now() - m_firstToken).count()) / 1e9;
    const qsizetype tokens = 1 + qsizetype(std::floor(seconds * m_plan.pace.tokensPerSecond + 1e-6));
    return tokens >= tokenEvents(m_plan.answer) ? m_limit : std::min(m_limit, 1 + tokens);
}

void SimulatorAnswer::tick()
{
    if (!m_responder->canWrite()) {
        m_responder->onWritable([this] { tick(); });
        return;
    }
    m_responder->onWritable(nullptr);
    if (m_plan.step.fault == Fault::EndlessStream && m_sent >= m_limit) { // the tokens over and over
        m_firstToken = m_clock.now();
        m_sent = 1;
    }
    QByteArray out;
    const qsizetype due = dueEvents();
    for (; m_sent < due; ++m_sent)
        append(out, m_sent);
    m_responder->write(out);
    if (m_sent >= m_limit && m_plan.step.fault != Fault::EndlessStream)
        streamSent();
    else
        scheduleTick();
}

void SimulatorAnswer::scheduleTick()
{
    Nanoseconds delay = shortestTick;
    if (m_plan.pace.tokensPerSecond > 0) {
        // m_sent events hold m_sent - 1 tokens; the next one is due that many token times after the first.
        const double due = double(std::max<qsizetype>(m_sent - 1, 0)) * 1e9 / m_plan.pace.tokensPerSecond;
        delay = std::max(delay, m_firstToken + Nanoseconds(qint64(due)) - m_clock.now());
    }
    m_timer.start(delay, [this] { tick(); });
}

// Everything that is to come before the end has been written.
void SimulatorAnswer::streamSent()
{
    QByteArray next;
    if (m_sent < m_plan.wire->eventCount(m_plan.answer, m_perEvent))
        append(next, m_sent);
    switch (m_plan.step.fault) {
    case Fault::CutStream:
        if (!next.isEmpty())
            m_responder->writeRaw(QByteArray::number(next.size(), 16) + "\r\n" + next.first(next.size() / 2));
        m_responder->abort(false);
        return finish();
    case Fault::CutAtChunkBorder:
        m_responder->abort(false);
        return finish();
    case Fault::ResetStream:
        m_responder->abort(true);
        return finish();
    case Fault::HangStream:
        return hold();
    case Fault::ErrorInStream:
        next.clear();
        m_plan.wire->appendStreamError(next, failureBody());
        m_responder->write(next);
        break;
    case Fault::TruncatedJson:
        m_responder->write(next.first(next.size() / 2) + "\n\n" + m_plan.wire->endMarker());
        break;
    default:
        break;
    }
    m_responder->end();
    finish();
}

// ---- bytes without end

void SimulatorAnswer::runHuge()
{
    const char *type = m_plan.stream ? m_plan.wire->streamType() : json;
    m_responder->begin(200, headersWith(type));
    const bool events = QByteArrayView(type).startsWith("text/event-stream");
    m_responder->write(events ? QByteArrayView("data: {\"x\":\"") : QByteArrayView("{\"x\":\""));
    m_bytes = QByteArray(blockBytes, 'x');
    m_pumpLimit = hugeBytes;
    pump();
}

// One block a turn, so that a client as fast as we are does not keep the thread.
void SimulatorAnswer::pump()
{
    if (!m_responder->canWrite()) {
        m_responder->onWritable([this] { pump(); });
        return;
    }
    m_responder->onWritable(nullptr);
    m_responder->write(m_bytes);
    m_at += m_bytes.size();
    if (m_pumpLimit > 0 && m_at >= m_pumpLimit) {
        m_responder->write("\"}");
        m_responder->end();
        return finish();
    }
    m_timer.start(Nanoseconds(0), [this] { pump(); });
}

void SimulatorAnswer::runDrip(QByteArray bytes)
{
    m_bytes = std::move(bytes);
    drip();
}

void SimulatorAnswer::drip()
{
    if (m_at >= m_bytes.size()) {
        m_responder->end();
        return finish();
    }
    const QByteArrayView byte = QByteArrayView(m_bytes).sliced(m_at++, 1);
    if (m_plan.stream)
        m_responder->write(byte);
    else
        m_responder->writeRaw(byte);
    m_timer.start(std::max<Nanoseconds>(Milliseconds(m_plan.step.dripMs), shortestTick), [this] { drip(); });
}

// ---- pieces

void SimulatorAnswer::sendWhole(int status, const char *contentType, QByteArrayView body)
{
    m_responder->send(status, headersWith(contentType), body);
    finish();
}

void SimulatorAnswer::sendStatus()
{
    const SimulatorStep &step = m_plan.step;
    sendWhole(step.status, json, step.body.isEmpty() ? m_plan.wire->errorBody(fittingError(step.status)) : step.body);
}

// An error told inside a 200.
QByteArray SimulatorAnswer::failureBody() const
{
    return m_plan.step.body.isEmpty() ? m_plan.wire->errorBody(serverError()) : m_plan.step.body;
}

void SimulatorAnswer::append(QByteArray &out, qsizetype event) const
{
    m_plan.wire->appendEvent(out, m_plan.answer, event, m_perEvent);
}

// Nothing more until the client leaves.
void SimulatorAnswer::hold()
{
    m_timer.stop();
}

void SimulatorAnswer::finish()
{
    m_timer.stop();
    const auto ended = std::move(m_ended);
    ended();
}

Headers SimulatorAnswer::headersWith(const char *contentType) const
{
    Headers headers{{"Content-Type", contentType}};
    for (const Header &header : m_plan.headers)
        headers.add(header.name, header.value);
    for (const auto &[name, value] : m_plan.step.headers)
        headers.set(name, value);
    if (!m_plan.step.keepAlive)
        headers.set("Connection", "close");
    return headers;
}

QByteArray SimulatorAnswer::rawHead(qsizetype length) const
{
    QByteArray head("HTTP/1.1 200 OK\r\n");
    for (const Header &header : headersWith(json))
        head.append(header.name).append(": ").append(header.value).append("\r\n");
    return head.append("Content-Length: ").append(QByteArray::number(length)).append("\r\n\r\n");
}

} // namespace tollgate
