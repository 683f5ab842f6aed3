/* SPDX-License-Identifier: BSD-2-Clause */
#include "paths.h"

#include <stddef.h>

#include "actors.h"
#include "lib/mapper.h"
#include "lib/pool.h"

#define CALL(...) {.number = (seL4_Word)seL4_SysCall, __VA_ARGS__}
#define SEND(...) {.number = (seL4_Word)seL4_SysSend, __VA_ARGS__}
#define NBSEND(...) {.number = (seL4_Word)seL4_SysNBSend, __VA_ARGS__}
#define RECV(...) {.number = (seL4_Word)seL4_SysRecv, __VA_ARGS__}
#define REPLY_RECV(...) {.number = (seL4_Word)seL4_SysReplyRecv, __VA_ARGS__}
#define WAIT(...) {.number = (seL4_Word)seL4_SysWait, __VA_ARGS__}
#define POLL(...) {.number = (seL4_Word)seL4_SysNBWait, __VA_ARGS__}
#define YIELD {.number = (seL4_Word)seL4_SysYield}
#define NOTHING {.number = NO_STEP}

static seL4_Word samples[ROUNDS];

static seL4_Word words(seL4_Word length)
{
    return seL4_MessageInfo_new(0, 0, 0, length).words[0];
}

/* ------------------------------------------------------------------------------ figures from notes */

/* Right before a step of one actor until right after a step of another, or the same: round by round. */
#define REPORT_INTERVAL(key, size, first_round, from, from_step, from_offset, to, to_step, to_offset) \
    do { \
        seL4_Word count_ = 0; \
        for (seL4_Word round_ = (first_round); round_ + 1 < ROUNDS; round_++) { \
            samples[count_++] = notes_of(to)->to_step[round_ + (to_offset)].after - \
                                notes_of(from)->from_step[round_ + (from_offset)].before; \
        } \
        report(key, size, samples, count_); \
    } while (0)

/* One actor's step by itself. */
#define REPORT_STEP(key, actor, step) REPORT_INTERVAL(key, 1, 0, actor, step, 0, actor, step, 0)

/* ------------------------------------------------------------------------------------- small calls */

void measure_small_calls(void)
{
    const seL4_CPtr notification = pool_object(seL4_NotificationObject, 0);
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_HIGH, .each = NBSEND(.cap = seL4_CapNull),
                                           .then = POLL(.cap = notification)});
    actors_play();
    REPORT_STEP("null", FIRST, each);
    REPORT_STEP("poll_empty", FIRST, then);
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_HIGH, .each = SEND(.cap = notification),
                                           .then = WAIT(.cap = notification)});
    actors_play();
    REPORT_STEP("signal_idle", FIRST, each);
    REPORT_STEP("wait_ready", FIRST, then);
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_HIGH, .each = SEND(.cap = notification)});
    actors_play();
    REPORT_STEP("signal_active", FIRST, each);
}

/* ------------------------------------------------------------------------------------ Call, ReplyRecv */

static void call_and_reply(const char *call_key, const char *reply_key, seL4_Word length, enum actor server, bool uses_fp)
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr reply = pool_object(seL4_ReplyObject, 0);
    actor_call_up(server, &(struct script) {
        .priority = PRIORITY_MIDDLE, .is_passive = true, .uses_fp = uses_fp, .once = RECV(.cap = endpoint, .reply = reply),
        .each = REPLY_RECV(.cap = endpoint, .info = words(length), .reply = reply)});
    actor_call_up(FIRST, &(struct script) {
        .priority = PRIORITY_MIDDLE, .uses_fp = uses_fp, .each = CALL(.cap = endpoint, .info = words(length))});
    actors_play();
    REPORT_INTERVAL(call_key, length, 0, FIRST, each, 1, server, each, 0);
    REPORT_INTERVAL(reply_key, length, 0, server, each, 0, FIRST, each, 0);
    REPORT_INTERVAL("round_trip", length, 0, FIRST, each, 0, FIRST, each, 0);
}

void measure_call_and_reply(void)
{
    call_and_reply("call", "reply_recv", 0, SECOND, false);
    call_and_reply("call_spaces", "reply_recv_spaces", 0, FOREIGN, false);
    call_and_reply("call_fp", "reply_recv_fp", 0, SECOND, true);
    call_and_reply("call", "reply_recv", 4, SECOND, false);
    call_and_reply("call", "reply_recv", 10, SECOND, false);
    call_and_reply("call_spaces", "reply_recv_spaces", 10, FOREIGN, false);
    call_and_reply("call", "reply_recv", 120, SECOND, false);
}

/* ----------------------------------------------------------------------------------------------- Send */

/* The receiver has the higher priority: it runs at once, and the sender when it waits again. */
void measure_send(void)
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr reply = pool_object(seL4_ReplyObject, 0);
    for (seL4_Word length = 0; length <= 10; length += 10) {
        actor_call_up(SECOND, &(struct script) {.priority = PRIORITY_HIGH, .once = RECV(.cap = endpoint, .reply = reply),
                                                .each = RECV(.cap = endpoint, .reply = reply)});
        actor_call_up(FIRST, &(struct script) {
            .priority = PRIORITY_LOW, .each = SEND(.cap = endpoint, .info = words(length))});
        actors_play();
        REPORT_INTERVAL("send", length, 0, FIRST, each, 1, SECOND, each, 0);
        REPORT_INTERVAL("recv_blocks", length, 0, SECOND, each, 0, FIRST, each, 0);
    }
}

/* -------------------------------------------------------------------------------------- notifications */

static void signal_higher(const char *signal_key, const char *wait_key, seL4_Word size, enum actor waiter, bool uses_fp)
{
    const seL4_CPtr notification = pool_object(seL4_NotificationObject, 0);
    actor_call_up(waiter, &(struct script) {.priority = PRIORITY_HIGH, .uses_fp = uses_fp,
                                            .once = WAIT(.cap = notification), .each = WAIT(.cap = notification)});
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_LOW, .uses_fp = uses_fp, .each = SEND(.cap = notification)});
    actors_play();
    REPORT_INTERVAL(signal_key, size, 0, FIRST, each, 1, waiter, each, 0);
    if (wait_key) {
        REPORT_INTERVAL(wait_key, size, 0, waiter, each, 0, FIRST, each, 0);
    }
}

/* A thread of the lowest priority wakes the signaller up again, when the one that was signalled waits again. */
static void signal_lower(void)
{
    const seL4_CPtr notification = pool_object(seL4_NotificationObject, 0);
    const seL4_CPtr back = pool_object(seL4_NotificationObject, 0);
    actor_call_up(SECOND, &(struct script) {.priority = PRIORITY_LOW, .each = WAIT(.cap = notification)});
    actor_call_up(THIRD, &(struct script) {.priority = PRIORITY_LOWEST, .each = SEND(.cap = back)});
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_HIGH, .once = WAIT(.cap = back),
                                           .each = SEND(.cap = notification), .then = WAIT(.cap = back)});
    actors_play();
    REPORT_STEP("signal_lower", FIRST, each);
}

void measure_signals(void)
{
    signal_higher("signal_higher", "wait_blocks", 1, SECOND, false);
    signal_lower();
    signal_higher("schedule", "schedule_back", 1, SECOND, true);
    signal_higher("schedule_spaces", "schedule_spaces_back", 1, FOREIGN, true);
}

/* ---------------------------------------------------------------------------------------------- Yield */

static void yield_switch(const char *key, seL4_Word size)
{
    const struct script script = {.priority = PRIORITY_MIDDLE, .each = YIELD};
    /* SECOND starts, and yields; FIRST starts, and its first Yield is the end of SECOND's: from then on they alternate. */
    actor_call_up(FIRST, &script);
    actor_call_up(SECOND, &script);
    actors_play();
    REPORT_INTERVAL(key, size, 0, FIRST, each, 0, SECOND, each, 0);
}

/* A periodic thread gives the rest of its budget away and sleeps, until after all this; another starts. */
static void sleep_until_next_period(const char *key, seL4_Word size)
{
    actors_load_from = &samples[0];
    actor_call_up(SECOND, &(struct script) {.priority = PRIORITY_LOW, .each = {.number = STEP_LOAD}});
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_HIGH, .once = {.number = STEP_LOAD}, .each = YIELD,
                                           .budget = 1000, .period = 10000000});
    actors_play();
    report_one(key, size, notes_of(SECOND)->each[0].before - notes_of(FIRST)->received_first);
}

void measure_yield(void)
{
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_MIDDLE, .each = YIELD});
    actors_play();
    REPORT_STEP("yield", FIRST, each);
    yield_switch("yield_switch", 1);
    sleep_until_next_period("sleep", 1);
}

void measure_switches(const char *signal_key, const char *yield_key, const char *sleep_key, seL4_Word size)
{
    signal_higher(signal_key, NULL, size, SECOND, false);
    yield_switch(yield_key, size);
    sleep_until_next_period(sleep_key, size);
}

/* --------------------------------------------------------------------------------------------- faults */

static struct {
    seL4_CPtr frame;
    seL4_Word address;
} page;

static void map_page(void)
{
    must(mapper_map(seL4_CapInitThreadVSpace, page.frame, page.address, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "mapping");
}

static void unmap_page(void)
{
    must(seL4_ARM_Page_Unmap(page.frame), "unmapping");
}

/* A handler as passive as a server is: the fault is a Call that the kernel makes for the thread. */
static void fault_and_reply(const char *fault_key, const char *reply_key, struct step faulting, seL4_Word reply_length,
                            void (*repair)(void))
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr reply = pool_object(seL4_ReplyObject, 0);
    actor_call_up(SECOND, &(struct script) {
        .priority = PRIORITY_MIDDLE, .is_passive = true, .once = RECV(.cap = endpoint, .reply = reply),
        .each = REPLY_RECV(.cap = endpoint, .info = words(reply_length), .reply = reply, .add = UNDEFINED_INSTRUCTION_BYTES,
                           .before = repair)});
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_MIDDLE, .fault_handler = endpoint, .each = faulting});
    actors_play();
    REPORT_INTERVAL(fault_key, 1, 0, FIRST, each, 1, SECOND, each, 0);
    REPORT_INTERVAL(reply_key, 1, 0, SECOND, each, 0, FIRST, each, 0);
}

void measure_faults(void)
{
    /* MR0 of a UserException is the address of the instruction; the reply's MR0 is where to go on. */
    fault_and_reply("fault", "fault_reply", (struct step) {.number = STEP_UNDEFINED}, 1, NULL);

    page.frame = pool_object(seL4_ARM_SmallPageObject, 0);
    page.address = mapper_reserve(1ul << seL4_PageBits);
    map_page(); /* so that no table is missing later */
    actors_load_from = (const volatile seL4_Word *)page.address;
    fault_and_reply("vm_fault", "vm_fault_reply", (struct step) {.number = STEP_LOAD, .before = unmap_page}, 0, map_page);
}

/* ----------------------------------------------------------------------------------------- interrupts */

enum { SGI = 5, HERE = 0, ANOTHER_CPU = 1 };

static seL4_CPtr sgi_to(seL4_Word target)
{
    const seL4_CPtr slot = pool_slot();
    must(seL4_IRQControl_IssueSGISignal(seL4_CapIRQControl, SGI, target, seL4_CapInitThreadCNode, slot, seL4_WordBits),
         "seL4_IRQControl_IssueSGISignal");
    return slot;
}

/*
 * A software-generated interrupt is pending when the system call that sends it returns, and is taken there. So: from before the call
 * to the handler, minus the same call for a processor that is not there.
 */
void measure_interrupt(void)
{
    const seL4_CPtr notification = pool_object(seL4_NotificationObject, 0);
    const seL4_CPtr handler = pool_slot();
    const seL4_Word acknowledge = seL4_MessageInfo_new(IRQAckIRQ, 0, 0, 0).words[0];
    must(seL4_IRQControl_Get(seL4_CapIRQControl, SGI, seL4_CapInitThreadCNode, handler, seL4_WordBits), "seL4_IRQControl_Get");
    must(seL4_IRQHandler_SetNotification(handler, notification), "seL4_IRQHandler_SetNotification");

    actor_call_up(SECOND, &(struct script) {.priority = PRIORITY_HIGH, .each = WAIT(.cap = notification),
                                            .then = CALL(.cap = handler, .info = acknowledge)});
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_LOW, .each = SEND(.cap = sgi_to(HERE))});
    actors_play();
    static seL4_Word with_interrupt[ROUNDS];
    for (seL4_Word round = 0; round < ROUNDS; round++) {
        with_interrupt[round] = notes_of(SECOND)->each[round].after - notes_of(FIRST)->each[round].before;
    }
    REPORT_STEP("interrupt_ack", SECOND, then);

    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_LOW, .each = SEND(.cap = sgi_to(ANOTHER_CPU))});
    actors_play();
    seL4_Word sending = ~0ul;
    for (seL4_Word round = 0; round < ROUNDS; round++) {
        const seL4_Word took = notes_of(FIRST)->each[round].after - notes_of(FIRST)->each[round].before;
        sending = took < sending ? took : sending;
    }
    report_one("sgi_send", 1, sending);
    for (seL4_Word round = 0; round < ROUNDS; round++) {
        samples[round] = with_interrupt[round] > sending ? with_interrupt[round] - sending : 0;
    }
    report_difference("interrupt", 1, samples, ROUNDS);
}
