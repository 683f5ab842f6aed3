// SPDX-License-Identifier: BSD-2-Clause
//
// Starts gdb; see debugger.h. The machine waits until the script has told it to go on, so nothing is missed.
#include "debugger.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"
#include "tools.h"

enum { FIXED_WORDS = 14 };

// The child between vfork and exec. Returns only if something failed: the error number.
static int become_gdb(char *const *words, const sigset_t *mask)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(words[0], words);
    return errno;
}

static __attribute__((noinline)) pid_t spawn(char *const *words, const sigset_t *mask, volatile int *error)
{
    pid_t pid = vfork();
    if (pid == 0) {
        *error = become_gdb(words, mask);
        _exit(STATUS_USAGE);
    }
    return pid;
}

// Tries to trace the machine as gdb would: as another child of ours. 0, or the error number.
static int ptrace_error(pid_t machine)
{
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        _exit(ptrace(PTRACE_SEIZE, machine, NULL, NULL) == 0 ? 0 : errno); // our end lets it go
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 0; // if not: gdb will tell
}

static int yama_scope(void)
{
    char digit = '0';
    const int file = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        (void)!read(file, &digit, 1);
        close(file);
    }
    return digit - '0';
}

// Refuses, with a remedy for the cause, where gdb could only complain.
static void assert_traceable(struct machine *machine)
{
    const int error = ptrace_error(machine->pid);
    if (error == 0) {
        return;
    }
    machine_kill(machine, false);
    if (error == EPERM && yama_scope() > 1) {
        refuse("--gdb: this host forbids debugging (Yama, kernel.yama.ptrace_scope = %d); as root: sysctl kernel.yama.ptrace_scope=1",
               yama_scope());
    }
    refuse("--gdb: this host forbids debugging (ptrace: %s), as containers do; start the container with --cap-add=SYS_PTRACE and "
           "--security-opt seccomp=unconfined.", strerror(error));
}

void debugger_start(struct machine *machine, const struct options *options, const sigset_t *mask)
{
    char pid[16], script[PATH_MAX], *words[FIXED_WORDS + 2 * MAX_GDB_COMMANDS];
    int count = 0;
    volatile int error = 0;
    if (!tool_find("gdb/hosted.py", script)) {
        const int why = errno;
        machine_kill(machine, false);
        refuse("the script for gdb, %s, cannot be read (%s); install lab4 again, or keep the source tree.", script, strerror(why));
    }
    assert_traceable(machine);
    machine->control->input_ended = 1; // what comes from the terminal is for gdb
    setenv("LAB4_PROGRAM", options->program, 1);
    snprintf(pid, sizeof(pid), "%d", (int)machine->pid);
    char *const fixed[] = {"gdb", "-q", "-nx", "-iex", "set suppress-cli-notifications on", "-p", pid, "-x", script, options->gdb_mi ? "--interpreter=mi" : "-q"};
    for (unsigned i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        words[count++] = fixed[i];
    }
    for (int i = 0; i < options->gdb_command_count; i++) {
        words[count++] = "-ex";
        words[count++] = (char *)(uintptr_t)options->gdb_commands[i];
    }
    words[count] = NULL;
    machine->debugger = spawn(words, mask, &error);
    if (machine->debugger < 0 || error != 0) {
        machine_kill(machine, false);
        refuse("gdb cannot be started (%s); install the package gdb.", strerror(error != 0 ? error : errno));
    }
}
