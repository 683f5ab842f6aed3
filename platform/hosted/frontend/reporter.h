// SPDX-License-Identifier: BSD-2-Clause
//
// The process that puts into words what goes wrong in a machine: lab4-inspect --report, beside this program. It is started when
// there is something to tell for the first time, so a run that goes well has none. Whatever happens to it, the run goes on.
#pragma once

#include <signal.h>

#include "platform/hosted/frontend/machine.h"

// After any signal: starts the reporter if the machine waits for one; lets the machine go on without if that does not work.
// `mask`: the signal mask that it starts with.
void reporter_serve(const struct machine *machine, const sigset_t *mask);

// At the end of the run, before the machine is killed: has the state described if that is `what`, and waits until everything
// is told, for some seconds at most. Then there is no reporter any more.
void reporter_finish(const struct machine *machine, const sigset_t *mask, enum machine_report_end what);
