// SPDX-License-Identifier: BSD-2-Clause
//
// The state of a machine for somebody who wants to know why it does not go on: what each thread waits for and who could change
// that, where it is in its program, and what time it has. Part of lab4-inspect's text, and what a bad end of a run prints.
#pragma once

#include "platform/hosted/inspect/inspect.h"

void print_state(FILE *out, const struct snapshot *snapshot);
