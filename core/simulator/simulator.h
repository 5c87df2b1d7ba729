// A provider on loopback that speaks the wires of simulatorwire.h: seeded, scripted latency, first-token delay, speed, tokens, cold
// starts, errors and faults. It runs on a thread of its own, in the console or alone (`tollgate-cli simulate`). Costs nothing, needs
// no key.
#pragma once

#include "core/base/result.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <memory>
#include <optional>

namespace tollgate {

// What one answer should do; unset fields come from SimulatorOptions.
struct SimulatorStep {
    enum class Fault : quint8 {
        None,
        Status,            // answer `status` with `body` (or a fitting error) and `headers`
        CloseBeforeHeaders,
        CloseMidHeaders,
        Reset,             // RST instead of an answer
        CutStream,         // FIN inside the event that follows `afterEvents` events; an unstreamed body ends half way
        CutAtChunkBorder,  // as CutStream, with a clean chunk end but no last chunk
        ResetStream,       // RST after `afterEvents` events, or half way through an unstreamed body
        NoEndMarker,       // every event but [DONE] and the finish reason, then a proper HTTP end
        SlowDrip,          // the body one byte every `dripMs`
        Hang,              // reads the request, never answers
        HangStream,        // stops after `afterEvents` events
        Garbage,           // bytes that are not HTTP
        Html,              // 200 text/html
        TruncatedJson,     // 200, half an object, right length
        InvalidUtf8,
        HugeBody,          // more than any cap
        EndlessStream,     // events without end
        Redirect,          // 307 to `location`
        ErrorInStream,     // an error object after `afterEvents` events
        ErrorIn200,        // 200 {"error": ...}
        Raw,               // `body` verbatim instead of an HTTP answer, then FIN
    };
    Fault fault = Fault::None;
    int status = 200;
    QByteArray body;
    QList<QPair<QByteArray, QByteArray>> headers; // Retry-After and the like
    int afterEvents = 0; // data: events of a stream, the first with the role; each token is an event of its own
    int dripMs = 500;
    QByteArray location;
    std::optional<int> latencyMs;
    std::optional<int> ttftMs;
    std::optional<double> tokensPerSecond;
    std::optional<int> tokens;
    std::optional<QString> text;
    std::optional<QString> reasoning;
    bool toolCall = false;
    bool keepAlive = true; // false: Connection: close
    bool repeat = false;   // goes back to the end of the script when used
};

struct SimulatorOptions {
    quint16 port = 0; // 0: any free one
    quint64 seed = 1;
    int latencyMs = 0; // before the head
    int ttftMs = 350;  // head to first content
    double tokensPerSecond = 80; // 0 or 1,000,000 and more: everything at once
    int tokens = 0; // length of answers; 0: 60 to 220, by seed and prompt
    double errorRate = 0;     // share of answers that fail, 0 to 1
    bool mixedErrors = false; // 429 only, or 429, 500, 503, 529 and cut streams
    int coldStartMs = 0;      // added to the first answer and after 60 s of rest
    QList<SimulatorStep> script; // used up in order by chat requests, then the options rule
    QString journalPath;         // one JSON line per request received, written before the answer starts; empty: none
};

// Parses `--script FILE`: {"steps":[{"fault":"status","status":429,"headers":{"Retry-After":"1"}}, ...],"repeat":false}.
Result<QList<SimulatorStep>> parseSimulatorScript(QByteArrayView json);
// Fault names as in scripts: "status", "close-before-headers", "cut-stream", ...
QString simulatorFaultName(SimulatorStep::Fault fault);

struct SimulatorEntry { // one request received, as the journal has it
    qint64 number = 0;
    qint64 wallMs = 0;
    QByteArray method;
    QByteArray path;
    QString model;
    bool stream = false;
    QByteArray bodySha256; // hex; empty without a journal
    QString fault;
    QByteArray attempt; // the request's x-tollgate-attempt
};

class Simulator
{
public:
    explicit Simulator(SimulatorOptions options);
    ~Simulator();

    // Listens on 127.0.0.1 on its own thread; blocks until the port is known.
    Result<void> start();
    QString baseUrl() const; // "http://127.0.0.1:PORT/v1"
    // Any thread, also while it runs.
    // Waits until the simulator's thread has taken them. A running simulator keeps its port; journal and script are kept when unset.
    void setOptions(const SimulatorOptions &options);
    void enqueue(const QList<SimulatorStep> &steps);
    QList<SimulatorEntry> entries() const; // truth to hold the ledger against: the latest 100,000
    int openConnections() const;
    int activeAnswers() const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

// Models the simulator offers: "sim-fast", "sim-large", "sim-reasoner". The key "bad", or one that begins with "sk-bad", is rejected.
QStringList simulatorModels();

} // namespace tollgate
