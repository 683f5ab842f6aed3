// SPDX-License-Identifier: BSD-2-Clause
#include "aftermath.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "pause.h"
#include "post_mortem.h"
#include "report.h"
#include "reporter.h"

enum { PATIENCE_TENTHS = 10, FIRST_SIGNAL_STATUS = 128 };

// The machine said itself that it cannot go on.
static bool has_given_up(const struct machine_control *control)
{
    return (control->stays || control->has_ended) && (control->end == MACHINE_END_DEADLOCK || control->end == MACHINE_END_PANIC);
}

static bool was_interrupted(const struct machine_control *control, int status)
{
    return !control->has_ended && status > FIRST_SIGNAL_STATUS;
}

static bool is_timeout(const struct machine_control *control, int status)
{
    return !control->has_ended && !control->stays && status == MACHINE_STATUS_TIMEOUT;
}

// Is the state worth a description?
static bool is_bad(const struct machine *machine, const struct options *options, int status)
{
    const struct machine_control *control = machine->control;
    const bool is_first_reached = __atomic_load_n(&control->owner_pid, __ATOMIC_SEQ_CST) != 0; // otherwise there is no state yet
    return machine->debugger == 0 && is_first_reached &&
           (has_given_up(control) || is_timeout(control, status) || (was_interrupted(control, status) && options->verbose));
}

// A machine that runs on must stand still. If it cannot be stopped between two entries, then in the middle of one.
static void stop(const struct machine *machine)
{
    struct machine_control *control = machine->control;
    if (control->has_ended || control->stays) {
        return;
    }
    if (machine_pause(control, PATIENCE_TENTHS) == PAUSE_FAILED) {
        report("the machine does not come to a stop; what follows was read in the middle of something.");
    }
    kill(-machine->pid, SIGSTOP);
}

static void wait_for_the_end(const struct machine *machine, int signals)
{
    struct signalfd_siginfo taken;
    struct pollfd event = {.fd = signals, .events = POLLIN};
    machine->control->stays = 1;
    report("the machine stays as it is: ./lab4 inspect %d looks into it; Ctrl-C ends it.", (int)getpid());
    while (poll(&event, 1, -1) >= 0) {
        while (read(signals, &taken, sizeof(taken)) == (ssize_t)sizeof(taken)) {
            if (taken.ssi_signo == SIGINT || taken.ssi_signo == SIGTERM || taken.ssi_signo == SIGHUP || taken.ssi_signo == SIGQUIT) {
                return;
            }
        }
    }
}

void aftermath(const struct machine *machine, const struct options *options, int status, int signals)
{
    const struct machine_control *control = machine->control;
    const bool bad = is_bad(machine, options, status);
    const bool is_to_be_kept = options->post_mortem != NULL && (bad || was_interrupted(control, status) || control->fault_count > 0);
    if (bad || is_to_be_kept) {
        stop(machine);
    }
    reporter_finish(machine, &machine->mask, bad && options->reports_state ? MACHINE_REPORT_STATE : MACHINE_REPORT_NOTHING);
    if (is_to_be_kept) {
        post_mortem_write(machine, options->post_mortem, machine->program, machine->program_bytes);
    }
    if (bad && options->stay && !control->has_ended && !was_interrupted(control, status)) {
        wait_for_the_end(machine, signals);
    }
}
