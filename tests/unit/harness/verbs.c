// SPDX-License-Identifier: BSD-2-Clause
//
// The verbs: a system call, a fault or an interrupt by the thread that runs.
#include "core/entry/fastpath.h"
#include "tests/unit/harness/internal.h"

#include "core/check/invariants.h"

enum { SYS_CALL = -1, SYS_REPLY_RECV = -2, SYS_NBSEND_RECV = -3, SYS_NBSEND_WAIT = -4, SYS_SEND = -5, SYS_NBSEND = -6,
       SYS_RECV = -7, SYS_NBRECV = -8, SYS_WAIT = -9, SYS_NBWAIT = -10, SYS_YIELD = -11 };

enum { SCRATCH_WORDS = 1 << 14 };

// --------------------------------------------------------------------------------------- the checker

static bool is_first_report;

static void report(int number, const char *what, const void *subject)
{
    print_error("%sinvariant %d: %s (%p)\n", is_first_report ? "the state after the last verb is wrong:\n" : "", number, what, subject);
    is_first_report = false;
}

void harness_check_invariants(void)
{
    static word_t scratch[SCRATCH_WORDS];
    is_first_report = true;
    if (!invariants_check(scratch, SCRATCH_WORDS, report)) {
        fail_msg("an invariant is broken (docs/INVARIANTS.md)");
    }
}

// ---------------------------------------------------------------------------------- kernel entries

static void require_user(void)
{
    if (here()->current == &ks.idle) {
        fail_msg("nobody runs: all threads wait");
    }
}

static bool exists(const struct tcb *thread)
{
    for (const struct tcb *t = ks.all_threads; t; t = t->all_next) {
        if (t == thread) {
            return true;
        }
    }
    return false;
}

// A system call preserves all but x0..x5 of its caller (abi §2.3).
static void check_preserved(const struct tcb *thread, const struct thread_regs *before)
{
    if (exists(thread)) {
        assert_memory_equal(&thread->regs.x[6], &before->x[6], sizeof before->x - 6 * sizeof before->x[0]);
        assert_true(thread->regs.sp == before->sp && thread->regs.spsr == before->spsr);
    }
}

// May the call write registers of its own caller?
static bool may_write_registers(const struct tcb *thread)
{
    word_t label = info_label(thread->regs.x[REG_INFO]);
    return label == TCBCopyRegisters || label == TCBWriteRegisters;
}

bool harness_asks_for_path, harness_was_fast;

static void enter_syscall(void)
{
    struct tcb *thread = here()->current;
    require_user();
    thread->regs.fault_pc = thread->regs.pc; // the svc; REG-3
    thread->regs.pc += 4;
    struct thread_regs before = thread->regs;
    bool is_checked = !may_write_registers(thread);
    harness_before_entry();
    if (harness_asks_for_path) {
        harness_was_fast = core_syscall_fast() != NULL;
        if (!harness_was_fast) {
            core_syscall_slow();
        }
    } else {
        core_syscall();
    }
    if (is_checked) {
        check_preserved(thread, &before);
    }
    harness_check_invariants();
}

static void enter_fault(const struct hw_fault *fault)
{
    require_user();
    here()->current->regs.fault_pc = here()->current->regs.pc;
    harness_before_entry();
    if (harness_asks_for_path) {
        word_t type = fault->kind == HW_FAULT_VM ? seL4_Fault_VMFault : seL4_Fault_UserException;
        harness_was_fast = fastpath_fault(&(struct fault){.type = type, .words = {fault->address, fault->is_fetch, fault->syndrome}});
        if (!harness_was_fast) {
            core_fault_slow(fault);
        }
    } else {
        core_fault(fault);
    }
    harness_check_invariants();
}

void take_irq(void)
{
    here()->current->regs.fault_pc = here()->current->regs.pc;
    harness_before_entry();
    core_irq();
    harness_check_invariants();
}

// -------------------------------------------------------------------------------- what user level does

// The thread's buffer as its own user code sees it: whatever rights the kernel has in it.
static word_t *user_buffer(const struct tcb *thread)
{
    struct cap cap = thread->slots[TCB_BUFFER].cap;
    if (cap_kind(cap) != kind_frame || frame_cap_is_device(cap)) {
        return NULL;
    }
    return plat_ptr(frame_cap_base(cap) + (thread->buffer_address & LOW_BITS(frame_cap_size_bits(cap))));
}

struct message message_of(word_t label, struct words caps, struct words words)
{
    return (struct message){.label = label, .caps = caps, .words = words, .length = words.count};
}

struct message with_length(struct message message, word_t length)
{
    message.length = length;
    return message;
}

static void write_message(struct message m)
{
    struct thread_regs *regs = &here()->current->regs;
    word_t *buffer = user_buffer(here()->current);
    regs->x[REG_INFO] = m.label << 12 | m.caps.count << 7 | m.length;
    for (word_t i = 0; i < NUM_REG_MRS; i++) {
        regs->x[REG_MR0 + i] = i < m.words.count ? m.words.words[i] : 0xdead0000 + i;
    }
    for (word_t i = NUM_REG_MRS; buffer && i < m.words.count; i++) {
        buffer[BUFFER_MESSAGE + i] = m.words.words[i];
    }
    for (word_t i = 0; buffer && i < m.caps.count; i++) {
        buffer[BUFFER_CAPS + i] = m.caps.words[i];
    }
}

static struct result result_of(const struct tcb *thread)
{
    const struct thread_regs *regs = &thread->regs;
    const word_t *buffer = user_buffer(thread);
    word_t info = regs->x[REG_INFO];
    struct result r = {
        .badge = regs->x[REG_BADGE],
        .info = info,
        .label = info >> 12,
        .unwrapped = info >> 9 & 7,
        .caps = info >> 7 & 3,
        .length = info & 127,
    };
    for (word_t i = 0; i < MAX_MESSAGE_WORDS; i++) {
        r.mr[i] = i < NUM_REG_MRS ? regs->x[REG_MR0 + i] : buffer ? buffer[BUFFER_MESSAGE + i] : 0;
    }
    return r;
}

struct result received(const struct thread *thread)
{
    return result_of(thread->tcb);
}

// ------------------------------------------------------------------------------------ system calls

struct call_registers {
    sword_t number;
    cptr_t cap, reply, dest; // x0, x6, x8
};

static struct result perform(struct call_registers call)
{
    struct tcb *thread = here()->current;
    require_user();
    thread->regs.x[REG_CAP] = call.cap;
    thread->regs.x[REG_REPLY] = call.reply;
    thread->regs.x[REG_SYSCALL] = (word_t)call.number;
    thread->regs.x[REG_DEST] = call.dest;
    enter_syscall();
    return result_of(thread);
}

static struct result perform_with(struct call_registers call, struct message message)
{
    require_user();
    write_message(message);
    return perform(call);
}

// Receiving calls without a message leave a recognisable x1 (no length, no label that a method has).
static struct message no_message(void)
{
    return (struct message){.label = 0x777, .length = 7};
}

struct result sys_call(cptr_t dest, struct message message)
{
    return perform_with((struct call_registers){.number = SYS_CALL, .cap = dest}, message);
}

struct result sys_send(cptr_t dest, struct message message)
{
    return perform_with((struct call_registers){.number = SYS_SEND, .cap = dest}, message);
}

struct result sys_nbsend(cptr_t dest, struct message message)
{
    return perform_with((struct call_registers){.number = SYS_NBSEND, .cap = dest}, message);
}

struct result sys_signal(cptr_t dest)
{
    return sys_send(dest, MESSAGE(0));
}

struct result sys_recv(cptr_t source, cptr_t reply)
{
    return perform_with((struct call_registers){.number = SYS_RECV, .cap = source, .reply = reply}, no_message());
}

struct result sys_nbrecv(cptr_t source, cptr_t reply)
{
    return perform_with((struct call_registers){.number = SYS_NBRECV, .cap = source, .reply = reply}, no_message());
}

struct result sys_wait(cptr_t source)
{
    return perform_with((struct call_registers){.number = SYS_WAIT, .cap = source}, no_message());
}

struct result sys_nbwait(cptr_t source)
{
    return perform_with((struct call_registers){.number = SYS_NBWAIT, .cap = source}, no_message());
}

struct result sys_reply_recv(cptr_t source, cptr_t reply, struct message message)
{
    return perform_with((struct call_registers){.number = SYS_REPLY_RECV, .cap = source, .reply = reply}, message);
}

struct result sys_nbsend_recv(cptr_t dest, struct message message, cptr_t source, cptr_t reply)
{
    return perform_with((struct call_registers){.number = SYS_NBSEND_RECV, .cap = source, .reply = reply, .dest = dest}, message);
}

struct result sys_nbsend_wait(cptr_t dest, struct message message, cptr_t source)
{
    return perform_with((struct call_registers){.number = SYS_NBSEND_WAIT, .cap = source, .reply = dest}, message);
}

struct result sys_yield(void)
{
    return perform_with((struct call_registers){.number = SYS_YIELD}, no_message());
}

struct result sys_number(word_t number)
{
    require_user();
    struct tcb *thread = here()->current;
    thread->regs.x[REG_SYSCALL] = number;
    enter_syscall();
    return result_of(thread);
}

struct result again(void)
{
    struct tcb *thread = here()->current;
    enter_syscall();
    return result_of(thread);
}

// ------------------------------------------------------------------------------ faults, interrupts, time

void vm_fault(vaddr_t address, bool is_fetch, word_t syndrome)
{
    enter_fault(&(struct hw_fault){.kind = HW_FAULT_VM, .address = address, .is_fetch = is_fetch, .syndrome = (uint32_t)syndrome});
}

void user_exception(word_t syndrome)
{
    enter_fault(&(struct hw_fault){.kind = HW_FAULT_USER_EXCEPTION, .syndrome = (uint32_t)syndrome});
}

void unknown_trap(word_t number)
{
    enter_fault(&(struct hw_fault){.kind = HW_FAULT_UNKNOWN_SYSCALL, .number = number});
}

void raise_irq(word_t irq)
{
    fake_irq_raise(irq);
    if (plat_irq_pending()) {
        take_irq();
    }
}

void wind_clock_ticks(ticks_t ticks)
{
    fake.now += ticks;
}

void wind_clock_us(word_t us)
{
    wind_clock_ticks(us_to_ticks(us));
}

void pass_time_us(word_t us)
{
    ticks_t end = fake.now + us_to_ticks(us);
    while (fake.timer_deadline <= end) {
        fake.now = fake.timer_deadline > fake.now ? fake.timer_deadline : fake.now;
        take_irq();
    }
    fake.now = end;
}

// -------------------------------------------------------------------------------------- invocations

struct result retype(cptr_t untyped, word_t type, word_t size_bits, struct place node, word_t offset, word_t count)
{
    return method(untyped, UntypedRetype, CAPS(node.root), type, size_bits, node.index, node.depth, offset, count);
}

struct result retype_to(cptr_t untyped, word_t type, word_t size_bits, cptr_t slot)
{
    return retype(untyped, type, size_bits, PLACE(CNODE, 0, 0), slot, 1);
}

struct result cnode_copy(struct place dest, struct place source, word_t rights)
{
    return method(dest.root, CNodeCopy, CAPS(source.root), dest.index, dest.depth, source.index, source.depth, rights);
}

struct result cnode_mint(struct place dest, struct place source, word_t rights, word_t data)
{
    return method(dest.root, CNodeMint, CAPS(source.root), dest.index, dest.depth, source.index, source.depth, rights, data);
}

struct result cnode_move(struct place dest, struct place source)
{
    return method(dest.root, CNodeMove, CAPS(source.root), dest.index, dest.depth, source.index, source.depth);
}

struct result cnode_mutate(struct place dest, struct place source, word_t data)
{
    return method(dest.root, CNodeMutate, CAPS(source.root), dest.index, dest.depth, source.index, source.depth, data);
}

struct result cnode_rotate(struct place dest, word_t pivot_data, struct place pivot, word_t source_data, struct place source)
{
    return method(dest.root, CNodeRotate, CAPS(pivot.root, source.root), dest.index, dest.depth, pivot_data, pivot.index,
                  pivot.depth, source_data, source.index, source.depth);
}

struct result cnode_delete(struct place place)
{
    return method(place.root, CNodeDelete, CAPS(), place.index, place.depth);
}

struct result cnode_revoke(struct place place)
{
    return method(place.root, CNodeRevoke, CAPS(), place.index, place.depth);
}

struct result cnode_cancel_badged_sends(struct place place)
{
    return method(place.root, CNodeCancelBadgedSends, CAPS(), place.index, place.depth);
}

struct result suspend(const struct thread *thread)
{
    return method(thread->cap, TCBSuspend, CAPS(), );
}

struct result resume(const struct thread *thread)
{
    return method(thread->cap, TCBResume, CAPS(), );
}

struct result set_priority(const struct thread *thread, word_t priority)
{
    return method(thread->cap, TCBSetPriority, CAPS(TCB), priority);
}

struct result bind_notification(const struct thread *thread, cptr_t notification)
{
    return method(thread->cap, TCBBindNotification, CAPS(notification), );
}

struct result unbind_notification(const struct thread *thread)
{
    return method(thread->cap, TCBUnbindNotification, CAPS(), );
}

// SetSpace is the only method that sets it and leaves priorities alone.
struct result set_fault_handler(const struct thread *thread, cptr_t endpoint)
{
    return method(thread->cap, TCBSetSpace, CAPS(endpoint, CNODE, VSPACE), 0, 0);
}

struct result set_timeout_handler(const struct thread *thread, cptr_t endpoint)
{
    return method(thread->cap, TCBSetTimeoutEndpoint, CAPS(endpoint), );
}

struct result set_buffer(const struct thread *thread, vaddr_t address, cptr_t frame)
{
    return method(thread->cap, TCBSetIPCBuffer, CAPS(frame), address);
}

struct result bind_sc(cptr_t sc, cptr_t thread_or_notification)
{
    return method(sc, SchedContextBind, CAPS(thread_or_notification), );
}

struct result unbind_sc(cptr_t sc)
{
    return method(sc, SchedContextUnbind, CAPS(), );
}

struct result unbind_object(cptr_t sc, cptr_t thread_or_notification)
{
    return method(sc, SchedContextUnbindObject, CAPS(thread_or_notification), );
}

struct result configure_sc(cptr_t sc, word_t budget_us, word_t period_us, word_t extra_refills, word_t badge, word_t flags)
{
    return method(sched_control, SchedControlConfigureFlags, CAPS(sc), budget_us, period_us, extra_refills, badge, flags);
}

void set_receive_slot(const struct thread *thread, struct place place)
{
    thread->buffer[BUFFER_RECEIVE_CNODE] = place.root;
    thread->buffer[BUFFER_RECEIVE_INDEX] = place.index;
    thread->buffer[BUFFER_RECEIVE_DEPTH] = place.depth;
}
