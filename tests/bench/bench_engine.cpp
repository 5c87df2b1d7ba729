// What a request costs through the whole engine: CPU beside a bare socket and QNetworkAccessManager, cache hits, single flight, a load
// of a thousand prompts, and how late an event of a stream is told. The upstream runs in a process of its own.
#include "core/engine/engine.h"

#include "tests/support/engineworld.h"
#include "tests/support/upstreamprocess.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QFile>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTcpSocket>

#include <algorithm>
#include <cstdio>
#include <vector>

#include <sys/resource.h>

using namespace tollgate;
using namespace tollgate::test;

namespace {

constexpr int inFlight = 16;
constexpr int perRound = 2'000;
constexpr int rounds = 5;

double cpuUs(int who = RUSAGE_SELF)
{
    rusage usage{};
    getrusage(who, &usage);
    const auto us = [](const timeval &time) { return double(time.tv_sec) * 1e6 + double(time.tv_usec); };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

double residentMib()
{
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').first().toDouble() / 1024;
    }
    return 0;
}

double quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, size_t(double(values.size()) * q))];
}

double median(const std::vector<double> &values) { return quantile(values, 0.5); }

struct Cost {
    double cpu = 0;    // process, us per request
    double thread = 0; // this thread only
    double wall = 0;
};

// Runs `task`, which does `count` requests, and divides.
template <class Task>
Cost measure(int count, Task &&task)
{
    const double cpu = cpuUs();
    const double thread = cpuUs(RUSAGE_THREAD);
    const qint64 start = monotonicNs();
    task();
    return {(cpuUs() - cpu) / count, (cpuUs(RUSAGE_THREAD) - thread) / count, double(monotonicNs() - start) / 1e3 / count};
}

ChatRequest prompt(const char *provider, const QString &text, CachePolicy policy)
{
    ChatRequest request = EngineWorld::request(text);
    request.provider = QString::fromLatin1(provider);
    request.model = QStringLiteral("bench");
    request.cache = policy;
    return request;
}

// Keeps `parallel` requests running until `count` have ended.
class Load : public QObject
{
public:
    Load(Engine &engine, int count, int parallel, std::function<ChatRequest(int)> make)
        : m_engine(engine), m_count(count), m_make(std::move(make))
    {
        for (int i = 0; i < std::min(parallel, count); ++i)
            next();
        if (m_done < m_count)
            m_loop.exec();
    }
    int failed() const { return m_failed; }

private:
    void next()
    {
        const int index = m_started++;
        auto call = m_engine.send(m_make(index)).release();
        connect(call, &Call::finished, this, [this, call](const Outcome &outcome) {
            m_failed += !outcome.ok();
            call->deleteLater();
            ++m_done;
            if (m_started < m_count)
                next();
            else if (m_done == m_count)
                m_loop.quit();
        });
    }

    Engine &m_engine;
    const int m_count;
    const std::function<ChatRequest(int)> m_make;
    QEventLoop m_loop;
    int m_started = 0;
    int m_done = 0;
    int m_failed = 0;
};

QByteArray wireBody(bool stream)
{
    return stream ? R"({"model":"bench","messages":[{"role":"user","content":"Hello 1234"}],"stream":true,"stream_options":{"include_usage":true}})"
                  : R"({"model":"bench","messages":[{"role":"user","content":"Hello 1234"}]})";
}

// The least that can be done with Qt: prebuilt bytes out, bytes in until the message's end is seen, nothing decoded.
class BareLoad : public QObject
{
public:
    BareLoad(quint16 port, const char *kind, int count, bool stream) : m_count(count), m_stream(stream)
    {
        const QByteArray body = wireBody(stream);
        m_request = "POST /" + QByteArray(kind) + "/v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(port)
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
        for (int i = 0; i < inFlight; ++i)
            open(port);
        m_loop.exec();
    }

private:
    struct Line {
        QTcpSocket socket;
        QByteArray received;
    };
    void open(quint16 port)
    {
        auto line = std::make_unique<Line>();
        Line *raw = line.get();
        connect(&raw->socket, &QTcpSocket::connected, this, [this, raw] {
            raw->socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
            send(*raw);
        });
        connect(&raw->socket, &QTcpSocket::readyRead, this, [this, raw] { read(*raw); });
        raw->socket.connectToHost(QHostAddress::LocalHost, port);
        m_lines.push_back(std::move(line));
    }
    void send(Line &line)
    {
        if (m_sent == m_count)
            return;
        ++m_sent;
        line.received.clear();
        line.socket.write(m_request);
        line.socket.flush();
    }
    void read(Line &line)
    {
        line.received += line.socket.readAll();
        const bool ended = m_stream ? line.received.endsWith("0\r\n\r\n") : line.received.endsWith("}}");
        if (!ended)
            return;
        if (++m_done == m_count)
            m_loop.quit();
        else
            send(line);
    }

    const int m_count;
    const bool m_stream;
    QByteArray m_request;
    std::vector<std::unique_ptr<Line>> m_lines;
    QEventLoop m_loop;
    int m_sent = 0;
    int m_done = 0;
};

class QnamLoad : public QObject
{
public:
    QnamLoad(const QString &base, int count, bool stream) : m_count(count), m_stream(stream)
    {
        m_request.setUrl(QUrl(base + QStringLiteral("/chat/completions")));
        m_request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
        for (int i = 0; i < inFlight; ++i)
            next();
        m_loop.exec();
    }

private:
    void next()
    {
        if (m_sent == m_count)
            return;
        ++m_sent;
        QNetworkReply *reply = m_manager.post(m_request, wireBody(m_stream));
        connect(reply, &QNetworkReply::finished, this, [this, reply] {
            (void)reply->readAll();
            reply->deleteLater();
            if (++m_done == m_count)
                m_loop.quit();
            else
                next();
        });
    }

    const int m_count;
    const bool m_stream;
    QNetworkAccessManager m_manager;
    QNetworkRequest m_request;
    QEventLoop m_loop;
    int m_sent = 0;
    int m_done = 0;
};

void addProvider(EngineWorld &world, const UpstreamProcess &upstream, const char *kind, int parallel)
{
    world.edit([&](SettingsData &data) {
        ProviderConfig config;
        config.id = config.name = QString::fromLatin1(kind);
        config.type = ProviderType::OpenAiCompatible;
        config.baseUrl = upstream.baseUrl(kind);
        config.needsKey = false;
        config.maxParallel = parallel;
        data.providers.append(config);
    });
}

void benchCpu(EngineWorld &world, const UpstreamProcess &upstream, bool stream)
{
    const char *kind = stream ? "sse" : "json";
    std::vector<double> bare, qnam, engine, engineThread;
    int number = 0;
    int failed = 0;
    const auto engineRound = [&](int count) {
        return measure(count, [&] {
            Load load(*world.engine, count, inFlight, [&](int) {
                ChatRequest request = prompt(kind, QStringLiteral("Hello %1").arg(++number), CachePolicy::Bypass);
                request.stream = stream;
                return request;
            });
            failed += load.failed();
        });
    };
    (void)engineRound(200);
    { BareLoad warm(upstream.port(), kind, 200, stream); }
    { QnamLoad warm(upstream.baseUrl(kind), 200, stream); }
    for (int round = 0; round < rounds; ++round) {
        bare.push_back(measure(perRound, [&] { BareLoad load(upstream.port(), kind, perRound, stream); }).cpu);
        qnam.push_back(measure(perRound, [&] { QnamLoad load(upstream.baseUrl(kind), perRound, stream); }).cpu);
        const Cost cost = engineRound(perRound);
        engine.push_back(cost.cpu);
        engineThread.push_back(cost.thread);
    }
    std::printf("\n1. CPU per uncached request, %s, %d in flight, %d x %d, median of process time\n",
                stream ? "streamed (20 events)" : "in one piece", inFlight, rounds, perRound);
    std::printf("   bare QTcpSocket        %7.1f us\n", median(bare));
    std::printf("   QNetworkAccessManager  %7.1f us   (bare x %.1f)\n", median(qnam), median(qnam) / median(bare));
    std::printf("   whole engine           %7.1f us   (bare x %.1f, QNAM x %.2f); its own thread %.1f us; above bare %.1f us\n", median(engine),
                median(engine) / median(bare), median(engine) / median(qnam), median(engineThread), median(engine) - median(bare));
    if (failed)
        std::printf("   FAILED REQUESTS: %d\n", failed);
}

// One after the other: from send() to finished().
std::vector<double> hitTimes(Engine &engine, const std::vector<ChatRequest> &requests, int &misses)
{
    std::vector<double> times;
    for (const ChatRequest &request : requests) {
        QEventLoop loop;
        const qint64 start = monotonicNs();
        const auto call = engine.send(request);
        QObject::connect(call.get(), &Call::finished, &loop, [&](const Outcome &outcome) {
            times.push_back(double(monotonicNs() - start) / 1e3);
            misses += outcome.record.cache != CacheOutcome::Hit;
            loop.quit();
        });
        loop.exec();
    }
    return times;
}

void benchHits(EngineWorld &world)
{
    std::vector<ChatRequest> requests;
    for (int i = 0; i < 500; ++i)
        requests.push_back(prompt("json", QStringLiteral("A prompt of usual length, number %1. ").arg(i).repeated(5), CachePolicy::Use));
    Load fill(*world.engine, int(requests.size()), inFlight, [&](int index) { return requests[size_t(index)]; });
    int misses = 0;
    std::vector<double> memory;
    for (int round = 0; round < 4; ++round) {
        const std::vector<double> times = hitTimes(*world.engine, requests, misses);
        memory.insert(memory.end(), times.begin(), times.end());
    }
    world.openEngine(); // the memory is gone, the disk remembers
    const std::vector<double> disk = hitTimes(*world.engine, requests, misses);
    std::printf("\n2. Cache hit, send() to finished()\n   from memory  p50 %6.1f us   p99 %6.1f us   (%zu)\n   from disk    p50 %6.1f us   p99 %6.1f us   (%zu)\n",
                median(memory), quantile(memory, 0.99), memory.size(), median(disk), quantile(disk, 0.99), disk.size());
    if (misses)
        std::printf("   NOT HITS: %d\n", misses);
}

void benchSingleFlight(EngineWorld &world, const UpstreamProcess &upstream)
{
    const int before = upstream.received();
    Load load(*world.engine, 100, 100, [](int) { return prompt("slow", QStringLiteral("The same for all"), CachePolicy::Use); });
    std::printf("\n3. 100 equal requests at once: %d on the wire, %d failed\n", upstream.received() - before, load.failed());
}

void benchLoad(EngineWorld &world, const UpstreamProcess &upstream)
{
    const auto make = [](int index) { return prompt("slow", QStringLiteral("Prompt number %1").arg(index), CachePolicy::Use); };
    for (const char *name : {"asked  ", "cached "}) {
        const int before = upstream.received();
        const double cpu = cpuUs();
        const qint64 start = monotonicNs();
        Load load(*world.engine, 1'000, 1'000, make);
        const double wall = double(monotonicNs() - start) / 1e6;
        if (name[0] == 'a')
            std::printf("\n4. 1,000 prompts, 20 parallel, 50 ms upstream (ideal 2,500 ms)\n");
        std::printf("   %s wall %7.1f ms   CPU %6.1f ms   RSS %5.1f MiB   wire %d   failed %d\n", name, wall, (cpuUs() - cpu) / 1e3, residentMib(),
                    upstream.received() - before, load.failed());
    }
}

void benchEventLatency(EngineWorld &world)
{
    std::vector<double> times;
    for (int round = 0; round < 5; ++round) {
        QEventLoop loop;
        const auto call = world.engine->send(prompt("stamp", QString::number(round), CachePolicy::Bypass));
        QObject::connect(call.get(), &Call::delta, &loop, [&](const QList<Delta> &pieces) {
            const qint64 now = monotonicNs();
            for (const Delta &piece : pieces)
                times.push_back(double(now - piece.text.trimmed().toLongLong()) / 1e3);
        });
        QObject::connect(call.get(), &Call::finished, &loop, &QEventLoop::quit);
        loop.exec();
    }
    std::printf("\n5. Event of a stream, upstream write to caller: p50 %.1f us   p99 %.1f us   (%zu)\n", median(times), quantile(times, 0.99),
                times.size());
}

} // namespace

int main(int argc, char **argv)
{
    const UpstreamProcess upstream; // forks, so it comes first
    QCoreApplication app(argc, argv);
    EngineWorld world(EngineWorld::Time::System, EngineWorld::Upstream::None);
    for (const char *kind : {"json", "sse", "stamp"})
        addProvider(world, upstream, kind, inFlight);
    addProvider(world, upstream, "slow", 20);
    benchCpu(world, upstream, false);
    benchCpu(world, upstream, true);
    benchHits(world);
    benchSingleFlight(world, upstream);
    benchLoad(world, upstream);
    benchEventLatency(world);
    return 0;
}
