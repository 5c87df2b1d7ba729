// What the console does before it has a window.
#pragma once

#include "app/profile.h"

namespace tollgate::app {

// Asks a running console of this profile to come to the front; false when there is none. Waits at most a second.
bool raiseOwner(const ProfilePaths &paths);
// Tells why the profile cannot be opened: a dialog, and stderr for those who started it there.
void sayStartProblem(const Error &error);

} // namespace tollgate::app
