// SPDX-License-Identifier: BSD-2-Clause
//
// Steps as text for humans, and as a CMocka test.
#pragma once

#include <stdio.h>

#include "tests/fuzz/step.h"

// One step in one line: what is asked of the kernel, with the names of the invocation table and of the world.
void text_print_step(FILE *out, const struct step *step);

// Who is about to make the step.
struct tcb;
void text_print_caller(FILE *out, const struct tcb *caller);

// What became of it: who runs now, and what the caller was answered. `caller` made the call.
void text_print_outcome(FILE *out, const struct step *step, const struct tcb *caller);

// A test that replays the steps (tests/fuzz/found.c shows how they are used).
void text_print_test(FILE *out, const struct step *steps, size_t count);
