// SPDX-License-Identifier: BSD-2-Clause
//
// The derivation list: objects §1.7, §2, §12.3. Who is whose child shows in what Revoke deletes.
#include "tests/unit/harness/harness.h"

static bool is_behind(cptr_t first, cptr_t second)
{
    return cdt_next(slot_of(first)) == slot_of(second) && cdt_previous(slot_of(second)) == slot_of(first);
}

static bool has_flags(cptr_t slot, bool revocable, bool first)
{
    return cdt_is_revocable(slot_of(slot)) == revocable && cdt_is_first(slot_of(slot)) == first;
}

// ------------------------------------------------------------------------------ positions and flags

// objects §1.7: a copy goes directly behind its source, so the youngest comes first
TEST(copies_follow_their_source_youngest_first)
{
    cptr_t endpoint = given_endpoint(), a = given_copy(endpoint, ALL_RIGHTS), b = given_copy(endpoint, ALL_RIGHTS);
    assert_true(is_behind(endpoint, b));
    assert_true(is_behind(b, a));
}

// objects §12 #34
TEST(several_new_objects_are_linked_in_reverse)
{
    cptr_t untyped = given_untyped(12), first = new_slot(), second = new_slot(), third = new_slot();
    assert_ok(retype(untyped, seL4_EndpointObject, 0, PLACE(CNODE, 0, 0), first, 3));
    assert_true(is_behind(untyped, third));
    assert_true(is_behind(third, second));
    assert_true(is_behind(second, first));
}

TEST(retype_makes_originals)
{
    assert_true(has_flags(given_endpoint(), true, true));
    assert_true(has_flags(given_frame(), true, true));
}

TEST(a_copy_is_neither_revocable_nor_first)
{
    assert_true(has_flags(given_copy(given_endpoint(), ALL_RIGHTS), false, false));
    assert_true(has_flags(given_copy(TCB, ALL_RIGHTS), false, false));
    assert_true(has_flags(given_copy(given_frame(), ALL_RIGHTS), false, false));
}

TEST(a_new_badge_starts_a_family)
{
    cptr_t minted = given_minted(given_endpoint(), ALL_RIGHTS, 5);
    assert_true(has_flags(minted, true, true));
    assert_true(has_flags(given_copy(minted, ALL_RIGHTS), false, false));
    assert_true(has_flags(given_minted(given_notification(), ALL_RIGHTS, 5), true, true));
}

TEST(an_untyped_copy_is_revocable)
{
    assert_true(has_flags(given_copy(given_untyped(12), ALL_RIGHTS), true, true));
}

TEST(interrupt_capabilities_derived_from_irq_control_are_revocable_and_their_copies_not)
{
    cptr_t handler = new_slot(), sgi = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
    assert_ok(method(IRQ_CONTROL, ARMIRQIssueSGISignal, CAPS(CNODE), 3, 0, sgi, 64));
    assert_true(has_flags(handler, true, true));
    assert_true(has_flags(sgi, true, true));
    assert_true(has_flags(given_copy(handler, ALL_RIGHTS), false, false));
    assert_true(has_flags(given_copy(sgi, ALL_RIGHTS), false, false));
    assert_true(is_behind(IRQ_CONTROL, sgi));
}

// objects §1.7: initial capabilities
TEST(initial_capabilities_stand_alone)
{
    assert_null(cdt_previous(slot_of(IRQ_CONTROL)));
    assert_null(cdt_next(slot_of(IRQ_CONTROL)));
    assert_true(has_flags(IRQ_CONTROL, true, true));
    assert_true(has_flags(boot_info->untyped.start, true, true));
}

TEST(the_root_threads_slots_follow_the_initial_capabilities)
{
    assert_ptr_equal(cdt_next(slot_of(CNODE)), &root->tcb->slots[TCB_CSPACE]);
    assert_ptr_equal(cdt_next(slot_of(VSPACE)), &root->tcb->slots[TCB_VSPACE]);
    assert_ptr_equal(cdt_next(slot_of(BUFFER_FRAME)), &root->tcb->slots[TCB_BUFFER]);
    assert_false(cdt_is_revocable(&root->tcb->slots[TCB_CSPACE]));
}

TEST(a_move_takes_position_and_flags_along)
{
    cptr_t endpoint = given_endpoint(), badged = given_minted(endpoint, ALL_RIGHTS, 5), moved = new_slot();
    assert_ok(cnode_move(AT(moved), AT(badged)));
    assert_true(is_behind(endpoint, moved));
    assert_true(has_flags(moved, true, true));
}

// objects §2.3 clear: the family's next member becomes its head
TEST(the_first_flag_passes_to_the_next_when_a_head_is_deleted)
{
    cptr_t badged = given_minted(given_endpoint(), ALL_RIGHTS, 5), copy = given_copy(badged, ALL_RIGHTS);
    assert_ok(cnode_delete(AT(badged)));
    assert_true(has_flags(copy, false, true));
}

// -------------------------------------------------------------------------------------------- Revoke

// objects §12 #27
TEST(revoking_an_unbadged_copy_deletes_nothing)
{
    cptr_t endpoint = given_endpoint(), copy = given_copy(endpoint, ALL_RIGHTS), other = given_copy(copy, ALL_RIGHTS);
    assert_ok(cnode_revoke(AT(copy)));
    assert_holds(other, endpoint);
    assert_holds(endpoint, endpoint);
}

// objects §12 #27
TEST(revoking_the_original_deletes_copies_and_badges_wherever_they_came_from)
{
    cptr_t endpoint = given_endpoint(), copy = given_copy(endpoint, ALL_RIGHTS), badged = given_minted(copy, ALL_RIGHTS, 5);
    cptr_t badged_copy = given_copy(badged, WRITE);
    assert_ok(cnode_revoke(AT(endpoint)));
    assert_empty(copy);
    assert_empty(badged);
    assert_empty(badged_copy);
    assert_holds(endpoint, endpoint);
}

// objects §12 #28
TEST(revoking_a_badge_deletes_its_copies_but_no_other_family)
{
    cptr_t endpoint = given_endpoint(), five = given_minted(endpoint, ALL_RIGHTS, 5), six = given_minted(endpoint, ALL_RIGHTS, 6);
    cptr_t five_copy = given_copy(five, ALL_RIGHTS), five_again = given_minted(endpoint, ALL_RIGHTS, 5);
    assert_ok(cnode_revoke(AT(five)));
    assert_empty(five_copy);
    assert_holds(five, endpoint);
    assert_holds(six, endpoint);
    assert_holds(five_again, endpoint);
}

// objects §12 #28 for the younger of two equal families: it stands before the older one in the list
TEST(revoking_the_younger_of_two_equal_badges_spares_the_older)
{
    cptr_t endpoint = given_endpoint(), old = given_minted(endpoint, ALL_RIGHTS, 5), young = given_minted(endpoint, ALL_RIGHTS, 5);
    cptr_t young_copy = given_copy(young, ALL_RIGHTS);
    assert_ok(cnode_revoke(AT(young)));
    assert_empty(young_copy);
    assert_holds(old, endpoint);
}

// the same for notifications
TEST(revoking_a_notification_badge_spares_other_families)
{
    cptr_t notification = given_notification(), old = given_minted(notification, ALL_RIGHTS, 5);
    cptr_t young = given_minted(notification, ALL_RIGHTS, 5), copy = given_copy(young, ALL_RIGHTS);
    assert_ok(cnode_revoke(AT(young)));
    assert_empty(copy);
    assert_holds(old, notification);
    assert_ok(cnode_revoke(AT(notification)));
    assert_empty(old);
}

// objects §2.2 rule 4: the badge behind it in the list is another one
TEST(revoking_a_badge_spares_the_other_badge_behind_it)
{
    cptr_t endpoint = given_endpoint(), old = given_minted(endpoint, ALL_RIGHTS, 6), young = given_minted(endpoint, ALL_RIGHTS, 5);
    assert_true(is_behind(young, old));
    assert_ok(cnode_revoke(AT(young)));
    assert_holds(old, endpoint);
    cptr_t notification = given_notification();
    cptr_t old_signal = given_minted(notification, ALL_RIGHTS, 6), young_signal = given_minted(notification, ALL_RIGHTS, 5);
    assert_ok(cnode_revoke(AT(young_signal)));
    assert_holds(old_signal, notification);
}

// objects §12 #29
TEST(copies_of_a_deleted_badge_are_no_parents_of_each_other)
{
    cptr_t badged = given_minted(given_endpoint(), ALL_RIGHTS, 5), a = given_copy(badged, ALL_RIGHTS), b = given_copy(badged, ALL_RIGHTS);
    assert_ok(cnode_delete(AT(badged)));
    assert_ok(cnode_revoke(AT(a)));
    assert_ok(cnode_revoke(AT(b)));
    assert_holds(a, endpoint);
    assert_holds(b, endpoint);
}

// objects §2.3: after deleting the head its successor is the head and no child of an equal badge before it
TEST(a_headless_family_does_not_join_the_equal_one_before_it)
{
    cptr_t endpoint = given_endpoint(), old = given_minted(endpoint, ALL_RIGHTS, 5), old_copy = given_copy(old, ALL_RIGHTS);
    cptr_t young = given_minted(endpoint, ALL_RIGHTS, 5);
    assert_ok(cnode_delete(AT(old)));
    assert_ok(cnode_revoke(AT(young)));
    assert_holds(old_copy, endpoint);
}

// objects §12 #30
TEST(copies_of_a_tcb_copy_are_siblings)
{
    cptr_t a = given_copy(TCB, ALL_RIGHTS), b = given_copy(a, ALL_RIGHTS), c = given_copy(b, ALL_RIGHTS);
    assert_ok(cnode_revoke(AT(b)));
    assert_holds(c, tcb);
    assert_ok(cnode_revoke(AT(TCB)));
    assert_empty(a);
    assert_empty(b);
    assert_empty(c);
}

// objects §12 #31
TEST(a_pool_from_make_pool_is_no_parent_and_the_boot_pool_is)
{
    cptr_t untyped = given_untyped(12), pool = new_slot();
    assert_ok(method(ASID_CONTROL, ARMASIDControlMakePool, CAPS(untyped, CNODE), pool, 64));
    cptr_t copy = given_copy(pool, ALL_RIGHTS), boot_copy = given_copy(ASID_POOL, ALL_RIGHTS);
    assert_ok(cnode_revoke(AT(pool)));
    assert_holds(copy, asid_pool);
    assert_ok(cnode_revoke(AT(ASID_POOL)));
    assert_empty(boot_copy);
}

TEST(a_pool_is_a_child_of_its_untyped)
{
    cptr_t untyped = given_untyped(12), pool = new_slot();
    assert_ok(method(ASID_CONTROL, ARMASIDControlMakePool, CAPS(untyped, CNODE), pool, 64));
    assert_ok(cnode_revoke(AT(untyped)));
    assert_empty(pool);
}

// objects §12 #32
TEST(revoking_irq_control_deletes_handlers_and_signals_and_frees_the_lines)
{
    cptr_t handler = new_slot(), sgi = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
    assert_ok(method(IRQ_CONTROL, ARMIRQIssueSGISignal, CAPS(CNODE), 3, 0, sgi, 64));
    assert_ok(cnode_revoke(AT(IRQ_CONTROL)));
    assert_empty(handler);
    assert_empty(sgi);
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
}

// objects §12 #33
TEST(a_line_stays_taken_until_the_last_handler_is_gone)
{
    cptr_t handler = new_slot(), dest = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
    cptr_t copy = given_copy(handler, ALL_RIGHTS);
    assert_ok(cnode_delete(AT(handler)));
    assert_refused(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, dest, 64), seL4_RevokeFirst);
    assert_ok(cnode_delete(AT(copy)));
    assert_false(fake.irq_is_enabled[40]);
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, dest, 64));
}

// objects §2.2: a handler is the parent of its copies; equal SGI capabilities are told apart by the first flag
TEST(revoking_a_handler_or_a_signal_deletes_its_copies_only)
{
    cptr_t handler = new_slot(), sgi = new_slot(), equal_sgi = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
    assert_ok(method(IRQ_CONTROL, ARMIRQIssueSGISignal, CAPS(CNODE), 3, 0, equal_sgi, 64));
    assert_ok(method(IRQ_CONTROL, ARMIRQIssueSGISignal, CAPS(CNODE), 3, 0, sgi, 64));
    cptr_t handler_copy = given_copy(handler, ALL_RIGHTS), sgi_copy = given_copy(sgi, ALL_RIGHTS);
    assert_ok(cnode_revoke(AT(handler)));
    assert_empty(handler_copy);
    assert_holds(handler, irq_handler);
    assert_ok(cnode_revoke(AT(sgi)));
    assert_empty(sgi_copy);
    assert_holds(equal_sgi, sgi_signal);
}

// objects §12 #34
TEST(revoke_destroys_the_last_created_first)
{
    cptr_t untyped = given_untyped(13), last;
    cptr_t first = new_slot();
    assert_ok(retype(untyped, seL4_NotificationObject, 0, PLACE(CNODE, 0, 0), first, 2));
    last = new_slot();
    // Two waiters at equal priority: who is restarted first ends up behind (objects §12 #42).
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    sys_wait(first);
    as(b);
    sys_wait(last);
    as(root);
    assert_ok(cnode_revoke(AT(untyped)));
    assert_ready(255, a, b);
}

// objects §2.6: descendants of descendants
TEST(revoking_an_untyped_deletes_everything_in_it)
{
    cptr_t outer = given_untyped(14), inner = new_slot(), endpoint = new_slot(), thread = new_slot();
    assert_ok(retype_to(outer, seL4_UntypedObject, 12, inner));
    assert_ok(retype_to(inner, seL4_EndpointObject, 0, endpoint));
    assert_ok(retype_to(outer, seL4_TCBObject, 0, thread));
    cptr_t badged = given_minted(endpoint, ALL_RIGHTS, 5);
    assert_ok(cnode_revoke(AT(outer)));
    assert_empty(inner);
    assert_empty(endpoint);
    assert_empty(thread);
    assert_empty(badged);
    assert_holds(outer, untyped);
}

TEST(revoking_an_inner_untyped_spares_its_siblings)
{
    cptr_t outer = given_untyped(14), inner = new_slot(), sibling = new_slot(), child = new_slot();
    assert_ok(retype_to(outer, seL4_UntypedObject, 12, inner));
    assert_ok(retype_to(outer, seL4_UntypedObject, 12, sibling));
    assert_ok(retype_to(inner, seL4_EndpointObject, 0, child));
    assert_ok(cnode_revoke(AT(inner)));
    assert_empty(child);
    assert_holds(sibling, untyped);
}

// objects §12 #35: a Zombie keeps no object alive; seen as value in test_cap.c. But it is a child of its untyped:
// test_deletion.c, a_leaked_cnode_keeps_its_untyped_in_use.

// ------------------------------------------------------------------------- hidden slots count too

// objects §12 #36
TEST(a_capability_bound_to_an_interrupt_keeps_the_notification_alive)
{
    cptr_t handler = new_slot(), notification = given_notification();
    const struct thread *waiter = given_thread();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
    assert_ok(method(handler, IRQSetIRQHandler, CAPS(notification), ));
    as(waiter);
    sys_wait(notification);
    assert_ok(cnode_delete(AT(notification)));
    assert_state(waiter, THREAD_BLOCKED_ON_NOTIFICATION);
    raise_irq(40);
    assert_state(waiter, THREAD_RUNNING);
}

// objects §12 #36
TEST(a_capability_in_a_handler_slot_keeps_the_endpoint_alive)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *client = given_thread(), *waiter = given_thread();
    assert_ok(set_fault_handler(client, endpoint));
    as(waiter);
    sys_wait(endpoint);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(waiter, THREAD_BLOCKED_ON_RECEIVE);
    assert_ok(set_fault_handler(client, NULL_CAP));
    assert_state(waiter, THREAD_RESTART);
}

// objects §12 #37, §2.7 rule 3
TEST(a_thread_whose_cspace_slot_holds_the_last_capability_cannot_be_reconfigured)
{
    cptr_t cnode = given_cnode(4);
    const struct thread *thread = given_inactive_thread();
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, cnode, VSPACE), 0, 0));
    assert_ok(cnode_delete(AT(cnode)));
    assert_refused(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, CNODE, VSPACE), 0, 0), seL4_IllegalOperation);
    assert_refused(method(thread->cap, TCBConfigure, CAPS(CNODE, VSPACE, NULL_CAP), 0, 0, 0), seL4_IllegalOperation);
}

// objects §2.7 rules 2 and 4
TEST(a_cspace_root_is_installed_with_its_guard_unless_data_is_given)
{
    cptr_t cnode = given_minted(given_cnode(4), ALL_RIGHTS, guard_data(1, 3));
    const struct thread *thread = given_inactive_thread();
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, cnode, VSPACE), 0, 0));
    assert_int_equal(cnode_cap_guard_size(thread->tcb->slots[TCB_CSPACE].cap), 3);
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, cnode, VSPACE), guard_data(0, 60), 0));
    assert_int_equal(cnode_cap_guard_size(thread->tcb->slots[TCB_CSPACE].cap), 60);
    assert_true(cdt_previous(&thread->tcb->slots[TCB_CSPACE]) == slot_of(cnode));
}

// objects §2.7 rule 2: the source may vanish with the old capability of the slot
TEST(a_handler_that_dies_with_the_one_it_replaces_is_not_installed)
{
    // The old handler is in a TCB slot only; the new one is a capability to the same endpoint, deleted by nobody: installed.
    cptr_t endpoint = given_endpoint(), copy = given_copy(endpoint, ALL_RIGHTS);
    const struct thread *thread = given_inactive_thread();
    assert_ok(set_fault_handler(thread, endpoint));
    assert_ok(cnode_delete(AT(endpoint)));
    assert_ok(set_fault_handler(thread, copy));
    assert_int_equal(cap_kind(thread->tcb->slots[TCB_FAULT_HANDLER].cap), kind_endpoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(copies_follow_their_source_youngest_first),
        RUN(several_new_objects_are_linked_in_reverse),
        RUN(retype_makes_originals),
        RUN(a_copy_is_neither_revocable_nor_first),
        RUN(a_new_badge_starts_a_family),
        RUN(an_untyped_copy_is_revocable),
        RUN(interrupt_capabilities_derived_from_irq_control_are_revocable_and_their_copies_not),
        RUN(initial_capabilities_stand_alone),
        RUN(the_root_threads_slots_follow_the_initial_capabilities),
        RUN(a_move_takes_position_and_flags_along),
        RUN(the_first_flag_passes_to_the_next_when_a_head_is_deleted),
        RUN(revoking_an_unbadged_copy_deletes_nothing),
        RUN(revoking_the_original_deletes_copies_and_badges_wherever_they_came_from),
        RUN(revoking_a_badge_deletes_its_copies_but_no_other_family),
        RUN(revoking_the_younger_of_two_equal_badges_spares_the_older),
        RUN(revoking_a_notification_badge_spares_other_families),
        RUN(copies_of_a_deleted_badge_are_no_parents_of_each_other),
        RUN(a_headless_family_does_not_join_the_equal_one_before_it),
        RUN(copies_of_a_tcb_copy_are_siblings),
        RUN(a_pool_from_make_pool_is_no_parent_and_the_boot_pool_is),
        RUN(a_pool_is_a_child_of_its_untyped),
        RUN(revoking_irq_control_deletes_handlers_and_signals_and_frees_the_lines),
        RUN(a_line_stays_taken_until_the_last_handler_is_gone),
        RUN(revoking_a_handler_or_a_signal_deletes_its_copies_only),
        RUN(revoke_destroys_the_last_created_first),
        RUN(revoking_an_untyped_deletes_everything_in_it),
        RUN(revoking_an_inner_untyped_spares_its_siblings),
        RUN(a_capability_bound_to_an_interrupt_keeps_the_notification_alive),
        RUN(a_capability_in_a_handler_slot_keeps_the_endpoint_alive),
        RUN(a_thread_whose_cspace_slot_holds_the_last_capability_cannot_be_reconfigured),
        RUN(a_cspace_root_is_installed_with_its_guard_unless_data_is_given),
        RUN(a_handler_that_dies_with_the_one_it_replaces_is_not_installed),
        RUN(revoking_a_badge_spares_the_other_badge_behind_it),
    };
    return RUN_ALL("derivation", tests);
}
