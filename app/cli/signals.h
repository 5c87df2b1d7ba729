// SIGINT and SIGTERM as a callback on the thread that made the watcher: the handler only writes a byte to a pipe.
#pragma once

#include <functional>
#include <memory>

namespace tollgate::app {

class SignalWatcher
{
public:
    explicit SignalWatcher(std::function<void()> callback);
    ~SignalWatcher(); // restores the defaults

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace tollgate::app
