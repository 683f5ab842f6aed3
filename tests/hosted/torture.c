/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that are interrupted all the time, in two address spaces, and must not notice: integer registers, stack pointer, thread pointer,
 * flags (the direction and alignment-check flags too), x87, vector and mask registers, rounding modes. Their slices are short, and a thread
 * of higher priority wakes up each period.
 */
#include "torture_block.h"

#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/thread.h>
#include <lab4/tls.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "twin.h"

enum { THREADS = 6, LONELY = 4 /* from here on in the other address space */, STACK_BYTES = 16384, TLS_BYTES = 4096, MS = 1000,
       PERIOD = 2 * MS, SLICE = 40, PRIORITY = 50, LONGEST_WAIT = 2000, MOST_PATIENCE = 20000 };
enum { CNODE = seL4_CapInitThreadCNode, VSPACE = seL4_CapInitThreadVSpace };

/* How long; the digits are written over in a copy of the program (tests/hosted/run). */
static volatile char request[] = "TORTURE_MS=0000002000";
enum { REQUEST_PREFIX = sizeof("TORTURE_MS=") - 1 };

/* Components of the extended state, and where they lie in it (Intel SDM vol. 1, 13.4). */
enum { AVX = 2, MASKS = 5, HIGH_HALVES = 6, HIGH_REGISTERS = 7, EXTENDED_COMPONENTS = 1 << AVX | 1 << MASKS | 1 << HIGH_HALVES | 1 << HIGH_REGISTERS };
enum { X87_CONTROL = 0, X87_REGISTERS = 32, X87_REGISTER_BYTES = 10, MXCSR = 24, XMM = 160, XMM_END = 416, HEADER = 512, EXTENDED = 576 };

static struct worker {
    struct block block;
    _Alignas(16) unsigned char stack[STACK_BYTES];
    _Alignas(64) unsigned char tls[TLS_BYTES];
    seL4_CPtr tcb;
    seL4_Word random;
    volatile seL4_Word rounds;
    volatile seL4_Word wrong; /* rounds in which something was lost */
    seL4_Word lost;           /* what: bits of enum loss */
    int yields;
} workers[THREADS];

enum loss { LOST_REGISTER = 1, LOST_STACK_POINTER = 2, LOST_FLAGS = 4, LOST_X87 = 8, LOST_MODES = 16, LOST_VECTORS = 32, LOST_EXTENDED = 64 };

_Thread_local struct block *torture_block;

static struct {
    seL4_Uint32 components;
    seL4_Uint32 offset[HIGH_REGISTERS + 1], bytes[HIGH_REGISTERS + 1];
} host;

static void find_components(void)
{
    seL4_Uint32 low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    host.components = low & (3 | EXTENDED_COMPONENTS);
    for (seL4_Uint32 i = AVX; i <= HIGH_REGISTERS; i++) {
        seL4_Uint32 a = 0xd, b, c = i, d;
        __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
        host.bytes[i] = host.components >> i & 1 ? a : 0;
        host.offset[i] = b;
    }
}

/* -------------------------------------------------------------------------------------------------- registers */

static seL4_Word next_random(struct worker *worker)
{
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 7;
    worker->random ^= worker->random << 17;
    return worker->random;
}

static void fill(struct worker *worker, unsigned char *to, seL4_Word bytes)
{
    for (seL4_Word i = 0; i < bytes; i++) {
        to[i] = (unsigned char)(next_random(worker) | 1); /* never all zero: that might count as not in use */
    }
}

static void fill_state(struct worker *worker)
{
    unsigned char *state = worker->block.state_in;
    const seL4_Word mode = next_random(worker);
    *(seL4_Uint16 *)(void *)(state + X87_CONTROL) = (seL4_Uint16)(0x37f | (mode & 3) << 10);
    state[4] = 0xff; /* all x87 registers are in use */
    *(seL4_Uint32 *)(void *)(state + MXCSR) = (seL4_Uint32)(0x1f80 | (mode >> 2 & 0x3f) | (mode >> 8 & 3) << 13);
    for (int i = 0; i < 8; i++) {
        fill(worker, state + X87_REGISTERS + 16 * i, X87_REGISTER_BYTES);
    }
    fill(worker, state + XMM, XMM_END - XMM);
    for (int i = AVX; i <= HIGH_REGISTERS; i++) {
        fill(worker, state + host.offset[i], host.bytes[i]);
    }
    *(seL4_Word *)(void *)(state + HEADER) = host.components;
}

static void fill_registers(struct worker *worker)
{
    enum { WAIT = 2, ALWAYS = 0x202, VARYING = 0x1 | 0x4 | 0x10 | 0x40 | 0x80 | 0x400 | 0x800 | 0x40000 }; /* CF PF AF ZF SF DF OF AC */
    struct block *block = &worker->block;
    block->flags = ALWAYS | (next_random(worker) & VARYING);
    for (int i = 0; i < BLOCK_REGISTERS; i++) {
        block->in[i] = next_random(worker);
    }
    block->in[WAIT] = 1 + next_random(worker) % LONGEST_WAIT;
}

static seL4_Word differs(const unsigned char *a, const unsigned char *b, seL4_Word from, seL4_Word bytes)
{
    for (seL4_Word i = from; i < from + bytes; i++) {
        if (a[i] != b[i]) {
            return 1;
        }
    }
    return 0;
}

static seL4_Word lost_state(const struct block *block)
{
    const unsigned char *in = block->state_in, *out = block->state_out;
    seL4_Word lost = 0;
    for (seL4_Word i = 0; i < 8; i++) {
        lost |= LOST_X87 * differs(in, out, X87_REGISTERS + 16 * i, X87_REGISTER_BYTES);
    }
    lost |= LOST_MODES * (differs(in, out, X87_CONTROL, 2) | differs(in, out, MXCSR, 4));
    lost |= LOST_VECTORS * differs(in, out, XMM, XMM_END - XMM);
    for (int i = AVX; i <= HIGH_REGISTERS; i++) {
        lost |= LOST_EXTENDED * differs(in, out, host.offset[i], host.bytes[i]);
    }
    return lost;
}

static seL4_Word lost_in_round(const struct block *block, seL4_Word flags)
{
    enum { WAIT = 2 };
    seL4_Word lost = block->flags == flags ? 0 : LOST_FLAGS;
    for (int i = 0; i < BLOCK_REGISTERS; i++) {
        const seL4_Word expected = i == WAIT ? 0 : block->in[i];
        lost |= block->out[i] == expected ? 0 : LOST_REGISTER;
    }
    lost |= block->out[BLOCK_REGISTERS] == (seL4_Word)block + sizeof(block->flags) ? 0 : LOST_STACK_POINTER;
    return lost | lost_state(block);
}

/* ---------------------------------------------------------------------------------------------------- threads */

static void work(void *argument)
{
    struct worker *worker = argument;
    torture_block = &worker->block;
    worker->block.components = host.components;
    for (;;) {
        if (worker->rounds % 64 == 0) {
            fill_state(worker);
        }
        fill_registers(worker);
        const seL4_Word flags = worker->block.flags;
        torture_round();
        const seL4_Word lost = lost_in_round(&worker->block, flags);
        worker->wrong += lost != 0;
        worker->lost |= lost;
        worker->rounds++;
        if (worker->yields) {
            seL4_Yield();
        }
    }
}

static void start(struct worker *worker, seL4_CPtr vspace)
{
    const struct lab4_thread_memory memory = {.stack = worker->stack, .stack_size = STACK_BYTES, .tls_block = worker->tls};
    const seL4_CPtr sc = sched_context_create(seL4_MinSchedContextBits, SLICE, SLICE, 0);
    worker->tcb = pool_object(seL4_TCBObject, 0);
    worker->random = 0x9e3779b97f4a7c15 * (seL4_Word)(worker - workers + 1);
    worker->yields = (worker - workers) % 3 == 0;
    must(seL4_TCB_Configure(worker->tcb, CNODE, 0, vspace, 0, 0, 0), "configuring a thread");
    must(seL4_TCB_SetSchedParams(worker->tcb, seL4_CapInitThreadTCB, 0, PRIORITY, sc, 0), "scheduling a thread");
    must(lab4_thread_start(worker->tcb, &memory, work, worker), "starting a thread");
}

static seL4_Word least_rounds(void)
{
    seL4_Word least = ~0ul;
    for (int i = 0; i < THREADS; i++) {
        least = workers[i].rounds < least ? workers[i].rounds : least;
    }
    return least;
}

static seL4_Word requested_ms(void)
{
    seL4_Word ms = 0;
    for (const volatile char *digit = request + REQUEST_PREFIX; *digit; digit++) {
        ms = 10 * ms + (seL4_Word)(*digit - '0');
    }
    return ms;
}

int main(void)
{
    check_begin();
    find_components();
    const seL4_CPtr twin = twin_vspace();
    for (int i = 0; i < THREADS; i++) {
        start(&workers[i], i < LONELY ? VSPACE : twin);
    }
    const seL4_CPtr control = lab4_bootinfo()->schedcontrol.start;
    must(seL4_SchedControl_Configure(control, seL4_CapInitThreadSC, MS, PERIOD, 0, 0), "our own context");
    for (seL4_Word i = requested_ms() * MS / PERIOD, patience = MOST_PATIENCE;
         i > 0 || (least_rounds() == 0 && patience > 0); patience--) {
        seL4_Yield(); /* until the next period */
        i -= i > 0;
    }
    must(seL4_SchedControl_Configure(control, seL4_CapInitThreadSC, 1000 * MS, 1000 * MS, 0, 0), "our own context");
    seL4_Word wrong = 0, lost = 0;
    for (int i = 0; i < THREADS; i++) {
        must(seL4_TCB_Suspend(workers[i].tcb), "stopping a thread");
        printf("[timing] thread %d: %lu rounds, %lu wrong\n", i, workers[i].rounds, workers[i].wrong);
        wrong += workers[i].wrong;
        lost |= workers[i].lost;
    }
    check_true("every thread gets its share", least_rounds() > 0);
    check("no interruption loses anything", lost, 0);
    check("  in any round", wrong, 0);
    check_end();
}
