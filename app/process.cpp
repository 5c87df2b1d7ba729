#include "app/process.h"

#include <csignal>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace tollgate::app {

namespace {

// LeakSanitizer attaches to its own process when it ends, which a process that hides its memory refuses.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool mayHideMemory = false;
#else
constexpr bool mayHideMemory = true;
#endif

} // namespace

void hardenProcess()
{
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if constexpr (mayHideMemory)
        prctl(PR_SET_DUMPABLE, 0);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file-size limit is then an error of the write, like a full disk
    umask(0077);
}

} // namespace tollgate::app
