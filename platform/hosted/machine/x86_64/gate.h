// SPDX-License-Identifier: BSD-2-Clause
//
// gate.S: every way into the machine and out of it.
#pragma once

#include <stdint.h>

void gate_plain(void), gate_pku(void), gate_open(void);
void signal_plain(void), signal_pku(void), signal_open(void), signal_restorer(void);
void enter_plain(void), enter_pku(void), enter_open(void); // never return
void protect_probe(void);
extern const char protect_probe_trap[];
extern const uint64_t exit_ranges[3][2], gate_ranges[3][2];
extern const char host_called[], signal_restorer_called[]; // behind the two `syscall` instructions
extern char signal_stack[], kernel_stack_top[], exit_scratch[];
