// A wire the simulator speaks: which requests are its own, and the bytes of its answers. Pure and without state; the simulator's
// scripts, pace and faults (answer.cpp) work on every wire alike.
//
// To add one: derive from SimulatorWire in a file of its own (OpenAiChatWire is the model) and add it to makeSimulatorWires() in
// simulatorwire.cpp, before OpenAI. A stream is cut into events: one head, then tokens, then the end. An event of the simulator may
// be several of the wire's (a head that opens a block, say); `afterEvents` of a script counts the simulator's. All text of a
// ChatAnswer is escaped for JSON already: append it between quotes, never write it through JsonWriter.
#pragma once

#include "core/net/httpserver.h"
#include "core/simulator/chatcall.h"

#include <memory>
#include <optional>
#include <vector>

namespace tollgate {

// The tokens of one event.
struct TokenSpan {
    bool reasoning = false; // of the answer's reasoning, else of its content
    qsizetype from = 0;
    qsizetype to = 0;
    qsizetype index = 0; // of this event among those with tokens
    QByteArrayView text; // escaped
};

class SimulatorWire
{
public:
    enum class Route : quint8 {
        Other,      // not of this wire
        Chat,       // a request that readCall() understands
        Models,     // the list, or one model
        NotAllowed, // its path, but not with this method
    };

    virtual ~SimulatorWire() = default;

    // ---- requests
    // By method, path (without query) and, where two wires share a path, headers. Only looks: called for every request.
    virtual Route route(const ServerRequest &request) const = 0;
    // The key a request came with; here that of Authorization: Bearer.
    virtual QByteArray key(const Headers &headers) const;
    // Nothing when the request is fine. Whether the model exists is the caller's business.
    virtual std::optional<WireError> readCall(const ServerRequest &request, JsonValue body, ChatCall &call) const = 0;

    // ---- answers
    // Rate limits (far more than any test sends), the request's id, and what else the provider adds.
    virtual Headers headers(qint64 number, int processingMs) const = 0;
    virtual QByteArray errorBody(const WireError &error) const = 0;
    virtual std::optional<QByteArray> models(const ServerRequest &request) const = 0; // nothing: no such model
    virtual QByteArray whole(const ChatAnswer &answer) const = 0;                      // not streamed; JSON
    virtual int statusOfWhole(const ChatAnswer &) const { return 200; }

    // ---- streams
    virtual const char *streamType() const { return "text/event-stream; charset=utf-8"; }
    virtual void appendHead(QByteArray &out, const ChatAnswer &answer) const = 0;
    virtual void appendTokens(QByteArray &out, const ChatAnswer &answer, const TokenSpan &span) const = 0;
    // Finish reason, usage, end marker. Fault::NoEndMarker leaves all of them out, so nothing of the sort may come earlier.
    virtual qsizetype endEvents(const ChatAnswer &answer) const = 0;
    virtual void appendEnd(QByteArray &out, const ChatAnswer &answer, qsizetype index) const = 0;
    // What makes a broken stream look complete; empty where only the finish reason tells.
    virtual QByteArray endMarker() const { return {}; }
    // An error after the head, in the wire's framing; `body` is an errorBody() or a script's.
    virtual void appendStreamError(QByteArray &out, QByteArrayView body) const = 0;

    // The whole stream by event, `perEvent` tokens in one; not for overriding.
    qsizetype eventCount(const ChatAnswer &answer, qsizetype perEvent = 1) const;
    void appendEvent(QByteArray &out, const ChatAnswer &answer, qsizetype index, qsizetype perEvent = 1) const;
};

// Events that carry tokens.
qsizetype tokenEvents(const ChatAnswer &answer, qsizetype perEvent = 1);

// The first one whose route() is not Other answers. The last one is OpenAI's and also answers what no wire knows.
std::vector<std::unique_ptr<const SimulatorWire>> makeSimulatorWires();

} // namespace tollgate
