// SPDX-License-Identifier: BSD-2-Clause
//
// A toy kind of object, as the walk-through of docs/PORTING.md ("A new object kind") adds it: a
// counter. It holds one number, which Add makes larger and Read tells. This file is the whole
// kind; toy.patch has the rows elsewhere, and run.py builds a core of both. Nothing of it is in
// the kernel.
//
// What it owns: the 16 bytes of each counter. Invariant: what was never used is 0. A
// capability may carry a limit, the most that one Add through it may add; 0 = none. Mint sets it
// where the badge goes, once, so a limited capability can never be made a freer one.
#include "core/caps/method.h"
#include "core/check/check.h"

// ------------------------------------------------------------------------------------- the object
//
// Retype hands out zero-filled memory, so choose the fields so that zero is the state of a new
// object.
struct counter {
    word_t value;
    word_t is_used; // an Add was done
};

// The patch says the size once more, for user level.
_Static_assert(sizeof(struct counter) == BIT(seL4_CounterBits), "a counter's size is ABI");

static struct counter *cap_counter(struct cap cap)
{
    KASSERT(cap_kind(cap) == kind_counter);
    return plat_ptr(counter_cap_object(cap));
}

// ------------------------------------------------------------------------------------ the methods
//
// decode_… reads the message, which nobody has checked, and either refuses or fills in a plan.
// It changes nothing, so a refusal has no effect. The order of its checks is ABI. perform_…
// carries a plan out and cannot fail. That a message is too short was found before, by the words
// and capabilities that the invocation's row demands.

struct add_plan {
    struct counter *counter;
    word_t amount;
};

// Word 0: the amount. RangeError tells the smallest and the largest that would have done.
static struct refusal decode_CounterAdd(const struct args *a, struct add_plan *plan)
{
    *plan = (struct add_plan){.counter = cap_counter(a->cap), .amount = arg(a, 0)};
    REQUIRE(counter_cap_can_add(a->cap), seL4_InvalidCapability, 0);
    word_t limit = counter_cap_limit(a->cap), room = ~plan->counter->value; // it never wraps
    word_t most = limit == 0 ? room : min_word(limit, room);
    REQUIRE(plan->amount <= most, seL4_RangeError, 0, most);
    return ACCEPTED;
}

// Without an answer of its own, a caller gets the empty success.
static enum progress perform_CounterAdd(const struct add_plan *plan, struct answer *answer)
{
    (void)answer;
    plan->counter->value += plan->amount;
    plan->counter->is_used = true;
    return DONE;
}
DEFINE_METHOD(CounterAdd, struct add_plan)

struct read_plan {
    const struct counter *counter;
};

static struct refusal decode_CounterRead(const struct args *a, struct read_plan *plan)
{
    *plan = (struct read_plan){.counter = cap_counter(a->cap)};
    REQUIRE(counter_cap_can_read(a->cap), seL4_InvalidCapability, 0);
    return ACCEPTED;
}

static enum progress perform_CounterRead(const struct read_plan *plan, struct answer *answer)
{
    answer_word(answer, plan->counter->value);
    return DONE;
}
DEFINE_METHOD(CounterRead, struct read_plan)

// ---------------------------------------------------------------------------------- the kind's row
//
// core/caps/kind.h says of each member what its absence means. Absent here: covers (a counter
// holds no other object), derive (any capability may be copied), release (copies hold nothing of
// their own), send (it has methods instead).

// The first capability to a new object: all rights, no limit.
static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    (void)bits, (void)is_device;
    return MAKE_CAP(counter, .object = base, .can_add = 1, .can_read = 1);
}

// Copy and Mint give rights away, and never add any.
static struct cap kind_mask_rights(struct cap cap, word_t rights)
{
    cap = counter_cap_set_can_add(cap, counter_cap_can_add(cap) && rights & RIGHT_WRITE);
    return counter_cap_set_can_read(cap, counter_cap_can_read(cap) && rights & RIGHT_READ);
}

// Mint: the data word is the limit. Mutate and Rotate (keep) may not set it. Null refuses.
static struct cap kind_update_data(struct cap cap, word_t data, bool keep)
{
    bool may_set = !keep && counter_cap_limit(cap) == 0;
    return may_set ? counter_cap_set_limit(cap, data) : cap_null();
}

// The last capability went. An object that others know of (a queue, a thread, a list) is taken
// out here, so that nothing refers to memory that Retype may give to another. A counter is known
// to nobody: it forgets what it counted, so that the test can see that this was called, and
// when.
static struct cap kind_finalise(struct cap cap)
{
    *cap_counter(cap) = (struct counter){0};
    return cap_null(); // nothing is left in the slot; a container would leave a Zombie
}

const struct kind counter_kind = {
    .identity = IDENTITY(FIELD_MASK(counter, object), 0),
    .mask_rights = kind_mask_rights,
    .update_data = kind_update_data,
    .starts_family = badge_starts_family, // a family a limit: all of word 1, as a badge is
    .is_child = badge_is_child,           // so Revoke of a limited one spares the unlimited
    .create = kind_create,
    .finalise = kind_finalise,
    .has_methods = true,
};

// ------------------------------------------------------------------------------- the checker's row
//
// Every sentence that is always true of an object between two kernel entries. The unit tests and
// fuzzers check it after each of them. `answers_for` is absent: nothing in the kernel refers to
// a counter. A kind of the kernel has rules of its own in docs/INVARIANTS.md; the toy borrows
// the number of "a capability with impossible contents".

static void check_object(struct invariants *v, const struct slot *slot)
{
    const struct counter *counter = cap_counter(slot->cap);
    HOLDS(counter->is_used || counter->value == 0, 6, "a counter that counted nothing is not 0",
          counter);
}

const struct kind_check counter_check = {.object = check_object};
