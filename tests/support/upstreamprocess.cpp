#include "tests/support/upstreamprocess.h"

#include "core/async/clock.h"
#include "core/net/httpserver.h"

#include <QCoreApplication>
#include <QSocketNotifier>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <new>
#include <utility>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tollgate::test {

namespace {

constexpr int streamEvents = 20;
constexpr int stampEvents = 100;
constexpr Milliseconds stampEvery{2};
constexpr Milliseconds slowness{50};

QByteArray wholeAnswer()
{
    return R"({"id":"chatcmpl-1","object":"chat.completion","created":1795500000,"model":"bench","choices":[{"index":0,"message":)"
           R"({"role":"assistant","content":"The quick brown fox jumps over the lazy dog, and so it went on for a while."},)"
           R"("finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":20,"total_tokens":32}})";
}

QByteArray event(const QByteArray &text)
{
    return R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795500000,"model":"bench","choices":[{"index":0,"delta":{"content":")"
           + text + R"("},"finish_reason":null}]})" + "\n\n";
}

QByteArray streamEnd()
{
    return R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795500000,"model":"bench","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
           "\n\n"
           R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795500000,"model":"bench","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":20,"total_tokens":32}})"
           "\n\ndata: [DONE]\n\n";
}

QByteArray streamed()
{
    QByteArray all;
    for (int i = 0; i < streamEvents; ++i)
        all += event("word ");
    return all + streamEnd();
}

const Headers json{{"Content-Type", "application/json"}};
const Headers events{{"Content-Type", "text/event-stream"}};

void stampOn(Clock &clock, const std::shared_ptr<Responder> &responder, int left)
{
    if (left == 0) {
        responder->write(streamEnd());
        responder->end();
        return;
    }
    responder->write(event(QByteArray::number(monotonicNs()) + ' '));
    clock.after(stampEvery, [&clock, responder, left] { stampOn(clock, responder, left - 1); });
}

void answer(Clock &clock, const ServerRequest &request, std::unique_ptr<Responder> responder)
{
    static const QByteArray whole = wholeAnswer();
    static const QByteArray stream = streamed();
    const std::shared_ptr<Responder> shared = std::move(responder);
    if (request.path.startsWith("/slow")) {
        clock.after(slowness, [shared] { shared->send(200, json, whole); });
    } else if (request.path.startsWith("/stamp")) {
        shared->begin(200, events);
        stampOn(clock, shared, stampEvents);
    } else if (request.path.startsWith("/sse")) {
        shared->begin(200, events);
        shared->write(stream);
        shared->end();
    } else {
        shared->send(200, json, whole);
    }
}

} // namespace

qint64 monotonicNs()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return qint64(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

UpstreamProcess::UpstreamProcess()
{
    void *shared = mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int report[2];
    int lifeline[2];
    if (shared == MAP_FAILED || pipe(report) != 0 || pipe(lifeline) != 0)
        std::abort();
    m_received = new (shared) std::atomic<int>(0);
    m_child = fork();
    if (m_child == 0) {
        close(lifeline[1]);
        serve(report[1], lifeline[0]);
    }
    close(report[1]);
    close(lifeline[0]);
    m_lifeline = lifeline[1];
    if (read(report[0], &m_port, sizeof m_port) != sizeof m_port)
        std::abort();
    close(report[0]);
}

UpstreamProcess::~UpstreamProcess()
{
    close(m_lifeline);
    waitpid(m_child, nullptr, 0);
    munmap(m_received, sizeof(std::atomic<int>));
}

void UpstreamProcess::serve(int report, int lifeline)
{
    int argc = 1;
    char name[] = "upstream";
    char *argv[] = {name, nullptr};
    QCoreApplication app(argc, argv);
    SystemClock clock;
    ServerLimits limits;
    limits.connections = 1'000;
    HttpServer server(
        clock,
        [&](const ServerRequest &request, std::unique_ptr<Responder> responder) {
            m_received->fetch_add(1);
            answer(clock, request, std::move(responder));
        },
        limits);
    if (const auto problem = server.listen(QHostAddress::LocalHost, 0)) {
        std::fprintf(stderr, "upstream: %s\n", qPrintable(*problem));
        std::_Exit(1);
    }
    const quint16 port = server.port();
    if (write(report, &port, sizeof port) != sizeof port)
        std::_Exit(1);
    QSocketNotifier notifier(lifeline, QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &app, &QCoreApplication::quit);
    app.exec();
    std::_Exit(0);
}

QString UpstreamProcess::baseUrl(const char *kind) const
{
    return QStringLiteral("http://127.0.0.1:%1/%2/v1").arg(m_port).arg(QLatin1String(kind));
}

} // namespace tollgate::test
