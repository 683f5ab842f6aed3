// SPDX-License-Identifier: BSD-2-Clause
//
// What is done between the end of a run and the end of its machine: if the run ended badly, its state is described
// (--report state), kept (--post-mortem), and the machine itself may stay (--stay).
#pragma once

#include "platform/hosted/frontend/machine.h"

// `status`: that the run ends with. `signals`: the descriptor that signals are taken from. Everything that had to be told is told
// afterwards; the machine is still there.
void aftermath(const struct machine *machine, const struct options *options, int status, int signals);
