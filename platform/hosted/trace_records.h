/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --trace: what the machine writes, the front end saves, and tools/lab4/tracing turns into text or
 * JSON. The machine puts records of one size into a ring in the memory file, one batch for each
 * kernel entry:
 *
 *   CALL, FAULT or INTERRUPT   the entry begins (an interrupt tells its lines as they are taken)
 *   MESSAGE, STATE, BUDGET, …  what it did; their time is that of the entry's beginning
 *   LEAVE                      the entry ends; who runs now
 *
 * Only the machine advances `trace_written`, only the front end `trace_read` (struct
 * machine_control; both wrap around). A full ring makes the machine wait: no record is lost, and
 * the machine's clock stands still meanwhile.
 *
 * Threads are numbered in the order in which the tracer meets them, from 1; a number is never used
 * again.
 */
#ifndef LAB4_HOSTED_TRACE_RECORDS_H
#define LAB4_HOSTED_TRACE_RECORDS_H

#include <stdint.h>

enum { TRACE_RECORDS = 1 << 16, TRACE_WORDS = 6 };

enum trace_thread {
    TRACE_IDLE_THREAD = 0,
    TRACE_FIRST_THREAD = 1,
    TRACE_INTERRUPTS = 0x7fffffff, /* as the cause of something */
};

struct trace_record {
    uint64_t time; /* ticks of the machine's clock, 62.5 MHz */
    uint32_t thread;
    uint16_t kind;   /* enum trace_kind */
    uint16_t detail;
    uint64_t words[TRACE_WORDS];
};
_Static_assert(sizeof(struct trace_record) == 64, "a record is a cache line");

/* What `detail` and `words` are. tools/lab4/tracing/records.py has the same list. */
enum trace_kind {
    /* detail: kind of the capability that is sent to, or received from | number of the system call
     * << 8, signed; words: enum trace_call_word. ARGUMENTS, CAPS, UNTYPED and STACK may follow. */
    TRACE_CALL = 1,
    TRACE_PUTCHAR,   /* DebugPutChar, the whole entry; words[0]: the character */
    TRACE_FAULT,     /* detail: seL4 fault type; words: address or number, is_fetch, FSR, pc */
    TRACE_INTERRUPT, /* words[0]: line */
    TRACE_MESSAGE,   /* from `thread` or TRACE_INTERRUPTS to words[0]; detail: enum trace_message */
    TRACE_STATE,     /* changed by others: detail = before | after << 8 (enum thread_state) */
    TRACE_BUDGET,    /* detail: enum trace_budget */
    TRACE_RAISED,    /* the core raised a fault of this thread; detail: its type; words: its words */
    TRACE_NAME,      /* detail: where in the name words[] belong, as text; a shorter one ends with 0 */
    TRACE_CREATED,   /* words[0]: physical address of the TCB; NAME follows */
    TRACE_DELETED,
    TRACE_LEAVE,     /* thread: who runs now; words: x0, x1, pc, whether it repeats its call, mr0 */
    TRACE_ARGUMENTS, /* words: MR1..MR6 of an invocation, as many as there are */
    /* words: up to three times the address of an extra capability of an invocation and its object,
     * 0 = none */
    TRACE_CAPS,
    TRACE_UNTYPED, /* of a Retype; words[0]: physical address where memory is free */
    /* The caller's stack from sp, continued by the next STACK; detail of the first: how many words
     * from sp to where x29 points; 0: it does not point close above sp */
    TRACE_STACK,
    /* The thread is about to be seen in another address space than before, or for the first time;
     * words: address of TRACE_CODE_BYTES of code around its pc, hash of them (FNV-1a, 64 bits),
     * level-0 table */
    TRACE_CODE,
    TRACE_END, /* written by the front end; words[0]: status of the run */
};

enum { TRACE_CODE_BYTES = 1024, TRACE_STACK_RECORDS = 2, TRACE_RETYPE_STACK_RECORDS = 6 };

enum trace_call_word {
    TRACE_CALL_PC,
    TRACE_CALL_CAP,
    TRACE_CALL_INFO,
    TRACE_CALL_OBJECT,
    TRACE_CALL_MR0,
    TRACE_CALL_BADGE,
};
enum trace_message { TRACE_BY_MESSAGE, TRACE_BY_REPLY, TRACE_BY_SIGNAL, TRACE_BY_FAULT };
enum trace_budget { TRACE_USED_UP, TRACE_REPLENISHED };

#endif
