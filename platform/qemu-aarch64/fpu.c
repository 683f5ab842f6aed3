// SPDX-License-Identifier: BSD-2-Clause
//
// FP/SIMD state, switched eagerly by owner (threads §8.4): the unit holds the state of `owner` until another thread that
// may use it is switched in. A thread with the FPU-disabled flag traps at EL0 and leaves the owner's state alone.
#include "core/tcb.h"
#include "kernel.h"

// fpu.S
void fpu_store(uint8_t *state);
void fpu_load(const uint8_t *state);

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

void plat_fpu_enable(struct tcb *thread)
{
    if (fpu.owner != thread) {
        if (fpu.owner) {
            fpu_store(fpu.owner->fp_state);
        }
        fpu_load(thread->fp_state);
        fpu.owner = thread;
    }
    open_to_user(true);
}

void plat_fpu_disable(void)
{
    open_to_user(false);
}

void plat_fpu_save(struct tcb *thread)
{
    if (fpu.owner == thread) {
        fpu_store(thread->fp_state);
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
