// SPDX-License-Identifier: BSD-2-Clause
//
// Interrupts: IRQControl, IRQHandler, SGI signals, delivery (memory §4).
#include "tests/unit/memory.h"

enum { LINE = 33 };

#define irq_get(irq, root, index, depth) method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(root), irq, index, depth)
#define irq_get_trigger(irq, trigger, root, index, depth) \
    method(IRQ_CONTROL, ARMIRQIssueIRQHandlerTrigger, CAPS(root), irq, trigger, index, depth)
#define issue_sgi(sgi, target, root, index, depth) \
    method(IRQ_CONTROL, ARMIRQIssueSGISignal, CAPS(root), sgi, target, index, depth)
#define ack(handler) method(handler, IRQAckIRQ, CAPS(), )
#define set_notification(handler, notification) method(handler, IRQSetIRQHandler, CAPS(notification), )
#define clear(handler) method(handler, IRQClearIRQHandler, CAPS(), )

static cptr_t given_handler(word_t irq)
{
    cptr_t handler = new_slot();
    assert_ok(irq_get(irq, CNODE, handler, 64));
    return handler;
}

// A claimed line with a notification of badge 0x30; returns the unbadged notification.
static cptr_t given_bound_line(word_t irq, cptr_t *handler)
{
    cptr_t notification = given_notification();
    *handler = given_handler(irq);
    assert_ok(set_notification(*handler, given_minted(notification, ALL_RIGHTS, 0x30)));
    return notification;
}

// --------------------------------------------------------------------------------------------- Get

TEST(get_needs_three_words_and_a_root) // memory §4.2 Get 1
{
    cptr_t slot = new_slot();
    assert_refused(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), LINE, slot), seL4_TruncatedMessage);
    assert_refused(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(), LINE, slot, 64), seL4_TruncatedMessage);
}

TEST(get_160_is_out_of_range) // memory §11 #44, abi App. A, IRQControl_Get 160 / 27
{
    cptr_t slot = new_slot();
    assert_refused(irq_get(160, CNODE, slot, 64), seL4_RangeError, 0, 159);
    assert_refused(irq_get(BIT(32) + LINE, CNODE, slot, 64), seL4_RangeError, 0, 159);
}

TEST(the_kernel_timer_looks_claimed_and_the_other_timers_are_free) // memory §11 #43
{
    cptr_t slot = new_slot();
    assert_refused(irq_get(27, CNODE, slot, 64), seL4_RevokeFirst);
    given_handler(26);
    given_handler(30);
    given_handler(1);
    given_handler(159);
}

TEST(a_claimed_line_is_reported_before_an_occupied_slot) // memory §11 #45
{
    given_handler(LINE);
    assert_refused(irq_get(LINE, CNODE, TCB, 64), seL4_RevokeFirst);
}

TEST(get_checks_its_slot_last) // memory §4.2 Get 4
{
    assert_refused(irq_get(LINE, TCB, 0, 64), NO_VSPACE);
    assert_refused(irq_get(LINE, CNODE, TCB, 0), seL4_RangeError, 1, 64);
    assert_refused(irq_get(LINE, CNODE, TCB, 64), seL4_DeleteFirst);
}

TEST(get_enables_the_line_at_once_and_leaves_its_trigger) // memory §4.2 Get Effect
{
    fake_forget_calls();
    given_handler(LINE);
    assert_true(fake.irq_is_enabled[LINE]);
    assert_int_equal(fake_count_calls(FAKE_IRQ_SET_TRIGGER), 0);
}

TEST(irq_control_knows_no_other_label) // memory §4.2
{
    assert_refused(method(IRQ_CONTROL, IRQAckIRQ, CAPS(), ), seL4_IllegalOperation);
}

TEST(irq_control_cannot_be_copied_but_moved) // memory §11 #53, objects §12 #18
{
    cptr_t slot = new_slot();
    assert_refused(cnode_copy(AT(slot), AT(IRQ_CONTROL), ALL_RIGHTS), seL4_IllegalOperation);
    assert_refused(cnode_mint(AT(slot), AT(IRQ_CONTROL), ALL_RIGHTS, 0), seL4_IllegalOperation);
    assert_ok(cnode_move(AT(slot), AT(IRQ_CONTROL)));
}

TEST(revoking_irq_control_frees_all_lines) // objects §12 #32, memory §11 #53
{
    cptr_t handler = given_handler(LINE), sgi = new_slot();
    assert_ok(issue_sgi(3, 0, CNODE, sgi, 64));
    assert_ok(cnode_revoke(AT(IRQ_CONTROL)));
    assert_empty(handler);
    assert_empty(sgi);
    assert_false(fake.irq_is_enabled[LINE]);
    given_handler(LINE);
}

// ------------------------------------------------------------------------------------- GetTrigger

TEST(get_trigger_needs_four_words) // memory §4.2 GetTrigger
{
    cptr_t slot = new_slot();
    assert_refused(method(IRQ_CONTROL, ARMIRQIssueIRQHandlerTrigger, CAPS(CNODE), LINE, 1, slot), seL4_TruncatedMessage);
}

TEST(get_trigger_sets_the_trigger_mode) // memory §4.2 GetTrigger
{
    assert_ok(irq_get_trigger(LINE, 7, CNODE, new_slot(), 64));
    assert_true(fake.irq_is_edge[LINE]);
    assert_ok(irq_get_trigger(LINE + 1, 0, CNODE, new_slot(), 64));
    assert_false(fake.irq_is_edge[LINE + 1]);
}

TEST(get_trigger_makes_the_checks_of_get) // memory §4.2 GetTrigger
{
    cptr_t slot = new_slot();
    assert_refused(irq_get_trigger(160, 1, CNODE, slot, 64), seL4_RangeError, 0, 159);
    assert_refused(irq_get_trigger(27, 1, CNODE, slot, 64), seL4_RevokeFirst);
    assert_refused(irq_get_trigger(LINE, 1, CNODE, TCB, 64), seL4_DeleteFirst);
}

TEST(a_line_claimed_again_keeps_its_trigger_mode) // memory §11 #51
{
    cptr_t handler = new_slot();
    assert_ok(irq_get_trigger(LINE, 1, CNODE, handler, 64));
    assert_ok(cnode_delete(AT(handler)));
    given_handler(LINE);
    assert_true(fake.irq_is_edge[LINE]);
}

// -------------------------------------------------------------------------------------- IRQHandler

TEST(set_notification_needs_a_capability) // memory §4.3
{
    cptr_t handler = given_handler(LINE);
    assert_refused(method(handler, IRQSetIRQHandler, CAPS(), ), seL4_TruncatedMessage);
}

TEST(set_notification_with_a_wrong_or_read_only_capability) // memory §11 #48, abi App. A, IRQHandler_SetNotification with TCB cap
{
    cptr_t handler = given_handler(LINE), notification = given_copy(given_notification(), READ);
    assert_refused(set_notification(handler, TCB), seL4_InvalidCapability, 0);
    assert_refused(set_notification(handler, notification), seL4_InvalidCapability, 0);
}

TEST(a_handler_knows_no_other_label) // memory §4.3
{
    cptr_t handler = given_handler(LINE);
    assert_refused(method(handler, IRQIssueIRQHandler, CAPS(), ), seL4_IllegalOperation);
}

TEST(an_interrupt_signals_with_the_badge_and_disables_the_line) // memory §4.5
{
    cptr_t handler, notification = given_bound_line(LINE, &handler);
    raise_irq(LINE);
    assert_int_equal(sys_nbwait(notification).badge, 0x30);
    assert_false(fake.irq_is_enabled[LINE]);
    assert_int_equal(fake_nth_call(FAKE_IRQ_END, 0)->a, LINE);
}

TEST(a_second_interrupt_waits_for_the_acknowledgement) // memory §11 #47
{
    cptr_t handler, notification = given_bound_line(LINE, &handler);
    raise_irq(LINE);
    assert_int_equal(sys_nbwait(notification).badge, 0x30);
    fake_irq_raise(LINE);
    take_irq();
    assert_int_equal(sys_nbwait(notification).badge, 0);
    assert_ok(ack(handler));
    take_irq();
    assert_int_equal(sys_nbwait(notification).badge, 0x30);
}

TEST(an_interrupt_before_set_notification_is_lost_and_leaves_the_line_disabled) // memory §11 #46
{
    cptr_t handler = given_handler(LINE), notification = given_notification();
    raise_irq(LINE);
    assert_ok(set_notification(handler, notification));
    assert_false(fake.irq_is_enabled[LINE]);
    assert_int_equal(notification_cap_can_send(cap_of(notification)), 1);
    assert_int_equal(sys_nbwait(notification).badge, 0);
    assert_ok(ack(handler));
    assert_true(fake.irq_is_enabled[LINE]);
}

TEST(set_notification_replaces_silently_and_does_not_enable_the_line) // memory §11 #49
{
    cptr_t handler, old = given_bound_line(LINE, &handler), new = given_notification();
    raise_irq(LINE);
    assert_ok(set_notification(handler, given_minted(new, ALL_RIGHTS, 7)));
    assert_false(fake.irq_is_enabled[LINE]);
    assert_ok(ack(handler));
    raise_irq(LINE);
    assert_int_equal(sys_nbwait(new).badge, 7);
    assert_int_equal(sys_nbwait(old).badge, 0x30);
}

TEST(clear_keeps_the_line_claimed_and_enabled) // memory §11 #50
{
    cptr_t handler, slot = new_slot();
    given_bound_line(LINE, &handler);
    assert_ok(clear(handler));
    assert_true(fake.irq_is_enabled[LINE]);
    assert_refused(irq_get(LINE, CNODE, slot, 64), seL4_RevokeFirst);
}

TEST(deleting_the_capability_given_does_not_unbind) // memory §11 #50
{
    cptr_t notification = given_notification(), handler = given_handler(LINE), given = given_minted(notification, ALL_RIGHTS, 5);
    assert_ok(set_notification(handler, given));
    assert_ok(cnode_delete(AT(given)));
    raise_irq(LINE);
    assert_int_equal(sys_nbwait(notification).badge, 5);
}

TEST(a_handler_keeps_the_notification_alive) // objects §12 #36
{
    cptr_t notification = given_notification(), handler = given_handler(LINE);
    assert_ok(set_notification(handler, notification));
    assert_ok(cnode_delete(AT(notification)));
    assert_int_equal(cap_kind(ks.irqs[LINE].slot.cap), kind_notification);
    assert_ok(clear(handler));
    assert_int_equal(cap_kind(ks.irqs[LINE].slot.cap), kind_null);
}

TEST(revoking_the_original_notification_unbinds) // memory §4.3
{
    cptr_t handler, notification = given_bound_line(LINE, &handler);
    assert_ok(cnode_revoke(AT(notification)));
    fake_forget_console();
    raise_irq(LINE);
    assert_non_null(strstr(fake.console, "undelivered"));
    assert_false(fake.irq_is_enabled[LINE]);
}

TEST(a_line_stays_taken_until_its_last_handler_is_gone) // objects §12 #33
{
    cptr_t handler = given_handler(LINE), copy = given_copy(handler, ALL_RIGHTS), slot = new_slot();
    assert_ok(cnode_delete(AT(handler)));
    assert_refused(irq_get(LINE, CNODE, slot, 64), seL4_RevokeFirst);
    assert_true(fake.irq_is_enabled[LINE]);
    assert_ok(cnode_delete(AT(copy)));
    assert_false(fake.irq_is_enabled[LINE]);
    given_handler(LINE);
}

TEST(deleting_the_last_handler_empties_the_hidden_slot) // memory §4.3
{
    cptr_t handler;
    given_bound_line(LINE, &handler);
    assert_ok(cnode_delete(AT(handler)));
    assert_int_equal(cap_kind(ks.irqs[LINE].slot.cap), kind_null);
}

// ------------------------------------------------------------------------------------- SGI signals

TEST(issue_sgi_checks_number_target_and_slot_in_this_order) // memory §4.2, abi App. A, IssueSGISignal irq 16 / target 8
{
    cptr_t slot = new_slot();
    assert_refused(method(IRQ_CONTROL, ARMIRQIssueSGISignal, CAPS(CNODE), 1, 0, slot), seL4_TruncatedMessage);
    assert_refused(issue_sgi(16, 8, CNODE, slot, 64), seL4_RangeError, 0, 15);
    assert_refused(issue_sgi(15, 8, CNODE, TCB, 64), seL4_InvalidArgument, 1);
    assert_refused(issue_sgi(15, 7, CNODE, TCB, 64), seL4_DeleteFirst);
}

TEST(any_number_of_capabilities_to_one_sgi_may_exist) // memory §4.2
{
    assert_ok(issue_sgi(3, 0, CNODE, new_slot(), 64));
    assert_ok(issue_sgi(3, 0, CNODE, new_slot(), 64));
    given_handler(3);
    assert_ok(issue_sgi(3, 0, CNODE, new_slot(), 64));
}

TEST(an_sgi_is_raised_by_any_invocation) // memory §11 #52
{
    cptr_t sgi = new_slot();
    assert_ok(issue_sgi(3, 5, CNODE, sgi, 64));
    fake_forget_calls();
    assert_ok(sys_call(sgi, with_length(MESSAGE(4711, ), 127)));
    assert_int_equal(fake_nth_call(FAKE_SGI_SEND, 0)->a, 3);
    assert_int_equal(fake_nth_call(FAKE_SGI_SEND, 0)->b, 5);
    sys_signal(sgi);
    assert_int_equal(fake_count_calls(FAKE_SGI_SEND), 2);
}

TEST(an_sgi_capability_can_be_copied_and_identified) // memory §4.4, objects §1.1
{
    cptr_t sgi = new_slot();
    assert_ok(issue_sgi(3, 0, CNODE, sgi, 64));
    assert_int_equal(cap_kind(cap_of(given_copy(sgi, ALL_RIGHTS))), 27);
}

// ---------------------------------------------------------------------------------------- delivery

TEST(a_spurious_interrupt_is_not_ended) // memory §4.5
{
    fake_forget_calls();
    take_irq();
    assert_int_equal(fake_count_calls(FAKE_IRQ_END), 0);
}

TEST(an_unclaimed_line_is_disabled_and_dropped) // memory §4.5
{
    fake.irq_is_enabled[LINE] = true;
    raise_irq(LINE);
    assert_false(fake.irq_is_enabled[LINE]);
    assert_int_equal(fake_nth_call(FAKE_IRQ_END, 0)->a, LINE);
}

TEST(a_line_above_159_is_disabled_and_dropped) // memory §4.5
{
    fake.irq_is_enabled[200] = true;
    raise_irq(200);
    assert_false(fake.irq_is_enabled[200]);
}

TEST(a_signalled_thread_of_higher_priority_runs_next) // memory §4.5 rule 4, threads IRQ-1
{
    cptr_t handler, notification = given_bound_line(LINE, &handler);
    const struct thread *low = given_thread_of_priority(100);
    sys_wait(notification);
    assert_runs(low);
    raise_irq(LINE);
    assert_runs(root);
    assert_int_equal(received(root).badge, 0x30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(get_needs_three_words_and_a_root),
        RUN(get_160_is_out_of_range),
        RUN(the_kernel_timer_looks_claimed_and_the_other_timers_are_free),
        RUN(a_claimed_line_is_reported_before_an_occupied_slot),
        RUN(get_checks_its_slot_last),
        RUN(get_enables_the_line_at_once_and_leaves_its_trigger),
        RUN(irq_control_knows_no_other_label),
        RUN(irq_control_cannot_be_copied_but_moved),
        RUN(revoking_irq_control_frees_all_lines),
        RUN(get_trigger_needs_four_words),
        RUN(get_trigger_sets_the_trigger_mode),
        RUN(get_trigger_makes_the_checks_of_get),
        RUN(a_line_claimed_again_keeps_its_trigger_mode),
        RUN(set_notification_needs_a_capability),
        RUN(set_notification_with_a_wrong_or_read_only_capability),
        RUN(a_handler_knows_no_other_label),
        RUN(an_interrupt_signals_with_the_badge_and_disables_the_line),
        RUN(a_second_interrupt_waits_for_the_acknowledgement),
        RUN(an_interrupt_before_set_notification_is_lost_and_leaves_the_line_disabled),
        RUN(set_notification_replaces_silently_and_does_not_enable_the_line),
        RUN(clear_keeps_the_line_claimed_and_enabled),
        RUN(deleting_the_capability_given_does_not_unbind),
        RUN(a_handler_keeps_the_notification_alive),
        RUN(revoking_the_original_notification_unbinds),
        RUN(a_line_stays_taken_until_its_last_handler_is_gone),
        RUN(deleting_the_last_handler_empties_the_hidden_slot),
        RUN(issue_sgi_checks_number_target_and_slot_in_this_order),
        RUN(any_number_of_capabilities_to_one_sgi_may_exist),
        RUN(an_sgi_is_raised_by_any_invocation),
        RUN(an_sgi_capability_can_be_copied_and_identified),
        RUN(a_spurious_interrupt_is_not_ended),
        RUN(an_unclaimed_line_is_disabled_and_dropped),
        RUN(a_line_above_159_is_disabled_and_dropped),
        RUN(a_signalled_thread_of_higher_priority_runs_next),
    };
    return RUN_ALL("irq", tests);
}
