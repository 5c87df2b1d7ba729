/* The first part of our AppImage (type 2): a static program with the squashfs image of the AppDir right behind it. It mounts the image where FUSE
 * allows, else unpacks it into a private folder, and runs AppRun there in its own process, so that signals and the exit code are the
 * program's. A keeper process holds the mount or folder and removes it when the last process that came from AppRun has ended: all of them
 * hold the write end of a pipe that nobody writes to. */
#define _GNU_SOURCE
#include <squashfuse/config.h>

#include <squashfuse/ll.h>
#include <squashfuse/squashfuse.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CannotRun = 127 };

static char self[PATH_MAX];

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("AppImage: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(CannotRun);
}

/* Where this ELF file ends and the image begins: its section headers are last. */
static size_t imageOffset(void)
{
    Elf64_Ehdr head;
    const int file = open(self, O_RDONLY | O_CLOEXEC);
    if (file < 0 || pread(file, &head, sizeof head, 0) != (ssize_t)sizeof head)
        fail("%s cannot be read: %s", self, strerror(errno));
    close(file);
    return head.e_shoff + (size_t)head.e_shentsize * head.e_shnum;
}

/* A new folder that only this user can enter, in TMPDIR or /tmp. */
static void makeFolder(char *path, size_t size)
{
    const char *base = getenv("TMPDIR");
    if (!base || base[0] != '/')
        base = "/tmp";
    if (snprintf(path, size, "%s/.tollgate-XXXXXX", base) >= (int)size || !mkdtemp(path))
        fail("no folder can be made in %s: %s", base, strerror(errno));
}

static int removeEntry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static void removeTree(const char *path) { nftw(path, removeEntry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT); }

/* --- Unpacking --- */

static int writeFile(sqfs *fs, sqfs_inode *inode, const char *path)
{
    static char buffer[1 << 18];
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, inode->base.mode & 0777);
    if (file < 0)
        return -1;
    const uint64_t size = inode->xtra.reg.file_size;
    for (uint64_t at = 0; at < size;) {
        sqfs_off_t count = sizeof buffer;
        if (sqfs_read_range(fs, inode, (sqfs_off_t)at, &count, buffer) || count <= 0 || write(file, buffer, (size_t)count) != count) {
            close(file);
            return -1;
        }
        at += (uint64_t)count;
    }
    return close(file);
}

static int unpackEntry(sqfs *fs, sqfs_dir_entry *entry, const char *path)
{
    sqfs_inode inode;
    if (sqfs_inode_get(fs, &inode, sqfs_dentry_inode(entry)))
        return -1;
    const mode_t kind = sqfs_mode(inode.base.inode_type) & S_IFMT;
    if (kind == S_IFDIR)
        return mkdir(path, 0755) && errno != EEXIST ? -1 : 0;
    if (kind == S_IFLNK) {
        char target[PATH_MAX];
        size_t size = sizeof target;
        return sqfs_readlink(fs, &inode, target, &size) || symlink(target, path) ? -1 : 0;
    }
    return kind == S_IFREG ? writeFile(fs, &inode, path) : 0;
}

/* Unpacks the image into the existing folder `target`; says why not and returns -1 otherwise. */
static int unpack(size_t offset, const char *target)
{
    sqfs fs;
    sqfs_traverse walk;
    sqfs_err problem = SQFS_OK;
    if (sqfs_open_image(&fs, self, offset) || sqfs_traverse_open(&walk, &fs, sqfs_inode_root(&fs))) {
        fprintf(stderr, "AppImage: %s is incomplete or damaged\n", self);
        return -1;
    }
    int result = 0;
    while (result == 0 && sqfs_traverse_next(&walk, &problem)) {
        char path[PATH_MAX];
        if (walk.dir_end)
            continue;
        if (snprintf(path, sizeof path, "%s/%s", target, walk.path) >= (int)sizeof path || unpackEntry(&fs, &walk.entry, path)) {
            fprintf(stderr, "AppImage: %s/%s cannot be unpacked: %s\n", target, walk.path, errno ? strerror(errno) : "the file is damaged");
            result = -1;
        }
    }
    if (result == 0 && problem) {
        fprintf(stderr, "AppImage: %s is damaged\n", self);
        result = -1;
    }
    sqfs_traverse_close(&walk);
    sqfs_destroy(&fs);
    return result;
}

/* --- The keeper --- */

static void wake(int number) { (void)number; }

/* The keeper is nobody's terminal job and holds nobody's output open. A request to end makes it clean up. */
static void becomeKeeper(void)
{
    struct sigaction action = {.sa_handler = wake};
    setsid();
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigaction(SIGTERM, &action, NULL);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; nothing >= 0 && fd < 3; ++fd)
        dup2(nothing, fd);
    if (chdir("/"))
        _exit(1);
}

/* Serves the file system until the pipe closes. */
static void serve(struct fuse_session *session, int alive)
{
    struct fuse_buf request = {.mem = NULL};
    struct pollfd waits[2] = {{.fd = fuse_session_fd(session), .events = POLLIN}, {.fd = alive, .events = POLLIN}};
    while (!fuse_session_exited(session)) {
        if (poll(waits, 2, -1) < 0 || (waits[1].revents & (POLLHUP | POLLERR)))
            break;
        if (!waits[0].revents)
            continue;
        const int size = fuse_session_receive_buf(session, &request);
        if (size == -EINTR)
            continue;
        if (size <= 0)
            break;
        fuse_session_process_buf(session, &request);
    }
    free(request.mem);
}

/* Mounts and serves; one byte to `ready` once it is mounted. Only returns when it could not. */
static void mountAndServe(size_t offset, const char *folder, int alive, int ready)
{
    static const struct fuse_lowlevel_ops operations = {
        .getattr = sqfs_ll_op_getattr,
        .opendir = sqfs_ll_op_opendir,
        .releasedir = sqfs_ll_op_releasedir,
        .readdir = sqfs_ll_op_readdir,
        .lookup = sqfs_ll_op_lookup,
        .open = sqfs_ll_op_open,
        .create = sqfs_ll_op_create,
        .release = sqfs_ll_op_release,
        .read = sqfs_ll_op_read,
        .readlink = sqfs_ll_op_readlink,
        .forget = sqfs_ll_op_forget,
        .statfs = stfs_ll_op_statfs,
    };
    char *words[] = {"tollgate", "-oro,nodev,nosuid,fsname=Tollgate.AppImage,subtype=squashfuse", NULL};
    struct fuse_args arguments = FUSE_ARGS_INIT(2, words);
    sqfs_ll *image = sqfs_ll_open(self, offset);
    struct fuse_session *session = image ? fuse_session_new(&arguments, &operations, sizeof operations, image) : NULL;
    if (!session || fuse_session_mount(session, folder))
        return;
    if (write(ready, "m", 1) == 1) {
        close(ready);
        serve(session, alive);
    }
    fuse_session_unmount(session);
    rmdir(folder);
    _exit(0);
}

/* Waits for the pipe to close, then removes the folder. */
static void keepFolder(const char *folder, int alive)
{
    struct pollfd wait = {.fd = alive, .events = POLLIN};
    while (poll(&wait, 1, -1) > 0 && !(wait.revents & (POLLHUP | POLLERR)))
        continue;
    removeTree(folder);
    _exit(0);
}

/* Starts a keeper that mounts the image at `folder` (or, without `offset`, only keeps the folder). Whether it does. */
static bool startKeeper(const char *folder, size_t offset)
{
    int alive[2], ready[2];
    if (pipe(alive) || pipe(ready))
        fail("no pipe can be made: %s", strerror(errno));
    const pid_t child = fork();
    if (child == 0) {
        /* Forked twice: the program shall not find a child it did not start. */
        const pid_t keeper = fork();
        if (keeper != 0)
            _exit(keeper < 0);
        close(alive[1]);
        close(ready[0]);
        becomeKeeper();
        if (offset) {
            mountAndServe(offset, folder, alive[0], ready[1]);
            _exit(1);
        }
        if (write(ready[1], "k", 1) == 1)
            close(ready[1]);
        keepFolder(folder, alive[0]);
    }
    close(alive[0]);
    close(ready[1]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    char byte = 0;
    ssize_t count = 0;
    while (child > 0 && (count = read(ready[0], &byte, 1)) < 0 && errno == EINTR)
        continue;
    close(ready[0]);
    if (count != 1)
        close(alive[1]);
    return count == 1;
}

/* --- Running --- */

/* Root mounts by itself, others need FUSE's helper. */
static bool mayMount(void)
{
    return access("/dev/fuse", R_OK | W_OK) == 0
           && (geteuid() == 0 || access("/usr/bin/fusermount3", X_OK) == 0 || access("/bin/fusermount3", X_OK) == 0);
}

/* The AppDir as a folder that lives as long as this process and what it becomes. */
static void provide(size_t offset, bool unpacked, char *folder, size_t size)
{
    makeFolder(folder, size);
    if (!unpacked && mayMount() && startKeeper(folder, offset))
        return;
    if (unpack(offset, folder) || !startKeeper(folder, 0)) {
        removeTree(folder);
        exit(CannotRun);
    }
}

static void run(size_t offset, bool unpacked, char **argv)
{
    char folder[PATH_MAX - 16], program[PATH_MAX], here[PATH_MAX];
    provide(offset, unpacked, folder, sizeof folder);
    snprintf(program, sizeof program, "%s/AppRun", folder);
    setenv("APPDIR", folder, 1);
    setenv("APPIMAGE", self, 1);
    setenv("ARGV0", argv[0], 1);
    if (getcwd(here, sizeof here))
        setenv("OWD", here, 1);
    execv(program, argv);
    fail("%s cannot be run: %s%s", program, strerror(errno), errno == EACCES ? " (set TMPDIR to a folder where programs may run)" : "");
}

static int extract(size_t offset)
{
    if (mkdir("squashfs-root", 0755) && errno != EEXIST)
        fail("squashfs-root cannot be made: %s", strerror(errno));
    if (unpack(offset, "squashfs-root"))
        return CannotRun;
    puts("squashfs-root");
    return 0;
}

static int showMount(size_t offset)
{
    char folder[PATH_MAX];
    makeFolder(folder, sizeof folder);
    if (!mayMount() || !startKeeper(folder, offset)) {
        rmdir(folder);
        fail("FUSE is not available; --appimage-extract works without it");
    }
    puts(folder);
    fflush(stdout);
    for (;;)
        pause();
}

static int help(void)
{
    puts("Options of the AppImage itself (all others go to the program):\n"
         "  --appimage-extract          unpack into ./squashfs-root\n"
         "  --appimage-extract-and-run  run without FUSE, from a temporary folder (also: APPIMAGE_EXTRACT_AND_RUN=1)\n"
         "  --appimage-mount            mount, print where, and stay until interrupted\n"
         "  --appimage-offset           print where in the file the squashfs image begins\n"
         "  --appimage-version          print the version of this runtime");
    return 0;
}

int main(int argc, char **argv)
{
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        fail("/proc is not mounted");
    const size_t offset = imageOffset();
    const char *option = argc > 1 && strncmp(argv[1], "--appimage-", 11) == 0 ? argv[1] + 11 : "";
    const char *wish = getenv("APPIMAGE_EXTRACT_AND_RUN");
    bool unpacked = wish && *wish && strcmp(wish, "0") != 0;
    if (strcmp(option, "extract") == 0)
        return extract(offset);
    if (strcmp(option, "mount") == 0)
        return showMount(offset);
    if (strcmp(option, "offset") == 0)
        return printf("%zu\n", offset) < 0;
    if (strcmp(option, "version") == 0)
        return printf("Tollgate AppImage runtime %s, type 2\n", RUNTIME_VERSION) < 0;
    if (strcmp(option, "help") == 0)
        return help();
    if (strcmp(option, "extract-and-run") == 0) {
        unpacked = true;
        argv[1] = argv[0];
        ++argv;
    } else if (*option) {
        fail("%s is not an option; see --appimage-help", argv[1]);
    }
    run(offset, unpacked, argv);
}
