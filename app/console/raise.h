// What the console does before it has a window.
#pragma once

#include "app/profile.h"

#include <memory>

namespace tollgate::ui {
class Theme;
}

namespace tollgate::app {

class ConsoleSession;

// Asks a running console of this profile to come to the front; false when there is none. Waits at most a second.
bool raiseOwner(const ProfilePaths &paths);
// Opens the profile, or raises the console that has it open: null then. An owner that is starting, leaving or a command line without a
// window is waited for, at most 10 s.
Result<std::unique_ptr<ConsoleSession>> openOrRaise(const ProfilePaths &paths, ui::Theme &theme);
// Tells why the profile cannot be opened: a dialog, and stderr for those who started it there.
void sayStartProblem(const Error &error);

} // namespace tollgate::app
