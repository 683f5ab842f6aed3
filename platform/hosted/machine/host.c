// SPDX-License-Identifier: BSD-2-Clause
//
// See host.h. Everything goes through host_call (gate.S), so that there is one `syscall` instruction beside the signal
// restorer's in the whole image.
#include "platform/hosted/machine/host.h"
#include "libsel4/runtime/format.h"

#include <asm/prctl.h>
#include <asm/signal.h>
#include <asm/unistd.h>
#include <asm-generic/siginfo.h>
#include <linux/futex.h>
#include <linux/time.h>
#include <stdarg.h>

enum { NS_PER_S = 1000000000, NS_PER_US = 1000, US_PER_S = 1000000 };

static long address(const void *p)
{
    return (long)p;
}

// -------------------------------------------------------------------------------------------- memory

long host_map(uint64_t at, uint64_t bytes, int protection, int flags, int descriptor, uint64_t offset)
{
    return host_call(__NR_mmap, (long)at, (long)bytes, protection, flags, descriptor, (long)offset);
}

long host_unmap(uint64_t at, uint64_t bytes)
{
    return host_call(__NR_munmap, (long)at, (long)bytes, 0, 0, 0, 0);
}

long host_protect(uint64_t at, uint64_t bytes, int protection)
{
    return host_call(__NR_mprotect, (long)at, (long)bytes, protection, 0, 0, 0);
}

long host_new_key(void)
{
    return host_call(__NR_pkey_alloc, 0, 0, 0, 0, 0, 0);
}

long host_protect_key(uint64_t at, uint64_t bytes, int protection, int key)
{
    return host_call(__NR_pkey_mprotect, (long)at, (long)bytes, protection, key, 0, 0);
}

// ------------------------------------------------------------------------------------ futexes, time

static struct __kernel_timespec timespec_of(uint64_t ns)
{
    return (struct __kernel_timespec){.tv_sec = (long long)(ns / NS_PER_S), .tv_nsec = (long long)(ns % NS_PER_S)};
}

long host_futex_wait(uint32_t *word, uint32_t value, uint64_t deadline_ns)
{
    struct __kernel_timespec deadline = timespec_of(deadline_ns);
    return host_call(__NR_futex, address(word), FUTEX_WAIT_BITSET, value, deadline_ns == ~UINT64_C(0) ? 0 : address(&deadline), 0,
                     (int)FUTEX_BITSET_MATCH_ANY);
}

long host_futex_wake(uint32_t *word)
{
    return host_call(__NR_futex, address(word), FUTEX_WAKE, 1, 0, 0, 0);
}

uint64_t host_monotonic_ns(void)
{
    struct __kernel_timespec now = {0};
    host_call(__NR_clock_gettime, CLOCK_MONOTONIC, address(&now), 0, 0, 0, 0);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

// Interval timers rather than those of timer_create, which count against the user's limit on pending signals (ulimit -i).
static void set_interval_timer(int which, uint64_t first_us, uint64_t period_us)
{
    const struct {
        long interval_s, interval_us, value_s, value_us;
    } timer = {(long)(period_us / US_PER_S), (long)(period_us % US_PER_S), (long)(first_us / US_PER_S), (long)(first_us % US_PER_S)};
    host_call(__NR_setitimer, which, address(&timer), 0, 0, 0, 0);
}

void host_alarm_after(uint64_t ns)
{
    set_interval_timer(ITIMER_REAL, ns / NS_PER_US + 1, 0);
}

void host_cpu_tick(uint64_t period_us)
{
    set_interval_timer(ITIMER_VIRTUAL, period_us, period_us);
}

// ---------------------------------------------------------------------------- processes and signals

long host_fork(void)
{
    return host_call(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0);
}

uint32_t host_pid(void)
{
    return (uint32_t)host_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
}

uint32_t host_parent(void)
{
    return (uint32_t)host_call(__NR_getppid, 0, 0, 0, 0, 0, 0);
}

long host_wait(int *status, bool block)
{
    const int no_hang = 1; // WNOHANG
    return host_call(__NR_wait4, -1, address(status), block ? 0 : no_hang, 0, 0, 0);
}

void host_kill(uint32_t pid, int signal)
{
    host_call(__NR_kill, (long)pid, signal, 0, 0, 0, 0);
}

void host_alarm(uint32_t pid)
{
    host_call(__NR_tgkill, (long)pid, (long)pid, SIGALRM, 0, 0, 0);
}

void host_notify(uint32_t pid)
{
    host_call(__NR_tgkill, (long)pid, (long)pid, SIGURG, 0, 0, 0);
}

_Noreturn void host_exit(int status)
{
    for (;;) {
        host_call(__NR_exit_group, status, 0, 0, 0, 0, 0);
    }
}

// Argument count, arguments, 0, environment, 0, pairs of type and value up to type 0.
uint64_t host_auxiliary(const uint64_t *arguments, uint64_t type)
{
    const uint64_t *at = arguments + 1 + arguments[0] + 1;
    while (*at++) {
    }
    for (; at[0] != 0; at += 2) {
        if (at[0] == type) {
            return at[1];
        }
    }
    return 0;
}

long host_prctl(int option, uint64_t argument)
{
    return host_call(__NR_prctl, option, (long)argument, 0, 0, 0, 0);
}

void host_set_fs(uint64_t base)
{
    host_call(__NR_arch_prctl, ARCH_SET_FS, (long)base, 0, 0, 0, 0);
}

void host_pin(int cpu)
{
    enum { MAX_CPUS = 8192 };
    static uint64_t mask[MAX_CPUS / 64];
    unsigned number = (unsigned)cpu;
    if (cpu < 0 && host_call(__NR_getcpu, address(&number), 0, 0, 0, 0, 0) != 0) {
        return;
    }
    if (number < MAX_CPUS) {
        mask[number / 64] = UINT64_C(1) << (number % 64);
        host_call(__NR_sched_setaffinity, 0, sizeof mask, address(mask), 0, 0, 0);
    }
}

long host_signal_stack(void *start, uint64_t bytes)
{
    const uint32_t autodisarm = 1u << 31; // SS_AUTODISARM of <linux/signal.h>, which cannot be included beside <asm/signal.h>
    stack_t stack = {.ss_sp = start, .ss_flags = (int)autodisarm, .ss_size = bytes};
    return host_call(__NR_sigaltstack, address(&stack), 0, 0, 0, 0, 0);
}

void host_unblock_signals(void)
{
    const uint64_t none = 0;
    host_call(__NR_rt_sigprocmask, SIG_SETMASK, address(&none), 0, sizeof none, 0, 0);
}

// The mask stays empty while a handler runs, so that it may leave without sigreturn.
void host_signal_handler(int signal, void (*entry)(void), void (*restorer)(void))
{
    struct {
        void (*handler)(void);
        uint64_t flags;
        void (*restorer)(void);
        uint64_t mask;
    } action = {entry, SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART | 0x04000000 /* SA_RESTORER */, restorer, 0};
    if (!entry) {
        action.handler = (void (*)(void))1; // SIG_IGN
        action.flags = 0x04000000;
    }
    host_call(__NR_rt_sigaction, signal, address(&action), 0, sizeof action.mask, 0, 0);
}

// -------------------------------------------------------------------------------------------- output

long host_write(int descriptor, const void *bytes, uint64_t count)
{
    const char *at = bytes;
    while (count > 0) {
        long written = host_call(__NR_write, descriptor, address(at), (long)count, 0, 0, 0);
        if (written == -EINTR) {
            continue;
        }
        if (written <= 0) {
            return written < 0 ? -written : EIO; // nobody listens, or the place is full
        }
        at += written;
        count -= (uint64_t)written;
    }
    return 0;
}

// The text of a host_print. What does not fit is lost.
struct line {
    uint64_t length;
    char text[512];
};

static void put_in_line(void *to, char c)
{
    struct line *line = to;
    if (line->length < sizeof line->text) {
        line->text[line->length++] = c;
    }
}

void host_print(int descriptor, const char *format, ...)
{
    struct line line;
    line.length = 0;
    va_list values;
    va_start(values, format);
    (void)format_to(put_in_line, &line, format, values);
    va_end(values);
    (void)host_write(descriptor, line.text, line.length);
}
