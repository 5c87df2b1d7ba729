// What every Tollgate process does first.
#pragma once

namespace tollgate::app {

// No core dumps and no attaching by other processes of the user (reliability.md section 2.9); SIGPIPE and SIGXFSZ are ignored, private file mode.
void hardenProcess();

} // namespace tollgate::app
