// SPDX-License-Identifier: BSD-2-Clause
//
// Host signals, on the signal stack.
#pragma once

int signal_handle(int number, const void *information, void *context);
void signals_install(void);
void signals_set_stack(void); // before user code runs
