// Every command, in the order of --help.
#pragma once

#include "app/cli/command.h"

namespace tollgate::app {

extern const CommandInfo sendCommand;
extern const CommandInfo providersCommand;
extern const CommandInfo keysCommand;
extern const CommandInfo requestsCommand;
extern const CommandInfo reportCommand;
extern const CommandInfo pricesCommand;
extern const CommandInfo cacheCommand;
extern const CommandInfo doctorCommand;

} // namespace tollgate::app
