// SPDX-License-Identifier: BSD-2-Clause
//
// The end of a machine that is wrong, or that the host refuses something.
#pragma once

_Noreturn void panic_at(const char *what, const void *context); // a host context (struct ucontext) or null
_Noreturn void host_refuses(const char *what, long error, const char *remedy); // one sentence, and the end; remedy: unless a policy forbids it

// In a panic this is called, too; for those that know what happened last. At most MOST_REPORTS of them.
void panic_report_with(void (*report)(void));
