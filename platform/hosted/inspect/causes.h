// SPDX-License-Identifier: BSD-2-Clause
//
// Faults and failed look-ups in words. Nothing ends with a line break: each is the rest of a sentence.
#pragma once

#include "platform/hosted/inspect/inspect.h"

// "read at 0x0: nothing is mapped at 0x0: a null pointer", "division by zero", …
void print_cause(FILE *out, const struct tcb *thread, const struct machine_fault *fault);

// "slot 0x13 of the CSpace is empty": why `address` leads to no capability (seL4_LookupFailureType and its words).
void print_lookup(FILE *out, const struct tcb *thread, cptr_t address, word_t type, const uint64_t words[3]);
