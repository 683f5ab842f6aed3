// SPDX-License-Identifier: BSD-2-Clause
//
// One seccomp filter for each process that runs user code:
//
//   host call from outside the machine's text     trapped (SIGSYS): it becomes an UnknownSyscall fault, the host does nothing
//   from its two places for that, on the list      allowed
//   from inside, anything else                     the process is killed: user code has jumped into the machine
//
// Both in one program, because a verdict "kill" of a second filter would override "trap".
#include <asm/unistd.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "core/threads/state.h"
#include "platform/hosted/machine/filter.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/panic.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/x86_64/gate.h"

static const uint32_t allowed_calls[] = {
    __NR_futex,         // hand-off, waiting
    __NR_mmap,          // filling
    __NR_munmap,        // flushing
    __NR_rt_sigreturn,  // signals that interrupted the machine
    __NR_sigaltstack,   // before user code runs
    __NR_setitimer,     // the timer
    __NR_clock_gettime, // measuring the counter
    __NR_arch_prctl,    // thread pointers, without FSGSBASE
    __NR_tgkill,        // passing an alarm on to the CPU; telling the front end that input is wanted
    __NR_write,         // console, panics
    __NR_exit_group,
};

enum {
    CALLS = sizeof allowed_calls / sizeof allowed_calls[0],
    LOAD = BPF_LD | BPF_W | BPF_ABS,
    IF_EQUAL = BPF_JMP | BPF_JEQ | BPF_K,
    IF_GREATER = BPF_JMP | BPF_JGT | BPF_K,
    IF_AT_LEAST = BPF_JMP | BPF_JGE | BPF_K,
    VERDICT = BPF_RET | BPF_K,
    OFFSET_NUMBER = offsetof(struct seccomp_data, nr),
    OFFSET_POINTER_LOW = offsetof(struct seccomp_data, instruction_pointer),
    OFFSET_POINTER_HIGH = OFFSET_POINTER_LOW + 4,
    // Positions in the program.
    AT_PLACES = 5,
    AT_CALLS = AT_PLACES + 3,
    AT_KILL = AT_CALLS + CALLS,
    AT_ALLOW,
    AT_TRAP,
    LENGTH,
};

static struct sock_filter step(uint16_t code, uint32_t value)
{
    return (struct sock_filter){.code = code, .k = value};
}

// A test at position `at` that goes to `yes` or to `no`.
static struct sock_filter test(uint16_t code, uint32_t value, int at, int yes, int no)
{
    return (struct sock_filter){.code = code, .jt = (uint8_t)(yes - at - 1), .jf = (uint8_t)(no - at - 1), .k = value};
}

void filter_install(void)
{
    uint64_t start = (uint64_t)image_text_start, end = (uint64_t)image_text_end;
    struct sock_filter program[LENGTH];
    program[0] = step(LOAD, OFFSET_POINTER_HIGH);
    program[1] = test(IF_EQUAL, (uint32_t)(start >> 32), 1, 2, AT_TRAP);
    program[2] = step(LOAD, OFFSET_POINTER_LOW);
    program[3] = test(IF_AT_LEAST, (uint32_t)start, 3, 4, AT_TRAP);
    program[4] = test(IF_GREATER, (uint32_t)end, 4, AT_TRAP, AT_PLACES);
    program[AT_PLACES] = test(IF_EQUAL, (uint32_t)(uint64_t)host_called, AT_PLACES, AT_PLACES + 2, AT_PLACES + 1);
    program[AT_PLACES + 1] = test(IF_EQUAL, (uint32_t)(uint64_t)signal_restorer_called, AT_PLACES + 1, AT_PLACES + 2, AT_KILL);
    program[AT_PLACES + 2] = step(LOAD, OFFSET_NUMBER);
    for (int i = 0; i < CALLS; i++) {
        int at = AT_CALLS + i;
        program[at] = test(IF_EQUAL, allowed_calls[i], at, AT_ALLOW, at + 1);
    }
    program[AT_KILL] = step(VERDICT, SECCOMP_RET_KILL_PROCESS);
    program[AT_ALLOW] = step(VERDICT, SECCOMP_RET_ALLOW);
    program[AT_TRAP] = step(VERDICT, SECCOMP_RET_TRAP);
    const struct sock_fprog description = {.len = LENGTH, .filter = program};
    long error = host_call(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&description, 0, 0, 0);
    if (error != 0) {
        host_refuses("a seccomp filter", error, "lab4 needs it to keep user code from making host calls; it needs a Linux with seccomp filters");
    }
}
