// CPU per small POST on loopback: a bare QTcpSocket loop, our HttpClient, and QNetworkAccessManager.
// The server is a child process of its own, so that its work is not counted. "thread" is the CPU of the thread that owns the client
// (RUSAGE_THREAD); "process" adds the helper threads, of which only QNetworkAccessManager has any.
// Usage: bench_transport [requests per round] [rounds] [in flight]
#include "core/net/httpclient.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <sys/resource.h>

using namespace tollgate;

namespace {

const QByteArray requestBody = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + QByteArray(560, 'q') + "\"}]}";
const QByteArray answerBody = "{\"id\":\"x\",\"choices\":[{\"message\":{\"content\":\"" + QByteArray(880, 'a') + "\"}}]}";

double cpuMicroseconds(int who)
{
    rusage usage{};
    ::getrusage(who, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

// Answers every request it can see with the same bytes. Prints its port.
int serve()
{
    const QByteArray answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: 0123456789abcdef\r\nContent-Length: "
                              + QByteArray::number(answerBody.size()) + "\r\n\r\n" + answerBody;
    QTcpServer server;
    QObject::connect(&server, &QTcpServer::newConnection, [&] {
        while (QTcpSocket *const socket = server.nextPendingConnection()) {
            socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
            auto buffer = std::make_shared<QByteArray>();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket, buffer, &answer] {
                buffer->append(socket->readAll());
                for (qsizetype end = buffer->indexOf("\r\n\r\n"); end >= 0; end = buffer->indexOf("\r\n\r\n")) {
                    if (buffer->size() < end + 4 + requestBody.size())
                        return;
                    buffer->remove(0, end + 4 + requestBody.size());
                    socket->write(answer);
                    socket->flush();
                }
            });
            QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        }
    });
    if (!server.listen(QHostAddress::LocalHost))
        return 1;
    std::printf("%d\n", int(server.serverPort()));
    std::fflush(stdout);
    return QCoreApplication::exec();
}

// Runs `total` requests, `parallel` at a time, and returns when all are answered.
using Round = std::function<void(int total, int parallel)>;

// What the sockets themselves cost: no parser, no pool, no deadlines; it looks for the end of the head and counts.
class BareClient
{
public:
    explicit BareClient(quint16 port) : m_port(port)
    {
        m_request = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    "Authorization: Bearer sk-bench-0123456789\r\nAccept-Encoding: identity\r\nContent-Length: "
                    + QByteArray::number(requestBody.size()) + "\r\n\r\n" + requestBody;
    }
    void run(int total, int parallel)
    {
        m_toStart = m_left = total;
        while (int(m_sockets.size()) < parallel)
            open();
        for (const auto &socket : m_sockets)
            send(socket.get());
        m_loop.exec();
    }

private:
    void open()
    {
        m_sockets.push_back(std::make_unique<QTcpSocket>());
        QTcpSocket *const socket = m_sockets.back().get();
        socket->connectToHost(QHostAddress(QHostAddress::LocalHost), m_port);
        socket->waitForConnected();
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        auto received = std::make_shared<QByteArray>();
        QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket, received] {
            received->append(socket->readAll());
            const qsizetype end = received->indexOf("\r\n\r\n");
            if (end < 0 || received->size() < end + 4 + answerBody.size())
                return;
            received->resize(0);
            if (--m_left == 0)
                m_loop.quit();
            send(socket);
        });
    }
    void send(QTcpSocket *socket)
    {
        if (m_toStart-- <= 0)
            return;
        socket->write(m_request);
        socket->flush();
    }

    const quint16 m_port;
    QByteArray m_request;
    std::vector<std::unique_ptr<QTcpSocket>> m_sockets;
    QEventLoop m_loop;
    int m_toStart = 0;
    int m_left = 0;
};

class OwnClient
{
public:
    explicit OwnClient(quint16 port) : m_client(m_clock)
    {
        m_request.endpoint = {false, QStringLiteral("127.0.0.1"), port, {}, {}};
        m_request.target = "/v1/chat/completions";
        m_request.headers = {{"Content-Type", "application/json"}};
        m_request.secretHeader = "Authorization";
        m_request.secretPrefix = "Bearer ";
        m_request.secret = SecretBytes("sk-bench-0123456789");
        m_request.body = requestBody;
    }
    void run(int total, int parallel)
    {
        m_toStart = m_left = total;
        while (int(m_lanes.size()) < parallel)
            m_lanes.push_back(std::make_unique<Lane>(*this));
        for (const auto &lane : m_lanes)
            lane->next();
        m_loop.exec();
    }

private:
    class Lane final : public ExchangeListener
    {
    public:
        explicit Lane(OwnClient &owner) : m_owner(owner) {}
        void next()
        {
            if (m_owner.m_toStart-- > 0) {
                m_bytes = 0;
                m_exchange = m_owner.m_client.start(m_owner.m_request, *this);
            }
        }
        void responseStarted(int status, const Headers &) override { m_status = status; }
        void bodyReceived(QByteArrayView bytes) override { m_bytes += bytes.size(); }
        void responseComplete(bool) override
        {
            if (m_status != 200 || m_bytes != answerBody.size())
                qFatal("a wrong answer");
            if (--m_owner.m_left == 0)
                m_owner.m_loop.quit();
            next();
        }
        void exchangeFailed(const Failure &failure) override { qFatal("%s", qPrintable(failure.message)); }

    private:
        OwnClient &m_owner;
        std::unique_ptr<Exchange> m_exchange;
        qint64 m_bytes = 0;
        int m_status = 0;
    };

    SystemClock m_clock;
    HttpClient m_client;
    HttpRequest m_request;
    std::vector<std::unique_ptr<Lane>> m_lanes;
    QEventLoop m_loop;
    int m_toStart = 0;
    int m_left = 0;
};

class ManagerClient
{
public:
    explicit ManagerClient(quint16 port)
    {
        m_request.setUrl(QUrl(QStringLiteral("http://127.0.0.1:%1/v1/chat/completions").arg(port)));
        m_request.setRawHeader("Content-Type", "application/json");
        m_request.setRawHeader("Authorization", "Bearer sk-bench-0123456789");
        m_request.setRawHeader("Accept-Encoding", "identity");
    }
    void run(int total, int parallel)
    {
        m_toStart = m_left = total;
        for (int i = 0; i < parallel; ++i)
            next();
        m_loop.exec();
    }

private:
    void next()
    {
        if (m_toStart-- <= 0)
            return;
        QNetworkReply *const reply = m_manager.post(m_request, requestBody);
        QObject::connect(reply, &QNetworkReply::finished, reply, [this, reply] {
            if (reply->readAll().size() != answerBody.size())
                qFatal("a wrong answer: %s", qPrintable(reply->errorString()));
            reply->deleteLater();
            if (--m_left == 0)
                m_loop.quit();
            next();
        });
    }

    QNetworkAccessManager m_manager;
    QNetworkRequest m_request;
    QEventLoop m_loop;
    int m_toStart = 0;
    int m_left = 0;
};

struct Contender {
    const char *name;
    Round round;
    std::vector<double> thread, process, wall;
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void measure(Contender &contender, int total, int parallel)
{
    QElapsedTimer timer;
    timer.start();
    const double thread = cpuMicroseconds(RUSAGE_THREAD);
    const double process = cpuMicroseconds(RUSAGE_SELF);
    contender.round(total, parallel);
    contender.thread.push_back((cpuMicroseconds(RUSAGE_THREAD) - thread) / total);
    contender.process.push_back((cpuMicroseconds(RUSAGE_SELF) - process) / total);
    contender.wall.push_back(double(timer.nsecsElapsed()) / 1000 / total);
}

int argument(int argc, char **argv, int index, int fallback)
{
    const int value = argc > index ? std::atoi(argv[index]) : 0;
    return value > 0 ? value : fallback;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    if (argc > 1 && QByteArrayView(argv[1]) == "--serve")
        return serve();
    const int total = argument(argc, argv, 1, 5000);
    const int rounds = argument(argc, argv, 2, 7);
    const int parallel = argument(argc, argv, 3, 6);

    QProcess server;
    server.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--serve")});
    if (!server.waitForReadyRead())
        return 1;
    const quint16 port = quint16(server.readLine().trimmed().toInt());

    BareClient bare(port);
    OwnClient own(port);
    ManagerClient manager(port);
    std::vector<Contender> contenders{
        {"bare QTcpSocket", [&](int n, int p) { bare.run(n, p); }, {}, {}, {}},
        {"HttpClient", [&](int n, int p) { own.run(n, p); }, {}, {}, {}},
        {"QNetworkAccessManager", [&](int n, int p) { manager.run(n, p); }, {}, {}, {}},
    };
    for (Contender &contender : contenders)
        contender.round(200, parallel); // connections, caches and the processor are warm
    for (int i = 0; i < rounds; ++i) {
        for (Contender &contender : contenders)
            measure(contender, total, parallel);
    }
    std::printf("POST %d B -> 200 + %d B, keep-alive, %d in flight, medians of %d interleaved rounds of %d requests\n",
                int(requestBody.size()), int(answerBody.size()), parallel, rounds, total);
    std::printf("%-24s %14s %14s %12s %8s\n", "client", "thread us/req", "process us/req", "wall us/req", "ratio");
    const double base = median(contenders.front().process);
    for (const Contender &contender : contenders) {
        std::printf("%-24s %14.1f %14.1f %12.1f %8.2f\n", contender.name, median(contender.thread), median(contender.process),
                    median(contender.wall), median(contender.process) / base);
    }
    server.kill();
    server.waitForFinished();
    return 0;
}
