// SPDX-License-Identifier: BSD-2-Clause
//
// Deletion: objects §5, §12.4. Zombies, leaks, preemption, and what happens to bystanders.
#include "tests/unit/harness/harness.h"

enum { LINE = 40 };

// Claims an interrupt line, so that raising it interrupts. Returns the handler.
static cptr_t given_irq(void)
{
    cptr_t handler = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), LINE, handler, 64));
    return handler;
}

// The CNode with 2^radix slots all of which hold copies of a capability.
static cptr_t given_full_cnode(word_t radix)
{
    cptr_t cnode = given_cnode(radix);
    for (word_t i = 0; i < BIT(radix); i++) {
        assert_ok(cnode_copy(PLACE(cnode, i, radix), AT(TCB), ALL_RIGHTS));
    }
    return cnode;
}

static word_t copies_in(struct slot *slots, word_t count)
{
    word_t found = 0;
    for (word_t i = 0; i < count; i++) {
        found += !slot_is_empty(&slots[i]);
    }
    return found;
}

// Did the last system call of the thread back out, to be repeated?
static bool was_preempted(const struct thread *thread)
{
    return thread->tcb->regs.pc == thread->tcb->regs.fault_pc;
}

// ------------------------------------------------------------------------------------------ simple

TEST(deleting_one_of_two_capabilities_leaves_the_object_alone)
{
    cptr_t endpoint = given_endpoint(), copy = given_copy(endpoint, ALL_RIGHTS);
    const struct thread *waiter = given_thread();
    as(waiter);
    sys_wait(endpoint);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(waiter, THREAD_BLOCKED_ON_RECEIVE);
    assert_ok(cnode_delete(AT(copy)));
    assert_state(waiter, THREAD_RESTART);
}

TEST(a_deleted_slot_can_be_used_again)
{
    cptr_t slot = given_endpoint();
    assert_ok(cnode_delete(AT(slot)));
    assert_empty(slot);
    assert_ok(cnode_copy(AT(slot), AT(TCB), ALL_RIGHTS));
}

TEST(a_cnode_takes_its_contents_along)
{
    cptr_t cnode = given_cnode(4), endpoint = given_endpoint();
    const struct thread *waiter = given_thread();
    assert_ok(cnode_move(PLACE(cnode, 9, 4), AT(endpoint)));
    cptr_t receive = given_cnode(1); // a second path for the waiter, emptied later
    assert_ok(cnode_copy(PLACE(receive, 0, 1), PLACE(cnode, 9, 4), ALL_RIGHTS));
    assert_ok(cnode_copy(AT(endpoint), PLACE(cnode, 9, 4), ALL_RIGHTS));
    as(waiter);
    sys_wait(endpoint);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_ok(cnode_delete(AT(cnode)));
    assert_state(waiter, THREAD_BLOCKED_ON_RECEIVE);
    assert_ok(cnode_delete(AT(receive)));
    assert_state(waiter, THREAD_RESTART);
    assert_empty(cnode);
}

TEST(a_cnode_with_another_capability_keeps_its_contents)
{
    cptr_t cnode = given_full_cnode(4), copy = given_copy(cnode, ALL_RIGHTS);
    struct slot *slots = object_of(cnode);
    assert_ok(cnode_delete(AT(cnode)));
    assert_int_equal(copies_in(slots, 16), 16);
    assert_ok(cnode_delete(AT(copy)));
    assert_int_equal(copies_in(slots, 16), 0);
}

// --------------------------------------------------------------------------- containers in containers

// A CNode in slot 2 of another; its slot 0 holds the last capability to an endpoint on which `waiter` waits, slot 1 another.
struct nest {
    cptr_t untyped, outer;
    cptr_t lowest, second; // endpoints, as long as the test holds copies
    struct slot *inner;
    const struct thread *waits_on_lowest, *waits_on_second;
};

static struct nest given_nested_cnodes(void)
{
    struct nest n = {.untyped = given_untyped(12), .outer = given_cnode(4), .lowest = given_endpoint(), .second = given_endpoint()};
    cptr_t inner = new_slot();
    n.waits_on_lowest = given_thread();
    n.waits_on_second = given_thread();
    assert_ok(retype_to(n.untyped, seL4_CapTableObject, 4, inner));
    n.inner = object_of(inner);
    as(n.waits_on_lowest);
    sys_wait(n.lowest);
    as(n.waits_on_second);
    sys_wait(n.second);
    as(root);
    assert_ok(cnode_move(PLACE(inner, 0, 4), AT(n.lowest)));
    assert_ok(cnode_move(PLACE(inner, 1, 4), AT(n.second)));
    assert_ok(cnode_move(PLACE(n.outer, 2, 4), AT(inner)));
    return n;
}

// objects §12 #38, §5.1 note 2
TEST(deleting_a_cnode_destroys_only_slot_0_of_a_cnode_in_it)
{
    struct nest n = given_nested_cnodes();
    assert_ok(cnode_delete(AT(n.outer)));
    assert_empty(n.outer);
    assert_state(n.waits_on_lowest, THREAD_RESTART);
    assert_state(n.waits_on_second, THREAD_BLOCKED_ON_RECEIVE);
    assert_int_equal(cap_kind(n.inner[0].cap), kind_zombie);
}

// objects §12 #39, #35
TEST(a_leaked_cnode_keeps_its_untyped_in_use)
{
    struct nest n = given_nested_cnodes();
    cptr_t dest = new_slot();
    assert_ok(cnode_delete(AT(n.outer)));
    assert_refused(retype_to(n.untyped, seL4_UntypedObject, 12, dest), seL4_NotEnoughMemory, 4096 - 512);
    assert_ok(cnode_revoke(AT(n.untyped)));
    assert_state(n.waits_on_second, THREAD_RESTART);
    assert_ok(retype_to(n.untyped, seL4_UntypedObject, 12, dest));
}

// objects §5.1 note 2, for a TCB: its CSpace root goes, its other slots survive unseen
TEST(deleting_a_cnode_with_the_last_capability_of_a_thread_stops_it)
{
    cptr_t outer = given_cnode(4), cnode = given_cnode(4), handler = given_endpoint();
    const struct thread *thread = given_thread(), *waiter = given_thread();
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(handler, cnode, VSPACE), 0, 0));
    as(waiter);
    sys_wait(handler);
    as(root);
    assert_ok(cnode_delete(AT(handler)));
    struct slot *slots = object_of(cnode);
    assert_ok(cnode_copy(PLACE(cnode, 3, 4), AT(TCB), ALL_RIGHTS));
    assert_ok(cnode_delete(AT(cnode)));
    assert_ok(cnode_move(PLACE(outer, 7, 4), AT(thread->cap)));
    assert_ok(cnode_delete(AT(outer)));
    assert_state(thread, THREAD_INACTIVE);
    assert_int_equal(cap_kind(slots[0].cap), kind_zombie); // its CSpace root was a last capability as well: parked
    assert_state(waiter, THREAD_BLOCKED_ON_RECEIVE);
}

// objects §12 #40
TEST(deleting_a_tcb_empties_its_slots_and_frees_its_memory)
{
    cptr_t untyped = given_untyped(11), slot = new_slot(), endpoint = given_endpoint();
    const struct thread *waiter = given_thread();
    assert_ok(retype_to(untyped, seL4_TCBObject, 0, slot));
    assert_ok(method(slot, TCBSetSpace, CAPS(endpoint, CNODE, VSPACE), 0, 0));
    as(waiter);
    sys_wait(endpoint);
    as(root);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(waiter, THREAD_BLOCKED_ON_RECEIVE);
    assert_ok(cnode_delete(AT(slot)));
    assert_state(waiter, THREAD_RESTART);
    assert_ok(retype_to(untyped, seL4_TCBObject, 0, slot));
}

// objects §12 #40: … but deleting a CNode that contains it does not free its memory
TEST(deleting_a_cnode_with_a_tcb_leaks_the_tcbs_slots)
{
    cptr_t untyped = given_untyped(11), slot = new_slot(), cnode = given_cnode(4);
    assert_ok(retype_to(untyped, seL4_TCBObject, 0, slot));
    assert_ok(method(slot, TCBSetSpace, CAPS(NULL_CAP, CNODE, VSPACE), 0, 0));
    assert_ok(cnode_move(PLACE(cnode, 4, 4), AT(slot)));
    assert_ok(cnode_delete(AT(cnode)));
    assert_refused(retype_to(untyped, seL4_TCBObject, 0, slot), seL4_NotEnoughMemory, 0);
    assert_ok(cnode_revoke(AT(untyped)));
    assert_ok(retype_to(untyped, seL4_TCBObject, 0, slot));
}

// objects §5.1 note 3
TEST(a_cnode_that_holds_its_own_last_capability_can_be_deleted_from_within)
{
    cptr_t untyped = given_untyped(12), cnode = new_slot(), slot = new_slot();
    assert_ok(retype_to(untyped, seL4_CapTableObject, 4, cnode));
    struct slot *slots = object_of(cnode);
    assert_ok(cnode_copy(PLACE(cnode, 0, 4), AT(TCB), ALL_RIGHTS));
    assert_ok(cnode_copy(PLACE(cnode, 2, 4), AT(TCB), ALL_RIGHTS));
    assert_ok(cnode_copy(PLACE(cnode, 14, 4), AT(TCB), ALL_RIGHTS));
    assert_ok(cnode_copy(PLACE(cnode, 8, 4), AT(cnode), ALL_RIGHTS));
    assert_ok(cnode_delete(AT(cnode))); // not the last one
    assert_int_equal(copies_in(slots, 16), 4);
    assert_ok(cnode_revoke(AT(untyped)));
    assert_int_equal(copies_in(slots, 16), 0);
    assert_ok(retype_to(untyped, seL4_CapTableObject, 7, slot));
}

// The thread deletes through its own CSpace, the CNode that holds the CSpace root itself.
TEST(a_thread_can_delete_the_cspace_it_runs_in)
{
    cptr_t cnode = given_minted(given_cnode(4), ALL_RIGHTS, guard_data(0, 60)), copy = given_copy(cnode, ALL_RIGHTS);
    const struct thread *thread = given_thread();
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, cnode, VSPACE), 0, 0));
    assert_ok(cnode_copy(PLACE(copy, 1, 64), AT(cnode), ALL_RIGHTS));
    as(thread);
    assert_ok(cnode_delete(PLACE(1, 1, 64)));
    assert_refused(sys_call(1, MESSAGE(CNodeDelete, 1, 64)), seL4_InvalidCapability, 0);
}

// ----------------------------------------------------------------------------------------- Zombies

// A half destroyed CNode in a slot of the root CNode: the deleter was deleted when it was preempted.
static cptr_t given_zombie(void)
{
    cptr_t cnode = given_full_cnode(8);
    const struct thread *deleter = given_thread();
    given_irq();
    as(deleter);
    fake_irq_raise(LINE);
    cnode_delete(AT(cnode));
    assert_true(was_preempted(deleter));
    as(root);
    assert_ok(cnode_delete(AT(deleter->cap)));
    assert_holds(cnode, zombie);
    return cnode;
}

// objects §5.1 note 4
TEST(invoking_a_zombie_is_an_invalid_capability)
{
    cptr_t zombie = given_zombie();
    assert_refused(sys_call(zombie, MESSAGE(CNodeDelete, 0, 8)), seL4_InvalidCapability, 0);
}

TEST(a_zombie_cannot_be_copied_or_minted)
{
    cptr_t zombie = given_zombie(), dest = new_slot();
    assert_refused(cnode_copy(AT(dest), AT(zombie), ALL_RIGHTS), seL4_IllegalOperation);
    assert_refused(cnode_mint(AT(dest), AT(zombie), ALL_RIGHTS, 0), seL4_IllegalOperation);
}

TEST(a_zombie_can_be_moved_and_its_destruction_continued)
{
    cptr_t zombie = given_zombie(), dest = new_slot();
    struct slot *slots = plat_ptr(zombie_cap_base(cap_of(zombie)));
    assert_ok(cnode_mutate(AT(dest), AT(zombie), 3));
    assert_holds(dest, zombie);
    assert_true(copies_in(slots, 256) > 0);
    assert_ok(cnode_delete(AT(dest)));
    assert_empty(dest);
    assert_int_equal(copies_in(slots, 256), 0);
}

TEST(a_zombie_is_no_cnode_for_lookups)
{
    cptr_t zombie = given_zombie(), dest = new_slot();
    assert_refused(cnode_copy(AT(dest), PLACE(zombie, 0, 8), ALL_RIGHTS), seL4_FailedLookup, 1, seL4_InvalidRoot);
}

TEST(a_zombie_cannot_be_received_on)
{
    cptr_t zombie = given_zombie(), handler = given_endpoint();
    const struct thread *thread = given_thread();
    assert_ok(set_fault_handler(thread, handler));
    as(thread);
    sys_wait(zombie);
    as(root);
    struct result r = sys_wait(handler);
    assert_cap_fault(r, 0, thread->tcb->regs.fault_pc, zombie, 1, seL4_MissingCapability, 0);
}

TEST(slots_of_a_zombie_are_emptied_from_the_top)
{
    cptr_t zombie = given_zombie();
    struct slot *slots = plat_ptr(zombie_cap_base(cap_of(zombie)));
    word_t remaining = zombie_cap_remaining(cap_of(zombie));
    assert_in_range(remaining, 1, 255);
    assert_int_equal(copies_in(slots, remaining), remaining);
    assert_int_equal(copies_in(slots + remaining, 256 - remaining), 0);
}

// -------------------------------------------------------------------------------------- preemption

// objects §5.5 rules 1, 2; §12 #102
TEST(a_delete_is_preempted_after_100_units_of_work_with_its_arguments_intact)
{
    cptr_t cnode = given_full_cnode(8);
    given_irq();
    here()->work_units = 0;
    fake_irq_raise(LINE);
    struct result r = cnode_delete(AT(cnode));
    assert_true(was_preempted(root));
    assert_int_equal(zombie_cap_remaining(cap_of(cnode)), 256 - 100);
    assert_int_equal(r.badge, CNODE);
    assert_int_equal(r.info, CNodeDelete << 12 | 2);
    assert_int_equal(r.mr[0], cnode);
    assert_int_equal(r.mr[1], 64);
}

// objects §5.5 rule 3: nothing is lost, and nothing is done twice
TEST(a_preempted_delete_continues_when_it_is_repeated)
{
    cptr_t cnode = given_full_cnode(8);
    given_irq();
    fake_irq_raise(LINE);
    cnode_delete(AT(cnode));
    assert_true(was_preempted(root));
    assert_ok(again());
    assert_empty(cnode);
}

TEST(without_an_interrupt_nothing_is_preempted)
{
    cptr_t cnode = given_full_cnode(8);
    assert_ok(cnode_delete(AT(cnode)));
    assert_empty(cnode);
}

// objects §5.1: a preemption in the middle of parking an inner container
TEST(parking_a_container_can_be_preempted_and_goes_on)
{
    struct nest n = given_nested_cnodes();
    given_irq();
    here()->work_units = 100 - 14; // slots 15..3 of the outer CNode are 13 units; the exchange is the next one
    fake_irq_raise(LINE);
    cnode_delete(AT(n.outer));
    assert_true(was_preempted(root));
    assert_int_equal(zombie_cap_remaining(cap_of(n.outer)), 3);
    assert_int_equal(cap_kind(n.inner[0].cap), kind_zombie);
    assert_state(n.waits_on_lowest, THREAD_BLOCKED_ON_RECEIVE);
    assert_ok(again());
    assert_empty(n.outer);
    assert_state(n.waits_on_lowest, THREAD_RESTART);
    assert_state(n.waits_on_second, THREAD_BLOCKED_ON_RECEIVE);
}

// Two CNodes of 16 slots that hold each other's last capability, with one other capability in each: unreachable by any path,
// but children of their untyped. Revoking that takes them apart, whichever slots they sit in.
static void revoke_a_cycle(word_t index_in_a, word_t index_in_b)
{
    cptr_t untyped = given_untyped(12), a = new_slot(), b = new_slot();
    assert_ok(retype_to(untyped, seL4_CapTableObject, 4, a));
    assert_ok(retype_to(untyped, seL4_CapTableObject, 4, b));
    struct slot *in_a = object_of(a), *in_b = object_of(b);
    assert_ok(cnode_copy(PLACE(a, 2, 4), AT(TCB), ALL_RIGHTS));
    assert_ok(cnode_copy(PLACE(b, 9, 4), AT(TCB), ALL_RIGHTS));
    assert_ok(cnode_copy(PLACE(a, index_in_a, 4), AT(b), ALL_RIGHTS));
    assert_ok(cnode_move(PLACE(b, index_in_b, 4), AT(a)));
    assert_ok(cnode_delete(AT(b)));
    assert_int_equal(copies_in(in_a, 16) + copies_in(in_b, 16), 4);
    assert_ok(cnode_revoke(AT(untyped)));
    assert_int_equal(copies_in(in_a, 16) + copies_in(in_b, 16), 0);
    assert_ok(retype_to(untyped, seL4_UntypedObject, 12, a));
}

// objects §5.1 notes 2 and 3
TEST(a_cycle_of_two_cnodes_is_taken_apart_by_revoking_their_memory)
{
    revoke_a_cycle(5, 0);
    revoke_a_cycle(0, 7);
    revoke_a_cycle(0, 0);
    revoke_a_cycle(15, 15);
}

// A CNode that nothing but itself holds.
TEST(a_cnode_that_only_itself_holds_is_taken_apart_by_revoking_its_memory)
{
    cptr_t untyped = given_untyped(12), cnode = new_slot();
    assert_ok(retype_to(untyped, seL4_CapTableObject, 4, cnode));
    struct slot *slots = object_of(cnode);
    assert_ok(cnode_copy(PLACE(cnode, 11, 4), AT(TCB), ALL_RIGHTS));
    assert_ok(cnode_copy(PLACE(cnode, 6, 4), AT(cnode), ALL_RIGHTS));
    assert_ok(cnode_delete(AT(cnode)));
    assert_int_equal(copies_in(slots, 16), 2);
    assert_ok(cnode_revoke(AT(untyped)));
    assert_int_equal(copies_in(slots, 16), 0);
}

// objects §5.5 rules 2 and 4: the context is gone, no interrupt waits; pending time is discarded
TEST(a_thread_that_revokes_its_own_context_stops_at_the_preemption_point)
{
    cptr_t untyped = given_untyped(12), sc = new_slot(), endpoint = new_slot();
    const struct thread *thread = given_inactive_thread();
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, endpoint));
    assert_ok(retype_to(untyped, seL4_SchedContextObject, 8, sc));
    assert_ok(configure_sc(sc, 10000, 10000, 0, 0, 0));
    assert_ok(unbind_sc(thread->sc));
    assert_ok(bind_sc(sc, thread->cap));
    assert_ok(resume(thread));
    as(thread);
    thread->tcb->regs.x[REG_SYSCALL] = 0;
    here()->work_units = 99;
    cnode_revoke(AT(untyped));
    assert_empty(sc);
    assert_holds(endpoint, endpoint);
    assert_runs(root);
    assert_state(thread, THREAD_RESTART);
    assert_ok(bind_sc(thread->sc, thread->cap));
    as(thread);
    assert_ok(again());
    assert_empty(endpoint);
}

// objects §5.5 rule 4: the interrupt is taken
TEST(a_preempted_operation_takes_the_interrupt_that_caused_it)
{
    cptr_t cnode = given_full_cnode(8), notification = given_notification(), handler = given_irq();
    assert_ok(method(handler, IRQSetIRQHandler, CAPS(notification), ));
    fake_irq_raise(LINE);
    cnode_delete(AT(cnode));
    assert_false(plat_irq_pending());
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_ACTIVE);
}

// objects §5.5 rule 2: the counter persists across system calls
TEST(the_count_of_work_units_goes_on_in_the_next_call)
{
    cptr_t a = given_full_cnode(6), b = given_full_cnode(6);
    given_irq();
    here()->work_units = 0;
    assert_ok(cnode_delete(AT(a)));
    assert_int_equal(here()->work_units, 64); // 63 slots one by one; the last goes with the Zombie; the whole is one more
    fake_irq_raise(LINE);
    cnode_delete(AT(b));
    assert_true(was_preempted(root));
    assert_int_equal(here()->work_units, 0);
}

// objects §5.5 rule 2: the budget is a reason as well
TEST(a_long_operation_stops_when_the_budget_is_used_up)
{
    cptr_t cnode = given_full_cnode(8);
    const struct thread *thread = given_thread();
    as(thread);
    here()->work_units = 0;
    fake.ticks_per_read = us_to_ticks(6000); // two looks at the clock use up 10 ms
    cnode_delete(AT(cnode));
    fake.ticks_per_read = 0;
    assert_int_equal(zombie_cap_remaining(cap_of(cnode)), 156);
    assert_true(thread->tcb->is_queued); // its slice is over, at the back of its level
    assert_runs(root);
    as(thread);
    assert_true(was_preempted(thread));
    assert_ok(again());
}

// objects §5.5 rule 1: revocation
TEST(revoke_is_preempted_between_children)
{
    cptr_t endpoint = given_endpoint(), cnode = given_cnode(8);
    for (word_t i = 0; i < 200; i++) {
        assert_ok(cnode_copy(PLACE(cnode, i, 8), AT(endpoint), ALL_RIGHTS));
    }
    given_irq();
    here()->work_units = 0;
    fake_irq_raise(LINE);
    cnode_revoke(AT(endpoint));
    assert_true(was_preempted(root));
    assert_int_equal(copies_in(object_of(cnode), 256), 100);
    assert_ok(again());
    assert_int_equal(copies_in(object_of(cnode), 256), 0);
}

// A thread made from `untyped`, with all else from the world's memory.
static struct thread given_thread_in(cptr_t untyped)
{
    struct thread thread = {.cap = new_slot(), .sc = given_sc(10000, 10000), .buffer_frame = given_frame()};
    assert_ok(retype_to(untyped, seL4_TCBObject, 0, thread.cap));
    thread.tcb = object_of(thread.cap);
    assert_ok(method(thread.cap, TCBConfigure, CAPS(CNODE, VSPACE, thread.buffer_frame), 0, 0, 0x900000));
    assert_ok(method(thread.cap, TCBSetSchedParams, CAPS(TCB, thread.sc, NULL_CAP), 255, 255));
    assert_ok(method(thread.cap, TCBResume, CAPS(), ));
    return thread;
}

TEST(a_thread_that_revokes_its_own_memory_stops_and_the_revocation_is_completed)
{
    cptr_t untyped = given_untyped(14), endpoint = new_slot();
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, endpoint)); // older than the TCB: destroyed after it
    struct thread thread = given_thread_in(untyped);
    as(&thread);
    cnode_revoke(AT(untyped));
    assert_empty(thread.cap);
    assert_empty(endpoint);
    assert_runs(root);
}

// objects §12 #45, §5.5 rule 5: at a preemption point nobody is left to go on
TEST(a_preempted_revocation_by_a_thread_that_destroyed_itself_is_not_completed)
{
    cptr_t untyped = given_untyped(14), endpoint = new_slot();
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, endpoint));
    given_irq();
    struct thread thread = given_thread_in(untyped);
    as(&thread);
    here()->work_units = 99;
    fake_irq_raise(LINE);
    cnode_revoke(AT(untyped));
    assert_holds(endpoint, endpoint);
    assert_runs(root);
    assert_ok(cnode_revoke(AT(untyped)));
    assert_empty(endpoint);
}

// objects §11.7 rule 4
TEST(a_thread_that_deletes_its_own_tcb_stops_and_sees_nothing)
{
    const struct thread *thread = given_thread();
    as(thread);
    struct result r = cnode_delete(AT(thread->cap));
    assert_empty(thread->cap);
    assert_state(thread, THREAD_INACTIVE);
    assert_int_equal(r.badge, CNODE);
    assert_int_equal(r.info, CNodeDelete << 12 | 2);
}

// objects §5.5 rule 6
TEST(a_restarted_delete_whose_path_is_gone_fails_as_a_lookup)
{
    cptr_t cnode = given_full_cnode(8), path = given_cnode(4);
    const struct thread *deleter = given_thread();
    assert_ok(cnode_move(PLACE(path, 3, 4), AT(cnode)));
    given_irq();
    as(deleter);
    fake_irq_raise(LINE);
    cnode_delete(PLACE(path, 3, 4));
    assert_true(was_preempted(deleter));
    as(root);
    assert_ok(cnode_delete(AT(path)));
    as(deleter);
    assert_error(again(), seL4_InvalidCapability, 0);
}

// ---------------------------------------------------------------------------- bystanders (objects §5.4)

// objects §12 #43
TEST(a_sender_on_a_destroyed_endpoint_continues_without_a_word)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *sender = given_thread();
    as(sender);
    sys_send(endpoint, MESSAGE(1, 2));
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(sender, THREAD_RESTART);
    as(sender);
    again();
    assert_runs(sender);
    assert_int_equal(received(sender).badge, endpoint);
}

// objects §12 #43
TEST(a_caller_on_a_destroyed_endpoint_gets_an_invalid_capability)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *caller = given_thread();
    as(caller);
    sys_call(endpoint, MESSAGE(1, 2));
    assert_ok(cnode_delete(AT(endpoint)));
    as(caller);
    assert_error(again(), seL4_InvalidCapability, 0);
}

// objects §12 #43
TEST(a_receiver_on_a_destroyed_endpoint_raises_a_cap_fault)
{
    cptr_t endpoint = given_endpoint(), handler = given_endpoint();
    const struct thread *receiver = given_thread();
    assert_ok(set_fault_handler(receiver, handler));
    as(receiver);
    sys_wait(endpoint);
    assert_ok(cnode_delete(AT(endpoint)));
    as(receiver);
    again();
    assert_runs(root);
    assert_cap_fault(sys_wait(handler), 0, receiver->tcb->regs.fault_pc, endpoint, 1, seL4_MissingCapability, 0);
}

// objects §5.4
TEST(a_waiter_on_a_destroyed_notification_raises_a_cap_fault)
{
    cptr_t notification = given_notification(), handler = given_endpoint();
    const struct thread *waiter = given_thread();
    assert_ok(set_fault_handler(waiter, handler));
    as(waiter);
    sys_wait(notification);
    assert_ok(cnode_delete(AT(notification)));
    assert_state(waiter, THREAD_RESTART);
    as(waiter);
    again();
    assert_cap_fault(sys_wait(handler), 0, waiter->tcb->regs.fault_pc, notification, 1, seL4_MissingCapability, 0);
}

// objects §5.4, threads §12 #77
TEST(a_queued_fault_on_a_destroyed_endpoint_leaves_the_thread_inactive)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *faulter = given_thread();
    assert_ok(set_fault_handler(faulter, endpoint));
    as(faulter);
    user_exception(0x02000000);
    assert_ok(set_fault_handler(faulter, NULL_CAP));
    assert_state(faulter, THREAD_BLOCKED_ON_SEND);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(faulter, THREAD_INACTIVE);
}

// objects §12 #42
TEST(threads_released_together_run_in_reverse_order)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_thread(), *b = given_thread(), *c = given_thread();
    as(a);
    sys_wait(endpoint);
    as(b);
    sys_wait(endpoint);
    as(root);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_ready(255, b, a, c);
    assert_runs(root);
}

// objects §12 #42
TEST(threads_woken_by_separate_signals_run_in_order)
{
    cptr_t notification = given_notification();
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    sys_wait(notification);
    as(b);
    sys_wait(notification);
    as(root);
    sys_signal(notification);
    sys_signal(notification);
    assert_ready(255, a, b);
}

// objects §5.4: a caller that waits for its reply does not need the endpoint any more (§10.6 rule 9)
TEST(a_caller_waiting_for_its_reply_survives_the_endpoint)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *server = given_thread(), *client = given_thread();
    as(server);
    sys_recv(endpoint, reply);
    as(client);
    sys_call(endpoint, MESSAGE(1));
    as(root);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
    sys_send(reply, MESSAGE(9));
    assert_message(received(client), 0, 9);
}

// objects §12 #86
TEST(a_deleted_notification_is_unbound)
{
    cptr_t notification = given_notification();
    const struct thread *thread = given_thread();
    assert_ok(bind_notification(thread, notification));
    assert_ok(cnode_delete(AT(notification)));
    assert_refused(unbind_notification(thread), seL4_IllegalOperation);
}

// objects §5.2 Thread: "unbind its notification"
TEST(a_deleted_thread_releases_its_notification)
{
    cptr_t notification = given_notification();
    const struct thread *thread = given_thread(), *other = given_thread();
    assert_ok(bind_notification(thread, notification));
    assert_ok(cnode_delete(AT(thread->cap)));
    assert_ok(bind_notification(other, notification));
}

TEST(a_deleted_thread_leaves_its_queue_and_its_context)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *thread = given_thread(), *other = given_passive_thread();
    as(thread);
    sys_wait(endpoint);
    assert_ok(cnode_delete(AT(thread->cap)));
    assert_null(harness_waiters(endpoint));
    assert_ok(bind_sc(thread->sc, other->cap));
    assert_int_equal(fake_count_calls(FAKE_THREAD_DESTROY), 1);
}

// objects §12 #44
TEST(deleting_the_context_a_server_runs_on_stops_it_and_the_reply_gives_nothing_back)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *server = given_thread(), *client = given_thread();
    as(server);
    sys_recv(endpoint, reply);
    assert_ok(unbind_sc(server->sc));
    as(client);
    sys_call(endpoint, MESSAGE(1));
    as(root);
    assert_ptr_equal(server->tcb->sc, object_of(client->sc));
    assert_ok(cnode_delete(AT(client->sc)));
    assert_null(server->tcb->sc);
    assert_state(server, THREAD_RUNNING);
    sys_send(reply, MESSAGE(3));
    assert_state(client, THREAD_RUNNING);
    assert_null(client->tcb->sc);
}

// threads §12 #98: a thread deleting its own SC finishes the call logically but stops running
TEST(a_thread_that_deletes_its_own_context_stops_with_the_answer_in_its_registers)
{
    const struct thread *thread = given_thread();
    as(thread);
    struct result r = cnode_delete(AT(thread->sc));
    assert_ok(r);
    assert_state(thread, THREAD_RUNNING);
    assert_runs(root);
}

TEST(a_deleted_context_is_unbound_from_its_notification)
{
    cptr_t notification = given_notification(), sc = given_sc(5000, 10000);
    assert_ok(bind_sc(sc, notification));
    assert_ok(cnode_delete(AT(sc)));
    assert_ok(bind_sc(given_sc(5000, 10000), notification));
}

// ----------------------------------------------------------------------------------- address spaces

// objects §12 #41
TEST(deleting_any_frame_capability_removes_its_own_mapping)
{
    cptr_t frame = given_frame(), copy = given_copy(frame, ALL_RIGHTS);
    assert_ok(method(copy, ARMPageMap, CAPS(VSPACE), 0x480000, READ | WRITE, 3));
    assert_int_equal(*translation_walk(vspace_cap_base(cap_of(VSPACE)), 0x480000).entry & 1, 1);
    assert_ok(cnode_delete(AT(copy)));
    assert_int_equal(*translation_walk(vspace_cap_base(cap_of(VSPACE)), 0x480000).entry, 0);
    assert_holds(frame, frame);
}

TEST(deleting_the_last_capability_to_a_vspace_frees_its_asid)
{
    cptr_t space = given_object(seL4_ARM_VSpaceObject, 0);
    assert_ok(method(ASID_POOL, ARMASIDPoolAssign, CAPS(space), ));
    asid_t asid = vspace_cap_asid(cap_of(space));
    cptr_t copy = given_copy(space, ALL_RIGHTS);
    assert_ok(cnode_delete(AT(space)));
    assert_int_not_equal(vspace_root(asid), 0);
    assert_ok(cnode_delete(AT(copy)));
    assert_int_equal(vspace_root(asid), 0);
}

// objects §5.3: an interrupt's notification goes with its handler, and the line is masked after the slot is empty
TEST(deleting_the_last_handler_deletes_the_bound_notification)
{
    cptr_t handler = given_irq(), notification = given_notification();
    const struct thread *waiter = given_thread();
    assert_ok(method(handler, IRQSetIRQHandler, CAPS(notification), ));
    as(waiter);
    sys_wait(notification);
    as(root);
    assert_ok(cnode_delete(AT(notification)));
    assert_state(waiter, THREAD_BLOCKED_ON_NOTIFICATION);
    assert_ok(cnode_delete(AT(handler)));
    assert_state(waiter, THREAD_RESTART);
    assert_false(fake.irq_is_enabled[LINE]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(deleting_one_of_two_capabilities_leaves_the_object_alone),
        RUN(a_deleted_slot_can_be_used_again),
        RUN(a_cnode_takes_its_contents_along),
        RUN(a_cnode_with_another_capability_keeps_its_contents),
        RUN(deleting_a_cnode_destroys_only_slot_0_of_a_cnode_in_it),
        RUN(a_leaked_cnode_keeps_its_untyped_in_use),
        RUN(deleting_a_cnode_with_the_last_capability_of_a_thread_stops_it),
        RUN(deleting_a_tcb_empties_its_slots_and_frees_its_memory),
        RUN(deleting_a_cnode_with_a_tcb_leaks_the_tcbs_slots),
        RUN(a_cnode_that_holds_its_own_last_capability_can_be_deleted_from_within),
        RUN(a_thread_can_delete_the_cspace_it_runs_in),
        RUN(invoking_a_zombie_is_an_invalid_capability),
        RUN(a_zombie_cannot_be_copied_or_minted),
        RUN(a_zombie_can_be_moved_and_its_destruction_continued),
        RUN(a_zombie_is_no_cnode_for_lookups),
        RUN(a_zombie_cannot_be_received_on),
        RUN(slots_of_a_zombie_are_emptied_from_the_top),
        RUN(a_delete_is_preempted_after_100_units_of_work_with_its_arguments_intact),
        RUN(a_preempted_delete_continues_when_it_is_repeated),
        RUN(without_an_interrupt_nothing_is_preempted),
        RUN(a_preempted_operation_takes_the_interrupt_that_caused_it),
        RUN(the_count_of_work_units_goes_on_in_the_next_call),
        RUN(a_long_operation_stops_when_the_budget_is_used_up),
        RUN(revoke_is_preempted_between_children),
        RUN(a_thread_that_revokes_its_own_memory_stops_and_the_revocation_is_completed),
        RUN(a_preempted_revocation_by_a_thread_that_destroyed_itself_is_not_completed),
        RUN(a_thread_that_deletes_its_own_tcb_stops_and_sees_nothing),
        RUN(a_restarted_delete_whose_path_is_gone_fails_as_a_lookup),
        RUN(a_sender_on_a_destroyed_endpoint_continues_without_a_word),
        RUN(a_caller_on_a_destroyed_endpoint_gets_an_invalid_capability),
        RUN(a_receiver_on_a_destroyed_endpoint_raises_a_cap_fault),
        RUN(a_waiter_on_a_destroyed_notification_raises_a_cap_fault),
        RUN(a_queued_fault_on_a_destroyed_endpoint_leaves_the_thread_inactive),
        RUN(threads_released_together_run_in_reverse_order),
        RUN(threads_woken_by_separate_signals_run_in_order),
        RUN(a_caller_waiting_for_its_reply_survives_the_endpoint),
        RUN(a_deleted_notification_is_unbound),
        RUN(a_deleted_thread_releases_its_notification),
        RUN(a_deleted_thread_leaves_its_queue_and_its_context),
        RUN(deleting_the_context_a_server_runs_on_stops_it_and_the_reply_gives_nothing_back),
        RUN(a_thread_that_deletes_its_own_context_stops_with_the_answer_in_its_registers),
        RUN(a_deleted_context_is_unbound_from_its_notification),
        RUN(deleting_any_frame_capability_removes_its_own_mapping),
        RUN(deleting_the_last_capability_to_a_vspace_frees_its_asid),
        RUN(deleting_the_last_handler_deletes_the_bound_notification),
        RUN(parking_a_container_can_be_preempted_and_goes_on),
        RUN(a_cycle_of_two_cnodes_is_taken_apart_by_revoking_their_memory),
        RUN(a_cnode_that_only_itself_holds_is_taken_apart_by_revoking_its_memory),
        RUN(a_thread_that_revokes_its_own_context_stops_at_the_preemption_point),
    };
    return RUN_ALL("deletion", tests);
}
