#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int sluice_open_beneath(int directory, const char *path, int flags, unsigned mode) {
    struct open_how how = {0};
    how.flags = (uint64_t)(flags | O_CLOEXEC);
    how.mode = (flags & O_CREAT) ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: a rename at the same time kept the kernel from proving that the path stayed beneath (openat2(2)), or
    // another program holds a lease (fcntl(2)); the second may last, so the number of tries has a limit.
    for (int tries = 0; tries < 64; tries++) {
        long result = syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (result >= 0) return (int)result;
        if (errno != EINTR && errno != EAGAIN) return -errno;
    }
    return -EAGAIN;
}

int sluice_access_at(int directory, const char *path, int execute) {
    long result = syscall(
        SYS_faccessat2, directory, path, execute ? X_OK : R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW);
    return result == 0 ? 0 : -errno;
}

int sluice_stat_at(int directory, const char *path, int follow, struct sluice_stat *result) {
    struct statx stat;
    int flags = (follow ? 0 : AT_SYMLINK_NOFOLLOW) | AT_NO_AUTOMOUNT | (path ? 0 : AT_EMPTY_PATH);
    if (statx(directory, path ? path : "", flags, STATX_BASIC_STATS, &stat) != 0) return -errno;
    result->inode = stat.stx_ino;
    result->size = stat.stx_size;
    result->mtime_ns = stat.stx_mtime.tv_sec * 1000000000LL + stat.stx_mtime.tv_nsec;
    result->ctime_ns = stat.stx_ctime.tv_sec * 1000000000LL + stat.stx_ctime.tv_nsec;
    result->device = makedev(stat.stx_dev_major, stat.stx_dev_minor);
    result->mode = stat.stx_mode;
    result->links = stat.stx_nlink;
    return 0;
}

int sluice_mkdir_at(int directory, const char *name, unsigned mode) {
    return mkdirat(directory, name, mode) == 0 ? 0 : -errno;
}

int sluice_unlink_at(int directory, const char *name, int remove_directory) {
    return unlinkat(directory, name, remove_directory ? AT_REMOVEDIR : 0) == 0 ? 0 : -errno;
}

int sluice_rename_at(int from, const char *from_name, int to, const char *to_name, int no_replace, int exchange) {
    unsigned flags = (no_replace ? RENAME_NOREPLACE : 0) | (exchange ? RENAME_EXCHANGE : 0);
    return renameat2(from, from_name, to, to_name, flags) == 0 ? 0 : -errno;
}

int sluice_link_at(int from, const char *from_name, int to, const char *to_name) {
    return linkat(from, from_name, to, to_name, 0) == 0 ? 0 : -errno;
}

long sluice_read_directory(int directory, void *buffer, unsigned long capacity) {
    for (;;) {
        long result = syscall(SYS_getdents64, directory, buffer, capacity);
        if (result >= 0) return result;
        if (errno != EINTR) return -errno;
    }
}

unsigned sluice_directory_entry(
    const void *entry, unsigned char *type, const char **name, unsigned long *name_length
) {
    const struct dirent64 *record = entry;
    *type = record->d_type;
    *name = record->d_name;
    *name_length = strlen(record->d_name);
    return record->d_reclen;
}

int sluice_try_read_lease(int file) {
    // A lease break is told by SIGIO, whose default action ends the process (fcntl(2), "Leases"). SIGURG is ignored by
    // default, so it is asked for instead, before the lease exists.
    if (fcntl(file, F_SETSIG, SIGURG) != 0) return -errno;
    if (fcntl(file, F_SETLEASE, F_RDLCK) != 0) return -errno;
    return fcntl(file, F_SETLEASE, F_UNLCK) == 0 ? 0 : -errno;
}

int sluice_available_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

void sluice_name_this_thread(const char *name) {
    char shortened[16];
    snprintf(shortened, sizeof shortened, "%s", name);
    pthread_setname_np(pthread_self(), shortened);
}

int sluice_start_thread(unsigned long stack_bytes, void *(*body)(void *), void *context) {
    pthread_attr_t attributes;
    pthread_t thread;
    int result = pthread_attr_init(&attributes);
    if (result != 0) return -result;
    result = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (result == 0) result = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (result == 0) {
        // Signals sent to the process are for its main thread; those that the thread itself raises stay open.
        static const int own[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGPROF};
        sigset_t blocked, before;
        sigfillset(&blocked);
        for (unsigned index = 0; index < sizeof own / sizeof own[0]; index++) sigdelset(&blocked, own[index]);
        pthread_sigmask(SIG_SETMASK, &blocked, &before);
        result = pthread_create(&thread, &attributes, body, context);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    return -result;
}

const char *sluice_error_text(int number) {
    return strerrordesc_np(number);
}

void sluice_bound_heap(void) {
    // mallopt(3): by default both thresholds follow the largest chunk that was freed, up to 32 and 64 MiB, so that the
    // heap of a quiet service stays as large as its busiest minute made it. Fixed ones return what is above them, and
    // keep enough that a small object costs no page faults.
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 4 << 20);
    // Each heap keeps as much; the default is eight heaps a processor. Large buffers are not malloc's anyway.
    mallopt(M_ARENA_MAX, 4);
}

long sluice_file_system_type(int file) {
    struct statfs information;
    return fstatfs(file, &information) == 0 ? (long)information.f_type : 0;
}
