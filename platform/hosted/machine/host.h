// SPDX-License-Identifier: BSD-2-Clause
//
// The host's system calls, without a C library: each returns the host's value, negative = error number. The allow-list
// of a VSpace process (filter.c) names those that are used after it has started.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/errno.h>

long host_call(long number, long a, long b, long c, long d, long e, long f);

// Did the host refuse because of a rule, rather than for want of something?
static inline bool host_forbids(long error)
{
    return error == -EPERM || error == -EACCES || error == -ENOSYS;
}
#define HOST_FORBIDS "a security policy forbids it: allow it for lab4 in this container, service or sandbox"

// --- memory
enum { HOST_READ = 1, HOST_WRITE = 2, HOST_EXECUTE = 4 };
enum { HOST_SHARED = 0x01, HOST_PRIVATE = 0x02, HOST_FIXED = 0x10, HOST_ANONYMOUS = 0x20, HOST_NO_RESERVE = 0x4000, HOST_POPULATE = 0x8000,
       HOST_FIXED_NO_REPLACE = 0x100000 };
long host_map(uint64_t address, uint64_t bytes, int protection, int flags, int descriptor, uint64_t offset);
long host_unmap(uint64_t address, uint64_t bytes);
long host_protect(uint64_t address, uint64_t bytes, int protection);
long host_new_key(void);
long host_protect_key(uint64_t address, uint64_t bytes, int protection, int key);

// --- futexes, shared between processes. The deadline is CLOCK_MONOTONIC nanoseconds, ~0 = none.
long host_futex_wait(uint32_t *word, uint32_t value, uint64_t deadline_ns);
long host_futex_wake(uint32_t *word);

// --- time
uint64_t host_monotonic_ns(void);
void host_alarm_after(uint64_t ns);              // SIGALRM to this process, once, in so much (monotonic) time or a little more
void host_cpu_tick(uint64_t period_us);          // SIGVTALRM whenever so much CPU time was used in user mode

// --- processes and signals
long host_fork(void);
uint32_t host_pid(void);
uint32_t host_parent(void);
long host_wait(int *status, bool block);         // any child: its id, 0 = none to report, or an error
void host_kill(uint32_t pid, int signal);        // to the whole process
void host_alarm(uint32_t pid);                   // SIGALRM to the (only) thread of a machine process
void host_notify(uint32_t pid);                  // SIGURG to the front end: it should look at the control page
_Noreturn void host_exit(int status);
uint64_t host_auxiliary(const uint64_t *arguments, uint64_t type); // from the block that a program starts with
long host_prctl(int option, uint64_t argument);
void host_set_fs(uint64_t base);
void host_pin(int cpu);                          // negative = where it runs now
void host_unblock_signals(void);
long host_signal_stack(void *start, uint64_t bytes); // for the next signal
void host_signal_handler(int signal, void (*entry)(void), void (*restorer)(void)); // entry = null: ignore

// --- output, for warnings, panics and the console
long host_write(int descriptor, const void *bytes, uint64_t count); // 0, or the error number: the rest is lost
// as <lab4/printf.h>; one call is one write of at most 512 bytes
void host_print(int descriptor, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum { HOST_STDERR = 2 };
