/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault tags (= labels of fault messages) and the user-side view of a fault message (spec abi §5, §12.3). */
#ifndef SEL4_SEL4_ARCH_TYPES_GEN_H
#define SEL4_SEL4_ARCH_TYPES_GEN_H

#include <lab4/bitfields.h>
#include <lab4/fault_fields.h>

#define LAB4_FAULT_TAG(tag, name) seL4_Fault_##name = (tag),
enum seL4_Fault_tag {
    seL4_Fault_NullFault = 0,
    LAB4_FAULTS(LAB4_FAULT_TAG)
};
#undef LAB4_FAULT_TAG
typedef enum seL4_Fault_tag seL4_Fault_tag_t;

/* Any fault: the tag in the low 4 bits of word 0, then the fields. */
struct seL4_Fault {
    seL4_Uint64 words[14];
};
typedef struct seL4_Fault seL4_Fault_t;

/* Which fault it is. */
LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_Fault_ptr_get_seL4_FaultType(const seL4_Fault_t *fault)
{
    return fault->words[0] & 0xf;
}

LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_Fault_get_seL4_FaultType(seL4_Fault_t fault)
{
    return fault.words[0] & 0xf;
}

LIBSEL4_INLINE_FUNC CONST int seL4_Fault_seL4_FaultType_equals(seL4_Fault_t fault, seL4_Uint64 tag)
{
    return seL4_Fault_get_seL4_FaultType(fault) == tag;
}

/* An empty view with a tag. */
LIBSEL4_INLINE_FUNC seL4_Fault_t lab4_fault_of_type(seL4_Uint64 tag)
{
    seL4_Fault_t fault;
    for (int i = 0; i < 14; i++) {
        fault.words[i] = 0;
    }
    fault.words[0] = tag;
    return fault;
}

LIBSEL4_INLINE_FUNC seL4_Fault_t seL4_Fault_NullFault_new(void)
{
    return lab4_fault_of_type(seL4_Fault_NullFault);
}

LIBSEL4_INLINE_FUNC void seL4_Fault_NullFault_ptr_new(seL4_Fault_t *p)
{
    *p = seL4_Fault_NullFault_new();
}

#define LAB4_FAULT_PARAM(N, word, field) , seL4_Uint64 field
#define LAB4_FAULT_ARGUMENT(N, word, field) , field
#define LAB4_FAULT_STORE(N, word, field) fault.words[word] = field;

#define LAB4_FAULT_ACCESSORS(N, word, field) \
    LIBSEL4_INLINE_FUNC CONST seL4_Uint64 seL4_Fault_##N##_get_##field(seL4_Fault_t fault) \
    { \
        seL4_DebugAssert(seL4_Fault_get_seL4_FaultType(fault) == seL4_Fault_##N); \
        return fault.words[word]; \
    } \
    LIBSEL4_INLINE_FUNC seL4_Fault_t seL4_Fault_##N##_set_##field(seL4_Fault_t fault, seL4_Uint64 x) \
    { \
        seL4_DebugAssert(seL4_Fault_get_seL4_FaultType(fault) == seL4_Fault_##N); \
        fault.words[word] = x; \
        return fault; \
    } \
    LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_Fault_##N##_ptr_get_##field(seL4_Fault_t *p) \
    { \
        return seL4_Fault_##N##_get_##field(*p); \
    } \
    LIBSEL4_INLINE_FUNC void seL4_Fault_##N##_ptr_set_##field(seL4_Fault_t *p, seL4_Uint64 x) \
    { \
        *p = seL4_Fault_##N##_set_##field(*p, x); \
    }

#define LAB4_FAULT_VIEW(tag, N) \
    LIBSEL4_INLINE_FUNC seL4_Fault_t seL4_Fault_##N##_new(LAB4_LIST(LAB4_FAULT_##N(LAB4_FAULT_PARAM, N))) \
    { \
        seL4_Fault_t fault = lab4_fault_of_type(tag); \
        LAB4_FAULT_##N(LAB4_FAULT_STORE, N) \
        return fault; \
    } \
    LIBSEL4_INLINE_FUNC void seL4_Fault_##N##_ptr_new(seL4_Fault_t *p LAB4_FAULT_##N(LAB4_FAULT_PARAM, N)) \
    { \
        *p = seL4_Fault_##N##_new(LAB4_LIST(LAB4_FAULT_##N(LAB4_FAULT_ARGUMENT, N))); \
    } \
    LAB4_FAULT_##N(LAB4_FAULT_ACCESSORS, N)

LAB4_FAULTS(LAB4_FAULT_VIEW)

#undef LAB4_FAULT_VIEW
#undef LAB4_FAULT_ACCESSORS
#undef LAB4_FAULT_STORE
#undef LAB4_FAULT_ARGUMENT
#undef LAB4_FAULT_PARAM

#endif
