/* SPDX-License-Identifier: BSD-2-Clause */
#include "support/check.h"

#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/string.h>

#include "lib/pool.h"

static struct {
    int ok, failed;
    int is_hosted;
    const char *prefix; /* of what only this platform shows; else empty */
} state = {.prefix = ""};

/* ------------------------------------------------------------------------------------------------- platform */

/* The device tree of the hosted machine says so in a string; that is all we need to know of it. */
static int device_tree_has(const char *text)
{
    const seL4_BootInfo *bootinfo = lab4_bootinfo();
    const char *start = (const char *)bootinfo + seL4_BootInfoFrameSize;
    const seL4_Word length = strlen(text);
    for (seL4_Word i = sizeof(seL4_BootInfoHeader); i + length <= bootinfo->extraLen; i++) {
        if (memcmp(start + i, text, length) == 0) {
            return 1;
        }
    }
    return 0;
}

int is_hosted(void)
{
    return state.is_hosted;
}

int on_hosted(void)
{
    state.prefix = state.is_hosted ? "[hosted] " : "";
    return state.is_hosted;
}

int on_qemu(void)
{
    state.prefix = state.is_hosted ? "" : "[qemu] ";
    return !state.is_hosted;
}

void end_platform(void)
{
    state.prefix = "";
}

/* --------------------------------------------------------------------------------------------------- checks */

void check_begin(void)
{
    pool_init(lab4_bootinfo());
    state.is_hosted = device_tree_has("lab4,hosted");
}

void check_end(void)
{
    printf("abi: %d ok, %d failed\n", state.ok, state.failed);
    lab4_exit(state.failed != 0);
}

/* Counts, and begins the line. */
static void begin_line(const char *sentence, int holds)
{
    if (!holds) {
        state.failed++;
    } else if (*state.prefix == '\0') {
        state.ok++;
    }
    printf("%s%s %s", state.prefix, holds ? "ok" : "FAIL", sentence);
}

void check(const char *sentence, seL4_Word got, seL4_Word expected)
{
    begin_line(sentence, got == expected);
    if (got != expected) {
        printf(": expected 0x%lx, got 0x%lx", expected, got);
    }
    printf("\n");
}

void check_true(const char *sentence, int holds)
{
    begin_line(sentence, holds);
    printf(holds ? "\n" : ": expected true, got false\n");
}

void check_text(const char *sentence, const char *got, const char *expected)
{
    const int holds = strcmp(got, expected) == 0;
    begin_line(sentence, holds);
    if (!holds) {
        printf(": expected '%s', got '%s'", expected, got);
    }
    printf("\n");
}

void check_ok(const char *sentence, seL4_Error error)
{
    check(sentence, error, seL4_NoError);
}

void check_refused(const char *sentence, seL4_Error error, seL4_Error expected, const seL4_Word *words, seL4_Word count)
{
    if (error != expected) {
        check(sentence, error, expected);
        return;
    }
    seL4_Word i = 0;
    while (i < count && seL4_GetMR((int)i) == words[i]) {
        i++;
    }
    begin_line(sentence, i == count);
    if (i < count) {
        printf(": expected MR%lu = 0x%lx, got 0x%lx", i, words[i], seL4_GetMR((int)i));
    }
    printf("\n");
}

/* ------------------------------------------------------------------------------------------------ registers */

static void apply(seL4_Word *x, const seL4_Word *pairs)
{
    for (; pairs[0] != RAW_REGISTERS; pairs += 2) {
        x[pairs[0]] = pairs[1];
    }
}

struct raw_regs raw(enum lab4_syscall number, const seL4_Word *pairs)
{
    struct raw_regs regs;
    for (seL4_Word i = 0; i < RAW_REGISTERS; i++) {
        regs.x[i] = 0x1dea00000000ff00ul + i;
    }
    regs.x[X7] = (seL4_Word)number;
    apply(regs.x, pairs);
    return regs;
}

void extra_caps(seL4_CPtr first, seL4_CPtr second, seL4_CPtr third)
{
    seL4_SetCap(0, first);
    seL4_SetCap(1, second);
    seL4_SetCap(2, third);
}

void check_registers(const char *sentence, const seL4_Word *got, const struct raw_regs *given, const seL4_Word *changes,
                     int count)
{
    struct raw_regs expected = *given;
    apply(expected.x, changes);
    int wrong = 0;
    while (wrong < count && got[wrong] == expected.x[wrong]) {
        wrong++;
    }
    begin_line(sentence, wrong == count);
    if (wrong < count) {
        printf(": expected x%d = 0x%lx, got 0x%lx", wrong, expected.x[wrong], got[wrong]);
    }
    printf("\n");
}

struct raw_regs vector(const char *sentence, struct raw_regs given, const seL4_Word *changes)
{
    struct raw_regs got = given;
    raw_syscall(&got);
    check_registers(sentence, got.x, &given, changes, RAW_REGISTERS);
    return got;
}
