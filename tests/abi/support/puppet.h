/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puppets: threads that do one thing and then show their registers. The test, at the highest priority, sets a puppet's registers
 * and starts it; settle() lets all puppets run until each of them has reported, waits for something or is out of budget. No
 * puppet has C code, a stack or data, so what it does is exactly what the test says.
 *
 * A puppet reports by an unknown system call, number 77: the fault message to the test carries x0…x6, pc and sp. Any other fault
 * arrives in the same way. Afterwards the puppet is inactive until it is started again. All this happens at user level: below
 * the puppets, at priority 1, a thread tells the test whenever no puppet can run.
 */
#ifndef SUPPORT_PUPPET_H
#define SUPPORT_PUPPET_H

#include <sel4/sel4.h>

#include "support/check.h"

/* What a puppet can do (puppet_code.c); all but puppet_spin, _simd_spin and _repeat end in a report. */
extern const char puppet_report[];     /* nothing */
extern const char puppet_report_call[]; /* the instruction where a report is made */
extern const char puppet_syscall[];    /* a system call */
extern const char puppet_repeat[];     /* the same system call again and again */
extern const char puppet_load[];       /* x1 = *x0 */
extern const char puppet_store[];      /* *x0 = x1 */
extern const char puppet_load_vector[]; /* a vector register = *x0 */
extern const char puppet_jump[];       /* to x0 */
extern const char puppet_undefined[];  /* an undefined instruction */
extern const char puppet_breakpoint[];
extern const char puppet_use_fpu[];    /* x1 = x0, through a vector register */
extern const char puppet_flags[];      /* a system call with condition flags x5, which are left in x5 */
extern const char puppet_spin[];       /* counts in x0 */
extern const char puppet_simd[];       /* fills the vector registers from x19, a system call, x5 += number of those changed */
extern const char puppet_simd_spin[];  /* fills them, then checks them again and again: x5 as above, counts in x0 */
extern const char puppet_code_start[], puppet_code_end[];

enum {
    PUPPET_REPORT_NUMBER = 77,
    PUPPET_STACK = 0x5000, /* its sp */
    PUPPET_X19 = 0x19191900,
    PUPPET_SLICE = 10000000, /* microseconds, round robin: longer than any test, so that order does not depend on time */
};

/* The last fault message of a puppet. */
struct report {
    int there; /* since it was started */
    seL4_Word label, length;
    seL4_Word mr[16];
};

struct puppet {
    seL4_CPtr tcb;
    seL4_CPtr sc; /* round robin; 0 for a passive puppet */
    seL4_CPtr frame;
    seL4_IPCBuffer *buffer; /* its IPC buffer, mapped here; null if it has none */
    seL4_Word priority;
    seL4_Word x19; /* for puppet_simd and puppet_simd_spin */
    char name; /* 'a', 'b', … in the order of creation */
    struct raw_regs given;
    struct report report;
};

/* After check_begin. */
void puppets_begin(void);

/* Makes a puppet with a round-robin scheduling context. */
void puppet_create(struct puppet *puppet, seL4_Word priority);
/* Without scheduling context. */
void puppet_create_passive(struct puppet *puppet, seL4_Word priority);

/* Replaces its fault handler, so that it reports there; 0: none. */
void puppet_set_handler(struct puppet *puppet, seL4_CPtr handler);
/* Takes its IPC buffer away. */
void puppet_drop_buffer(struct puppet *puppet);
/* Where it reports: an endpoint capability with its badge, acceptable as handler. */
seL4_CPtr puppet_handler(const struct puppet *puppet);

/* Starts it at some code; it runs when the test waits. Whatever it did before is cancelled. */
void puppet_start(struct puppet *puppet, const char *code, struct raw_regs regs);

/* Lets the puppets run until nothing happens any more. */
void settle(void);

/* Lets them run until one reports; false if there is nothing left to wait for. For use beside puppets that never stop. */
int step(void);

/* Lets them run until this one reports: for puppets that sleep a while. */
void await(struct puppet *puppet);

/* Start and settle. puppet_do is for system calls: puppet_do(&a, raw(LAB4_SYS_Send, PAIRS(…))). */
void puppet_run(struct puppet *puppet, const char *code, struct raw_regs regs);
void puppet_do(struct puppet *puppet, struct raw_regs regs);

/* Short forms of the registers of a system call. */
struct raw_regs do_call(seL4_CPtr cap, seL4_Word info, seL4_Word mr0);
struct raw_regs do_send(seL4_CPtr cap, seL4_Word info, seL4_Word mr0);
struct raw_regs do_recv(seL4_CPtr cap, seL4_CPtr reply);
struct raw_regs do_wait(seL4_CPtr cap);

/* Names of the puppets that reported since the last order_begin, in the order in which they did. */
void order_begin(void);
const char *order(void);

/* Checks of what a puppet did since it was started. */
int has_returned(const struct puppet *puppet); /* its system call (or other doing) is over */
int is_waiting(const struct puppet *puppet);   /* it has not reported: it is blocked, inactive or without budget */
void check_returned(const char *sentence, const struct puppet *puppet, const seL4_Word *changes);
void check_waiting(const char *sentence, const struct puppet *puppet);
/* It faulted: label and the first words of the message. */
void check_fault(const char *sentence, const struct puppet *puppet, seL4_Word label, const seL4_Word *words, seL4_Word count);

/* All registers that a report does not carry are as they were when it was started: the integer and thread registers. */
void check_untouched(const char *sentence, const struct puppet *puppet);

/* The state of a puppet's thread, without disturbing it: all registers. */
seL4_UserContext puppet_registers(const struct puppet *puppet);

#endif
