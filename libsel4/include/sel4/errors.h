/* SPDX-License-Identifier: BSD-2-Clause */
/* Error codes and lookup failures (spec abi §4). */
#ifndef SEL4_ERRORS_H
#define SEL4_ERRORS_H

#include <sel4/macros.h>

/* The label of the reply to an invocation. Details follow in the message registers. */
typedef enum {
    seL4_NoError = 0,
    seL4_InvalidArgument = 1,   /* MR0: number of the argument */
    seL4_InvalidCapability = 2, /* MR0: number of the capability, 0 = the invoked one */
    seL4_IllegalOperation = 3,
    seL4_RangeError = 4, /* MR0: least, MR1: greatest allowed value */
    seL4_AlignmentError = 5,
    seL4_FailedLookup = 6, /* MR0: 1 if a source lookup; MR1...: seL4_LookupFailureType and details */
    seL4_TruncatedMessage = 7,
    seL4_DeleteFirst = 8,
    seL4_RevokeFirst = 9,
    seL4_NotEnoughMemory = 10, /* MR0: bytes still free in the untyped */
    seL4_NumErrors = 11
} seL4_Error;

/* Why a capability pointer does not resolve. */
__extension__ typedef enum {
    seL4_NoFailure = 0,
    seL4_InvalidRoot = 1,
    seL4_MissingCapability = 2, /* bits left */
    seL4_DepthMismatch = 3,     /* bits left, bits found */
    seL4_GuardMismatch = 4,     /* bits left, guard found, bits found */
    SEL4_FORCE_LONG_ENUM(seL4_LookupFailureType)
} seL4_LookupFailureType;

#endif
