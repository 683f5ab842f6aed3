// SPDX-License-Identifier: BSD-2-Clause
//
// The model must notice when the kernel does something else. Each test lets the kernel do one step of the fuzz world and then
// changes one word of the outcome, as a bug would have: the comparison has to fail, and without the change it has to succeed.
#include "core/threads/message.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform/fake/fake.h"
#include "tests/fuzz/calls.h"
#include "tests/fuzz/machine.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/world.h"
#include "tests/model/lockstep.h"

const size_t fuzz_max_steps = MAX_STEPS;

// Where the bug is: a word that becomes another one. Null: nowhere.
static word_t *(*spoiled)(void);
static bool was_noticed;

static void before(enum machine_entry entry, const struct hw_fault *fault, word_t line)
{
    lockstep_before((enum kernel_entry)entry, fault, line, plat_now());
}

static void after(void)
{
    word_t nowhere = 0, *word = spoiled ? spoiled() : &nowhere;
    *word ^= BIT(40);
    was_noticed = was_noticed || !lockstep_after(plat_now());
    *word ^= BIT(40); // for the invariant checker
}

static const struct machine_observer observer = {before, after};

// What happens first, in the world and without a bug.
static struct step given;

static bool notices(const struct step *step, word_t *(*where)(void))
{
    machine_reset();
    lockstep_forget();
    spoiled = where;
    was_noticed = false;
    machine_run_step(&given);
    machine_observer = &observer;
    machine_run_step(step);
    machine_observer = NULL;
    return was_noticed;
}

static void assert_that_it_notices(const struct step *step, word_t *(*where)(void))
{
    assert_false(notices(step, NULL));
    assert_true(notices(step, where));
}

// ------------------------------------------------------------------------------------------- words

static struct tcb *root; // the thread that makes the calls

static struct slot *slot_in_root_cnode(word_t number)
{
    return (struct slot *)plat_ptr(cnode_cap_object(root->slots[TCB_CSPACE].cap)) + number;
}

static struct tcb *thread_in(word_t number)
{
    return plat_ptr(tcb_cap_object(slot_in_root_cnode(number)->cap));
}

static struct tcb *server(void) { return thread_in(W_T3); }

static word_t *root_mr0(void) { return &root->regs.x[REG_MR0]; }
static word_t *root_mr1(void) { return &root->regs.x[REG_MR0 + 1]; }
static word_t *root_mr4(void) { return &machine_buffer(root)[BUFFER_MESSAGE + 4]; }
static word_t *root_x20(void) { return &root->regs.x[20]; }
static word_t *server_mr3(void) { return &server()->regs.x[REG_MR0 + 3]; }
static word_t *server_mr9(void) { return &machine_buffer(server())[BUFFER_MESSAGE + 9]; }
static word_t *server_mr10(void) { return &machine_buffer(server())[BUFFER_MESSAGE + 10]; }
static word_t *server_tag(void) { return &machine_buffer(server())[0]; }
static word_t *free_frame(void) { return &slot_in_root_cnode(W_FRAME_FREE)->cap.words[1]; }
static word_t *new_vspace(void) { return &slot_in_root_cnode(W_VSPACE_NEW)->cap.words[1]; }
static word_t *new_table(void) { return &slot_in_root_cnode(W_TABLE_NEW)->cap.words[1]; }
static word_t *time_of_t1(void) { return &thread_in(W_T1)->sc->consumed; }
static word_t *work_units(void) { return &here()->work_units; }
static word_t *length_of_slice(void) { return &ks.domain_schedule[0].duration; }
static word_t *server_badge_1(void) { return &machine_buffer(server())[BUFFER_CAPS + 1]; }

// ------------------------------------------------------------------------------------------- steps

// A Call whose message is ten words long and names the endpoint itself twice, with badges 0 and 7. T3 receives it.
static const struct step long_call = {
    .kind = STEP_CALL, .number = (word_t)-1, .cap = W_EP_SERVER, .label = 3, .length = 10, .word_count = 10,
    .words = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, .extra_caps = 2, .caps = {W_EP_SERVER, W_EP_SERVER_7},
};

// No such system call: thirteen words for the fault handler, if there is one.
static const struct step strange_syscall = {.kind = STEP_CALL, .number = 77, .cap = 5};

static const struct step undefined_instruction = {.kind = STEP_FAULT, .words = {HW_FAULT_USER_EXCEPTION, 0, 0x2000000}};

static struct step method(word_t cap, enum label label, word_t cap_argument, word_t length)
{
    return (struct step){
        .kind = STEP_CALL, .number = (word_t)-1, .cap = cap, .label = label, .extra_caps = 1, .caps = {cap_argument}, .length = (uint8_t)length,
        .word_count = length,
    };
}

// ------------------------------------------------------------------------------------------- tests

static void a_wrong_word_of_a_message(void **state)
{
    (void)state;
    assert_that_it_notices(&long_call, server_mr3);
    assert_that_it_notices(&long_call, server_mr9);
}

static void a_word_behind_the_message(void **state)
{
    (void)state;
    assert_that_it_notices(&long_call, server_mr10);
    assert_that_it_notices(&long_call, server_tag);
}

static void a_wrong_badge_of_an_unwrapped_capability(void **state)
{
    (void)state;
    assert_that_it_notices(&long_call, server_badge_1);
}

static void a_wrong_word_of_a_fault_message(void **state)
{
    (void)state;
    struct step set_handler = method(W_ROOT_TCB, TCBSetSpace, W_EP_SERVER, 2);
    set_handler.extra_caps = 3;
    set_handler.caps[1] = W_ROOT_CNODE;
    set_handler.caps[2] = W_ROOT_VSPACE;
    given = set_handler;
    assert_that_it_notices(&strange_syscall, server_mr9);
    assert_that_it_notices(&undefined_instruction, server_mr3);
}

static void a_register_that_nobody_writes(void **state)
{
    (void)state;
    assert_that_it_notices(&long_call, root_x20);
}

static void a_wrong_payload_of_an_error(void **state)
{
    (void)state;
    struct step read = method(W_T1, TCBReadRegisters, 0, 2); // 0 registers: seL4_RangeError, 1, 36
    assert_that_it_notices(&read, root_mr1);
}

static void a_wrong_payload_of_an_error_beyond_mr3(void **state)
{
    (void)state;
    struct step delete = method(W_CNODE_2, CNodeDelete, 0, 2); // its guard is not 0: seL4_FailedLookup, five words
    delete.words[1] = 5;
    assert_that_it_notices(&delete, root_mr4);
}

static void a_wrong_register_in_the_answer_of_read_registers(void **state)
{
    (void)state;
    struct step read = method(W_T1, TCBReadRegisters, 0, 2);
    read.words[1] = 36;
    assert_that_it_notices(&read, root_mr4);
}

static void consumed_time_that_nobody_spent(void **state)
{
    (void)state;
    assert_that_it_notices(&long_call, time_of_t1);
    struct step ask = method(W_SC_1, SchedContextConsumed, 0, 0);
    assert_that_it_notices(&ask, root_mr0);
}

static void a_wrong_answer_of_a_yield_that_ends_at_once(void **state)
{
    (void)state;
    struct step yield_to = method(W_SC_1, SchedContextYieldTo, 0, 0); // T1 is less important than the caller
    assert_that_it_notices(&yield_to, root_mr0);
}

static void a_wrong_answer_of_a_yield_that_ends_later(void **state)
{
    (void)state;
    struct step yield_to = method(W_SC_1, SchedContextYieldTo, 0, 0);
    given = method(W_ROOT_TCB, TCBSetPriority, W_ROOT_TCB, 1);
    given.words[0] = 100; // T1's
    assert_that_it_notices(&yield_to, root_mr0); // not written yet
    assert_ptr_equal(here()->current, thread_in(W_T1));
}

static void a_wrong_address_in_a_capability_that_was_mapped(void **state)
{
    (void)state;
    struct step map_page = method(W_FRAME_FREE, ARMPageMap, W_VSPACE_A, 3);
    map_page.words[0] = WORLD_MAPPED + 0x5000;
    assert_that_it_notices(&map_page, free_frame);
    struct step map_table = method(W_TABLE_NEW, ARMPageTableMap, W_VSPACE_A, 2);
    map_table.words[0] = BIT(41);
    assert_that_it_notices(&map_table, new_table);
}

static void a_wrong_address_space_identifier(void **state)
{
    (void)state;
    struct step assign = method(W_ROOT_POOL, ARMASIDPoolAssign, W_VSPACE_NEW, 0);
    assert_that_it_notices(&assign, new_vspace);
}

static void a_wrong_domain_schedule(void **state)
{
    (void)state;
    struct step configure = method(W_DOMAIN, DomainScheduleConfigure, 0, 3);
    configure.words[2] = 1000;
    assert_that_it_notices(&configure, length_of_slice);
}

// Revoke destroys so much that it looks for a reason to stop, and an interrupt is one.
static void a_wrong_outcome_of_a_preempted_operation(void **state)
{
    (void)state;
    struct step revoke = method(W_ROOT_CNODE, CNodeRevoke, 0, 2);
    revoke.words[0] = W_UT_PARENT;
    revoke.words[1] = 64;
    given = (struct step){.kind = STEP_IRQ, .words = {40 | 0x400}};
    assert_that_it_notices(&revoke, work_units);
    assert_int_equal(root->regs.pc, MACHINE_SVC); // to be repeated
}

static int nothing_is_given(void **state)
{
    (void)state;
    given = (struct step){.kind = STEP_TIME};
    return 0;
}

#define NOTICES(test) cmocka_unit_test_setup(test, nothing_is_given)

int main(void)
{
    world_build(true);
    machine_snapshot();
    root = here()->current;
    const struct CMUnitTest tests[] = {
        NOTICES(a_wrong_word_of_a_message),
        NOTICES(a_word_behind_the_message),
        NOTICES(a_wrong_badge_of_an_unwrapped_capability),
        NOTICES(a_wrong_word_of_a_fault_message),
        NOTICES(a_register_that_nobody_writes),
        NOTICES(a_wrong_payload_of_an_error),
        NOTICES(a_wrong_payload_of_an_error_beyond_mr3),
        NOTICES(a_wrong_register_in_the_answer_of_read_registers),
        NOTICES(consumed_time_that_nobody_spent),
        NOTICES(a_wrong_answer_of_a_yield_that_ends_at_once),
        NOTICES(a_wrong_answer_of_a_yield_that_ends_later),
        NOTICES(a_wrong_address_in_a_capability_that_was_mapped),
        NOTICES(a_wrong_address_space_identifier),
        NOTICES(a_wrong_domain_schedule),
        NOTICES(a_wrong_outcome_of_a_preempted_operation),
    };
    return cmocka_run_group_tests_name("the model notices", tests, NULL, NULL);
}
