// SPDX-License-Identifier: BSD-2-Clause
//
// Target `fastpath`: the steps of `sequence`, most of them Call and ReplyRecv between threads that serve each other, sends and signals, and calls that
// change what the fast path depends on. Oracle: every system call and fault is made twice from the same state, once with the fast path and once
// without; all of ks, RAM and the machine must come out the same (core/entry/fastpath.c tells how they may differ in time). Besides: asserts,
// sanitizers and the invariant checker.
#include <stdio.h>
#include <stdlib.h>

#include <lab4/invocations.h>

#include "platform/fake/fake.h"
#include "tests/fuzz/grammar.h"
#include "tests/fuzz/machine.h"
#include "tests/fuzz/replay.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/world.h"

const size_t fuzz_max_steps = MAX_STEPS;

enum label { LAB4_INVOCATIONS(LAB4_LABEL_ENUMERATOR) };

static struct step steps[MAX_STEPS];

// Endpoints whose servers and callers wait in the new world, and the replies that go with them. The first ones most often.
static const struct {
    word_t endpoint, reply;
} services[] = {
    {W_EP_SERVER, W_REPLY_ARMED}, {W_EP_CALLED, W_REPLY_USED}, {W_EP_SERVER_7, W_REPLY_ARMED}, {W_EP_SEND_ONLY, W_REPLY_ARMED},
    {W_EP_FREE, W_REPLY_FREE},    {W_EP_FREE_5, W_REPLY_FREE}, {W_EP_GRANT_REPLY, W_REPLY_FREE}, {W_EP_SENDERS, W_REPLY_FREE_2},
};

// What the conditions of the fast path look at is changed by these.
static const word_t methods[] = {
    TCBSetPriority, TCBSetPriority, TCBSetSchedParams, TCBSetSpace, TCBSetFlags, TCBBindNotification, TCBUnbindNotification, TCBSuspend,
    TCBResume, SchedContextBind, SchedContextUnbind, SchedContextUnbindObject, SchedContextUnbindObject, CNodeMint, CNodeMove,
    CNodeMutate, CNodeDelete, CNodeRevoke, ARMASIDPoolAssign, SchedControlConfigureFlags,
};

// A message of at most four words, as a rule.
static void add_short_message(struct random *r, struct step *step)
{
    step->label = random_below(r, 1000);
    step->word_count = random_below(r, 5);
    step->length = (uint8_t)(random_chance(r, 95) ? step->word_count : random_below(r, 128));
    step->extra_caps = random_chance(r, 95) ? 0 : 1;
    step->sets_unwrapped = random_chance(r, 10);
    for (word_t i = 0; i < step->word_count; i++) {
        step->words[i] = random_word(r);
    }
}

// Clients and servers in turn, as they would follow each other in a run of steps.
static void make_exchange(struct random *r, struct step *step)
{
    static word_t service;
    static bool calls;
    if (random_chance(r, 20)) {
        service = random_below(r, 1 + random_below(r, ARRAY_LENGTH(services)));
    }
    calls = random_chance(r, 85) ? !calls : calls;
    sword_t number = random_chance(r, 90) ? (calls ? -1 : -2) : random_chance(r, 50) ? -7 : -3;
    *step = (struct step){.kind = STEP_CALL, .number = (word_t)number, .cap = services[service].endpoint, .reply = services[service].reply};
    add_short_message(r, step);
}

// Send, NBSend and the waits that they end, on everything that can be sent to.
static void make_send(struct random *r, struct step *step)
{
    static const word_t targets[] = {W_NTFN_IDLE, W_NTFN_WAITING, W_NTFN_BOUND, W_NTFN_ACTIVE, W_EP_FREE, W_EP_SERVER};
    static const sword_t numbers[] = {-5, -5, -6, -6, -9, -9, -7};
    *step = (struct step){
        .kind = STEP_CALL,
        .number = (word_t)numbers[random_below(r, ARRAY_LENGTH(numbers))],
        .cap = targets[random_below(r, ARRAY_LENGTH(targets))],
        .reply = W_REPLY_FREE,
    };
    add_short_message(r, step);
}

static bool make_step(struct random *r, struct step *step)
{
    word_t dice = random_below(r, 100);
    if (dice < 40) {
        make_exchange(r, step);
    } else if (dice < 60) {
        make_send(r, step);
    } else if (dice < 80) {
        grammar_make_call(r, grammar_find(methods[random_below(r, ARRAY_LENGTH(methods))]), step);
    }
    return dice < 80;
}

static void print_statistics(void)
{
    fprintf(stderr, "fastpath: %lu entries compared, %lu of them took the fast path without a stamp\n", machine_compared_calls, machine_fast_calls);
}

static void start(void)
{
    if (getenv("LAB4_FUZZ_STATS")) {
        atexit(print_statistics);
    }
    world_build(true);
    machine_snapshot();
    machine_compares_paths = true;
    grammar_preference = make_step;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started) {
        started = true;
        start();
    }
    machine_reset();
    size_t count = steps_decode(data, size, steps, MAX_STEPS);
    replay_begin(steps, count);
    for (size_t i = 0; i < count; i++) {
        machine_settle();
        fake.now++; // a call that leaves the time stamp behind took the fast path
        replay_step(&steps[i]);
    }
    return 0;
}
