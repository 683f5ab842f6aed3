// SPDX-License-Identifier: BSD-2-Clause
//
// stdin, for the machine's UART. It is read only when some program has enabled the receiver, and only as far as the machine
// has room: a root task that reads nothing takes nothing from the shell script that started it.
//
// Terminals stay in the mode that they are in: input comes line by line, and the terminal echoes it.
#pragma once

#include <stdbool.h>

#include "platform/hosted/interface.h"

// Does the machine want input that has not come yet? Then stdin belongs among the descriptors to wait for.
bool input_is_wanted(struct machine_control *control);

// stdin has something, or has ended: passes it on.
void input_pass(struct machine_control *control);

// Must virtual time wait for stdin, so that a run can be repeated?
bool input_is_repeatable(void);
