// The simulator's service on this thread, with a fake clock and raw clients.
#pragma once

#include "core/base/json.h"
#include "core/simulator/service.h"
#include "tests/support/fakeclock.h"
#include "tests/support/rawclient.h"

#include <QTest>

#include <memory>
#include <vector>

namespace tollgate::test {

// Everything at once, so that answers need no time to pass.
inline SimulatorOptions instantOptions()
{
    SimulatorOptions options;
    options.ttftMs = 0;
    options.tokensPerSecond = 0;
    return options;
}

inline QByteArray chatBody(QByteArrayView model = "sim-fast", QByteArrayView extra = {}, QByteArrayView prompt = "Name a river.")
{
    return "{\"model\":\"" + model.toByteArray() + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt.toByteArray() + "\"}]"
        + extra.toByteArray() + "}";
}

inline QByteArray streamBody(QByteArrayView prompt = "Name a river.")
{
    return chatBody("sim-fast", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}", prompt);
}

// One answer, taken apart.
struct Reply {
    int status = 0;
    Headers headers;
    QByteArray body;      // without chunk framing
    bool whole = false;   // by its own framing
    QByteArrayList events() const // data of a stream's events
    {
        QByteArrayList list;
        for (const QByteArray &event : QByteArray(body).replace("\n\n", QByteArray(1, '\0')).split('\0')) {
            const qsizetype data = event.startsWith("event: ") ? event.indexOf("\ndata: ") + 1 : 0;
            if (event.sliced(data).startsWith("data: "))
                list << event.sliced(data + 6);
        }
        return list;
    }
};

Reply parseReply(const QByteArray &bytes);
// Joins the content deltas of a stream.
QByteArray contentOf(const QByteArrayList &events, QByteArrayView member = "content");

class SimulatorFixture
{
public:
    explicit SimulatorFixture(const SimulatorOptions &options = instantOptions());

    QByteArray request(QByteArrayView body, QByteArrayView headers = {}, QByteArrayView path = "/v1/chat/completions") const;
    QByteArray get(QByteArrayView path, QByteArrayView headers = {}) const;
    // Sends and waits for the whole answer.
    Reply ask(QByteArrayView body, QByteArrayView headers = {});
    Reply askRaw(const QByteArray &bytes);

    FakeClock clock;
    RequestLog log;
    SimulatorService service;
};

} // namespace tollgate::test
