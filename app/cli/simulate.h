// `simulate`: the simulated provider alone on loopback, without a profile, until SIGINT or SIGTERM.
#pragma once

#include "app/invocation.h"

#include <QStringList>

namespace tollgate::app {

// Runs the event loop; returns the exit code.
int runSimulate(const QStringList &arguments, CommandOutput &output);

} // namespace tollgate::app
