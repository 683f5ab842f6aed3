// SPDX-License-Identifier: BSD-2-Clause
//
// ASID pools: MakePool, Assign, and the death of pools and VSpaces (memory §1.4, §2.9–2.11).
#include "tests/unit/memory.h"

static cptr_t given_pool(void)
{
    cptr_t pool = new_slot();
    assert_ok(make_pool(given_untyped(12), CNODE, pool, 64));
    return pool;
}

static void given_a_full_pool_table(void)
{
    for (word_t i = 1; i < ASID_POOLS; i++) {
        given_pool();
    }
}

// ---------------------------------------------------------------------------------------- MakePool

TEST(make_pool_needs_two_words_and_two_capabilities) // memory §2.9 check 2
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(method(ASID_CONTROL, ARMASIDControlMakePool, CAPS(untyped, CNODE), slot), seL4_TruncatedMessage);
    assert_refused(method(ASID_CONTROL, ARMASIDControlMakePool, CAPS(untyped), slot, 64), seL4_TruncatedMessage);
}

TEST(asid_control_knows_no_other_label) // memory §2.9 check 1
{
    assert_refused(method(ASID_CONTROL, ARMASIDPoolAssign, CAPS(), ), seL4_IllegalOperation);
}

TEST(make_pool_with_all_pools_used_refuses_before_it_looks_at_the_untyped) // memory §11 #28
{
    given_a_full_pool_table();
    assert_refused(make_pool(TCB, CNODE, 0, 64), seL4_DeleteFirst);
}

TEST(make_pool_needs_a_4_kib_untyped_that_is_no_device) // memory §11 #29
{
    cptr_t large = given_untyped(13), slot = new_slot();
    assert_refused(make_pool(large, CNODE, slot, 64), seL4_InvalidCapability, 1);
    assert_refused(make_pool(given_device_untyped(12), CNODE, slot, 64), seL4_InvalidCapability, 1);
    assert_refused(make_pool(TCB, CNODE, slot, 64), seL4_InvalidCapability, 1);
}

TEST(make_pool_needs_an_untyped_without_children) // memory §11 #29
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, slot));
    assert_refused(make_pool(untyped, CNODE, slot, 64), seL4_RevokeFirst);
}

TEST(make_pool_checks_its_slot_last) // memory §2.9 check 6
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(make_pool(untyped, TCB, slot, 64), NO_VSPACE);
    assert_refused(make_pool(untyped, CNODE, slot, 65), seL4_RangeError, 1, 64);
    assert_refused(make_pool(untyped, CNODE, TCB, 64), seL4_DeleteFirst);
}

TEST(a_new_pool_takes_the_lowest_free_position) // memory §2.9 Effect
{
    cptr_t one = given_pool(), two = given_pool();
    assert_int_equal(asid_pool_cap_first_asid(cap_of(one)), 512);
    assert_int_equal(asid_pool_cap_first_asid(cap_of(two)), 1024);
    assert_ok(cnode_delete(AT(one)));
    assert_int_equal(asid_pool_cap_first_asid(cap_of(given_pool())), 512);
}

TEST(make_pool_uses_its_untyped_up_and_makes_a_child_of_it) // objects §6.6, memory §1.2 rule 5
{
    cptr_t untyped = given_untyped(12), pool = new_slot(), slot = new_slot();
    assert_ok(make_pool(untyped, CNODE, pool, 64));
    assert_refused(retype_to(untyped, seL4_EndpointObject, 0, slot), seL4_NotEnoughMemory, 0);
    assert_ok(cnode_revoke(AT(untyped)));
    assert_empty(pool);
}

TEST(revoking_a_made_pool_leaves_its_copies_and_revoking_the_boot_pool_does_not) // objects §12 #31, memory §1.2 rule 7
{
    cptr_t pool = given_pool(), copy = given_copy(pool, ALL_RIGHTS), boot_copy = given_copy(ASID_POOL, ALL_RIGHTS);
    assert_ok(cnode_revoke(AT(pool)));
    assert_holds(copy, asid_pool);
    assert_ok(cnode_revoke(AT(ASID_POOL)));
    assert_empty(boot_copy);
}

TEST(the_pool_of_a_dirty_untyped_starts_empty) // memory §2.9 Effect: its 4 KiB are zeroed
{
    cptr_t untyped = given_untyped(12), slot = new_slot(), vspace = given_vspace_without_asid();
    assert_ok(retype_to(untyped, seL4_ARM_SmallPageObject, 0, slot));
    memset(object_of(slot), 0xff, 4096);
    assert_ok(cnode_delete(AT(slot)));
    assert_ok(make_pool(untyped, CNODE, slot, 64));
    assert_ok(assign(slot, vspace));
    assert_int_equal(vspace_cap_asid(cap_of(vspace)), 512);
}

// ------------------------------------------------------------------------------------------ Assign

TEST(assign_needs_a_capability) // memory §2.10 check 2
{
    assert_refused(method(ASID_POOL, ARMASIDPoolAssign, CAPS(), ), seL4_TruncatedMessage);
}

TEST(assign_needs_a_vspace_without_asid) // memory §11 #27
{
    cptr_t vspace = given_vspace();
    assert_refused(assign(ASID_POOL, vspace), seL4_InvalidCapability, 1);
    assert_refused(assign(ASID_POOL, TCB), seL4_InvalidCapability, 1);
}

TEST(the_first_asid_of_the_boot_pool_is_2) // memory §11 #30
{
    assert_int_equal(vspace_cap_asid(cap_of(given_vspace())), 2);
}

TEST(a_freed_asid_is_the_next_one_given_out) // memory §2.10 Effect: the lowest free entry
{
    cptr_t one = given_vspace();
    given_vspace();
    assert_ok(cnode_delete(AT(one)));
    assert_int_equal(vspace_cap_asid(cap_of(given_vspace())), 2);
}

// Assigns all 512 ASIDs of a pool. Each VSpace moves on into a CNode, so that one slot serves all.
static void fill_pool(cptr_t pool)
{
    cptr_t cnode = given_cnode(9), slot = new_slot(), memory = given_untyped(21);
    for (word_t i = 0; i < ASIDS_PER_POOL; i++) {
        assert_ok(retype_to(memory, seL4_ARM_VSpaceObject, 0, slot));
        assert_ok(assign(pool, slot));
        assert_ok(cnode_move(PLACE(cnode, i, 9), AT(slot)));
    }
}

TEST(a_full_pool_refuses) // memory §2.10 check 5
{
    cptr_t pool = given_pool(), vspace = given_vspace_without_asid();
    fill_pool(pool);
    assert_refused(assign(pool, vspace), seL4_DeleteFirst);
}

TEST(a_vspace_whose_pool_died_is_refused_for_ever) // memory §11 #26
{
    cptr_t vspace = given_dead_vspace();
    assert_refused(assign(ASID_POOL, vspace), seL4_InvalidCapability, 1);
}

TEST(assign_works_without_any_message_word) // memory §2.10
{
    cptr_t vspace = given_vspace_without_asid();
    assert_ok(sys_call(ASID_POOL, with_length(MESSAGE_WITH_CAPS(ARMASIDPoolAssign, CAPS(vspace), ), 0)));
}

// ---------------------------------------------------------------------------------------- deletion

TEST(deleting_the_last_vspace_capability_flushes_and_frees_the_asid) // memory §2.11 rule 1
{
    cptr_t vspace = given_vspace();
    fake_forget_calls();
    assert_ok(cnode_delete(AT(vspace)));
    assert_int_equal(fake_nth_call(FAKE_TLB_FLUSH_ASID, 0)->a, 2);
    assert_int_equal(fake_nth_call(FAKE_VSPACE_RETIRE, 0)->a, 2);
    assert_int_equal(vspace_root(2), 0);
}

TEST(deleting_a_copy_of_a_vspace_changes_nothing) // objects §5.2
{
    cptr_t vspace = given_vspace(), copy = given_copy(vspace, ALL_RIGHTS);
    fake_forget_calls();
    assert_ok(cnode_delete(AT(copy)));
    assert_int_equal(fake_count_calls(FAKE_TLB_FLUSH_ASID), 0);
    assert_int_equal(vspace_root(2), vspace_cap_base(cap_of(vspace)));
}

TEST(deleting_a_dead_vspace_touches_no_asid) // memory §2.11 rule 1: not live, nothing
{
    cptr_t vspace = given_dead_vspace();
    fake_forget_calls();
    assert_ok(cnode_delete(AT(vspace)));
    assert_int_equal(fake_count_calls(FAKE_TLB_FLUSH_ASID), 0);
}

TEST(deleting_a_pool_flushes_each_used_asid) // memory §2.11 rule 2
{
    cptr_t pool = given_pool(), one = given_vspace_without_asid(), two = given_vspace_without_asid();
    assert_ok(assign(pool, one));
    assert_ok(assign(pool, two));
    fake_forget_calls();
    assert_ok(cnode_delete(AT(pool)));
    assert_int_equal(fake_count_calls(FAKE_TLB_FLUSH_ASID), 2);
    assert_int_equal(fake_nth_call(FAKE_TLB_FLUSH_ASID, 1)->a, 513);
}

TEST(deleting_the_pool_of_the_running_thread_takes_its_space_away_at_once) // memory §2.11 rule 2
{
    assert_ok(cnode_delete(AT(ASID_POOL)));
    assert_int_equal(fake.vspace_root, 0);
}

TEST(a_stale_page_maps_normally_into_the_vspace_that_has_its_asid_now) // memory §2.5, first row
{
    cptr_t old = given_vspace(), frame = given_frame();
    given_tables(old, FREE_PAGE);
    assert_ok(page_map(frame, old, FREE_PAGE, READ_WRITE, 3));
    assert_ok(cnode_delete(AT(old)));
    cptr_t new = given_vspace();
    given_tables(new, FREE_PAGE);
    assert_ok(page_map(frame, new, FREE_PAGE, READ_WRITE, 3));
    assert_int_equal(desc_address(descriptor_at(new, FREE_PAGE)), frame_cap_base(cap_of(frame)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(make_pool_needs_two_words_and_two_capabilities),
        RUN(asid_control_knows_no_other_label),
        RUN(make_pool_with_all_pools_used_refuses_before_it_looks_at_the_untyped),
        RUN(make_pool_needs_a_4_kib_untyped_that_is_no_device),
        RUN(make_pool_needs_an_untyped_without_children),
        RUN(make_pool_checks_its_slot_last),
        RUN(a_new_pool_takes_the_lowest_free_position),
        RUN(make_pool_uses_its_untyped_up_and_makes_a_child_of_it),
        RUN(revoking_a_made_pool_leaves_its_copies_and_revoking_the_boot_pool_does_not),
        RUN(the_pool_of_a_dirty_untyped_starts_empty),
        RUN(assign_needs_a_capability),
        RUN(assign_needs_a_vspace_without_asid),
        RUN(the_first_asid_of_the_boot_pool_is_2),
        RUN(a_freed_asid_is_the_next_one_given_out),
        RUN(a_full_pool_refuses),
        RUN(a_vspace_whose_pool_died_is_refused_for_ever),
        RUN(assign_works_without_any_message_word),
        RUN(deleting_the_last_vspace_capability_flushes_and_frees_the_asid),
        RUN(deleting_a_copy_of_a_vspace_changes_nothing),
        RUN(deleting_a_dead_vspace_touches_no_asid),
        RUN(deleting_a_pool_flushes_each_used_asid),
        RUN(deleting_the_pool_of_the_running_thread_takes_its_space_away_at_once),
        RUN(a_stale_page_maps_normally_into_the_vspace_that_has_its_asid_now),
    };
    return RUN_ALL("asid", tests);
}
