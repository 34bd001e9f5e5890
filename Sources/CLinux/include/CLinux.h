// Linux calls that Glibc's module does not show: openat2(2), statx(2), renameat2(2), getdents64(2), leases (fcntl(2)),
// thread names and stacks. Each returns 0 or a descriptor or a count, or the negated errno.
#pragma once
#include <stdint.h>
#include <sys/types.h>

// What statx(2) says of a file, in the parts that we use.
struct sluice_stat {
    uint64_t inode;
    uint64_t size;
    int64_t mtime_ns;
    int64_t ctime_ns;
    uint64_t device;
    uint32_t mode;
    uint32_t links;
};

// Opens `path` beneath `directory`, never through a symbolic link and never outside (RESOLVE_BENEATH,
// RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS); O_CLOEXEC is added.
int sluice_open_beneath(int directory, const char *path, int flags, unsigned mode);

// Of the open file itself when `path` is NULL; a link in the last component is followed only when asked.
int sluice_stat_at(int directory, const char *path, int follow, struct sluice_stat *result);
// Whether the effective user may read (`execute` 0) or pass through (1); never follows a link (faccessat2(2)).
int sluice_access_at(int directory, const char *path, int execute);

int sluice_mkdir_at(int directory, const char *name, unsigned mode);
int sluice_unlink_at(int directory, const char *name, int remove_directory);
// `no_replace` is RENAME_NOREPLACE, `exchange` RENAME_EXCHANGE.
int sluice_rename_at(int from, const char *from_name, int to, const char *to_name, int no_replace, int exchange);
int sluice_link_at(int from, const char *from_name, int to, const char *to_name);

// Fills `buffer` with struct linux_dirent64 records; 0 at the end of the directory.
long sluice_read_directory(int directory, void *buffer, unsigned long capacity);
// Reads the record at `entry`: its length, type (DT_*), name and length of the name.
unsigned sluice_directory_entry(const void *entry, unsigned char *type, const char **name, unsigned long *name_length);

// 0: nobody has the file open for writing; -EAGAIN: somebody has; other: the lease is refused.
int sluice_try_read_lease(int file);

// How many processors this process may run on (sched_getaffinity(2)).
int sluice_available_processors(void);
// Names the calling thread; cut to 15 bytes (pthread_setname_np(3)).
void sluice_name_this_thread(const char *name);
// Starts a detached thread that takes no signals of the process.
int sluice_start_thread(unsigned long stack_bytes, void *(*body)(void *), void *context);
// What the system calls an errno (strerrordesc_np(3)); NULL when it does not know the number.
const char *sluice_error_text(int number);
// Bounds what malloc keeps of memory that was freed; before the first thread starts.
void sluice_bound_heap(void);
// The type of the file system (f_type of statfs(2)); 0 when it is not told.
long sluice_file_system_type(int file);

// inotify(7). `add` watches the open directory `directory` for all that changes its entries; returns the watch.
int sluice_inotify_open(void);
int sluice_inotify_add(int inotify, int directory);
int sluice_inotify_remove(int inotify, int watch);
// What one event says, in words of our own.
enum sluice_change {
    SLUICE_CHANGE_CREATED = 1,
    SLUICE_CHANGE_WRITTEN = 2,
    SLUICE_CHANGE_MOVED_IN = 4,
    SLUICE_CHANGE_MOVED_OUT = 8,
    SLUICE_CHANGE_DELETED = 16,
    SLUICE_CHANGE_SELF_GONE = 32,
    SLUICE_CHANGE_SELF_MOVED = 64,
    SLUICE_CHANGE_WATCH_ENDED = 128,
    SLUICE_CHANGE_OVERFLOW = 256,
    SLUICE_CHANGE_DIRECTORY = 512,
};
// Reads the event at `event`: its length, watch, changes (sluice_change) and name.
unsigned sluice_inotify_event(
    const void *event, int *watch, unsigned *changes, const char **name, unsigned long *name_length);
int sluice_eventfd(void);
// Waits until one of two files can be read; bit 0 says the first, bit 1 the second; 0 after `timeout` milliseconds.
int sluice_wait_readable(int first, int second, int timeout);
