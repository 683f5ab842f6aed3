/* SPDX-License-Identifier: BSD-2-Clause */
#include "growth.h"

#include <lab4/runtime.h>

#include "actors.h"
#include "lib/pool.h"
#include "paths.h"

enum { MAX_THREADS = 10000, BATCH = 100, HOUR = 0x7fffffff /* microseconds: 36 minutes */, PRIORITY_SLEEPER = 85 };

static struct {
    seL4_CPtr untyped, tcbs, scs;
    seL4_Word count;
} threads;

static void make_batch(void)
{
    const seL4_CPtr root = seL4_CapInitThreadCNode;
    must(seL4_Untyped_Retype(threads.untyped, seL4_TCBObject, 0, root, 0, 0, threads.tcbs + threads.count, BATCH), "making TCBs");
    must(seL4_Untyped_Retype(threads.untyped, seL4_SchedContextObject, seL4_MinSchedContextBits, root, 0, 0,
                             threads.scs + threads.count, BATCH), "making SCs");
}

/* A loop of Yield, without a stack. */
extern const char growth_yield_for_ever[];
__asm__(".pushsection .text\ngrowth_yield_for_ever:\n" YIELD_AND_JUMP("growth_yield_for_ever") ".popsection");

/* A thread that is ready and never gets to run, because of its priority; or one that runs once and sleeps for long. */
static void start(seL4_Word i, bool sleeps)
{
    const seL4_CPtr tcb = threads.tcbs + i, sc = threads.scs + i;
    must(seL4_SchedControl_Configure(lab4_bootinfo()->schedcontrol.start, sc, 1000, sleeps ? HOUR + i : 1000, 0, 0),
         "seL4_SchedControl_Configure");
    must(seL4_TCB_Configure(tcb, seL4_CapInitThreadCNode, 0, seL4_CapInitThreadVSpace, 0, 0, 0), "seL4_TCB_Configure");
    const seL4_Word priority = sleeps ? PRIORITY_SLEEPER : i % (PRIORITY_BYSTANDER + 1);
    must(seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, priority, priority, sc, 0), "seL4_TCB_SetSchedParams");
    seL4_UserContext registers = {.pc = (seL4_Word)growth_yield_for_ever};
    must(seL4_TCB_WriteRegisters(tcb, 1, 0, 3, &registers), "seL4_TCB_WriteRegisters");
}

static void grow_to(seL4_Word count, bool sleeps)
{
    for (; threads.count < count; threads.count++) {
        if (threads.count % BATCH == 0) {
            make_batch();
        }
        start(threads.count, sleeps);
    }
    if (sleeps) {
        let_everybody_run();
    }
}

static void grow(bool sleeps, const char *grow_key, const char *signal_key, const char *yield_key, const char *sleep_key)
{
    threads.count = 0;
    for (seL4_Word size = 10; size <= MAX_THREADS; size *= 10) {
        const seL4_Word before = threads.count, begin = counter_read();
        grow_to(size, sleeps);
        report_one(grow_key, size, (counter_read() - begin) / (size - before)); /* each of the new ones */
        measure_switches(signal_key, yield_key, sleep_key, size);
    }
    must(seL4_CNode_Revoke(seL4_CapInitThreadCNode, threads.untyped, seL4_WordBits), "seL4_CNode_Revoke");
}

void measure_growth(void)
{
    threads.untyped = pool_object(seL4_UntypedObject, 25);
    threads.tcbs = pool_slot();
    for (seL4_Word i = 1; i < 2 * MAX_THREADS; i++) {
        pool_slot();
    }
    threads.scs = threads.tcbs + MAX_THREADS;
    grow(false, "ready_threads", "signal_among_ready", "yield_among_ready", "sleep_among_ready");
    grow(true, "sleeping_threads", "signal_among_sleepers", "yield_among_sleepers", "sleep_among_sleepers");
}
