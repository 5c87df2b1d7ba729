// The demo profile: a folder of its own with the simulator as its only provider and invented prices, so that a newcomer sees every
// figure move and nothing mixes with real money.
#pragma once

#include "app/profile.h"
#include "core/simulator/simulator.h"

namespace tollgate {
class Settings;
}

namespace tollgate::app {

bool isDemoProfile(const ProfilePaths &paths);
// Adds the simulator and the invented prices when they are missing.
Result<void> prepareDemoProfile(const ProfilePaths &paths, Settings &settings);

// How the built-in simulator of this profile behaves, from the console's state file: "simulator/speed" (instant, typical, slow) and
// "simulator/failures" (none, limits, mixed). Anything else is typical and none.
SimulatorOptions storedSimulatorOptions(const ProfilePaths &paths);

} // namespace tollgate::app
