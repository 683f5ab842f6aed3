// SPDX-License-Identifier: BSD-2-Clause
//
// FP/SIMD state, switched eagerly by owner (threads §8.4): the unit holds the state of `owner` until another thread that
// may use it is switched in. A thread with the FPU-disabled flag traps at EL0 and leaves the owner's state alone.
#include "core/threads/objects.h"
#include "kernel.h"

// struct plat_thread's fp_state: V0–V31, FPCR, FPSR. In line, so that the paths that switch threads make no calls.
#define ALL_PAIRS(operation)                                                                                          \
    operation " q0, q1, [%0, #0]\n" operation " q2, q3, [%0, #32]\n" operation " q4, q5, [%0, #64]\n"                  \
    operation " q6, q7, [%0, #96]\n" operation " q8, q9, [%0, #128]\n" operation " q10, q11, [%0, #160]\n"            \
    operation " q12, q13, [%0, #192]\n" operation " q14, q15, [%0, #224]\n" operation " q16, q17, [%0, #256]\n"       \
    operation " q18, q19, [%0, #288]\n" operation " q20, q21, [%0, #320]\n" operation " q22, q23, [%0, #352]\n"       \
    operation " q24, q25, [%0, #384]\n" operation " q26, q27, [%0, #416]\n" operation " q28, q29, [%0, #448]\n"       \
    operation " q30, q31, [%0, #480]"

static inline void fpu_store(uint8_t *state)
{
    __asm__ inline volatile(ALL_PAIRS("stp") : : "r"(state) : "memory");
    ((word_t *)(void *)state)[64] = READ_REGISTER(fpcr);
    ((word_t *)(void *)state)[65] = READ_REGISTER(fpsr);
}

static inline void fpu_load(const uint8_t *state)
{
    __asm__ inline volatile(ALL_PAIRS("ldp") : : "r"(state) : "memory");
    WRITE_REGISTER(fpcr, ((const word_t *)(const void *)state)[64]);
    WRITE_REGISTER(fpsr, ((const word_t *)(const void *)state)[65]);
}

static struct {
    struct tcb *owner; // whose state is live; null = nobody's
    bool is_open;      // CPACR_EL1 lets EL0 use the unit
} fpu;

static void open_to_user(bool is_open)
{
    if (fpu.is_open != is_open) {
        fpu.is_open = is_open;
        WRITE_REGISTER(cpacr_el1, is_open ? CPACR_OPEN : CPACR_TRAP_EL0); // the return to user level synchronises
    }
}

HOT void plat_fpu_enable(struct tcb *thread)
{
    if (UNLIKELY(fpu.owner != thread)) {
        if (fpu.owner) {
            fpu_store(fpu.owner->platform.fp_state);
        }
        fpu_load(thread->platform.fp_state);
        fpu.owner = thread;
    }
    open_to_user(true);
}

HOT void plat_fpu_disable(void)
{
    open_to_user(false);
}

void plat_fpu_save(struct tcb *thread)
{
    if (fpu.owner == thread) {
        fpu_store(thread->platform.fp_state);
        fpu.owner = NULL;
    }
}

// The zeroed memory of a new TCB is its FP state already.
void plat_thread_init(struct tcb *thread)
{
    (void)thread;
}

void plat_thread_destroy(struct tcb *thread)
{
    if (fpu.owner == thread) {
        fpu.owner = NULL;
    }
}

// The registers live in the TCB whenever the kernel runs.
void plat_thread_registers_written(struct tcb *thread)
{
    (void)thread;
}
