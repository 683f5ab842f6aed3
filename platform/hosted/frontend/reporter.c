// SPDX-License-Identifier: BSD-2-Clause
#include "reporter.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

enum { PATIENCE_MS = 25000, MS_NS = 1000000 };

static pid_t reporter; // 0 = there is none
static bool is_useless; // it could not be started, or has died

static void wake(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

// Nobody will answer the machine any more.
static void give_up(const struct machine *machine)
{
    is_useless = true;
    __atomic_store_n(&machine->control->reporter_is_gone, 1, __ATOMIC_SEQ_CST);
    wake(&machine->control->event_taken);
}

// ------------------------------------------------------------------------------------------- starting

static bool find_program(char path[PATH_MAX])
{
    static const char name[] = "lab4-inspect";
    const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - sizeof(name));
    if (length <= 0) {
        return false;
    }
    path[length] = '\0';
    strcpy(strrchr(path, '/') + 1, name);
    return access(path, X_OK) == 0;
}

// The child between vfork and exec. Returns only if something failed: the error number. Ctrl-C is for the front end.
static int become_reporter(char *const *words, const sigset_t *mask)
{
    static const int ignored[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP};
    for (unsigned i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        signal(ignored[i], SIG_IGN);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execv(words[0], words);
    return errno;
}

static __attribute__((noinline)) pid_t spawn(char *const *words, const sigset_t *mask, volatile int *error)
{
    pid_t pid = vfork();
    if (pid == 0) {
        *error = become_reporter(words, mask);
        _exit(STATUS_USAGE);
    }
    return pid;
}

static void start(const struct machine *machine, const sigset_t *mask)
{
    char path[PATH_MAX], memory[16], option[] = "--report";
    volatile int error = 0;
    if (reporter != 0 || is_useless) {
        return;
    }
    if (!find_program(path)) {
        report("what goes wrong in the program is not described: lab4-inspect is not beside this program; build it with ./lab4 build hosted.");
        give_up(machine);
        return;
    }
    snprintf(memory, sizeof(memory), "%d", machine->memory);
    char *const words[] = {path, option, memory, NULL};
    reporter = spawn(words, mask, &error);
    if (reporter < 0 || error != 0) {
        report("what goes wrong in the program is not described: %s cannot be started (%s).", path, strerror(error != 0 ? error : errno));
        reporter = 0;
        give_up(machine);
    }
}

// ---------------------------------------------------------------------------------------------- ending

// Has it ended? Then that is said, if it should not have.
static bool reap(const struct machine *machine)
{
    int status;
    if (reporter == 0 || waitpid(reporter, &status, WNOHANG) != reporter) {
        return reporter == 0;
    }
    reporter = 0;
    if (WIFSIGNALED(status)) {
        report("what went wrong could not be described: lab4-inspect was ended by signal %d (%s).", WTERMSIG(status), strsignal(WTERMSIG(status)));
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        give_up(machine);
    }
    return true;
}

void reporter_serve(const struct machine *machine, const sigset_t *mask)
{
    const struct machine_control *control = machine->control;
    reap(machine);
    if (__atomic_load_n(&control->event_posted, __ATOMIC_SEQ_CST) != __atomic_load_n(&control->event_taken, __ATOMIC_SEQ_CST)) {
        start(machine, mask);
    }
}

void reporter_finish(const struct machine *machine, const sigset_t *mask, enum machine_report_end what)
{
    if (what != MACHINE_REPORT_NOTHING) {
        start(machine, mask);
    }
    machine->control->report_end = 1 + (uint32_t)what;
    wake(&machine->control->event_posted);
    for (unsigned i = 0; i < PATIENCE_MS && !reap(machine); i++) {
        nanosleep(&(const struct timespec){.tv_nsec = MS_NS}, NULL);
    }
    if (reporter != 0) {
        report("describing what went wrong takes too long; it is left at that.");
        kill(reporter, SIGKILL);
        waitpid(reporter, NULL, 0);
        reporter = 0;
    }
}
