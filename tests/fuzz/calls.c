// SPDX-License-Identifier: BSD-2-Clause
//
// See calls.h.
#include "tests/fuzz/calls.h"

#include <sel4/objecttype.h>

#include "tests/fuzz/machine.h"
#include "tests/fuzz/world.h"

void user_syscall(sword_t number, word_t cap, word_t reply, word_t label, const word_t *words, word_t word_count, const word_t *caps,
                  word_t cap_count)
{
    struct step step = {.kind = STEP_CALL, .number = (word_t)number, .cap = cap, .reply = reply, .label = label};
    for (word_t i = 0; i < word_count; i++) {
        step.words[i] = words[i];
    }
    for (word_t i = 0; i < cap_count; i++) {
        step.caps[i] = caps[i];
    }
    step.word_count = word_count;
    step.length = (uint8_t)word_count;
    step.extra_caps = (uint8_t)cap_count;
    machine_run_step(&step);
}

word_t user_invoke(word_t cap, word_t label, const word_t *words, word_t word_count, const word_t *caps, word_t cap_count, word_t *result)
{
    struct tcb *caller = here()->current;
    user_syscall(-1, cap, 0, label, words, word_count, caps, cap_count);
    for (int i = 0; i < 100 && here()->current == caller && caller->regs.pc == MACHINE_SVC; i++) {
        machine_settle(); // preempted: the call is repeated
    }
    if (here()->current != caller || caller->regs.pc != MACHINE_SVC + 4) {
        machine_fail("a call of label %d did not come back", (int)label);
    }
    if (result) {
        *result = caller->regs.x[REG_MR0];
    }
    return caller->regs.x[REG_INFO] >> 12;
}

void user_must(word_t cap, enum label label, const word_t *words, word_t word_count, const word_t *caps, word_t cap_count)
{
    word_t result, error = user_invoke(cap, label, words, word_count, caps, cap_count, &result);
    if (error != 0) {
        machine_fail("label %d on slot %d must succeed but gives error %d (%#llx)", label, (int)cap, (int)error, (unsigned long long)result);
    }
}

void user_retype(word_t untyped, word_t type, word_t bits, word_t slot, word_t count)
{
    user_must(untyped, UntypedRetype, WORDS(type, bits, 0, 0, slot, count), CAPS(W_ROOT_CNODE));
}

void user_copy(word_t dest, word_t source, word_t rights)
{
    user_must(W_ROOT_CNODE, CNodeCopy, WORDS(dest, 64, source, 64, rights), CAPS(W_ROOT_CNODE));
}

word_t user_delete(word_t slot)
{
    return user_invoke(W_ROOT_CNODE, CNodeDelete, WORDS(slot, 64), NONE, NULL);
}

void user_boot(word_t ram_bytes)
{
    struct boot_input input = {
        .ram = {{0x40000000, 0x40000000 + ram_bytes}},
        .ram_count = 1,
        .ram_is_zero = true,
        .kernel = {0x40000000, 0x40001000},
        .image = {0x40001000, 0x40002000},
        .image_offset = 0x40001000 - 0x400000,
        .entry = 0x400000,
    };
    machine_clear(ram_bytes);
    if (!core_boot(&input)) {
        machine_fail("core_boot refused the input");
    }
}

void user_take_untyped(paddr_t base, word_t dest)
{
    struct slot *slots = cap_cnode(here()->current->slots[TCB_CSPACE].cap);
    for (word_t slot = W_ROOT_IMAGE + 1; slot < dest; slot++) {
        if (cap_kind(slots[slot].cap) == kind_untyped && untyped_cap_base(slots[slot].cap) == base) {
            user_must(W_ROOT_CNODE, CNodeMove, WORDS(dest, 64, slot, 64), CAPS(W_ROOT_CNODE));
            return;
        }
    }
    machine_fail("boot made no untyped at %#llx", (unsigned long long)base);
}
