// SPDX-License-Identifier: BSD-2-Clause
//
// What a thread has beside its integer registers: FP and vector state, the thread pointer, host flags.
//
// FP state is lazy. Each process keeps the state of the thread that ran there last (process->live) in its registers,
// across kernel entries and hand-offs, and saves it only when another thread is to run in the same process. A thread
// that moves to another VSpace is first handed to the process that holds its state (run.c: wanted_process).
// Invariant: host_of(t)->live_in == p  exactly if  p->live == t.
//
// The thread pointer is written when it differs from what fs holds. Without FSGSBASE that is a host call (0.2 us, but several
// on some virtual machines), which then dominates the switch between two threads of a VSpace.
#include "core/threads/state.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/panic.h"
#include "platform/hosted/machine/process.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/watch.h"
#include "platform/hosted/machine/x86_64/context.h"
#include "platform/platform.h"

enum {
    FP_LEGACY_MASK = 0xe7,  // x87, SSE, AVX, opmask, both halves of ZMM; not PKRU, not AMX
    FP_MXCSR_DEFAULT = 0x1f80,
    FP_MXCSR_OFFSET = 24,
    FP_CONTROL_DEFAULT = 0x37f,
};

// The state of a thread that has never used the unit: all components in their initial configuration.
static const struct {
    _Alignas(64) uint16_t control;
    uint8_t unused[FP_MXCSR_OFFSET - 2];
    uint32_t mxcsr;
    uint8_t rest[MACHINE_THREAD_STRIDE - FP_MXCSR_OFFSET - 4];
} initial_state = {.control = FP_CONTROL_DEFAULT, .mxcsr = FP_MXCSR_DEFAULT};

static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
    __asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "0"(leaf), "2"(subleaf));
}

void context_start(void)
{
    enum { LEAF_STATE = 0xd, HAS_XSAVEC = 2, LEAF_FEATURES = 1, PKRU_COMPONENT = 9 };
    const uint32_t has_osxsave = 1u << 27;
    uint32_t info[4];
    cpuid(LEAF_FEATURES, 0, info);
    if (!(info[2] & has_osxsave)) {
        panic_at("this host's processor has no XSAVE", NULL);
    }
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    machine.fp_mask = low & FP_LEGACY_MASK;
    cpuid(LEAF_STATE, 1, info);
    machine.fp_is_compact = info[0] & HAS_XSAVEC;
    cpuid(LEAF_STATE, PKRU_COMPONENT, info);
    machine.pkru_offset = info[1];
}

// ------------------------------------------------------------------------------------------------ FP

static void save(void *slot)
{
    if (machine.fp_is_compact) {
        __asm__ volatile("xsavec (%0)" : : "r"(slot), "a"(machine.fp_mask), "d"(0) : "memory");
    } else {
        __asm__ volatile("xsave (%0)" : : "r"(slot), "a"(machine.fp_mask), "d"(0) : "memory");
    }
}

static void restore(const void *state)
{
    __asm__ volatile("xrstor (%0)" : : "r"(state), "a"(machine.fp_mask), "d"(0) : "memory");
}

void context_restore_frame(const void *frame_state)
{
    restore(frame_state);
}

void context_save(void)
{
    struct tcb *thread = self.process->live;
    if (thread) {
        save(fp_slot(thread));
        host_of(thread)->has_fp = true;
        host_of(thread)->live_in = NULL;
        self.process->live = NULL;
    }
}

static void switch_fp(struct tcb *thread)
{
    struct plat_thread *host = host_of(thread);
    context_save();
    restore(host->has_fp ? fp_slot(thread) : &initial_state);
    host->live_in = self.process;
    self.process->live = thread;
}

// ------------------------------------------------------------------------------------ thread pointer

static void load_thread_pointer(uint64_t value)
{
    // What the host would refuse or the instruction would fault on cannot be reached by user code anyway.
    uint64_t base = value < MACHINE_USER_HIGH ? value : 0;
    self.thread_pointer = value;
    if (machine.has_fsgsbase) {
        __asm__ volatile("wrfsbase %0" : : "r"(base));
    } else {
        host_set_fs(base);
    }
}

void context_make_live(struct tcb *thread)
{
    // With FSGSBASE user code may have changed fs itself: load it with every switch.
    bool is_switch = self.process->live != thread;
    if (is_switch) {
        switch_fp(thread);
    }
    if (self.thread_pointer != thread->regs.tpidr_el0 || (is_switch && machine.has_fsgsbase)) {
        load_thread_pointer(thread->regs.tpidr_el0);
    }
}

// --------------------------------------------------------------------------------------------- flags

// Host flags (Intel SDM vol. 1, 3.4.3) and their twins in spsr. The others are kept as they are.
static const struct {
    uint64_t host;
    word_t spsr;
} flag_twins[] = {{1 << 7, BIT(31)}, {1 << 6, BIT(30)}, {1 << 0, BIT(29)}, {1 << 11, BIT(28)}}; // sign, zero, carry, overflow

uint64_t context_flags(struct tcb *thread)
{
    enum { ALWAYS = 0x202 };
    uint64_t flags = host_of(thread)->other_flags | ALWAYS;
    for (size_t i = 0; i < ARRAY_LENGTH(flag_twins); i++) {
        flags |= thread->regs.spsr & flag_twins[i].spsr ? flag_twins[i].host : 0;
    }
    return flags;
}

void context_set_flags(struct tcb *thread, uint64_t flags)
{
    enum { FLAG_TRAP = 1 << 8, FLAG_RESUME = 1 << 16 };
    thread->regs.spsr = SPSR_USER;
    for (size_t i = 0; i < ARRAY_LENGTH(flag_twins); i++) {
        thread->regs.spsr |= flags & flag_twins[i].host ? flag_twins[i].spsr : 0;
        flags &= ~flag_twins[i].host;
    }
    host_of(thread)->other_flags = flags & ~(uint64_t)(FLAG_TRAP | FLAG_RESUME);
}

void context_full_exit(struct tcb *thread)
{
    host_of(thread)->exit_flags = context_flags(thread);
}

// ------------------------------------------------------------------------------------------ the seam

void plat_thread_init(struct tcb *thread)
{
    *host_of(thread) = (struct plat_thread){.is_full = true};
}

void plat_thread_destroy(struct tcb *thread)
{
    struct plat_thread *host = host_of(thread);
    if (host->live_in) {
        host->live_in->live = NULL;
        process_end_if_idle(host->live_in);
    }
    if (machine.is_watched) {
        watch_thread_gone(thread);
    }
    *host = (struct plat_thread){.is_full = true};
}

// Registers that a call through the gate would not restore may have changed; flags that AArch64 does not know get
// safe values (docs/HOSTED-ABI.md).
void plat_thread_registers_written(struct tcb *thread)
{
    host_of(thread)->is_full = true;
    host_of(thread)->other_flags = 0;
}

// FP state follows the threads lazily, see above. The flag that disables the unit is stored and returned by the core,
// but using the unit never traps here (docs/DIFFERENCES.md).
void plat_fpu_enable(struct tcb *thread)
{
    (void)thread;
}

void plat_fpu_disable(void)
{
}

void plat_fpu_save(struct tcb *thread)
{
    (void)thread;
}
