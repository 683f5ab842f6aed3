// SPDX-License-Identifier: BSD-2-Clause
//
// Capabilities as values: objects §1.1 (layouts), §1.3 (rights), §1.4 (data), §1.5 and §1.6 (same region, same object).
#include "tests/unit/harness/harness.h"

#define BASE UINT64_C(0x40000000)

static struct cap endpoint_cap(word_t rights, word_t badge)
{
    return MAKE_CAP(endpoint, .object = BASE, .badge = badge, .can_send = rights & 1, .can_receive = rights >> 1 & 1,
                    .can_grant = rights >> 2 & 1, .can_grant_reply = rights >> 3 & 1);
}

static word_t endpoint_rights(struct cap cap)
{
    return endpoint_cap_can_send(cap) | endpoint_cap_can_receive(cap) << 1 | endpoint_cap_can_grant(cap) << 2 |
           endpoint_cap_can_grant_reply(cap) << 3;
}

static struct cap frame(paddr_t base, word_t size, enum frame_access access)
{
    return MAKE_CAP(frame, .base = base, .size = size, .access = access);
}

static struct cap untyped(paddr_t base, word_t size_bits)
{
    return MAKE_CAP(untyped, .base = base, .size_bits = size_bits);
}

static bool is_same(struct cap a, struct cap b)
{
    return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

// ------------------------------------------------------------------------------------------- layout

// objects §1.1: the numbers that DebugCapIdentify shows
TEST(kinds_have_the_numbers_of_the_manual)
{
    assert_int_equal(cap_kind(cap_null()), 0);
    assert_int_equal(cap_kind(frame(BASE, 0, ACCESS_READ_WRITE)), 1);
    assert_int_equal(cap_kind(untyped(BASE, 4)), 2);
    assert_int_equal(cap_kind(MAKE_CAP(page_table, .base = BASE)), 3);
    assert_int_equal(cap_kind(endpoint_cap(0, 0)), 4);
    assert_int_equal(cap_kind(MAKE_CAP(notification, .object = BASE)), 6);
    assert_int_equal(cap_kind(MAKE_CAP(reply, .object = BASE)), 8);
    assert_int_equal(cap_kind(MAKE_CAP(vspace, .base = BASE)), 9);
    assert_int_equal(cap_kind(MAKE_CAP(cnode, .object = BASE)), 10);
    assert_int_equal(cap_kind(MAKE_CAP(asid_control, .unused = 0)), 11);
    assert_int_equal(cap_kind(MAKE_CAP(tcb, .object = BASE)), 12);
    assert_int_equal(cap_kind(MAKE_CAP(asid_pool, .base = BASE)), 13);
    assert_int_equal(cap_kind(MAKE_CAP(irq_control, .unused = 0)), 14);
    assert_int_equal(cap_kind(MAKE_CAP(irq_handler, .irq = 1)), 16);
    assert_int_equal(cap_kind(MAKE_CAP(zombie, .base = BASE)), 18);
    assert_int_equal(cap_kind(MAKE_CAP(domain, .unused = 0)), 20);
    assert_int_equal(cap_kind(MAKE_CAP(sched_context, .object = BASE)), 22);
    assert_int_equal(cap_kind(MAKE_CAP(sched_control, .core = 0)), 24);
    assert_int_equal(cap_kind(MAKE_CAP(sgi_signal, .sgi = 0)), 27);
}

TEST(an_endpoint_capability_keeps_a_64_bit_badge_and_four_rights)
{
    struct cap cap = MAKE_CAP(endpoint, .object = 0xfffffffffff0, .badge = ~UINT64_C(0), .can_send = 1, .can_grant = 1);
    assert_int_equal(endpoint_cap_object(cap), 0xfffffffffff0);
    assert_true(endpoint_cap_badge(cap) == ~UINT64_C(0));
    assert_int_equal(endpoint_rights(cap), WRITE | GRANT);
}

TEST(a_notification_capability_keeps_a_64_bit_badge)
{
    struct cap cap = MAKE_CAP(notification, .object = 0xffffffffffc0, .badge = ~UINT64_C(0), .can_receive = 1);
    assert_int_equal(notification_cap_object(cap), 0xffffffffffc0);
    assert_true(notification_cap_badge(cap) == ~UINT64_C(0));
    assert_int_equal(notification_cap_can_send(cap), 0);
    assert_int_equal(notification_cap_can_receive(cap), 1);
}

TEST(a_cnode_capability_keeps_radix_and_guard)
{
    struct cap cap = MAKE_CAP(cnode, .object = 0xffffffffffc0, .radix = 42, .guard_size = 63, .guard = LOW_BITS(63));
    assert_int_equal(cnode_cap_object(cap), 0xffffffffffc0);
    assert_int_equal(cnode_cap_radix(cap), 42);
    assert_int_equal(cnode_cap_guard_size(cap), 63);
    assert_true(cnode_cap_guard(cap) == LOW_BITS(63));
}

TEST(an_untyped_capability_keeps_size_watermark_and_device_flag)
{
    struct cap cap = MAKE_CAP(untyped, .base = 0x800000000000, .size_bits = 47, .is_device = 1, .watermark = BIT(47));
    assert_true(untyped_cap_base(cap) == 0x800000000000);
    assert_int_equal(untyped_cap_size_bits(cap), 47);
    assert_int_equal(untyped_cap_is_device(cap), 1);
    assert_true(untyped_cap_watermark(cap) == BIT(47));
    assert_int_equal(untyped_cap_watermark(untyped_cap_set_watermark(cap, 0x10)), 0x10);
}

TEST(a_frame_capability_keeps_its_mapping)
{
    struct cap cap = MAKE_CAP(frame, .base = 0xc0000000, .size = FRAME_HUGE, .access = ACCESS_READ_ONLY, .is_device = 1,
                              .asid = 0xffff, .address = 0x7fffc0000000);
    assert_int_equal(frame_cap_base(cap), 0xc0000000);
    assert_int_equal(frame_cap_size_bits(cap), 30);
    assert_int_equal(frame_cap_access(cap), ACCESS_READ_ONLY);
    assert_int_equal(frame_cap_is_device(cap), 1);
    assert_int_equal(frame_cap_asid(cap), 0xffff);
    assert_true(frame_cap_address(cap) == 0x7fffc0000000);
}

TEST(tables_spaces_and_pools_keep_their_asid)
{
    struct cap table = MAKE_CAP(page_table, .base = BASE, .is_mapped = 1, .asid = 0xfffe, .address = 0x7fffffe00000);
    struct cap space = MAKE_CAP(vspace, .base = BASE, .is_assigned = 1, .asid = 0xfffd);
    struct cap pool = MAKE_CAP(asid_pool, .base = BASE, .first_asid = 127 * 512);
    assert_int_equal(page_table_cap_asid(table), 0xfffe);
    assert_true(page_table_cap_address(table) == 0x7fffffe00000);
    assert_int_equal(vspace_cap_asid(space), 0xfffd);
    assert_int_equal(asid_pool_cap_first_asid(pool), 127 * 512);
}

TEST(a_zombie_counts_up_to_2_to_the_42_slots)
{
    struct cap cap = MAKE_CAP(zombie, .base = BASE, .radix = 42, .remaining = BIT(42));
    assert_true(zombie_cap_remaining(cap) == BIT(42));
    assert_int_equal(zombie_cap_radix(cap), 42);
}

TEST(interrupt_capabilities_keep_their_numbers)
{
    struct cap sgi = MAKE_CAP(sgi_signal, .sgi = 15, .target = 7);
    assert_int_equal(irq_handler_cap_irq(MAKE_CAP(irq_handler, .irq = 159)), 159);
    assert_int_equal(sgi_signal_cap_sgi(sgi), 15);
    assert_int_equal(sgi_signal_cap_target(sgi), 7);
}

// ------------------------------------------------------------------------------------------- memory

static void assert_region(struct cap cap, word_t size_bits)
{
    struct region region;
    assert_true(cap_region(cap, &region));
    assert_int_equal(region.base, BASE);
    assert_int_equal(region.size_bits, size_bits);
}

// objects §1.1, column "Physical?"
TEST(memory_objects_have_a_region)
{
    assert_region(untyped(BASE, 17), 17);
    assert_region(endpoint_cap(0, 5), 4);
    assert_region(MAKE_CAP(notification, .object = BASE), 6);
    assert_region(MAKE_CAP(reply, .object = BASE), 5);
    assert_region(MAKE_CAP(cnode, .object = BASE, .radix = 8), 13);
    assert_region(MAKE_CAP(tcb, .object = BASE), 11);
    assert_region(MAKE_CAP(zombie, .base = BASE, .radix = 0, .remaining = 5), 11);
    assert_region(MAKE_CAP(zombie, .base = BASE, .radix = 8, .remaining = 3), 13);
    assert_region(MAKE_CAP(sched_context, .object = BASE, .size_bits = 9), 9);
    assert_region(frame(BASE, FRAME_SMALL, 0), 12);
    assert_region(frame(BASE, FRAME_LARGE, 0), 21);
    assert_region(frame(BASE, FRAME_HUGE, 0), 30);
    assert_region(MAKE_CAP(page_table, .base = BASE), 12);
    assert_region(MAKE_CAP(vspace, .base = BASE), 12);
    assert_region(MAKE_CAP(asid_pool, .base = BASE), 12);
}

TEST(other_capabilities_have_none)
{
    struct region region;
    assert_false(cap_region(cap_null(), &region));
    assert_false(cap_region(MAKE_CAP(domain, .unused = 0), &region));
    assert_false(cap_region(MAKE_CAP(irq_control, .unused = 0), &region));
    assert_false(cap_region(MAKE_CAP(irq_handler, .irq = 3), &region));
    assert_false(cap_region(MAKE_CAP(sched_control, .core = 0), &region));
    assert_false(cap_region(MAKE_CAP(asid_control, .unused = 0), &region));
    assert_false(cap_region(MAKE_CAP(sgi_signal, .sgi = 3), &region));
}

// ------------------------------------------------------------------------------------------- rights

// objects §1.3
TEST(masking_an_endpoint_keeps_each_right_only_if_it_was_there)
{
    assert_int_equal(endpoint_rights(cap_mask_rights(endpoint_cap(ALL_RIGHTS, 3), WRITE)), WRITE);
    assert_int_equal(endpoint_rights(cap_mask_rights(endpoint_cap(ALL_RIGHTS, 3), READ)), READ);
    assert_int_equal(endpoint_rights(cap_mask_rights(endpoint_cap(ALL_RIGHTS, 3), GRANT)), GRANT);
    assert_int_equal(endpoint_rights(cap_mask_rights(endpoint_cap(ALL_RIGHTS, 3), GRANT_REPLY)), GRANT_REPLY);
    assert_int_equal(endpoint_rights(cap_mask_rights(endpoint_cap(WRITE, 3), ALL_RIGHTS)), WRITE);
    assert_int_equal(endpoint_rights(cap_mask_rights(endpoint_cap(READ | GRANT, 3), ALL_RIGHTS)), READ | GRANT);
    assert_int_equal(endpoint_rights(cap_mask_rights(endpoint_cap(NO_RIGHTS, 3), ALL_RIGHTS)), NO_RIGHTS);
    assert_int_equal(endpoint_cap_badge(cap_mask_rights(endpoint_cap(ALL_RIGHTS, 3), NO_RIGHTS)), 3);
}

TEST(only_the_low_four_bits_of_a_rights_word_count)
{
    assert_int_equal(endpoint_rights(cap_mask_rights(endpoint_cap(ALL_RIGHTS, 0), ~(word_t)15)), NO_RIGHTS);
}

TEST(masking_a_notification_uses_write_and_read)
{
    struct cap full = MAKE_CAP(notification, .object = BASE, .can_send = 1, .can_receive = 1);
    assert_int_equal(notification_cap_can_send(cap_mask_rights(full, WRITE)), 1);
    assert_int_equal(notification_cap_can_receive(cap_mask_rights(full, WRITE)), 0);
    assert_int_equal(notification_cap_can_send(cap_mask_rights(full, READ | GRANT | GRANT_REPLY)), 0);
    assert_int_equal(notification_cap_can_receive(cap_mask_rights(full, READ)), 1);
}

TEST(masking_gives_a_notification_no_right_that_it_lacked)
{
    struct cap none = MAKE_CAP(notification, .object = BASE, .badge = 3);
    assert_true(is_same(cap_mask_rights(none, ALL_RIGHTS), none));
}

TEST(masking_a_reply_uses_grant)
{
    struct cap full = MAKE_CAP(reply, .object = BASE, .can_grant = 1), none = MAKE_CAP(reply, .object = BASE);
    assert_int_equal(reply_cap_can_grant(cap_mask_rights(full, GRANT)), 1);
    assert_int_equal(reply_cap_can_grant(cap_mask_rights(full, WRITE | READ | GRANT_REPLY)), 0);
    assert_int_equal(reply_cap_can_grant(cap_mask_rights(none, ALL_RIGHTS)), 0);
}

static enum frame_access masked(enum frame_access access, word_t rights)
{
    return (enum frame_access)frame_cap_access(cap_mask_rights(frame(BASE, FRAME_SMALL, access), rights));
}

// objects §1.3, memory §2.4 (table of effective rights)
TEST(masking_a_frame_lowers_its_access_class)
{
    assert_int_equal(masked(ACCESS_READ_WRITE, READ | WRITE), ACCESS_READ_WRITE);
    assert_int_equal(masked(ACCESS_READ_WRITE, READ), ACCESS_READ_ONLY);
    assert_int_equal(masked(ACCESS_READ_WRITE, WRITE), ACCESS_NONE);
    assert_int_equal(masked(ACCESS_READ_WRITE, GRANT | GRANT_REPLY), ACCESS_NONE);
    assert_int_equal(masked(ACCESS_READ_ONLY, READ | WRITE), ACCESS_READ_ONLY);
    assert_int_equal(masked(ACCESS_READ_ONLY, READ), ACCESS_READ_ONLY);
    assert_int_equal(masked(ACCESS_READ_ONLY, WRITE), ACCESS_NONE);
    assert_int_equal(masked(ACCESS_NONE, ALL_RIGHTS), ACCESS_NONE);
}

TEST(masking_other_kinds_changes_nothing)
{
    struct cap cnode = MAKE_CAP(cnode, .object = BASE, .radix = 4), tcb = MAKE_CAP(tcb, .object = BASE);
    assert_true(is_same(cap_mask_rights(cnode, NO_RIGHTS), cnode));
    assert_true(is_same(cap_mask_rights(tcb, NO_RIGHTS), tcb));
    assert_true(is_same(cap_mask_rights(untyped(BASE, 12), NO_RIGHTS), untyped(BASE, 12)));
}

// --------------------------------------------------------------------------------------------- data

// objects §1.4
TEST(data_becomes_the_badge_of_an_unbadged_capability)
{
    struct cap notification = MAKE_CAP(notification, .object = BASE);
    assert_int_equal(endpoint_cap_badge(cap_update_data(endpoint_cap(WRITE, 0), 9, false)), 9);
    assert_int_equal(notification_cap_badge(cap_update_data(notification, 9, false)), 9);
    assert_false(cap_is_null(cap_update_data(endpoint_cap(WRITE, 0), 0, false)));
}

TEST(a_badge_cannot_be_replaced_even_by_itself)
{
    assert_true(cap_is_null(cap_update_data(endpoint_cap(WRITE, 9), 0, false)));
    assert_true(cap_is_null(cap_update_data(endpoint_cap(WRITE, 9), 9, false)));
    assert_true(cap_is_null(cap_update_data(MAKE_CAP(notification, .object = BASE, .badge = 9), 9, false)));
}

TEST(keeping_data_refuses_endpoints_and_notifications)
{
    assert_true(cap_is_null(cap_update_data(endpoint_cap(WRITE, 0), 9, true)));
    assert_true(cap_is_null(cap_update_data(MAKE_CAP(notification, .object = BASE), 0, true)));
}

TEST(data_becomes_the_guard_of_a_cnode_with_surplus_bits_dropped)
{
    struct cap cap = cap_update_data(MAKE_CAP(cnode, .object = BASE, .radix = 4), guard_data(0xff5, 4), false);
    assert_int_equal(cnode_cap_guard_size(cap), 4);
    assert_int_equal(cnode_cap_guard(cap), 5);
    cap = cap_update_data(cap, 0, true);
    assert_int_equal(cnode_cap_guard_size(cap), 0);
    assert_int_equal(cnode_cap_guard(cap), 0);
}

TEST(guard_and_radix_share_64_bits)
{
    struct cap cnode = MAKE_CAP(cnode, .object = BASE, .radix = 4);
    assert_int_equal(cnode_cap_guard_size(cap_update_data(cnode, guard_data(0, 60), false)), 60);
    assert_true(cap_is_null(cap_update_data(cnode, guard_data(0, 61), false)));
    assert_true(cap_is_null(cap_update_data(cnode, guard_data(0, 61), true)));
}

TEST(data_of_other_kinds_is_ignored)
{
    assert_true(is_same(cap_update_data(untyped(BASE, 12), 99, false), untyped(BASE, 12)));
    assert_true(is_same(cap_update_data(frame(BASE, 0, ACCESS_NONE), 99, true), frame(BASE, 0, ACCESS_NONE)));
}

// ------------------------------------------------------------------------------ regions and objects

// objects §1.5
TEST(an_untyped_is_the_region_of_all_memory_in_it)
{
    struct cap u = untyped(BASE, 13);
    assert_true(cap_same_region(u, u));
    assert_true(cap_same_region(u, untyped(BASE + 0x1000, 12)));
    assert_true(cap_same_region(u, frame(BASE + 0x1000, FRAME_SMALL, 0)));
    assert_true(cap_same_region(u, MAKE_CAP(tcb, .object = BASE + 0x1800)));
    assert_true(cap_same_region(u, MAKE_CAP(zombie, .base = BASE + 0x1000, .radix = 7)));
    assert_false(cap_same_region(u, frame(BASE + 0x2000, FRAME_SMALL, 0)));
    assert_false(cap_same_region(u, frame(BASE - 0x1000, FRAME_SMALL, 0)));
    assert_false(cap_same_region(u, untyped(BASE, 14)));
    assert_false(cap_same_region(u, MAKE_CAP(domain, .unused = 0)));
}

TEST(a_frame_is_the_region_of_frames_in_it)
{
    struct cap large = frame(BASE, FRAME_LARGE, 0);
    assert_true(cap_same_region(large, frame(BASE + 0x1ff000, FRAME_SMALL, 0)));
    assert_false(cap_same_region(large, frame(BASE + 0x200000, FRAME_SMALL, 0)));
    assert_false(cap_same_region(large, MAKE_CAP(page_table, .base = BASE)));
    assert_false(cap_same_region(frame(BASE, FRAME_SMALL, 0), large));
}

TEST(objects_are_the_same_region_as_themselves_only)
{
    struct cap cnode = MAKE_CAP(cnode, .object = BASE, .radix = 4), sc = MAKE_CAP(sched_context, .object = BASE, .size_bits = 8);
    assert_true(cap_same_region(endpoint_cap(WRITE, 1), endpoint_cap(READ, 2)));
    assert_false(cap_same_region(endpoint_cap(WRITE, 1), MAKE_CAP(endpoint, .object = BASE + 16)));
    assert_true(cap_same_region(cnode, MAKE_CAP(cnode, .object = BASE, .radix = 4, .guard_size = 3)));
    assert_false(cap_same_region(cnode, MAKE_CAP(cnode, .object = BASE, .radix = 5)));
    assert_false(cap_same_region(sc, MAKE_CAP(sched_context, .object = BASE, .size_bits = 9)));
    assert_true(cap_same_region(sc, sc));
    assert_false(cap_same_region(MAKE_CAP(notification, .object = BASE), MAKE_CAP(notification, .object = BASE + 64)));
    assert_false(cap_same_region(MAKE_CAP(reply, .object = BASE), MAKE_CAP(reply, .object = BASE + 32)));
    assert_false(cap_same_region(MAKE_CAP(tcb, .object = BASE), MAKE_CAP(tcb, .object = BASE + 2048)));
    assert_false(cap_same_region(MAKE_CAP(page_table, .base = BASE), MAKE_CAP(vspace, .base = BASE)));
    assert_false(cap_same_region(MAKE_CAP(asid_pool, .base = BASE), MAKE_CAP(asid_pool, .base = BASE + 4096)));
    assert_true(cap_same_region(MAKE_CAP(vspace, .base = BASE), MAKE_CAP(vspace, .base = BASE, .is_assigned = 1, .asid = 4)));
}

TEST(irq_control_is_the_region_of_handlers_and_signals)
{
    struct cap control = MAKE_CAP(irq_control, .unused = 0), handler = MAKE_CAP(irq_handler, .irq = 5);
    assert_true(cap_same_region(control, control));
    assert_true(cap_same_region(control, handler));
    assert_true(cap_same_region(control, MAKE_CAP(sgi_signal, .sgi = 2)));
    assert_false(cap_same_region(control, MAKE_CAP(domain, .unused = 0)));
    assert_true(cap_same_region(handler, handler));
    assert_false(cap_same_region(handler, MAKE_CAP(irq_handler, .irq = 6)));
    assert_false(cap_same_region(MAKE_CAP(sgi_signal, .sgi = 2, .target = 1), MAKE_CAP(sgi_signal, .sgi = 2, .target = 2)));
    assert_false(cap_same_region(MAKE_CAP(sgi_signal, .sgi = 2), MAKE_CAP(sgi_signal, .sgi = 3)));
}

TEST(a_signal_or_a_handler_is_the_region_of_its_kind_only)
{
    struct cap sgi = MAKE_CAP(sgi_signal, .sgi = 2), handler = MAKE_CAP(irq_handler, .irq = 2);
    assert_true(cap_same_region(sgi, sgi));
    assert_false(cap_same_region(sgi, handler));
    assert_false(cap_same_region(handler, sgi));
    assert_false(cap_same_region(handler, MAKE_CAP(irq_control, .unused = 0)));
}

TEST(capabilities_without_memory_are_the_same_region_by_kind)
{
    assert_true(cap_same_region(MAKE_CAP(domain, .unused = 0), MAKE_CAP(domain, .unused = 0)));
    assert_true(cap_same_region(MAKE_CAP(sched_control, .core = 0), MAKE_CAP(sched_control, .core = 0)));
    assert_true(cap_same_region(MAKE_CAP(asid_control, .unused = 0), MAKE_CAP(asid_control, .unused = 0)));
    assert_false(cap_same_region(MAKE_CAP(domain, .unused = 0), MAKE_CAP(sched_control, .core = 0)));
}

TEST(null_and_zombies_are_the_same_region_as_nothing)
{
    struct cap zombie = MAKE_CAP(zombie, .base = BASE, .radix = 4);
    assert_false(cap_same_region(cap_null(), cap_null()));
    assert_false(cap_same_region(zombie, zombie));
    assert_false(cap_same_object(zombie, zombie));
}

// objects §1.6
TEST(untypeds_irq_control_and_signals_keep_nothing_alive)
{
    struct cap control = MAKE_CAP(irq_control, .unused = 0), sgi = MAKE_CAP(sgi_signal, .sgi = 2);
    assert_false(cap_same_object(untyped(BASE, 12), untyped(BASE, 12)));
    assert_false(cap_same_object(untyped(BASE, 12), frame(BASE, FRAME_SMALL, 0)));
    assert_false(cap_same_object(control, MAKE_CAP(irq_handler, .irq = 1)));
    assert_false(cap_same_object(sgi, sgi));
}

TEST(frames_are_the_same_object_if_base_size_and_device_flag_agree)
{
    struct cap ram = frame(BASE, FRAME_SMALL, ACCESS_READ_WRITE);
    assert_true(cap_same_object(ram, MAKE_CAP(frame, .base = BASE, .size = FRAME_SMALL, .asid = 3, .address = 0x1000)));
    assert_false(cap_same_object(ram, MAKE_CAP(frame, .base = BASE, .size = FRAME_SMALL, .is_device = 1)));
    assert_false(cap_same_object(frame(BASE, FRAME_LARGE, 0), ram));
    assert_false(cap_same_object(ram, frame(BASE + 0x1000, FRAME_SMALL, 0)));
    assert_false(cap_same_object(ram, MAKE_CAP(page_table, .base = BASE)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(kinds_have_the_numbers_of_the_manual),
        RUN(an_endpoint_capability_keeps_a_64_bit_badge_and_four_rights),
        RUN(a_notification_capability_keeps_a_64_bit_badge),
        RUN(a_cnode_capability_keeps_radix_and_guard),
        RUN(an_untyped_capability_keeps_size_watermark_and_device_flag),
        RUN(a_frame_capability_keeps_its_mapping),
        RUN(tables_spaces_and_pools_keep_their_asid),
        RUN(a_zombie_counts_up_to_2_to_the_42_slots),
        RUN(interrupt_capabilities_keep_their_numbers),
        RUN(memory_objects_have_a_region),
        RUN(other_capabilities_have_none),
        RUN(masking_an_endpoint_keeps_each_right_only_if_it_was_there),
        RUN(only_the_low_four_bits_of_a_rights_word_count),
        RUN(masking_a_notification_uses_write_and_read),
        RUN(masking_a_reply_uses_grant),
        RUN(masking_a_frame_lowers_its_access_class),
        RUN(masking_other_kinds_changes_nothing),
        RUN(data_becomes_the_badge_of_an_unbadged_capability),
        RUN(a_badge_cannot_be_replaced_even_by_itself),
        RUN(keeping_data_refuses_endpoints_and_notifications),
        RUN(data_becomes_the_guard_of_a_cnode_with_surplus_bits_dropped),
        RUN(guard_and_radix_share_64_bits),
        RUN(data_of_other_kinds_is_ignored),
        RUN(an_untyped_is_the_region_of_all_memory_in_it),
        RUN(a_frame_is_the_region_of_frames_in_it),
        RUN(objects_are_the_same_region_as_themselves_only),
        RUN(irq_control_is_the_region_of_handlers_and_signals),
        RUN(capabilities_without_memory_are_the_same_region_by_kind),
        RUN(null_and_zombies_are_the_same_region_as_nothing),
        RUN(untypeds_irq_control_and_signals_keep_nothing_alive),
        RUN(frames_are_the_same_object_if_base_size_and_device_flag_agree),
        RUN(masking_gives_a_notification_no_right_that_it_lacked),
        RUN(a_signal_or_a_handler_is_the_region_of_its_kind_only),
    };
    return RUN_ALL("cap", tests);
}
