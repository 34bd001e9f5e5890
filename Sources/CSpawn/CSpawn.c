#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// Not all headers that we build with have P_PIDFD as a macro (waitid(2), Linux 5.4).
#define SLUICE_P_PIDFD 3

static void close_if_open(int *descriptor) {
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
}

static int start(
    const char *path, char *const arguments[], char *const environment[], int input, int output, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    // dup2 clears close-on-exec; closefrom is close_range(2) in the child (glibc 2.34).
    error = posix_spawn_file_actions_adddup2(&actions, input, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (!error) error = posix_spawnattr_setpgroup(&attributes, 0);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!error) {
        error = posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    if (!error) {
        error = posix_spawn(pid, path, &actions, &attributes, arguments, environment ? environment : environ);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

int sluice_spawn(
    const char *path, char *const arguments[], char *const environment[], struct sluice_child *child) {
    int input[2] = {-1, -1}, output[2] = {-1, -1};
    child->pid = -1;
    child->pidfd = child->input = child->output = -1;
    if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC)) {
        int error = errno;
        for (int end = 0; end < 2; end++) {
            close_if_open(&input[end]);
            close_if_open(&output[end]);
        }
        return error;
    }
    int error = start(path, arguments, environment, input[0], output[1], &child->pid);
    close_if_open(&input[0]);
    close_if_open(&output[1]);
    if (!error) {
        child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
        if (child->pidfd < 0) error = errno;
    }
    if (error) {
        close_if_open(&input[1]);
        close_if_open(&output[0]);
        if (child->pid > 0) {
            kill(-child->pid, SIGKILL);
            while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
            }
        }
        child->pid = -1;
        return error;
    }
    child->input = input[1];
    child->output = output[0];
    fcntl(child->output, F_SETFL, O_NONBLOCK);
    return 0;
}

int sluice_child_wait(const struct sluice_child *child, int timeout_milliseconds) {
    struct pollfd watched[2] = {
        {.fd = child->output, .events = POLLIN},
        {.fd = child->pidfd, .events = POLLIN},
    };
    if (poll(watched, 2, timeout_milliseconds) < 0) return errno == EINTR ? 0 : -errno;
    return (watched[0].revents ? 1 : 0) | (watched[1].revents ? 2 : 0);
}

void sluice_child_kill(const struct sluice_child *child) {
    if (child->pid > 0) kill(-child->pid, SIGKILL);
}

int sluice_child_reap(struct sluice_child *child, int *exit_code, int *signal_number) {
    siginfo_t info = {0};
    *exit_code = -1;
    *signal_number = 0;
    // Until it is reaped its number, which names the group too, belongs to nobody else.
    sluice_child_kill(child);
    int result;
    do {
        result = waitid((idtype_t)SLUICE_P_PIDFD, (id_t)child->pidfd, &info, WEXITED);
    } while (result < 0 && errno == EINTR);
    int error = result < 0 ? errno : 0;
    if (!error) {
        if (info.si_code == CLD_EXITED) *exit_code = info.si_status;
        else *signal_number = info.si_status;
    }
    close_if_open(&child->pidfd);
    close_if_open(&child->input);
    close_if_open(&child->output);
    child->pid = -1;
    return error;
}
