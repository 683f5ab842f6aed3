// SPDX-License-Identifier: BSD-2-Clause
//
// Target `sched`: ten threads with scheduling contexts of all sorts yield, wait, signal, call, reply, are suspended,
// re-prioritised, rebound and reconfigured, while time passes and the timer interrupts exactly when it was armed for. Oracle:
// the stopwatch of tests/model/accounting.h, besides asserts, invariants and the model of the capability system.
//
// Input: operations of three bytes: kind, and two arguments.
#include <string.h>

#include "platform/fake/fake.h"
#include "tests/fuzz/calls.h"
#include "tests/fuzz/machine.h"
#include "tests/fuzz/replay.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/world.h"
#include "tests/model/accounting.h"
#include "tests/model/lockstep.h"

enum { MAX_OPERATIONS = 400 };

const size_t fuzz_max_steps = 0;

static bool may_reset, configures;

static void before(enum machine_entry entry, const struct hw_fault *fault, word_t line)
{
    may_reset = entry == MACHINE_SYSCALL; // Consumed, YieldTo, and any receive: it may be told of a timeout
    configures = may_reset && here()->current->regs.x[REG_INFO] >> 12 == SchedControlConfigureFlags;
    accounting_before(fake.now);
    lockstep_before((enum kernel_entry)entry, fault, line, fake.now);
}

static void after(void)
{
    const char *wrong = accounting_after(fake.now, fake.timer_deadline, may_reset, configures);
    if (wrong) {
        machine_fail("%s", wrong);
    }
    if (!lockstep_after(fake.now)) {
        machine_fail("the kernel and the model disagree");
    }
}

static const struct machine_observer observer = {before, after};

// Steps, by the operation's kind. `a` and `b` are its arguments.
static struct step call(word_t cap, word_t label, word_t cap_argument)
{
    return (struct step){.kind = STEP_CALL, .number = (word_t)-1, .cap = cap, .label = label, .extra_caps = 1, .caps = {cap_argument}};
}

static struct step receive(sword_t number, word_t cap, word_t reply)
{
    return (struct step){.kind = STEP_CALL, .number = (word_t)number, .cap = cap, .reply = reply};
}

static struct step pass(word_t ticks)
{
    return (struct step){.kind = STEP_TIME, .words = {ticks}};
}

static const word_t endpoints[] = {W_EP_SERVER, W_EP_SENDERS, W_EP_FREE, W_EP_CALLED};
static const word_t notifications[] = {W_NTFN_IDLE, W_NTFN_ACTIVE, W_NTFN_WAITING, W_NTFN_BOUND};
static const word_t replies[] = {W_REPLY_FREE, W_REPLY_ARMED, W_REPLY_USED, W_REPLY_FREE_2};
static const word_t contexts[] = {W_SC_1, W_SC_2, W_SC_NTFN, W_SC_4, W_SC_5, W_SC_6, W_SC_7, W_SC_9};
static const word_t threads[] = {W_ROOT_TCB, W_T1, W_T2, W_T3, W_T4, W_T5, W_T6, W_T7, W_T8, W_T9};

static struct step configure(uint8_t a, uint8_t b)
{
    static const word_t periods[] = {20, 40, 100, 500, 1000, 5000, 10000, 50000};
    struct step step = call(W_SCHED_CONTROL, SchedControlConfigureFlags, contexts[a % 8]);
    word_t period = periods[b % 8], budget = period * (1 + (b >> 3) % 4) / 4;
    step.words[0] = budget < 20 ? 20 : budget;
    step.words[1] = period;
    step.words[2] = a >> 6; // extra refills
    step.words[4] = b >> 7; // sporadic
    step.length = 5;
    step.word_count = 5;
    return step;
}

static struct step set_priority(uint8_t a, uint8_t b)
{
    struct step step = call(threads[a % 10], TCBSetPriority, W_ROOT_TCB);
    step.words[0] = 99 + b % 5;
    step.length = 1;
    step.word_count = 1;
    return step;
}

static struct step make_step(uint8_t kind, uint8_t a, uint8_t b)
{
    switch (kind % 16) {
    case 0:
    case 1:
        return pass((word_t)a << (b % 16)); // up to 0.13 s
    case 2:
        return pass(1 + a * 16u + b % 16u);
    case 3:
        return receive(-11, 0, 0); // Yield
    case 4:
        return receive(-9, notifications[a % 4], 0); // Wait
    case 5:
        return receive(-6, notifications[a % 4], 0); // Signal
    case 6:
        return receive(-1, endpoints[a % 4], 0); // Call
    case 7:
        return receive(b & 1 ? -8 : -7, endpoints[a % 4], replies[a / 4 % 4]); // NBRecv, Recv
    case 8:
        return receive(-2, endpoints[a % 4], replies[a / 4 % 4]); // ReplyRecv
    case 9:
        return configure(a, b);
    case 10:
        return set_priority(a, b);
    case 11:
        return call(threads[a % 10], b & 1 ? TCBResume : TCBSuspend, 0);
    case 12:
        return call(contexts[a % 8], SchedContextBind + b % 3, threads[b / 4 % 10]); // Bind, Unbind, UnbindObject
    case 13:
        return call(contexts[a % 8], SchedContextConsumed + (b & 1), 0); // Consumed, YieldTo
    case 14:
        return (struct step){.kind = STEP_FAULT, .words = {HW_FAULT_VM, a, b}};
    default:
        return (struct step){.kind = STEP_IRQ, .words = {40}};
    }
}

static void run(struct step step)
{
    replay_step(&step);
    machine_settle();
}

static void start(void)
{
    world_build(true);
    machine_snapshot();
    machine_is_punctual = true;
    machine_observer = &observer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started) {
        started = true;
        start();
    }
    machine_reset();
    lockstep_forget();
    accounting_start(fake.now);
    run(receive(-11, 0, 0)); // so that the empty input does something
    for (size_t i = 0; i < MAX_OPERATIONS && i * 3 + 3 <= size; i++) {
        run(make_step(data[i * 3], data[i * 3 + 1], data[i * 3 + 2]));
    }
    return 0;
}
