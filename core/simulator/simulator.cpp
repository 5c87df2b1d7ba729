#include "core/simulator/simulator.h"

#include "core/async/worker.h"
#include "core/base/log.h"
#include "core/simulator/requestlog.h"
#include "core/simulator/service.h"

#include <QStringList>

#include <atomic>

namespace tollgate {

class Simulator::Private
{
public:
    explicit Private(SimulatorOptions o) : options(std::move(o)) {}
    ~Private()
    {
        if (worker) {
            worker->runAndWait([this] {
                service.reset();
                clock.reset();
            });
        }
    }

    SimulatorOptions options; // what it starts with
    RequestLog log;
    std::unique_ptr<Clock> clock;              // on the worker's thread
    std::unique_ptr<SimulatorService> service; // on the worker's thread
    std::atomic<quint16> port{0};
    std::unique_ptr<Worker> worker; // ends first
};

Simulator::Simulator(SimulatorOptions options) : d(std::make_unique<Private>(std::move(options))) {}

Simulator::~Simulator() = default;

Result<void> Simulator::start()
{
    if (d->service)
        return {};
    if (Result<void> opened = d->log.open(d->options.journalPath); !opened)
        return opened;
    Result<void> result;
    if (!d->worker)
        d->worker = std::make_unique<Worker>(QStringLiteral("simulator"));
    d->worker->runAndWait([&] {
        d->clock = std::make_unique<SystemClock>();
        d->service = std::make_unique<SimulatorService>(*d->clock, d->options, d->log);
        result = d->service->listen(d->options.port);
        if (result)
            d->port = d->service->port();
        else
            d->service.reset();
    });
    return result;
}

QString Simulator::baseUrl() const
{
    return QStringLiteral("http://127.0.0.1:%1/v1").arg(d->port.load());
}

void Simulator::setOptions(const SimulatorOptions &options)
{
    if (!options.journalPath.isEmpty()) {
        if (const Result<void> opened = d->log.open(options.journalPath); !opened)
            qCWarning(lcSimulator) << qPrintable(opened.error().text());
    }
    if (d->service) {
        d->worker->runAndWait([&] { d->service->setOptions(options); });
        return;
    }
    SimulatorOptions kept = options;
    if (!kept.port)
        kept.port = d->options.port;
    if (kept.journalPath.isEmpty())
        kept.journalPath = d->options.journalPath;
    if (kept.script.isEmpty())
        kept.script = d->options.script;
    d->options = kept;
}

void Simulator::enqueue(const QList<SimulatorStep> &steps)
{
    if (d->service)
        d->worker->runAndWait([&] { d->service->enqueue(steps); });
    else
        d->options.script += steps;
}

QList<SimulatorEntry> Simulator::entries() const
{
    return d->log.entries();
}

int Simulator::openConnections() const
{
    int connections = 0;
    if (d->service)
        d->worker->runAndWait([&] { connections = d->service->connections(); });
    return connections;
}

int Simulator::activeAnswers() const
{
    return d->service ? d->service->activeAnswers() : 0;
}

} // namespace tollgate
