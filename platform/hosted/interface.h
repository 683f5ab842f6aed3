/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two halves of the hosted platform share: one memory file, its control page, and the start-up protocol.
 *
 *   front end  (platform/hosted/frontend, an ordinary program)    command line, user ELF, device tree, console input,
 *                                                                 interrupts from outside, --timeout, reaping, exit status
 *   machine    (platform/hosted/machine, the freestanding image   kernel core, entry code, one process per VSpace,
 *              `lab4-machine`)                                    time, interrupt controller, devices, console output
 *
 * Start-up
 *   1. The front end creates a memory file of MACHINE_FILE_BYTES(ram), maps its first page and its RAM part, writes the
 *      user image and the device tree into RAM, and fills in the upper half of struct machine_control (everything else
 *      stays zero). RAM that it does not write stays untouched: it is known to be zero.
 *   2. It forks and executes `lab4-machine` from a thread that lives as long as the front end (PR_SET_PDEATHSIG is per
 *      thread), with descriptor MACHINE_FD_MEMORY = the file, MACHINE_FD_CONSOLE = where console output goes (blocking),
 *      2 = where warnings and panics go, and no others. No arguments are looked at. SIGPIPE is ignored (a console that nobody
 *      reads gives EPIPE: the front end notices and ends the machine). The zygote leads a session of its own, with no terminal:
 *      Ctrl-C reaches the front end only, and no process of the machine leaves that session.
 *   3. The machine checks magic, version and frontend_pid, maps everything at fixed addresses, boots the core, and becomes
 *      the zygote: a single-threaded process that only forks the processes that run user code, and reaps them.
 *
 * Running
 *   - Time belongs to the machine alone (a timer of each machine process). The front end has no part in it.
 *   - Devices are the machine's. Their lines move with machine_set_line.
 *   - Interrupts from outside (--irq, `lab4 irq`): anybody who has the memory file calls machine_pulse_line and, if told to,
 *     sends SIGALRM to the process whose id that returns. At most one signal is outstanding (`attention` goes 0 -> 1 once
 *     until the machine has looked). `irq_sources` tells which lines the front end may raise that way.
 *   - Input: the front end reads nothing from stdin before the machine sets `input_is_wanted` (some program has enabled the
 *     UART's receiver). Then it fills the ring `input` while there is room, and tells the end of stdin. After each step it counts
 *     `input_event`, wakes that futex, and pokes the machine, except where MACHINE_FLAG_INPUT_IS_WAITED_FOR is set: then the
 *     machine itself waits for the event. When the ring is full it sets `input_is_full`. The machine sends SIGURG to the front end
 *     when it has set input_is_wanted or taken input_is_full back.
 *   - When every thread waits, no timer or device has a deadline, no input can come that an enabled line waits for, and no
 *     enabled line has a source outside, the machine ends with MACHINE_STATUS_DEADLOCK.
 *
 * End
 *   - The machine writes `status`, then `has_ended`, and the zygote kills and reaps the others and exits with the status.
 *     The front end waits for the zygote; has_ended = 0 then means that the machine was killed: MACHINE_STATUS_PANIC.
 *   - The front end may end the machine at any time (--timeout): SIGKILL to the zygote takes all others with it
 *     (PR_SET_PDEATHSIG). It should be a child subreaper (prctl(PR_SET_CHILD_SUBREAPER)) and wait until it has no children
 *     left, so that nothing remains when it returns. If the front end dies, even by SIGKILL, everything dies.
 */
#ifndef LAB4_HOSTED_INTERFACE_H
#define LAB4_HOSTED_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/hosted/trace_records.h"

#define MACHINE_MAGIC UINT64_C(0x4d41434834424154) /* "TAB4HCAM" */
enum { MACHINE_VERSION = 3 };

enum { MACHINE_FD_MEMORY = 3, MACHINE_FD_CONSOLE = 4 };

/* Simulated physical memory: as on QEMU's `virt` board. */
#define MACHINE_RAM_BASE UINT64_C(0x40000000)
#define MACHINE_RAM_MAX (UINT64_C(256) << 30)

/* Devices: a page each. The first two are where QEMU's `virt` board has them; that board has nothing at the third's address and
 * on its line. */
#define MACHINE_PL011 UINT64_C(0x09000000)
#define MACHINE_PL031 UINT64_C(0x09010000)
#define MACHINE_TICKER UINT64_C(0x09100000)
enum { MACHINE_PL011_IRQ = 33, MACHINE_PL031_IRQ = 34, MACHINE_TICKER_IRQ = 42 };
enum { MACHINE_INPUT_BYTES = 1024 }; /* a power of two */
#define MACHINE_VIRTUAL_WALL_NS UINT64_C(946684800000000000) /* virtual time starts at the beginning of the year 2000 */

/* The memory file: control page | notes | kernel state (the machine's own business) | ring of --trace | RAM | per-thread host state (ditto).
 * All sparse. The last part has one slot of MACHINE_THREAD_STRIDE bytes for each possible TCB (2 KiB of RAM). */
#define MACHINE_NOTES_OFFSET UINT64_C(0x1000) /* struct machine_notes */
#define MACHINE_STATE_OFFSET UINT64_C(0x10000)
#define MACHINE_RAM_OFFSET UINT64_C(0x4000000)
#define MACHINE_SHADOW_OFFSET UINT64_C(0x2800000) /* of a machine with address checks: kasan.c */
#define MACHINE_TRACE_OFFSET UINT64_C(0x3000000)
#define MACHINE_TRACE_BYTES (TRACE_RECORDS * sizeof(struct trace_record))
#define MACHINE_THREAD_STRIDE UINT64_C(2880)
#define MACHINE_THREADS_OFFSET(ram) (MACHINE_RAM_OFFSET + (ram))
#define MACHINE_THREADS_BYTES(ram) ((((ram) / 2048 * MACHINE_THREAD_STRIDE) + 4095) / 4096 * 4096)
#define MACHINE_FILE_BYTES(ram) (MACHINE_THREADS_OFFSET(ram) + MACHINE_THREADS_BYTES(ram))

/* User addresses that the host can make accessible: [low, high). The user image must lie inside. */
// What the machine's processor is called in ELF files (e_machine): x86-64.
enum { MACHINE_ELF_NUMBER = 62 };

#define MACHINE_USER_LOW UINT64_C(0x10000)
#define MACHINE_USER_HIGH UINT64_C(0x6fffffffe000)

enum machine_time { MACHINE_TIME_REAL, MACHINE_TIME_VIRTUAL };
enum machine_protect { MACHINE_PROTECT_AUTO, MACHINE_PROTECT_PKU, MACHINE_PROTECT_NONE };

enum machine_flags {
    MACHINE_FLAG_SPIN = 1,         /* --spin: processes wait for the CPU actively for a while; no pinning then */
    MACHINE_FLAG_DEBUG = 2,        /* --gdb: wait for a debugger before the first process for user code is made */
    MACHINE_FLAG_STATISTICS = 4,   /* print the counters below at the end, to descriptor 2 */
    MACHINE_FLAG_CHECK = 8,        /* --check: the invariants after every kernel entry */
    MACHINE_FLAG_TRACE = 16,       /* --trace: records for the front end, trace_records.h */
    MACHINE_FLAG_REPORT_FAULTS = 64,   /* --report faults: MACHINE_EVENT_FAULT */
    MACHINE_FLAG_REPORT_REFUSED = 128, /* --report refused: MACHINE_EVENT_REFUSED */
    MACHINE_FLAG_REPORT_STATE = 256,   /* --report state: the front end tells the state at the end, so the machine does not */
    MACHINE_FLAG_STAY = 512,           /* --stay: processes do not go when the machine ends by itself (control: stays) */
    MACHINE_FLAG_INPUT_IS_WAITED_FOR = 32, /* virtual time stands still until there is input (stdin is no terminal) */
    MACHINE_FLAG_IS_WARNED = 1 << 16, /* do not say again that there are no protection keys */
};

/* Pinning: a CPU number, or one of these. */
enum { MACHINE_CPU_CURRENT = -1, MACHINE_CPU_NONE = -2 };

/* Exit statuses of the machine's own. User code chooses 0..255 through lab4_exit. */
enum { MACHINE_STATUS_BOOT_FAILED = 2, MACHINE_STATUS_DEADLOCK = 3, MACHINE_STATUS_PANIC = 4, MACHINE_STATUS_TIMEOUT = 5 };

/* Longest stop for an inspector that may have died. */
enum { MACHINE_PAUSE_SECONDS = 10 };

/* What the machine tells a reporter (lab4-inspect --report, started by the front end when there is something to be told). It waits,
 * and its clock stands still, until `event_taken` has come to `event_posted`, at most MACHINE_PAUSE_SECONDS. */
enum machine_event { MACHINE_EVENT_FAULT = 1, MACHINE_EVENT_REFUSED };
/* Why the machine ended by itself. */
enum machine_end {
    MACHINE_END_OF_HOST,    /* which did not do what was needed */
    MACHINE_END_OF_PROGRAM, /* lab4_exit, DebugHalt */
    MACHINE_END_DEADLOCK,
    MACHINE_END_PANIC
};

enum machine_report_end { MACHINE_REPORT_NOTHING, MACHINE_REPORT_STATE };
enum { MACHINE_FAULTS_KEPT = 8, MACHINE_FAULTS_DESCRIBED = 8 };

/* A fault of a thread without handler. Addresses are the machine's own (LAYOUT_PHYSICAL_WINDOW). */
struct machine_fault {
    uint64_t thread;            /* its TCB; may be gone by now */
    uint64_t type, words[3];    /* struct fault (core/tcb.h) */
    uint64_t lookup_type, lookup_words[3];
    uint64_t pc;
};

/* An invocation that the kernel refused, or a system call on a capability that cannot be used so. */
struct machine_refusal {
    uint64_t thread, pc;
    uint64_t number;            /* of the system call */
    uint64_t cap, info, words[4]; /* as it was called */
    uint64_t kind, object;      /* of the capability; 0 = none, or not found */
    uint64_t rights;            /* of an endpoint or notification: bit 0 may send, bit 1 may receive */
    uint64_t is_receiving;      /* the capability that was to be received from is meant */
    uint64_t is_extra;          /* a capability in the message is meant; kind, object and rights are those of the one it was sent to */
    uint64_t lookup_type, lookup_words[3]; /* 0 = the slot was found */
    uint64_t error, payload[4]; /* the answer of an invocation: seL4_Error, its first words */
};

enum { MACHINE_NUM_LINES = 160, MACHINE_LINE_WORDS = 3 };

struct machine_control {
    /* --- written by the front end before the machine starts */
    uint64_t magic;
    uint32_t version;
    uint32_t frontend_pid;
    uint64_t ram_bytes;              /* multiple of 2 MiB, at most MACHINE_RAM_MAX */
    uint64_t image_start, image_end; /* physical, page aligned, inside RAM */
    uint64_t image_offset;           /* virtual = physical - offset (modulo 2^64) */
    uint64_t entry;                  /* virtual */
    uint64_t dtb, dtb_bytes;         /* physical; below image_start (memory-and-boot §8); 0 bytes = none */
    uint32_t time;                   /* enum machine_time */
    uint32_t protect;                /* enum machine_protect; AUTO warns when the host has no protection keys */
    uint32_t flags;                  /* enum machine_flags */
    int32_t host_cpu;
    uint64_t wall_ns;                /* time since 1970 at tick 0 */
    char name[64];                   /* of the program, for people */
    uint32_t check_every;            /* with MACHINE_FLAG_CHECK: entries to one check; 0 = one, or more if the system is large */
    uint32_t reserved[23];

    /* --- shared while running: `attention` and the lines are written by both sides */
    uint32_t attention; /* the machine should look at the lines; a futex */
    uint32_t owner_pid; /* the process that is the CPU now; 0 = not running yet */
    uint64_t line_level[MACHINE_LINE_WORDS]; /* state of each interrupt line; written by device models */
    uint64_t line_latch[MACHINE_LINE_WORDS]; /* rising edges not yet acknowledged */
    uint64_t line_pulse[MACHINE_LINE_WORDS]; /* raised from outside, once; however the line is triggered; until acknowledged */
    uint64_t irq_sources[MACHINE_LINE_WORDS]; /* lines that the front end may still raise */

    uint32_t input_is_wanted, input_is_full, input_ended;
    uint32_t input_event;                 /* a futex */
    uint32_t input_put, input_taken;      /* bytes so far, modulo 2^32; the first is the front end's, the second the machine's */
    uint8_t input[MACHINE_INPUT_BYTES];

    /* --- written by the machine */
    uint32_t has_ended;
    uint32_t status;
    uint32_t console_error; /* the host's error number why console output was lost; 0 = none was */
    uint32_t protection; /* enum machine_protect: what is really in force (PKU or NONE) */
    uint32_t spins_broken; /* virtual time only: > 0 = the run is not reproducible */
    uint64_t virtual_now; /* virtual time: the clock, in 62.5 MHz ticks */
    uint64_t first_user_ns; /* CLOCK_MONOTONIC just before the root task's first instruction, for --stats; 0 = not reached */
    struct {
        uint64_t gate_calls, faults, fills, filled_pages, interrupts, idles, handoffs, spawns, reuses, flushes,
            most_dropped;
    } statistics;

    /* --- --trace (trace_records.h) */
    uint32_t trace_written; /* by the machine: records so far */
    uint32_t trace_read;    /* by the front end: how many of them it has taken; a futex, woken if the machine may wait */

    /* --- lab4-inspect (platform/hosted/inspect), which maps the memory file by itself */
    uint32_t pause_wanted;  /* by the inspector: 0 -> 1, with a poke; the machine stops at the end of a kernel entry; a futex */
    uint32_t pause_reached; /* by the machine: it stands still, until pause_wanted is 0 again, or for MACHINE_PAUSE_SECONDS; a futex */
    uint64_t state_start, state_bytes;     /* where the machine has the kernel's state (MACHINE_STATE_OFFSET) */
    uint64_t kernel_start, kernel_bytes;   /* struct kernel in it */

    /* --- reports */
    uint32_t event_posted, event_taken; /* counted by the machine, by the reporter; futexes */
    uint32_t event_kind;                /* enum machine_event */
    uint32_t reporter_is_gone;          /* by the front end: nobody is there to tell anything */
    uint32_t report_end;                /* by the front end: 1 + what the reporter is to do at last (enum report_end); wakes event_posted */
    uint32_t end;                       /* with has_ended or stays: enum machine_end */
    uint32_t stays;                     /* with MACHINE_FLAG_STAY: the machine would have ended, with `status`, and waits to be killed */
    uint32_t fault_count;
    struct machine_fault faults[MACHINE_FAULTS_KEPT]; /* the latest; number n is at n % MACHINE_FAULTS_KEPT */
    struct machine_refusal refusal;                   /* of the event posted last */

    uint32_t debugger_ready; /* with MACHINE_FLAG_DEBUG; written by the debugger (tools/gdb/hosted.py) */
};
_Static_assert(sizeof(struct machine_control) <= 4096, "the control page is a page");

/* Written by the front end before the machine starts, for those who look at the memory file; the machine does not know it. */
struct machine_notes {
    char program[4096]; /* absolute path of the root task's file, NUL-terminated; empty = not known */
};

/* Makes the machine look at its lines. Returns the process to send SIGALRM to, or 0 if that is not needed. */
static inline uint32_t machine_poke(struct machine_control *control)
{
    if (__atomic_exchange_n(&control->attention, 1, __ATOMIC_SEQ_CST) != 0) {
        return 0;
    }
    return __atomic_load_n(&control->owner_pid, __ATOMIC_SEQ_CST);
}

/* Sets a line (0..159) to a level, for whom it is a wire. Returns what machine_poke returns; lowering needs no poke. */
static inline uint32_t machine_set_line(struct machine_control *control, uint32_t line, bool level)
{
    const uint64_t bit = UINT64_C(1) << (line % 64);
    if (!level) {
        __atomic_fetch_and(&control->line_level[line / 64], ~bit, __ATOMIC_SEQ_CST);
        return 0;
    }
    uint64_t old = __atomic_fetch_or(&control->line_level[line / 64], bit, __ATOMIC_SEQ_CST);
    if (!(old & bit)) {
        __atomic_fetch_or(&control->line_latch[line / 64], bit, __ATOMIC_SEQ_CST);
    }
    return machine_poke(control);
}

/* Raises an interrupt line from outside, once. Returns what machine_poke returns. */
static inline uint32_t machine_pulse_line(struct machine_control *control, uint32_t line)
{
    __atomic_fetch_or(&control->line_pulse[line / 64], UINT64_C(1) << (line % 64), __ATOMIC_SEQ_CST);
    return machine_poke(control);
}

#endif
