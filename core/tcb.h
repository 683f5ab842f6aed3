// SPDX-License-Identifier: BSD-2-Clause
//
// Threads: the TCB object, its registers by role, and the states of a thread (threads §1).
//
// A thread has two saved program counters. `pc` is where it resumes normally; `fault_pc` is where it restarts:
// the system-call instruction itself, or the faulting or interrupted instruction. A thread in state RESTART is
// set to pc := fault_pc when it is about to run.
#pragma once

#include "core/cdt.h"
#include "core/refusal.h"

// AArch64-shaped on every platform. The platform maps its own registers onto it.
struct thread_regs {
    word_t x[31];
    word_t sp;
    word_t pc;       // NextIP
    word_t spsr;
    word_t fault_pc; // FaultIP
    word_t tpidr_el0;
    word_t tpidrro_el0;
};
_Static_assert(sizeof(struct thread_regs) == 37 * 8, "platform entry code depends on this layout");

// Registers by role (abi §2.2). Indices into thread_regs.x.
enum {
    REG_CAP = 0,     // in: capability to invoke or receive on
    REG_BADGE = 0,   // out
    REG_INFO = 1,    // message info, both ways
    REG_MR0 = 2,     // MR0..MR3
    REG_REPLY = 6,   // reply object; destination of NBSendWait
    REG_SYSCALL = 7, // system-call number
    REG_DEST = 8,    // destination of NBSendRecv
    NUM_REG_MRS = 4,
};

enum {
    // Saved processor state of user level: EL0t, FIQ masked; a release kernel masks SErrors too (memory §5.5).
    SPSR_USER = KERNEL_DEBUG ? 0x40 : 0x140,
};

// Any spsr that user level supplies: only NZCV is its own (abi §5.1).
static inline word_t spsr_sanitise(word_t value)
{
    return (value & 0xf0000000) | SPSR_USER;
}

enum thread_state {
    THREAD_INACTIVE,
    THREAD_RUNNING,
    THREAD_RESTART,
    THREAD_BLOCKED_ON_RECEIVE,
    THREAD_BLOCKED_ON_SEND,
    THREAD_BLOCKED_ON_REPLY,
    THREAD_BLOCKED_ON_NOTIFICATION,
    THREAD_IDLE,
};

enum tcb_slot { TCB_CSPACE, TCB_VSPACE, TCB_BUFFER, TCB_FAULT_HANDLER, TCB_TIMEOUT_HANDLER, TCB_SLOTS };

// A pending fault; type is a seL4_Fault_tag. The message is made from it and from the thread's registers.
struct fault {
    word_t type;
    word_t words[3];              // cap fault: address, in receive phase; VM: address, fetch, syndrome; …
    struct lookup_failure lookup; // cap fault only
};

enum { TCB_FLAG_FPU_DISABLED = 1, TCB_FLAG_MASK = 1 };
enum { TCB_BITS = seL4_TCBBits, TCB_NAME_BYTES = 128 };

struct tcb {
    struct slot slots[TCB_SLOTS];
    struct thread_regs regs;
    word_t unused_alignment;
    uint8_t fp_state[528]; // V0..V31, FPCR, FPSR: the platform's (unused hosted)

    // --- scheduling
    enum thread_state state;
    bool is_queued;   // in a ready list
    bool is_sleeping; // in the sleep list
    word_t priority, mcp, domain;
    word_t flags;
    struct sched_context *sc;
    struct sched_context *yielding_to; // this thread waits in YieldTo on it

    // --- links: one queue of any kind at a time (objects §7.1); ready, sleep, endpoint or notification
    struct tcb *queue_next, *queue_previous;

    // --- what the thread is blocked on
    struct endpoint *endpoint;         // BLOCKED_ON_SEND / _RECEIVE
    struct notification *notification; // BLOCKED_ON_NOTIFICATION
    struct reply *reply;               // BLOCKED_ON_RECEIVE (may be none) / _REPLY
    word_t badge;                      // BLOCKED_ON_SEND: of the capability used
    bool can_grant, can_grant_reply, is_call;

    struct fault fault; // type 0 = none
    struct notification *bound_notification;
    vaddr_t buffer_address; // of the IPC buffer: only its offset in the frame counts

    struct tcb *all_next, *all_previous; // every TCB, newest first (debug calls)
    char name[TCB_NAME_BYTES];           // NUL-terminated
};
_Static_assert(sizeof(struct tcb) <= BIT(TCB_BITS), "TCB size is ABI (abi §6)");
_Static_assert(offsetof(struct tcb, fp_state) % 16 == 0, "FP state must be aligned");
_Static_assert(offsetof(struct tcb, regs) == 160, "platform entry code depends on this offset");

static inline bool tcb_is_blocked(const struct tcb *thread)
{
    return thread->state >= THREAD_BLOCKED_ON_RECEIVE && thread->state <= THREAD_BLOCKED_ON_NOTIFICATION;
}

static inline bool tcb_is_runnable(const struct tcb *thread)
{
    return thread->state == THREAD_RUNNING || thread->state == THREAD_RESTART;
}

static inline bool tcb_is_stopped(const struct tcb *thread)
{
    return tcb_is_blocked(thread) || thread->state == THREAD_INACTIVE;
}

// Makes zeroed memory a TCB (threads TCB-5); `name` is truncated.
void tcb_init(struct tcb *thread, const char *name);

void tcb_suspend(struct tcb *thread);                 // threads [SUS]
void tcb_resume(struct tcb *thread);                  // threads [RES]
void tcb_set_priority(struct tcb *thread, word_t priority); // threads [PRI]

// Takes the thread out of whatever it waits for and forgets its pending fault; objects §7.7. It ends INACTIVE
// if it was blocked.
void tcb_cancel_ipc(struct tcb *thread);

// The thread's IPC buffer as 128 words, or null. For writing it must be a read-write frame (abi §2.5).
enum buffer_use { BUFFER_FOR_READING, BUFFER_FOR_WRITING };
word_t *tcb_buffer(const struct tcb *thread, enum buffer_use use);

// Word indices in the IPC buffer (abi §3).
enum { BUFFER_MESSAGE = 1, BUFFER_CAPS = 122, BUFFER_RECEIVE_CNODE = 125, BUFFER_RECEIVE_INDEX = 126, BUFFER_RECEIVE_DEPTH = 127 };
