// `simulate`: the simulated provider alone on loopback, without a profile, until SIGINT or SIGTERM.
#pragma once

#include <QStringList>

namespace tollgate::app {

// Runs the event loop; returns the exit code.
int runSimulate(const QStringList &arguments);

} // namespace tollgate::app
