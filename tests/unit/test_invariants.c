// SPDX-License-Identifier: BSD-2-Clause
//
// The invariant checker notices: each test breaks one thing by hand and expects the number of docs/INVARIANTS.md. What was
// broken is mended again, so that the checker runs clean at the end.
#include "tests/unit/harness/harness.h"

#include "core/check/invariants.h"

enum { SCRATCH_WORDS = 1 << 13 };

static word_t seen; // bit n: rule n was reported

static void report(int number, const char *what, const void *subject)
{
    (void)what, (void)subject;
    seen |= BIT(number);
}

static word_t check(void)
{
    static word_t scratch[SCRATCH_WORDS];
    seen = 0;
    bool holds = invariants_check(scratch, SCRATCH_WORDS, report);
    assert_true(holds == (seen == 0));
    return seen;
}

// The rule is reported while `place` has the value, and not before or after.
#define assert_notices(rule, place, value)        \
    do {                                          \
        __typeof__(place) right = (place);        \
        assert_int_equal(check(), 0);             \
        (place) = (value);                        \
        word_t reported = check();                \
        (place) = right;                          \
        assert_true(reported & BIT(rule));        \
        assert_int_equal(check(), 0);             \
    } while (0)

static struct cap *cap_in(cptr_t slot)
{
    return &slot_of(slot)->cap;
}

TEST(rule_0_too_little_scratch)
{
    word_t scratch[64];
    seen = 0;
    for (int i = 0; i < 40; i++) {
        given_thread();
        if (!invariants_check(scratch, 64, report)) {
            break;
        }
    }
    assert_true(seen & BIT(0));
}

TEST(rule_1_an_empty_slot_with_remains_and_a_broken_link)
{
    cptr_t endpoint = given_endpoint(), empty = new_slot();
    assert_notices(1, slot_of(empty)->next, 1);
    assert_notices(1, slot_of(empty)->cap.words[1], 1);
    assert_notices(1, ks.irqs[0].slot.next, 1);
    assert_notices(1, ks.irqs[NUM_IRQS - 1].slot.previous, 1);
    assert_notices(1, slot_of(endpoint)->previous, slot_of(endpoint)->previous + 32);
}

TEST(rule_2_siblings_out_of_order)
{
    cptr_t a = given_endpoint(), b = given_endpoint();
    struct cap cap = *cap_in(a);
    assert_true(cdt_next(slot_of(b)) == slot_of(a));
    assert_notices(2, *cap_in(a), endpoint_cap_set_object(cap, endpoint_cap_object(*cap_in(b)) + 16));
}

TEST(rule_3_an_object_in_an_object)
{
    cptr_t frame = given_frame(), copy = given_copy(frame, ALL_RIGHTS);
    assert_notices(3, *cap_in(copy), MAKE_CAP(page_table, .base = frame_cap_base(*cap_in(frame))));
}

TEST(rule_4_device_memory_in_ram)
{
    cptr_t frame = given_frame();
    assert_notices(4, *cap_in(frame), frame_cap_set_is_device(*cap_in(frame), 1));
}

TEST(rule_5_an_object_above_the_watermark)
{
    cptr_t untyped = given_untyped(12), child = new_slot();
    assert_ok(retype_to(untyped, seL4_NotificationObject, 0, child));
    assert_notices(5, *cap_in(untyped), untyped_cap_set_watermark(*cap_in(untyped), 48));
}

TEST(rule_6_impossible_fields)
{
    cptr_t cnode = given_cnode(4), untyped = given_untyped(12), handler = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
    assert_notices(6, *cap_in(cnode), cnode_cap_set_guard_size(*cap_in(cnode), 61));
    assert_notices(6, *cap_in(cnode), cnode_cap_set_guard(*cap_in(cnode), 1));
    assert_notices(6, *cap_in(untyped), untyped_cap_set_watermark(*cap_in(untyped), 8192));
    assert_notices(6, *cap_in(handler), irq_handler_cap_set_irq(*cap_in(handler), 41));
}

TEST(rule_9_a_wrong_capability_in_a_tcb_slot)
{
    struct slot *slot = &root->tcb->slots[TCB_BUFFER];
    const struct thread *thread = given_thread();
    cptr_t endpoint = given_endpoint();
    assert_ok(set_fault_handler(thread, endpoint));
    struct cap *handler = &thread->tcb->slots[TCB_FAULT_HANDLER].cap;
    assert_notices(9, slot->cap, frame_cap_set_asid(slot->cap, 1));
    assert_notices(9, *handler, endpoint_cap_set_can_send(*handler, 0));
}

TEST(rule_10_interrupt_lines)
{
    assert_notices(10, ks.irqs[TIMER_IRQ].state, IRQ_SIGNAL);
    assert_notices(10, ks.irqs[33].state, IRQ_TIMER);
}

TEST(rule_11_the_list_of_threads)
{
    const struct thread *thread = given_thread();
    assert_notices(11, thread->tcb->all_previous, root->tcb);
}

TEST(rule_12_states_and_links)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *thread = given_thread(), *ready = given_thread();
    as(thread);
    sys_wait(endpoint);
    assert_notices(12, thread->tcb->state, THREAD_INACTIVE);
    assert_notices(12, thread->tcb->notification, (struct notification *)object_of(endpoint));
    assert_notices(12, thread->tcb->priority, 256);
    assert_notices(12, ready->tcb->fault.type, seL4_Fault_VMFault);
    assert_notices(12, thread->tcb->is_sleeping, true);
    const struct thread *inactive = given_inactive_thread();
    assert_notices(12, inactive->tcb->queue_next, thread->tcb);
    assert_notices(12, inactive->tcb->queue_previous, thread->tcb);
    assert_notices(12, inactive->tcb->mcp, 256);
    assert_notices(12, inactive->tcb->flags, 2);
    assert_notices(12, inactive->tcb->domain, NUM_DOMAINS);
}

TEST(rule_13_ready_lists)
{
    const struct thread *thread = given_thread();
    assert_notices(13, thread->tcb->is_queued, false);
    assert_notices(13, thread->tcb->priority, 254);
    assert_notices(13, refill_head(thread->tcb->sc)->time, here()->now + 1);
}

TEST(rule_14_bitmaps)
{
    given_thread();
    assert_notices(14, here()->ready[0].bitmap[3], 0);
    assert_notices(14, here()->ready[0].bitmap[0], 1);
    assert_notices(14, here()->ready[0].summary, 1);
}

TEST(rule_15_sleepers)
{
    const struct thread *thread = given_thread();
    assert_ok(configure_sc(thread->sc, 1000, 100000, 0, 0, 0));
    as(thread);
    wind_clock_us(1000);
    take_irq();
    assert_true(thread->tcb->is_sleeping);
    assert_notices(15, thread->tcb->is_sleeping, false);
    assert_notices(15, refill_head(thread->tcb->sc)->time, here()->now);
    assert_notices(15, thread->tcb->state, THREAD_INACTIVE);
}

TEST(rule_16_endpoint_queues)
{
    cptr_t endpoint = given_endpoint(), other = given_endpoint();
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    sys_wait(endpoint);
    as(b);
    sys_wait(endpoint);
    as(root);
    struct endpoint *e = object_of(endpoint);
    assert_notices(16, e->head, b->tcb);
    assert_notices(16, e->tail_and_state, (e->tail_and_state & ~(word_t)3) | ENDPOINT_SEND);
    assert_notices(16, a->tcb->priority, 7);
    assert_notices(16, b->tcb->endpoint, (struct endpoint *)object_of(other));
    assert_notices(16, ((struct endpoint *)object_of(other))->tail_and_state, ENDPOINT_RECEIVE);
}

TEST(rule_17_notifications)
{
    cptr_t notification = given_notification();
    const struct thread *thread = given_thread(), *other = given_thread();
    struct notification *n = object_of(notification);
    assert_notices(17, n->state, NOTIFICATION_WAITING);
    assert_notices(17, n->word, 1);
    assert_ok(bind_notification(thread, notification));
    assert_notices(17, n->bound_tcb, other->tcb);
    assert_notices(17, thread->tcb->bound_notification, (struct notification *)NULL);
}

TEST(rule_18_contexts)
{
    cptr_t notification = given_notification(), sc = given_sc(5000, 5000);
    const struct thread *thread = given_inactive_thread();
    assert_ok(bind_sc(sc, notification));
    assert_notices(18, ((struct sched_context *)object_of(thread->sc))->thread, root->tcb);
    assert_notices(18, ((struct sched_context *)object_of(sc))->notification, (struct notification *)NULL);
}

TEST(rule_19_refills)
{
    cptr_t slot = given_sc(5000, 50000), robin = given_sc(5000, 5000);
    struct sched_context *sc = object_of(slot), *rr = object_of(robin);
    assert_notices(19, refill_head(sc)->amount, REFILL_MIN - 1);
    assert_notices(19, refill_head(sc)->amount, sc->period);
    assert_notices(19, sc->count, 3);
    assert_notices(19, sc->capacity, 11);
    assert_notices(19, sc->head, 2);
    assert_notices(19, rr->count, 1);
}

TEST(rule_20_call_stacks)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *server = given_thread(), *client = given_thread();
    as(server);
    sys_recv(endpoint, reply);
    as(root);
    assert_ok(unbind_sc(server->sc));
    as(client);
    sys_call(endpoint, MESSAGE(5));
    struct sched_context *sc = object_of(client->sc);
    struct reply *r = object_of(reply);
    assert_notices(20, sc->top_reply, (struct reply *)NULL);
    assert_notices(20, r->newer, 0);
    assert_notices(20, r->thread, (struct tcb *)NULL);
    assert_notices(12, client->tcb->reply, (struct reply *)NULL);
}

TEST(rule_21_yields)
{
    cptr_t sc = given_sc(5000, 5000);
    const struct thread *thread = given_inactive_thread();
    assert_notices(21, thread->tcb->yielding_to, (struct sched_context *)object_of(sc));
    assert_notices(21, ((struct sched_context *)object_of(sc))->yielder, thread->tcb);
}

TEST(rule_22_the_current_thread)
{
    assert_notices(22, here()->action, ACTION_CHOOSE);
    assert_notices(22, root->tcb->state, THREAD_RESTART);
    const struct thread *thread = given_thread();
    (void)thread;
    assert_notices(22, root->tcb->priority, 254);
}

TEST(rule_23_time)
{
    assert_notices(23, here()->charged_sc, idle_sc());
    assert_notices(23, here()->pending, us_to_ticks(5000));
    assert_notices(23, here()->work_units, WORK_UNITS);
    assert_notices(23, ks.domain_start, 1);
    assert_notices(23, here()->domain_index, NUM_DOMAIN_SCHEDULES);
    assert_notices(23, here()->rearm, true);
}

TEST(rule_24_a_page_descriptor_at_level_0)
{
    word_t *table = object_of(VSPACE);
    assert_notices(24, table[300], 0x40000001);
}

TEST(rule_26_asid_0)
{
    assert_notices(26, ks.asid_pools[0]->vspaces[0], vspace_cap_base(*cap_in(VSPACE)));
}

// The last capability gives way to another one without its object being told.
static struct cap used_up_untyped(cptr_t slot)
{
    struct region region;
    cap_region(*cap_in(slot), &region);
    return MAKE_CAP(untyped, .base = region.base, .size_bits = region.size_bits, .watermark = BIT(region.size_bits));
}

TEST(rule_28_references_to_what_is_gone)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply(), notification = given_notification(), sc = given_sc(5000, 5000);
    const struct thread *waiter = given_thread();
    assert_ok(bind_notification(waiter, notification));
    assert_ok(bind_sc(sc, notification));
    as(waiter);
    sys_recv(endpoint, reply);
    as(root);
    assert_notices(28, *cap_in(reply), used_up_untyped(reply));
    assert_notices(28, *cap_in(endpoint), used_up_untyped(endpoint));
    assert_notices(28, *cap_in(notification), used_up_untyped(notification));
    assert_notices(28, *cap_in(sc), used_up_untyped(sc));
    assert_notices(28, *cap_in(waiter->sc), used_up_untyped(waiter->sc));
    assert_notices(28, *cap_in(waiter->cap), used_up_untyped(waiter->cap));
}

// A mapping without a capability, a table without one, an address space without one.
TEST(rule_28_descriptors_without_capabilities)
{
    cptr_t frame = given_frame(), table = boot_info->userImagePaging.start;
    assert_ok(method(frame, ARMPageMap, CAPS(VSPACE), 0x480000, 3, 3));
    assert_notices(28, *cap_in(frame), frame_cap_set_asid(*cap_in(frame), 0));
    assert_notices(28, *translation_walk(vspace_cap_base(*cap_in(VSPACE)), 0x490000).entry,
                   desc_page(FAKE_RAM_BASE, 12, ACCESS_READ_WRITE, 0));
    assert_notices(28, *cap_in(table), page_table_cap_set_is_mapped(*cap_in(table), 0));
    assert_notices(28, ks.asid_pools[5], (struct asid_pool *)object_of(given_frame()));
}

// objects §5.1 note 2: the last capability to an endpoint that somebody waits on is in a CNode that nobody can reach. Its
// derivation list begins (the boot untyped) and ends (the oldest object) in that CNode.
TEST(objects_whose_capabilities_are_hidden_are_found_by_their_derivation_list)
{
    cptr_t ram = 0;
    for (cptr_t slot = boot_info->untyped.start; slot < boot_info->untyped.end; slot++) {
        bool fits = !untyped_cap_is_device(cap_of(slot)) && untyped_cap_size_bits(cap_of(slot)) >= 12 && !cdt_next(slot_of(slot));
        ram = fits ? slot : ram;
    }
    cptr_t endpoint = new_slot(), cnode = new_slot(), other = new_slot();
    assert_ok(retype_to(ram, seL4_EndpointObject, 0, endpoint));
    assert_ok(retype_to(ram, seL4_CapTableObject, 4, cnode));
    assert_ok(retype_to(ram, seL4_NotificationObject, 0, other)); // stays in sight, in the middle of the list
    assert_ok(cnode_copy(PLACE(cnode, 9, 4), AT(other), ALL_RIGHTS));
    const struct thread *waiter = given_thread();
    as(waiter);
    sys_wait(endpoint);
    as(root);
    assert_ok(cnode_move(PLACE(cnode, 2, 4), AT(endpoint)));
    assert_ok(cnode_move(PLACE(cnode, 1, 4), AT(ram)));
    assert_ok(cnode_copy(PLACE(cnode, 3, 4), AT(cnode), ALL_RIGHTS));
    assert_ok(cnode_delete(AT(cnode)));
    assert_state(waiter, THREAD_BLOCKED_ON_RECEIVE);
    assert_int_equal(check(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(rule_0_too_little_scratch),
        RUN(rule_1_an_empty_slot_with_remains_and_a_broken_link),
        RUN(rule_2_siblings_out_of_order),
        RUN(rule_3_an_object_in_an_object),
        RUN(rule_4_device_memory_in_ram),
        RUN(rule_5_an_object_above_the_watermark),
        RUN(rule_6_impossible_fields),
        RUN(rule_9_a_wrong_capability_in_a_tcb_slot),
        RUN(rule_10_interrupt_lines),
        RUN(rule_11_the_list_of_threads),
        RUN(rule_12_states_and_links),
        RUN(rule_13_ready_lists),
        RUN(rule_14_bitmaps),
        RUN(rule_15_sleepers),
        RUN(rule_16_endpoint_queues),
        RUN(rule_17_notifications),
        RUN(rule_18_contexts),
        RUN(rule_19_refills),
        RUN(rule_20_call_stacks),
        RUN(rule_21_yields),
        RUN(rule_22_the_current_thread),
        RUN(rule_23_time),
        RUN(rule_24_a_page_descriptor_at_level_0),
        RUN(rule_26_asid_0),
        RUN(rule_28_references_to_what_is_gone),
        RUN(rule_28_descriptors_without_capabilities),
        RUN(objects_whose_capabilities_are_hidden_are_found_by_their_derivation_list),
    };
    return RUN_ALL("invariants", tests);
}
