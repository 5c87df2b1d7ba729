/* AppRun: starts the console, or the command line when called as tollgate-cli (a link to the AppImage) or with "cli" first. What every desktop
 * has (X, GL, fontconfig, the C++ library) comes from the machine, because its drivers and fonts must fit together; where a group of them
 * is not whole, the AppImage's own copies are used. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether the machine has every library whose copy is in `folder`. */
static bool machineHas(const char *folder)
{
    DIR *entries = opendir(folder);
    bool all = true;
    for (struct dirent *entry; entries && all && (entry = readdir(entries));) {
        if (entry->d_name[0] != '.')
            all = dlopen(entry->d_name, RTLD_LAZY | RTLD_LOCAL) != NULL;
    }
    if (entries)
        closedir(entries);
    return all;
}

static void addFallback(const char *appDir, const char *group)
{
    char folder[PATH_MAX], path[2 * PATH_MAX];
    snprintf(folder, sizeof folder, "%s/usr/lib/fallback/%s", appDir, group);
    if (machineHas(folder))
        return;
    const char *before = getenv("LD_LIBRARY_PATH");
    snprintf(path, sizeof path, "%s%s%s", folder, before && *before ? ":" : "", before ? before : "");
    setenv("LD_LIBRARY_PATH", path, 1);
}

int main(int argc, char **argv)
{
    char appDir[PATH_MAX - 64], program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", appDir, sizeof appDir - 1);
    char *slash = length > 0 ? (appDir[length] = '\0', strrchr(appDir, '/')) : NULL;
    if (!slash) {
        fputs("AppRun: /proc is not mounted\n", stderr);
        return 127;
    }
    *slash = '\0';

    const char *called = getenv("ARGV0");
    called = called ? called : argv[0];
    const char *name = strrchr(called, '/') ? strrchr(called, '/') + 1 : called;
    bool commandLine = strcmp(name, "tollgate-cli") == 0;
    if (!commandLine && argc > 1 && strcmp(argv[1], "cli") == 0) {
        commandLine = true;
        argv[1] = argv[0];
        ++argv;
    }
    addFallback(appDir, "base");
    if (!commandLine)
        addFallback(appDir, "desktop");
    snprintf(program, sizeof program, "%s/usr/bin/%s", appDir, commandLine ? "tollgate-cli" : "tollgate");
    execv(program, argv);
    fprintf(stderr, "AppRun: %s cannot be run: %s\n", program, strerror(errno));
    return 127;
}
