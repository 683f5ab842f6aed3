/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line for each thing checked: `ok SENTENCE`, or `FAIL SENTENCE: expected …, got …`; at the end `abi: N ok, M failed`.
 * The sentence says what the kernel promises and where the specification says so.
 */
#ifndef SUPPORT_CHECK_H
#define SUPPORT_CHECK_H

#include <stddef.h>

#include <sel4/sel4.h>

#include "support/raw_syscall.h"

/* Starts the program: slots, objects, and the platform from the device tree. */
void check_begin(void);

/* Prints the summary and ends the run; status 1 if anything failed. */
_Noreturn void check_end(void);

/* The three kinds of check. `text` compares strings. */
void check(const char *sentence, seL4_Word got, seL4_Word expected);
void check_true(const char *sentence, int holds);
void check_text(const char *sentence, const char *got, const char *expected);

/*
 * What one platform alone can show: `if (on_hosted()) { … }` around the checks, whose lines then begin with "[hosted] " or
 * "[qemu] ", and end_platform() behind them. They are not in the number N of the summary, so that it is the same everywhere.
 */
int on_hosted(void);
int on_qemu(void);
void end_platform(void);

/* Is this the hosted machine? For an expected value that differs. */
int is_hosted(void);

/*
 * Register lists: PAIRS(X0, value, X5, value). raw(number, pairs) are the registers of a system call; those not named hold
 * values that occur nowhere else.
 */
#define PAIRS(...) ((const seL4_Word[]) {__VA_ARGS__, RAW_REGISTERS})
#define NOTHING ((const seL4_Word[]) {RAW_REGISTERS})
struct raw_regs raw(enum lab4_syscall number, const seL4_Word *pairs);
#define CALL(...) raw(LAB4_SYS_Call, PAIRS(__VA_ARGS__))

/* An invocation through a stub succeeded; or was refused with this error, and its details are in the message registers. */
void check_ok(const char *sentence, seL4_Error error);
void check_refused(const char *sentence, seL4_Error error, seL4_Error expected, const seL4_Word *words, seL4_Word count);
#define WORDS(...) ((const seL4_Word[]) {__VA_ARGS__}), sizeof((const seL4_Word[]) {__VA_ARGS__}) / sizeof(seL4_Word)
#define NO_WORDS NULL, 0

/* Message info with label, extra capabilities and length. */
static inline seL4_Word info(seL4_Word label, seL4_Word caps, seL4_Word length)
{
    return label << 12 | caps << 7 | length;
}

/* Sets the extra capabilities of the next message. */
void extra_caps(seL4_CPtr first, seL4_CPtr second, seL4_CPtr third);

/* The first `count` registers of got are those of given, but for the changes. */
void check_registers(const char *sentence, const seL4_Word *got, const struct raw_regs *given, const seL4_Word *changes,
                     int count);

/* Makes a system call and checks that no register but those named came back changed. The result is what came back. */
struct raw_regs vector(const char *sentence, struct raw_regs given, const seL4_Word *changes);

#endif
