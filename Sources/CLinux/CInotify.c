#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

int sluice_inotify_open(void) {
    int result = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return result >= 0 ? result : -errno;
}

int sluice_inotify_add(int inotify, int directory) {
    // The magic link names the open directory itself, whatever happened to its path (proc_pid_fd(5)).
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
    int result = inotify_add_watch(
        inotify, path,
        IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF |
            IN_ONLYDIR);
    return result >= 0 ? result : -errno;
}

int sluice_inotify_remove(int inotify, int watch) {
    return inotify_rm_watch(inotify, watch) == 0 ? 0 : -errno;
}

unsigned sluice_inotify_event(
    const void *event, int *watch, unsigned *changes, const char **name, unsigned long *name_length
) {
    const struct inotify_event *record = event;
    static const struct { uint32_t bit; unsigned change; } table[] = {
        {IN_CREATE, SLUICE_CHANGE_CREATED},       {IN_CLOSE_WRITE, SLUICE_CHANGE_WRITTEN},
        {IN_MOVED_TO, SLUICE_CHANGE_MOVED_IN},    {IN_MOVED_FROM, SLUICE_CHANGE_MOVED_OUT},
        {IN_DELETE, SLUICE_CHANGE_DELETED},       {IN_DELETE_SELF, SLUICE_CHANGE_SELF_GONE},
        {IN_UNMOUNT, SLUICE_CHANGE_SELF_GONE},    {IN_MOVE_SELF, SLUICE_CHANGE_SELF_MOVED},
        {IN_IGNORED, SLUICE_CHANGE_WATCH_ENDED},  {IN_Q_OVERFLOW, SLUICE_CHANGE_OVERFLOW},
        {IN_ISDIR, SLUICE_CHANGE_DIRECTORY},
    };
    *changes = 0;
    for (unsigned index = 0; index < sizeof table / sizeof table[0]; index++)
        if (record->mask & table[index].bit) *changes |= table[index].change;
    *watch = record->wd;
    *name = record->name;
    *name_length = record->len ? strnlen(record->name, record->len) : 0;
    return (unsigned)(sizeof *record + record->len);
}

int sluice_eventfd(void) {
    int result = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return result >= 0 ? result : -errno;
}

int sluice_wait_readable(int first, int second, int timeout) {
    struct pollfd files[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
    int result = poll(files, 2, timeout);
    if (result < 0) return errno == EINTR ? 0 : -errno;
    return (files[0].revents ? 1 : 0) | (files[1].revents ? 2 : 0);
}
