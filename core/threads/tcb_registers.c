// SPDX-License-Identifier: BSD-2-Clause
//
// TCB methods on registers: ReadRegisters, WriteRegisters, CopyRegisters, SetTLSBase (threads §2.1,
// §2.5).
#include "core/arch/aarch64/registers.h"
#include "core/caps/method.h"
#include "core/threads/tcb.h"
#include "core/time/sched.h"

enum {
    FLAG_SUSPEND_SOURCE = BIT(0),
    FLAG_RESUME_TARGET_OF_WRITE = BIT(0),
    FLAG_RESUME_TARGET = BIT(1),
    FLAG_FRAME = BIT(2),
    FLAG_GENERAL = BIT(3)
};

struct registers_plan {
    struct tcb *thread, *source;
    word_t flags, count;
    const struct args *args; // WriteRegisters: the values are read from the message itself
};

static struct refusal decode_TCBReadRegisters(const struct args *a, struct registers_plan *plan)
{
    *plan =
        (struct registers_plan){.thread = cap_tcb(a->cap), .flags = arg(a, 0), .count = arg(a, 1)};
    REQUIRE(plan->count >= 1 && plan->count <= REGS_CONTEXT_WORDS, seL4_RangeError, 1,
            REGS_CONTEXT_WORDS);
    REQUIRE(plan->thread != here()->current, seL4_IllegalOperation);
    return ACCEPTED;
}

static enum progress perform_TCBReadRegisters(const struct registers_plan *plan,
                                              struct answer *answer)
{
    if (plan->flags & FLAG_SUSPEND_SOURCE) {
        tcb_suspend(plan->thread);
    }
    for (word_t i = 0; i < plan->count; i++) {
        answer->words[i] = regs_read(&plan->thread->regs, regs_context_order[i]);
    }
    answer->length = plan->count;
    answer->is_given = true;
    return DONE;
}
DEFINE_METHOD(TCBReadRegisters, struct registers_plan)

static struct refusal decode_TCBWriteRegisters(const struct args *a, struct registers_plan *plan)
{
    *plan = (struct registers_plan){.thread = cap_tcb(a->cap), .flags = arg(a, 0), .args = a};
    REQUIRE(a->length - 2 >= arg(a, 1), seL4_TruncatedMessage);
    REQUIRE(plan->thread != here()->current, seL4_IllegalOperation);
    plan->count = min_word(arg(a, 1), REGS_CONTEXT_WORDS);
    return ACCEPTED;
}

static enum progress perform_TCBWriteRegisters(const struct registers_plan *plan,
                                               struct answer *answer)
{
    (void)answer;
    struct tcb *thread = plan->thread;
    for (word_t i = 0; i < plan->count; i++) {
        regs_write(&thread->regs, regs_context_order[i], arg(plan->args, 2 + i));
    }
    thread->regs.pc = thread->regs.fault_pc;
    plat_thread_registers_written(thread);
    if (plan->flags & FLAG_RESUME_TARGET_OF_WRITE) {
        tcb_resume(thread);
    }
    return DONE;
}
DEFINE_METHOD(TCBWriteRegisters, struct registers_plan)

static struct refusal decode_TCBCopyRegisters(const struct args *a, struct registers_plan *plan)
{
    struct cap source = extra_cap(a, 0);
    REQUIRE(cap_kind(source) == kind_tcb, seL4_InvalidCapability, 1);
    *plan = (struct registers_plan){
        .thread = cap_tcb(a->cap), .source = cap_tcb(source), .flags = arg(a, 0)};
    return ACCEPTED;
}

// Copies registers as they are stored, spsr included (REG-2).
static void copy_fields(struct tcb *to, const struct tcb *from, word_t first, word_t end)
{
    for (word_t i = first; i < end; i++) {
        uint8_t field = regs_context_order[i];
        ((word_t *)&to->regs)[field] = regs_read(&from->regs, field);
    }
}

static enum progress perform_TCBCopyRegisters(const struct registers_plan *plan,
                                              struct answer *answer)
{
    (void)answer;
    struct tcb *thread = plan->thread, *source = plan->source;
    if (plan->flags & FLAG_SUSPEND_SOURCE) {
        tcb_suspend(source);
    }
    if (plan->flags & FLAG_RESUME_TARGET) {
        tcb_resume(thread);
    }
    if (plan->flags & FLAG_FRAME) {
        copy_fields(thread, source, 0, REGS_FRAME_WORDS);
        thread->regs.pc = thread->regs.fault_pc;
    }
    if (plan->flags & FLAG_GENERAL) {
        copy_fields(thread, source, REGS_FRAME_WORDS, REGS_CONTEXT_WORDS);
    }
    plat_thread_registers_written(thread);
    if (thread == here()->current) {
        sched_demand();
    }
    return DONE;
}
DEFINE_METHOD(TCBCopyRegisters, struct registers_plan)

static struct refusal decode_TCBSetTLSBase(const struct args *a, struct registers_plan *plan)
{
    *plan = (struct registers_plan){.thread = cap_tcb(a->cap), .args = a};
    return ACCEPTED;
}

static enum progress perform_TCBSetTLSBase(const struct registers_plan *plan, struct answer *answer)
{
    (void)answer;
    plan->thread->regs.tpidr_el0 = arg(plan->args, 0);
    plat_thread_registers_written(plan->thread);
    if (plan->thread == here()->current) {
        sched_demand();
    }
    return DONE;
}
DEFINE_METHOD(TCBSetTLSBase, struct registers_plan)
