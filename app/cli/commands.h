// Every command, in the order of --help.
#pragma once

#include "app/cli/command.h"
#include "core/settings/providerconfig.h"

namespace tollgate::app {

// Members "key_name" and "keys" of a provider's object.
void writeKeys(JsonWriter &writer, const ProviderConfig &config);

extern const CommandInfo sendCommand;
extern const CommandInfo providersCommand;
extern const CommandInfo keysCommand;
extern const CommandInfo requestsCommand;
extern const CommandInfo reportCommand;
extern const CommandInfo pricesCommand;
extern const CommandInfo cacheCommand;
extern const CommandInfo doctorCommand;

} // namespace tollgate::app
