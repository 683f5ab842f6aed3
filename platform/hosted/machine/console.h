// SPDX-License-Identifier: BSD-2-Clause
//
// The machine's console: line by line; what is left goes out before the machine waits, at interrupts, and at the end.
#pragma once

void console_put(char c);
void console_flush(void);
