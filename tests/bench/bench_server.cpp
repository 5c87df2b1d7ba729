// What the HTTP server and the simulator behind it cost: instant answers to 16 clients, CPU and rate, and the delay they add to a
// scripted latency. Also how fast streams are cut into events.
#include "core/net/sse.h"
#include "core/simulator/simulator.h"
#include "tests/bench/measure.h"

#include <QCoreApplication>
#include <QUrl>

#include <arpa/inet.h>
#include <chrono>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace tollgate;

namespace {

double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpuSeconds(int who)
{
    rusage usage{};
    getrusage(who, &usage);
    const auto of = [](const timeval &t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Client {
    int descriptor = -1;
    QByteArray received;
    double sent = 0;
};

int connectTo(quint16 port)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        qFatal("connect failed");
    return descriptor;
}

QByteArray requestFor(quint16 port, bool stream)
{
    QByteArray body = "{\"model\":\"sim-fast\",\"messages\":[{\"role\":\"user\",\"content\":\"" + QByteArray("word ").repeated(100)
        + "\"}],\"temperature\":0.7";
    body += stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}" : "}";
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(port)
        + "\r\nContent-Type: application/json\r\nAuthorization: Bearer sk-test\r\nContent-Length: "
        + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

bool isWhole(const QByteArray &answer, bool stream)
{
    if (stream)
        return answer.endsWith("0\r\n\r\n");
    const qsizetype head = answer.indexOf("\r\n\r\n");
    const qsizetype length = answer.indexOf("Content-Length: ");
    return head > 0 && length > 0
        && answer.size() == head + 4 + answer.mid(length + 16, answer.indexOf('\r', length) - length - 16).toLongLong();
}

struct Run {
    double perSecond = 0;
    double serverCpuUs = 0;
    double p50Ms = 0;
    double p99Ms = 0;
};

Run load(quint16 port, int clients, int total, bool stream)
{
    const QByteArray request = requestFor(port, stream);
    std::vector<Client> all(static_cast<size_t>(clients));
    std::vector<pollfd> waiting;
    for (Client &client : all) {
        client.descriptor = connectTo(port);
        waiting.push_back({client.descriptor, POLLIN, 0});
    }
    std::vector<double> latencies;
    int sent = 0;
    const auto send = [&](Client &client) {
        client.received.resize(0);
        client.sent = seconds();
        if (sent++ < total && ::send(client.descriptor, request.constData(), size_t(request.size()), 0) != request.size())
            qFatal("send failed");
    };
    const double start = seconds();
    const double cpu = cpuSeconds(RUSAGE_SELF) - cpuSeconds(RUSAGE_THREAD);
    for (Client &client : all)
        send(client);
    char buffer[64 * 1024];
    while (int(latencies.size()) < total) {
        ::poll(waiting.data(), waiting.size(), -1);
        for (size_t i = 0; i < all.size(); ++i) {
            if (!waiting[i].revents)
                continue;
            const ssize_t size = ::recv(all[i].descriptor, buffer, sizeof buffer, 0);
            if (size <= 0)
                qFatal("the server closed the connection");
            all[i].received.append(buffer, size);
            if (!isWhole(all[i].received, stream))
                continue;
            latencies.push_back((seconds() - all[i].sent) * 1e3);
            send(all[i]);
        }
    }
    Run run;
    run.serverCpuUs = (cpuSeconds(RUSAGE_SELF) - cpuSeconds(RUSAGE_THREAD) - cpu) * 1e6 / total;
    run.perSecond = total / (seconds() - start);
    run.p50Ms = bench::quantile(latencies, 0.5);
    run.p99Ms = bench::quantile(latencies, 0.99);
    for (const Client &client : all)
        ::close(client.descriptor);
    return run;
}

void measure(const char *title, const SimulatorOptions &options, int clients, int total, bool stream)
{
    std::vector<double> rate, cpu, p50, p99;
    for (int round = 0; round < 5; ++round) {
        Simulator simulator(options);
        if (!simulator.start())
            qFatal("the simulator did not start");
        const Run run = load(quint16(QUrl(simulator.baseUrl()).port()), clients, total, stream);
        rate.push_back(run.perSecond);
        cpu.push_back(run.serverCpuUs);
        p50.push_back(run.p50Ms);
        p99.push_back(run.p99Ms);
    }
    bench::printHead(title);
    bench::printRow("answers", rate, "1/s", options.latencyMs ? "" : ">= 25,000 on an idle machine");
    bench::printRow("server CPU per answer", cpu, "us");
    bench::printRow("latency p50", p50, "ms", options.latencyMs ? "<= scripted + 1" : "");
    bench::printRow("latency p99", p99, "ms");
}

void measureEvents()
{
    QByteArray stream;
    while (stream.size() < 16 * 1024 * 1024) {
        stream += "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1795440000,\"model\":\"sim-fast\","
                  "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}],\"usage\":null}\n\n";
    }
    bench::printHead("Server-sent events");
    for (const qsizetype piece : {qsizetype(65536), qsizetype(1460), qsizetype(1)}) {
        std::vector<double> rates;
        for (int round = 0; round < 3; ++round) {
            SseParser parser;
            qint64 events = 0;
            const std::function<bool(const SseEvent &)> count = [&events](const SseEvent &) { return ++events > 0; };
            const double start = seconds();
            for (qsizetype at = 0; at < stream.size(); at += piece)
                parser.feed(QByteArrayView(stream).sliced(at, std::min(piece, stream.size() - at)), count);
            rates.push_back(double(stream.size()) / 1e6 / (seconds() - start));
        }
        const QByteArray name = "pieces of " + QByteArray::number(piece) + " bytes";
        bench::printRow(name.constData(), rates, "MB/s", piece > 1 ? ">= 150" : "");
    }
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    SimulatorOptions instant;
    instant.ttftMs = 0;
    instant.tokensPerSecond = 0;
    measure("Instant answers, 16 clients", instant, 16, 20'000, false);
    measure("Instant streams, 16 clients", instant, 16, 10'000, true);
    SimulatorOptions slow = instant;
    slow.latencyMs = 50;
    measure("50 ms of scripted latency, 20 clients", slow, 20, 400, false);
    measureEvents();
    return 0;
}
