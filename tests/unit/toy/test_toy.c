// SPDX-License-Identifier: BSD-2-Clause
//
// The toy kind, as user level sees it: what a new kind's tests look like. After each verb the
// harness runs the invariant checker, which knows the kind's row. run.py builds this against a
// core that has the kind.
#include "tests/unit/harness/harness.h"

#include "core/check/invariants.h"

#define counter_add(counter, amount) method(counter, CounterAdd, CAPS(), amount)
#define counter_read(counter) method(counter, CounterRead, CAPS(), )

static cptr_t given_counter(void)
{
    return given_object(seL4_CounterObject, 0);
}

static word_t limit_of(cptr_t slot)
{
    return counter_cap_limit(cap_of(slot));
}

static word_t value_of(paddr_t counter)
{
    return *(const word_t *)plat_ptr(counter);
}

// ---------------------------------------------------------------------------------------- creation

TEST(retype_makes_a_counter_of_16_bytes_that_is_zero_with_all_rights_and_no_limit)
{
    cptr_t counter = given_counter();
    assert_holds(counter, counter);
    assert_int_equal(counter_cap_can_add(cap_of(counter)), 1);
    assert_int_equal(counter_cap_can_read(cap_of(counter)), 1);
    assert_int_equal(limit_of(counter), 0);
    assert_answer(counter_read(counter), 0);
}

TEST(an_untyped_of_64_bytes_holds_four)
{
    cptr_t untyped = given_untyped(6), slots[5];
    for (int i = 0; i < 5; i++) {
        slots[i] = new_slot();
    }
    for (int i = 0; i < 4; i++) {
        assert_ok(retype_to(untyped, seL4_CounterObject, 0, slots[i]));
    }
    assert_refused(retype_to(untyped, seL4_CounterObject, 0, slots[4]), seL4_NotEnoughMemory, 0);
}

TEST(device_memory_does_not_become_a_counter)
{
    cptr_t untyped = given_device_untyped(20), slot = new_slot();
    assert_refused(retype_to(untyped, seL4_CounterObject, 0, slot), seL4_InvalidArgument, 1);
}

TEST(the_type_number_after_it_is_none)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(retype_to(untyped, seL4_CounterObject + 1, 0, slot), seL4_InvalidArgument, 0);
}

// ----------------------------------------------------------------------------------------- methods

TEST(add_adds_and_read_tells)
{
    cptr_t counter = given_counter(), other = given_counter();
    assert_ok(counter_add(counter, 5));
    assert_ok(counter_add(counter, 37));
    assert_answer(counter_read(counter), 42);
    assert_answer(counter_read(other), 0);
}

TEST(add_refuses_what_would_wrap)
{
    cptr_t counter = given_counter();
    assert_ok(counter_add(counter, ~UINT64_C(0) - 2));
    assert_refused(counter_add(counter, 3), seL4_RangeError, 0, 2);
    assert_ok(counter_add(counter, 2));
    assert_refused(counter_add(counter, 1), seL4_RangeError, 0, 0);
}

TEST(add_needs_a_word)
{
    cptr_t counter = given_counter();
    assert_refused(sys_call(counter, MESSAGE(CounterAdd)), seL4_TruncatedMessage);
}

TEST(labels_of_other_kinds_and_numbers_without_a_method_are_illegal)
{
    cptr_t counter = given_counter();
    assert_refused(sys_call(counter, MESSAGE(TCBSuspend)), seL4_IllegalOperation);
    assert_refused(sys_call(counter, MESSAGE(0)), seL4_IllegalOperation);
    assert_refused(sys_call(counter, MESSAGE(CounterRead + 1)), seL4_IllegalOperation);
    assert_refused(sys_call(TCB, MESSAGE(CounterRead)), seL4_IllegalOperation);
}

TEST(a_method_by_send_does_its_work_and_tells_nothing)
{
    cptr_t counter = given_counter(), reader = given_copy(counter, READ);
    sys_send(counter, MESSAGE(CounterAdd, 7));
    assert_answer(counter_read(counter), 7);
    assert_no_effect(sys_send(reader, MESSAGE(CounterAdd, 7)));
}

// ---------------------------------------------------------------------------- rights and the limit

TEST(a_copy_without_write_reads_and_one_without_read_adds)
{
    cptr_t counter = given_counter();
    cptr_t reader = given_copy(counter, READ), adder = given_copy(counter, WRITE);
    assert_ok(counter_add(adder, 9));
    assert_answer(counter_read(reader), 9);
    assert_refused(counter_add(reader, 1), seL4_InvalidCapability, 0);
    assert_refused(counter_read(adder), seL4_InvalidCapability, 0);
}

TEST(rights_that_are_gone_do_not_come_back)
{
    cptr_t reader = given_copy(given_counter(), READ), again_all = given_copy(reader, ALL_RIGHTS);
    assert_refused(counter_add(again_all, 1), seL4_InvalidCapability, 0);
}

TEST(a_minted_limit_binds_each_add)
{
    cptr_t counter = given_counter(), limited = given_minted(counter, ALL_RIGHTS, 10);
    assert_int_equal(limit_of(limited), 10);
    assert_refused(counter_add(limited, 11), seL4_RangeError, 0, 10);
    assert_ok(counter_add(limited, 10));
    assert_ok(counter_add(limited, 10));
    assert_ok(counter_add(counter, 11));
    assert_answer(counter_read(limited), 31);
}

TEST(a_limit_is_never_changed)
{
    cptr_t counter = given_counter(), limited = given_minted(counter, ALL_RIGHTS, 10),
           slot = new_slot();
    assert_refused(cnode_mint(AT(slot), AT(limited), ALL_RIGHTS, 11), seL4_IllegalOperation);
    assert_refused(cnode_mint(AT(slot), AT(limited), ALL_RIGHTS, 0), seL4_IllegalOperation);
    assert_refused(cnode_mutate(AT(slot), AT(counter), 10), seL4_IllegalOperation);
    assert_ok(cnode_copy(AT(slot), AT(limited), ALL_RIGHTS));
    assert_int_equal(limit_of(slot), 10);
}

TEST(move_keeps_everything)
{
    cptr_t counter = given_counter(), limited = given_minted(counter, READ, 10), slot = new_slot();
    assert_ok(cnode_move(AT(slot), AT(limited)));
    assert_empty(limited);
    assert_int_equal(limit_of(slot), 10);
    assert_refused(counter_add(slot, 1), seL4_InvalidCapability, 0);
}

// ------------------------------------------------------------------------------- revoke and delete

TEST(revoke_takes_copies_and_families_and_leaves_the_original)
{
    cptr_t counter = given_counter();
    cptr_t copy = given_copy(counter, READ), limited = given_minted(counter, ALL_RIGHTS, 10);
    assert_ok(counter_add(counter, 3));
    assert_ok(cnode_revoke(AT(counter)));
    assert_empty(copy);
    assert_empty(limited);
    assert_answer(counter_read(counter), 3);
}

TEST(revoke_of_a_limited_one_takes_its_family_only)
{
    cptr_t counter = given_counter(), ten = given_minted(counter, ALL_RIGHTS, 10);
    cptr_t below_ten = given_copy(ten, READ), twenty = given_minted(counter, ALL_RIGHTS, 20);
    assert_ok(cnode_revoke(AT(ten)));
    assert_empty(below_ten);
    assert_holds(ten, counter);
    assert_holds(twenty, counter);
    assert_holds(counter, counter);
}

TEST(the_object_ends_with_its_last_capability_and_not_before)
{
    cptr_t counter = given_counter(), copy = given_copy(counter, READ);
    paddr_t object = counter_cap_object(cap_of(counter));
    assert_ok(counter_add(counter, 8));
    assert_ok(cnode_delete(AT(counter)));
    assert_int_equal(value_of(object), 8);
    assert_answer(counter_read(copy), 8);
    assert_ok(cnode_delete(AT(copy)));
    assert_int_equal(value_of(object), 0);
}

TEST(revoke_of_the_untyped_takes_counters_and_the_memory_is_used_again)
{
    cptr_t untyped = given_untyped(4), counter = new_slot();
    assert_ok(retype_to(untyped, seL4_CounterObject, 0, counter));
    assert_ok(counter_add(counter, 8));
    assert_ok(cnode_revoke(AT(untyped)));
    assert_empty(counter);
    assert_ok(retype_to(untyped, seL4_CounterObject, 0, counter));
    assert_answer(counter_read(counter), 0);
}

// ------------------------------------------------------------------------------------- the checker

TEST(the_checker_notices_a_counter_that_counted_nothing_and_is_not_0)
{
    static word_t scratch[1 << 13];
    word_t *value = object_of(given_counter());
    assert_true(invariants_check(scratch, ARRAY_LENGTH(scratch), NULL));
    *value = 1;
    assert_false(invariants_check(scratch, ARRAY_LENGTH(scratch), NULL));
    *value = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(retype_makes_a_counter_of_16_bytes_that_is_zero_with_all_rights_and_no_limit),
        RUN(an_untyped_of_64_bytes_holds_four),
        RUN(device_memory_does_not_become_a_counter),
        RUN(the_type_number_after_it_is_none),
        RUN(add_adds_and_read_tells),
        RUN(add_refuses_what_would_wrap),
        RUN(add_needs_a_word),
        RUN(labels_of_other_kinds_and_numbers_without_a_method_are_illegal),
        RUN(a_method_by_send_does_its_work_and_tells_nothing),
        RUN(a_copy_without_write_reads_and_one_without_read_adds),
        RUN(rights_that_are_gone_do_not_come_back),
        RUN(a_minted_limit_binds_each_add),
        RUN(a_limit_is_never_changed),
        RUN(move_keeps_everything),
        RUN(revoke_takes_copies_and_families_and_leaves_the_original),
        RUN(revoke_of_a_limited_one_takes_its_family_only),
        RUN(the_object_ends_with_its_last_capability_and_not_before),
        RUN(revoke_of_the_untyped_takes_counters_and_the_memory_is_used_again),
        RUN(the_checker_notices_a_counter_that_counted_nothing_and_is_not_0),
    };
    return RUN_ALL("toy_kind", tests);
}
