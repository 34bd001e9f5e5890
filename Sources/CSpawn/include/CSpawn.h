// Starts a child process of ours: its own process group, no inherited descriptors but three, and a
// descriptor that tells its end. Functions return 0 or a positive errno unless they say otherwise.
#pragma once
#include <sys/types.h>

/// A child process and our ends of its pipes; -1 where there is none.
struct sluice_child {
    pid_t pid;
    /// Readable once the child has ended (pidfd_open(2)); never taken by a reused pid.
    int pidfd;
    /// Writes to its standard input.
    int input;
    /// Reads its standard output, without blocking.
    int output;
};

/// Starts `path` with these arguments and environment (nil: ours). Its standard error is ours. It leads a
/// process group of its own, has no other descriptor than 0, 1 and 2 (traps X03, X04), an empty signal mask
/// and default dispositions (trap X08).
int sluice_spawn(
    const char *path, char *const arguments[], char *const environment[], struct sluice_child *child);

/// Waits until there is output, the child has ended, or the time is up. Bit 0: output, bit 1: ended;
/// negative: -errno.
int sluice_child_wait(const struct sluice_child *child, int timeout_milliseconds);

/// Kills the child's whole process group.
void sluice_child_kill(const struct sluice_child *child);

/// After the child has ended: kills what is left of its group, reaps it and closes all descriptors.
/// `exit_code` is -1 when a signal ended it, `signal_number` 0 when none did.
int sluice_child_reap(struct sluice_child *child, int *exit_code, int *signal_number);
