/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits and sizes (spec abi §1.1, §6, §9.3). */
#ifndef SEL4_CONSTANTS_H
#define SEL4_CONSTANTS_H

#include <sel4/macros.h>
#include <sel4/simple_types.h>
#include <sel4/arch/constants.h>

enum priorityConstants {
    seL4_InvalidPrio = -1,
    seL4_MinPrio = 0,
    seL4_MaxPrio = CONFIG_NUM_PRIORITIES - 1
};

enum seL4_MsgLimits {
    seL4_MsgLengthBits = 7,
    seL4_MsgExtraCapBits = 2,
    seL4_MsgMaxLength = 120
};
#define seL4_MsgMaxExtraCaps 3

/* Fault message of a thread whose budget ran out, and the order of the words of the reply to it (abi §5). */
__extension__ typedef enum {
    seL4_Timeout_Data = 0,
    seL4_Timeout_Consumed = 1,
    seL4_Timeout_Length = 2,
    SEL4_FORCE_LONG_ENUM(seL4_Timeout_Msg)
} seL4_Timeout_Msg;

__extension__ typedef enum {
    seL4_TCBFlag_NoFlag = 0,
    seL4_TCBFlag_fpuDisabled = 1,
    seL4_TCBFlag_MASK = 1,
    SEL4_FORCE_LONG_ENUM(seL4_TCBFlag)
} seL4_TCBFlag;

__extension__ typedef enum {
    seL4_SchedContext_NoFlag = 0,
    seL4_SchedContext_Sporadic = 1,
    SEL4_FORCE_LONG_ENUM(seL4_SchedContextFlag)
} seL4_SchedContextFlag;

/* A scheduling context of 2^n bytes holds this header, two refills included, and then further refills. */
#define seL4_CoreSchedContextBytes 128
#define seL4_MinSchedContextBits 7
#define seL4_RefillSizeBytes 16

/* Refills that a scheduling context of 2^size_bits bytes can hold beyond the two that every context has. */
LIBSEL4_INLINE_FUNC CONST seL4_Word seL4_MaxExtraRefills(seL4_Word size_bits)
{
    return (LIBSEL4_BIT(size_bits) - seL4_CoreSchedContextBytes) / seL4_RefillSizeBytes;
}

#define seL4_UntypedRetypeMaxObjects CONFIG_RETYPE_FAN_OUT_LIMIT
#define seL4_NilData 0

#endif
