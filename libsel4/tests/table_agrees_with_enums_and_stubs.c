/* SPDX-License-Identifier: BSD-2-Clause */
/* Each row of the invocation table against the enumerators, the stubs and itself. */
#include <sel4/sel4.h>

/* Number of message words (shared ones once) and of capabilities in an args sequence. */
#define IS_WORD_word 1
#define IS_WORD_byte 1
#define IS_WORD_time 1
#define IS_WORD_rights 1
#define IS_WORD_attr 1
#define IS_WORD_cap 0
#define IS_WORD_cnode 0
#define IS_WORD_tcb 0
#define IS_WORD_sc 0
#define IS_WORD_untyped 0
#define IS_WORD_bit0 1
#define IS_WORD_bit1 0
#define IS_WORD_bit2 0
#define IS_WORD_bit3 0
#define IS_WORD_archflags 0
#define IS_WORD_regs_in 0
#define IS_WORD_regs_out 0
#define IS_WORD_smc_in 8
#define IS_WORD_smc_out 0
#define IS_CAP_word 0
#define IS_CAP_byte 0
#define IS_CAP_time 0
#define IS_CAP_rights 0
#define IS_CAP_attr 0
#define IS_CAP_cap 1
#define IS_CAP_cnode 1
#define IS_CAP_tcb 1
#define IS_CAP_sc 1
#define IS_CAP_untyped 1
#define IS_CAP_bit0 0
#define IS_CAP_bit1 0
#define IS_CAP_bit2 0
#define IS_CAP_bit3 0
#define IS_CAP_archflags 0
#define IS_CAP_regs_in 0
#define IS_CAP_regs_out 0
#define IS_CAP_smc_in 0
#define IS_CAP_smc_out 0

#define WORDS_A(type, name) +IS_WORD_##type WORDS_B
#define WORDS_B(type, name) +IS_WORD_##type WORDS_A
#define WORDS_A_END
#define WORDS_B_END
#define CAPS_A(type, name) +IS_CAP_##type CAPS_B
#define CAPS_B(type, name) +IS_CAP_##type CAPS_A
#define CAPS_A_END
#define CAPS_B_END

/* Methods that first ask for less than all their arguments (abi §7.6, §7.8): CNode methods, DomainSetSet. */
#define ASKS_LATER(label) ((int)(label) == DomainSetSet || ((label) >= CNodeRevoke && (label) <= CNodeRotate))

#define ROW(number, label, kind, stub, words, caps, result, args) \
    _Static_assert((int)label == (number), "number of " #label); \
    _Static_assert((words) == 0 LAB4_SEQUENCE(WORDS, args) || ASKS_LATER((int)label), "words of " #label); \
    _Static_assert((caps) == 0 LAB4_SEQUENCE(CAPS, args) || ASKS_LATER((int)label), "capabilities of " #label);
LAB4_INVOCATIONS(ROW)

/* One row for each number. */
#define ONE(number, label, kind, stub, words, caps, result, args) +1
#define SUM(number, label, kind, stub, words, caps, result, args) +number
_Static_assert(0 LAB4_INVOCATIONS(ONE) == 56, "number of rows");
_Static_assert(0 LAB4_INVOCATIONS(SUM) == 56 * 57 / 2, "a number is missing");

/* The enumerators are in three enums. */
_Static_assert((int)nInvocationLabels == 1 + (0 LAB4_INVOCATIONS_COMMON(ONE)), "common labels");
_Static_assert((int)nSeL4ArchInvocationLabels == (int)nInvocationLabels + (0 LAB4_INVOCATIONS_SEL4_ARCH(ONE)), "sel4_arch labels");
_Static_assert((int)nArchInvocationLabels == (int)nSeL4ArchInvocationLabels + (0 LAB4_INVOCATIONS_ARCH(ONE)), "arch labels");

/* Each stub exists, with the prototype that its row says. */
#define PARAMS_A(type, name) , LAB4_ARG_CTYPE_##type PARAMS_B
#define PARAMS_B(type, name) , LAB4_ARG_CTYPE_##type PARAMS_A
#define PARAMS_A_END
#define PARAMS_B_END
#define RETURNS_error(stub) seL4_Error
#define RETURNS_custom(stub) seL4_Error
#define RETURNS_flags(stub) struct stub
#define RETURNS_consumed(stub) struct stub
#define RETURNS_paddr(stub) struct stub
#define POINTER(number, label, kind, stub, words, caps, result, args) \
    RETURNS_##result(stub) (*const pointer_##stub)(LAB4_KIND_CTYPE_##kind LAB4_SEQUENCE(PARAMS, args)) = &stub; \
    (void)pointer_##stub;

void check_stubs(void);
void check_stubs(void)
{
    LAB4_INVOCATIONS(POINTER)
}
