// SPDX-License-Identifier: BSD-2-Clause
//
// All mutable data of the machine.
//
// `machine` and the control page are shared by all processes of the machine (the linker script puts every ordinary
// variable there, the core's `ks` included, and start.c maps that part of the image shared before the first fork).
// What each process has for itself is in `self`, marked PER_PROCESS. Only the process that is the CPU ("the owner")
// touches the shared part, apart from the futex words and the bits that interface.h lets others set.
#pragma once

#include "core/threads/objects.h"
#include "platform/hosted/interface.h"
#include "platform/hosted/machine/layout.h"

#define PER_PROCESS __attribute__((section(".bss.per_process")))

enum { MAX_PROCESSES = 1024, MOST_WATCHED = 64, FIRST_PROCESS = 1, MOST_POOLED = 32, MAX_ASIDS = 1 << 16, FLUSH_RANGES = 16,
       MAX_MAPPINGS = 8192 };

// User addresses whose translation a process must forget before it runs user code again.
struct flush_queue {
    bool everything;
    uint32_t count;
    struct {
        vaddr_t start, end;
    } range[FLUSH_RANGES];
};

// One host process: an address space that can be lent to any VSpace.
struct process {
    _Alignas(64) uint32_t turn; // futex, enum turn: is this process the CPU?
    uint32_t phase;             // enum phase; from LEAVING to ABSENT by the zygote, otherwise by the owner
    uint32_t pid;
    asid_t asid; // which VSpace it serves; 0 = none, it is in the pool
    paddr_t root;
    struct tcb *live; // whose FP state is in its registers
    struct flush_queue flush;
    struct process *next_in_pool;
};

enum turn { TURN_NONE, TURN_MINE, TURN_ASLEEP, TURN_OVER /* the process is to end */ };
enum phase { PHASE_ABSENT, PHASE_THERE, PHASE_LEAVING };

struct clock {
    bool is_virtual;
    bool has_tsc;         // time comes from the time-stamp counter; otherwise from a host call
    uint64_t boot_ns;     // CLOCK_MONOTONIC at tick 0
    uint64_t first_tsc;   // at boot_ns
    uint64_t base_tsc;    // tick `base` was at this counter value
    ticks_t base;
    uint64_t rate;        // ticks a count, times 2^32
    uint64_t next_sample; // counter value at which to measure the rate again
    ticks_t latest;       // of what was given out: never goes back
    ticks_t deadline;     // of the timer
    ticks_t alarm;        // when the line of a device will rise
    ticks_t least_run;    // how soon an alarm makes sense on this host (clock.c)
    uint64_t stopped_tsc, stopped_ns; // since when time stands still
};

// The interrupt controller: what a GICv2 distributor knows beside the state of the lines (control page).
struct controller {
    uint64_t enabled[MACHINE_LINE_WORDS];
    uint64_t is_edge[MACHINE_LINE_WORDS];
};

// Registers of the devices (pl011.c, pl031.c, ticker.c).
struct pl011 {
    uint32_t low_power, baud_integer, baud_fraction, line_control, control, levels, mask, dma;
    uint32_t raw;         // interrupts, but for the receiver's: that one follows from what waits in the FIFO
    uint32_t quiet_level; // of the FIFO when the receive interrupt was cleared
};
struct pl031 {
    uint32_t match, load, mask, raw;
    uint32_t offset;      // by which the program has set the clock
    ticks_t matches_at;
};
struct ticker {
    bool is_enabled;
    uint32_t high;        // half of the count, kept when the other one was read
    ticks_t match;
};
struct devices {
    ticks_t now;          // of the access or update going on
    uint32_t complaints;
    struct pl011 pl011;
    struct pl031 pl031;
    struct ticker ticker;
};

struct entry {
    void (*gate)(void), (*signal)(void), (*enter)(void);
    uint32_t pkru; // while the machine runs
};

struct machine {
    // --- the address space that the core activated; root = 0: an empty one
    paddr_t active_root;
    asid_t active_asid;

    // --- processes. Number 0 is never used; the zygote is none of them.
    struct process *hand_off_to;
    uint32_t next_victim;
    struct process *pool; // those that serve no VSpace, the latest first
    uint32_t pool_count;
    uint16_t process_of_asid[MAX_ASIDS];
    struct process processes[MAX_PROCESSES];

    // --- requests to the zygote
    uint32_t zygote_pid;
    uint32_t zygote_event; // futex: counts requests and deaths
    uint32_t spawn_request; // process number; 0 = none
    uint32_t spawn_done;    // futex: 1 when the last request was answered
    int32_t spawn_result;   // process id, or a negative error number

    struct clock clock;
    struct controller controller;
    struct devices devices;

    // --- what the host can do
    bool has_pku, has_fsgsbase;
    bool write_excludes_execute; // no mapping may be both writable and executable (write_execute.c)
    const struct entry *entry; // the variant of gate.S in force
    uint32_t fp_mask;       // state components that belong to a thread
    bool fp_is_compact;     // XSAVEC rather than XSAVE
    uint32_t pkru_offset;   // of PKRU in a signal frame's extended state
    uint64_t signals_from_user; // faults and interrupts
    uint64_t user_entries; // into the kernel, interrupts not counted
    uint64_t seen_entries; // virtual time: of those, how many there were at the last tick of CPU time
    uint32_t quiet_ticks;  // ticks of CPU time without any

    bool is_watched; // watch.c

    // --- console output not written yet
    uint32_t console_bytes;
    char console[512];
};
extern struct machine machine;

// A synchronous event or interrupt of user code, as the signal handler left it for the code on the kernel stack.
struct trap {
    int signal;
    int code;
    uint64_t number; // of the host's exception
    uint64_t error;
    vaddr_t address;
};

struct self {
    struct process *process; // null in the zygote
    uint32_t mappings;       // in the user window (tlb.c)
    uint32_t capacity;       // at most so many; fewer than MAX_MAPPINGS if the host says so
    bool signal_stack_is_set; // with the host (signals.c)
    ticks_t armed;           // when the host timer will fire; ~0 = not set
    uint64_t visits_when_armed; // how often user code had run then (clock.c)
    uint64_t thread_pointer; // what fs points to
    struct trap trap;
};
extern struct self self;

static inline struct machine_control *control(void)
{
    return (struct machine_control *)LAYOUT_CONTROL;
}

_Static_assert(MACHINE_USER_HIGH == UINT64_C(LAB4_USER_LAST) + 1, "what programs are told is what they can use");
_Static_assert(offsetof(struct tcb, platform) == TCB_HOST, "layout.h");
_Static_assert(offsetof(struct tcb, platform) + offsetof(struct plat_thread, is_full) == TCB_HOST_IS_FULL, "layout.h");
_Static_assert(offsetof(struct tcb, platform) + offsetof(struct plat_thread, exit_flags) == TCB_HOST_EXIT_FLAGS, "layout.h");
_Static_assert(offsetof(struct tcb, regs.x) == TCB_X(0), "layout.h");
_Static_assert(offsetof(struct tcb, regs.sp) == TCB_SP && offsetof(struct tcb, regs.pc) == TCB_PC, "layout.h");
_Static_assert(offsetof(struct tcb, regs.spsr) == TCB_SPSR && offsetof(struct tcb, regs.fault_pc) == TCB_FAULT_PC, "layout.h");
_Static_assert(offsetof(struct machine_control, attention) == CONTROL_ATTENTION, "layout.h");

static inline struct plat_thread *host_of(struct tcb *thread)
{
    return &thread->platform;
}

// Where its extended FP state is kept while it is not live.
static inline void *fp_slot(const struct tcb *thread)
{
    uint64_t ram_offset = (uint64_t)thread - LAYOUT_PHYSICAL_WINDOW - MACHINE_RAM_BASE;
    return (void *)(LAYOUT_THREADS + (ram_offset >> TCB_BITS) * MACHINE_THREAD_STRIDE);
}

// Linker script symbols.
extern const char image_text_start[], image_text_end[], image_rodata_end[];
extern char image_process_start[], image_process_end[];
extern char image_shared_start[], image_shared_data_end[], image_shared_end[];

static inline bool range_contains(uint64_t start, uint64_t end, uint64_t value)
{
    return value >= start && value < end;
}
