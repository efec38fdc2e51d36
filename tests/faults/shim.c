/* Stands between the program and the C library (LD_PRELOAD), for files inside of one folder: makes one call fail or kills
 * the process at it, and records what was written and what was synced. Linux.
 *
 *   FAULT_FOLDER  the folder
 *   FAULT_RECORD  the file that is recorded into, outside of it; several processes, one after the other, go on in it
 *   FAULT_CLASS   write, sync, truncate, open, unlink or name (rename, link, mkdir): which calls are counted
 *   FAULT_AT      at which of them something happens, from 1; without it nothing does
 *   FAULT_HOW     kill-before, kill-after, torn (half of a write, then killed), eio, enospc
 *   FAULT_LIES    1: every sync is answered well and none is done, as a bad disk does
 *
 * Nothing is ever really synced: what a power cut leaves is reckoned from the record (see disk.rs), and processes that are
 * killed lose nothing of what they wrote. A file is known by its inode, because names change, and is never opened here:
 * closing it would drop SQLite's locks. Every call goes straight to the kernel. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *folder, *class, *how;
static long at, seen;
static int record_file = -1, lies;

__attribute__((constructor)) static void begin(void) {
    const char *record = getenv("FAULT_RECORD"), *number = getenv("FAULT_AT");
    folder = getenv("FAULT_FOLDER");
    class = getenv("FAULT_CLASS");
    how = getenv("FAULT_HOW");
    at = number ? atol(number) : 0;
    lies = getenv("FAULT_LIES") != NULL;
    int file = syscall(SYS_openat, AT_FDCWD, record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    /* A high number: the program gets those that it would get without us. */
    record_file = fcntl(file, F_DUPFD_CLOEXEC, 500);
    syscall(SYS_close, file);
}

/* One entry: four numbers, then `size` bytes. An entry that cannot be kept would make the test lie. */
static void note(char kind, uint64_t inode, uint64_t offset, const void *bytes, uint64_t size) {
    uint64_t head[4] = {(uint64_t)kind, inode, offset, size};
    struct iovec parts[2] = {{head, sizeof head}, {(void *)bytes, size}};
    if (syscall(SYS_writev, record_file, parts, 2) != (long)(sizeof head + size)) abort();
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

enum { NOTHING, AFTER, TORN };

/* Counts a call. Gives -1 when it must fail, and otherwise what is to happen once it is done. */
static int strike(const char *its_class) {
    note(its_class[0], 0, 0, NULL, 0);
    if (!at || strcmp(class, its_class) || __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST) != at) return NOTHING;
    note('!', 0, 0, NULL, 0);
    if (!strcmp(how, "kill-before")) die();
    if (!strcmp(how, "kill-after")) return AFTER;
    if (!strcmp(how, "torn")) return TORN;
    errno = strcmp(how, "enospc") ? EIO : ENOSPC;
    return -1;
}

static int is_inside(const char *path) {
    size_t length = strlen(folder);
    return !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

/* The whole path of a name, which may not be there yet; false outside of the folder. */
static int whole(int from, const char *name, char *path) {
    char base[PATH_MAX];
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
    } else {
        char link[64] = "/proc/self/cwd";
        if (from != AT_FDCWD) snprintf(link, sizeof link, "/proc/self/fd/%d", from);
        long length = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
        if (length < 0) return 0;
        base[length] = 0;
        while (!strncmp(name, "./", 2)) name += 2;
        if (snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    }
    return is_inside(path);
}

/* The inode of an open file or folder inside of the folder; 0 for all else. */
static uint64_t inode_of(int file) {
    char link[64], path[PATH_MAX];
    struct stat found;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_inside(path) && !fstat(file, &found) ? found.st_ino : 0;
}

static uint64_t inode_named(const char *path) {
    struct stat found;
    return lstat(path, &found) ? 0 : found.st_ino;
}

static ssize_t put(int file, const void *bytes, size_t size, off_t offset, int is_positioned) {
    uint64_t inode = inode_of(file);
    int fault = inode ? strike("write") : NOTHING;
    if (fault < 0) return -1;
    if (fault == TORN) size = (size + 1) / 2;
    if (inode && !is_positioned) {
        int is_appending = syscall(SYS_fcntl, file, F_GETFL) & O_APPEND;
        offset = syscall(SYS_lseek, file, 0, is_appending ? SEEK_END : SEEK_CUR);
    }
    ssize_t done = is_positioned ? syscall(SYS_pwrite64, file, bytes, size, offset)
                                 : syscall(SYS_write, file, bytes, size);
    if (inode && done > 0) note('W', inode, offset, bytes, done);
    if (fault) die();
    return done;
}

ssize_t write(int file, const void *bytes, size_t size) { return put(file, bytes, size, 0, 0); }
ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) { return put(file, bytes, size, offset, 1); }
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) { return put(file, bytes, size, offset, 1); }

/* A writer of several pieces must take it when only the first is written. */
ssize_t writev(int file, const struct iovec *parts, int count) {
    if (!inode_of(file)) return syscall(SYS_writev, file, parts, count);
    for (int part = 0; part < count; part++)
        if (parts[part].iov_len) return put(file, parts[part].iov_base, parts[part].iov_len, 0, 0);
    return 0;
}

/* After a failed sync Linux takes the pages for clean: what they hold is lost, and no later sync brings it to disk. */
static int synced(int file, long number) {
    uint64_t inode = inode_of(file);
    if (!inode) return syscall(number, file);
    int fault = strike("sync");
    if (fault < 0) {
        int error = errno;
        note('E', inode, 0, NULL, 0);
        errno = error;
        return -1;
    }
    if (!lies) note('S', inode, 0, NULL, 0);
    if (fault) die();
    return 0;
}

int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

static int cut(int file, off_t length) {
    uint64_t inode = inode_of(file);
    int fault = inode ? strike("truncate") : NOTHING;
    if (fault < 0) return -1;
    int done = syscall(SYS_ftruncate, file, length);
    if (inode && !done) note('T', inode, length, NULL, 0);
    if (fault) die();
    return done;
}

int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

static int opened(int from, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    if (!whole(from, name, path)) return syscall(SYS_openat, from, name, flags, mode);
    int fault = strike("open");
    if (fault < 0) return -1;
    int is_new = flags & O_CREAT && !inode_named(path);
    int file = syscall(SYS_openat, from, name, flags, mode);
    if (file >= 0 && is_new) note('C', inode_named(path), 0, path, strlen(path));
    if (file >= 0 && flags & O_TRUNC) note('T', inode_of(file), 0, NULL, 0);
    if (fault) die();
    return file;
}

#define OPENS(function, from, ...)                                                                                     \
    int function(__VA_ARGS__, int flags, ...) {                                                                        \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                        \
        va_end(rest);                                                                                                  \
        return opened(from, name, flags, mode);                                                                        \
    }
OPENS(open, AT_FDCWD, const char *name)
OPENS(open64, AT_FDCWD, const char *name)
OPENS(openat, from, int from, const char *name)
OPENS(openat64, from, int from, const char *name)

int unlinkat(int from, const char *name, int flags) {
    char path[PATH_MAX];
    if (!whole(from, name, path)) return syscall(SYS_unlinkat, from, name, flags);
    int fault = strike("unlink");
    if (fault < 0) return -1;
    uint64_t inode = inode_named(path);
    int done = syscall(SYS_unlinkat, from, name, flags);
    if (!done) note('U', inode, 0, path, strlen(path));
    if (fault) die();
    return done;
}

int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

/* Two paths, with a NUL between them. */
static int renamed(char kind, int from, const char *old, int to, const char *new, unsigned flags) {
    char paths[2 * PATH_MAX], path[PATH_MAX];
    int is_ours = whole(from, old, paths) && whole(to, new, path);
    int fault = is_ours ? strike("name") : NOTHING;
    if (fault < 0) return -1;
    int done = kind == 'L' ? syscall(SYS_linkat, from, old, to, new, flags)
                           : syscall(SYS_renameat2, from, old, to, new, flags);
    if (is_ours && !done) {
        size_t length = strlen(paths) + 1;
        strcpy(paths + length, path);
        note(kind, inode_named(path), 0, paths, length + strlen(path));
    }
    if (fault) die();
    return done;
}

int rename(const char *old, const char *new) { return renamed('R', AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int from, const char *old, int to, const char *new) { return renamed('R', from, old, to, new, 0); }
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    return renamed('R', from, old, to, new, flags);
}
int link(const char *old, const char *new) { return renamed('L', AT_FDCWD, old, AT_FDCWD, new, 0); }
int linkat(int from, const char *old, int to, const char *new, int flags) {
    return renamed('L', from, old, to, new, flags);
}

int mkdirat(int from, const char *name, mode_t mode) {
    char path[PATH_MAX];
    if (!whole(from, name, path)) return syscall(SYS_mkdirat, from, name, mode);
    int fault = strike("name");
    if (fault < 0) return -1;
    int done = syscall(SYS_mkdirat, from, name, mode);
    if (!done) note('D', inode_named(path), 0, path, strlen(path));
    if (fault) die();
    return done;
}

int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }
