// SPDX-License-Identifier: BSD-2-Clause
//
// Target `retype`: untyped memory against an interval model. The model knows, for each slot it uses, which interval the
// capability in it names and which slot it derives from, and for each untyped the end of what was ever handed out since it
// last had no children. From that it predicts the answer of Retype and the address of each new object; it checks that live
// siblings never overlap, that nothing is handed out twice before a revoke, and that new frames read zero although user
// level (this file) fills every frame it gets.
//
// Input: operations of four bytes: kind, and three arguments.
#include <string.h>

#include <sel4/errors.h>
#include <sel4/objecttype.h>

#include "platform/fake/fake.h"
#include "tests/fuzz/calls.h"
#include "tests/fuzz/machine.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/world.h"

enum { FIRST = 128, SLOTS = 100, ROOT_BITS = 17, RAM = 0x80000, MAX_OPERATIONS = 400, PREEMPTING_LINE = 50 };

#define ROOT_BASE UINT64_C(0x40040000)

struct entry {
    bool exists, is_untyped;
    word_t type, base, bits, parent; // parent: slot number, 0 = none
    word_t used;                     // untyped: end of what was handed out, as an offset
};

static struct entry entries[FIRST + SLOTS];

const size_t fuzz_max_steps = 0;

// ---------------------------------------------------------------------------------------- the model

static bool has_children(word_t slot)
{
    for (word_t i = FIRST; i < FIRST + SLOTS; i++) {
        if (entries[i].exists && entries[i].parent == slot) {
            return true;
        }
    }
    return false;
}

static void forget(word_t slot)
{
    for (word_t i = FIRST; i < FIRST + SLOTS; i++) {
        if (entries[i].exists && entries[i].parent == slot) {
            entries[i].parent = entries[slot].parent;
        }
    }
    entries[slot] = (struct entry){0};
}

static void forget_children(word_t slot)
{
    for (word_t i = FIRST; i < FIRST + SLOTS; i++) {
        if (entries[i].exists && entries[i].parent == slot) {
            forget_children(i);
            entries[i] = (struct entry){0};
        }
    }
}

static word_t bits_of(word_t type, word_t size_bits)
{
    switch (type) {
    case seL4_UntypedObject:
    case seL4_SchedContextObject:
        return size_bits;
    case seL4_CapTableObject:
        return size_bits + 5;
    case seL4_TCBObject:
        return 11;
    case seL4_EndpointObject:
        return 4;
    case seL4_ReplyObject:
        return 5;
    case seL4_NotificationObject:
        return 6;
    default:
        return 12;
    }
}

static word_t empty_run(word_t count)
{
    word_t run = 0;
    for (word_t i = FIRST; i < FIRST + SLOTS; i++) {
        run = entries[i].exists ? 0 : run + 1;
        if (run == count) {
            return i + 1 - count;
        }
    }
    return 0;
}

// The n-th slot in use (of a kind), cyclically; 0 if there is none.
static word_t nth(word_t n, bool untyped_only)
{
    word_t count = 0;
    for (int round = 0; round < 2; round++) {
        word_t left = round && count ? n % count : 0;
        for (word_t i = FIRST; i < FIRST + SLOTS; i++) {
            if (!entries[i].exists || (untyped_only && !entries[i].is_untyped)) {
                continue;
            }
            if (round && left-- == 0) {
                return i;
            }
            count += !round;
        }
    }
    return 0;
}

// -------------------------------------------------------------------------------------------- checks

static void check_new_object(word_t slot)
{
    const struct entry *e = &entries[slot];
    const struct slot *slots = cap_cnode(here()->current->slots[TCB_CSPACE].cap);
    struct cap cap = slots[slot].cap;
    word_t address = cap.words[0] & UINT64_C(0xfffffffffff0);
    if (address >> e->bits << e->bits != e->base) {
        machine_fail("the object in slot %d lies at %#llx; the model says %#llx", (int)slot, (unsigned long long)address,
                     (unsigned long long)e->base);
    }
    for (word_t i = FIRST; i < FIRST + SLOTS; i++) {
        const struct entry *o = &entries[i];
        bool overlaps = o->exists && i != slot && o->base < e->base + BIT(e->bits) && e->base < o->base + BIT(o->bits);
        if (overlaps && o->parent == e->parent) {
            machine_fail("slots %d and %d overlap", (int)slot, (int)i);
        }
    }
    if (e->type == seL4_ARM_SmallPageObject) {
        uint8_t *page = plat_ptr(e->base);
        for (word_t i = 0; i < 4096; i++) {
            if (page[i] != 0) {
                machine_fail("the new frame in slot %d is not zero at %d", (int)slot, (int)i);
            }
        }
        machine_touch(page, 4096);
        memset(page, 0xa5, 4096); // user level writes
    }
}

// ---------------------------------------------------------------------------------------- operations

static void retype(word_t untyped, word_t type, word_t size_bits, word_t count)
{
    struct entry *u = &entries[untyped];
    word_t dest = empty_run(count), bits = bits_of(type, size_bits), result;
    if (!untyped || !dest) {
        return;
    }
    bool starts_anew = !has_children(untyped);
    word_t used = starts_anew ? 0 : u->used, free = BIT(u->bits) - used;
    bool fits = free >> bits >= count;
    word_t error = user_invoke(untyped, UntypedRetype, WORDS(type, size_bits, 0, 0, dest, count), CAPS(W_ROOT_CNODE), &result);
    if (error != (fits ? seL4_NoError : seL4_NotEnoughMemory) || (!fits && result != free)) {
        machine_fail("Retype of %d times 2^%d bytes gives error %d (%lld); %lld bytes are free", (int)count, (int)bits, (int)error,
                     (long long)result, (long long)free);
    }
    if (!fits) {
        return;
    }
    word_t first = (used + BIT(bits) - 1) >> bits << bits;
    u->used = first + (count << bits);
    for (word_t i = 0; i < count; i++) {
        entries[dest + i] = (struct entry){true, type == seL4_UntypedObject, type, u->base + first + (i << bits), bits, untyped, 0};
    }
    for (word_t i = 0; i < count; i++) {
        check_new_object(dest + i);
    }
}

static void copy_untyped(word_t source)
{
    word_t dest = empty_run(1);
    if (!source || !dest) {
        return;
    }
    word_t error = user_invoke(W_ROOT_CNODE, CNodeCopy, WORDS(dest, 64, source, 64, 15), CAPS(W_ROOT_CNODE), NULL);
    if (error != (has_children(source) ? seL4_RevokeFirst : seL4_NoError)) {
        machine_fail("Copy of an untyped gives error %d", (int)error);
    }
    if (error == 0) {
        entries[dest] = entries[source];
        entries[dest].parent = source;
        entries[source].used = BIT(entries[source].bits);
    }
}

static void move(word_t source)
{
    word_t dest = empty_run(1);
    if (!source || !dest || source == FIRST) {
        return;
    }
    user_must(W_ROOT_CNODE, CNodeMove, WORDS(dest, 64, source, 64), CAPS(W_ROOT_CNODE));
    entries[dest] = entries[source];
    entries[source].exists = false;
    for (word_t i = FIRST; i < FIRST + SLOTS; i++) {
        entries[i].parent = entries[i].exists && entries[i].parent == source ? dest : entries[i].parent;
    }
}

static void delete(word_t slot)
{
    if (slot > FIRST && entries[slot].exists) {
        if (user_delete(slot) != 0) {
            machine_fail("Delete is refused");
        }
        forget(slot);
    }
}

static void revoke(word_t slot)
{
    if (slot) {
        user_must(W_ROOT_CNODE, CNodeRevoke, WORDS(slot, 64), NONE);
        forget_children(slot);
    }
}

static void run_operation(const uint8_t *op)
{
    static const uint8_t sizes[] = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16};
    static const uint8_t types[] = {seL4_UntypedObject, seL4_UntypedObject, seL4_TCBObject, seL4_EndpointObject, seL4_NotificationObject,
                                    seL4_CapTableObject, seL4_SchedContextObject, seL4_ReplyObject, seL4_ARM_SmallPageObject,
                                    seL4_ARM_SmallPageObject, seL4_ARM_PageTableObject, seL4_ARM_VSpaceObject};
    word_t type = types[op[2] % 12], size = sizes[op[3] % 12];
    if (op[0] & 0x80) { // an interrupt is waiting: the next preemption point stops the operation
        fake.irq_is_enabled[PREEMPTING_LINE] = true;
        fake_irq_raise(PREEMPTING_LINE);
    }
    switch (op[0] % 8) {
    case 0:
    case 1:
    case 2:
        size = type == seL4_CapTableObject ? size / 3 : type == seL4_SchedContextObject && size < 7 ? 7 : size;
        retype(nth(op[1], true), type, size, 1 + (op[3] >> 4) % 8);
        break;
    case 3:
        delete(nth(op[1], false));
        break;
    case 4:
        revoke(nth(op[1], op[2] & 1));
        break;
    case 5:
        copy_untyped(nth(op[1], true));
        break;
    case 6:
        move(nth(op[1], false));
        break;
    default:
        retype(nth(op[1], true), seL4_ARM_SmallPageObject, 0, 1 + op[3] % 3);
        break;
    }
}

static void start(void)
{
    user_boot(RAM);
    user_take_untyped(ROOT_BASE, FIRST);
    machine_snapshot();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started) {
        started = true;
        start();
    }
    machine_reset();
    memset(entries, 0, sizeof entries);
    entries[FIRST] = (struct entry){true, true, seL4_UntypedObject, ROOT_BASE, ROOT_BITS, 0, 0};
    static const uint8_t nothing[4];
    run_operation(nothing); // so that the empty input does something
    for (size_t i = 0; i < MAX_OPERATIONS && i * 4 + 4 <= size; i++) {
        run_operation(data + i * 4);
    }
    return 0;
}
