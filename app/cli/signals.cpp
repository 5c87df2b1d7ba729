#include "app/cli/signals.h"

#include <QSocketNotifier>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace tollgate::app {

namespace {

// A signal handler has no other way to reach its watcher.
volatile std::sig_atomic_t signalPipe = -1;

extern "C" void writeSignalByte(int)
{
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(signalPipe, &byte, 1);
}

} // namespace

class SignalWatcher::Private
{
public:
    int pipe[2] = {-1, -1};
    std::unique_ptr<QSocketNotifier> notifier;
};

SignalWatcher::SignalWatcher(std::function<void()> callback) : d(std::make_unique<Private>())
{
    if (::pipe2(d->pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    signalPipe = d->pipe[1];
    d->notifier = std::make_unique<QSocketNotifier>(d->pipe[0], QSocketNotifier::Read);
    QObject::connect(d->notifier.get(), &QSocketNotifier::activated, [fd = d->pipe[0], callback = std::move(callback)] {
        char bytes[16];
        [[maybe_unused]] const ssize_t read = ::read(fd, bytes, sizeof bytes);
        callback();
    });
    struct sigaction action = {};
    action.sa_handler = writeSignalByte;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

SignalWatcher::~SignalWatcher()
{
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    signalPipe = -1;
    d->notifier.reset();
    for (const int fd : d->pipe) {
        if (fd >= 0)
            ::close(fd);
    }
}

} // namespace tollgate::app
