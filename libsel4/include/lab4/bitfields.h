/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accessors for types that are bit fields in one word, expanded from a table:
 *   #define MY_T_FIELDS(F, T)  F(T, name, low bit, width) ...          in the order of T_new's parameters
 *   LAB4_BITFIELD_TYPE(MY_T, MY_T_FIELDS)
 * gives MY_T_t, MY_T_new, MY_T_ptr_new and, for each field, MY_T_get_f, MY_T_set_f, MY_T_ptr_get_f, MY_T_ptr_set_f.
 * Values out of range trip seL4_DebugAssert; with NDEBUG the excess bits are dropped.
 */
#ifndef LAB4_BITFIELDS_H
#define LAB4_BITFIELDS_H

#include <sel4/debug_assert.h>
#include <sel4/simple_types.h>

/* Drops the leading comma of a parameter list made by a table: LAB4_LIST(, a, b) is a, b. */
#define LAB4_LIST_(nothing, ...) __VA_ARGS__
#define LAB4_LIST(...) LAB4_LIST_(__VA_ARGS__)

/* Mask of a field at bit 0; width 1..64. */
#define LAB4_FIELD_MASK(width) (~0ul >> (64 - (width)))

/* value, checked to fit, moved to its place. */
LIBSEL4_INLINE_FUNC seL4_Uint64 lab4_field_place(seL4_Uint64 value, int low, int width)
{
    seL4_DebugAssert((value & ~LAB4_FIELD_MASK(width)) == 0);
    return (value & LAB4_FIELD_MASK(width)) << low;
}

#define LAB4_FIELD_PARAM(T, name, low, width) , seL4_Uint64 name
#define LAB4_FIELD_PLACE(T, name, low, width) | lab4_field_place(name, low, width)

#define LAB4_FIELD_ACCESSORS(T, name, low, width) \
    LIBSEL4_INLINE_FUNC CONST seL4_Uint64 T##_get_##name(T##_t v) \
    { \
        return (v.words[0] >> (low)) & LAB4_FIELD_MASK(width); \
    } \
    LIBSEL4_INLINE_FUNC T##_t T##_set_##name(T##_t v, seL4_Uint64 x) \
    { \
        v.words[0] = (v.words[0] & ~(LAB4_FIELD_MASK(width) << (low))) | lab4_field_place(x, low, width); \
        return v; \
    } \
    LIBSEL4_INLINE_FUNC PURE seL4_Uint64 T##_ptr_get_##name(T##_t *p) \
    { \
        return T##_get_##name(*p); \
    } \
    LIBSEL4_INLINE_FUNC void T##_ptr_set_##name(T##_t *p, seL4_Uint64 x) \
    { \
        *p = T##_set_##name(*p, x); \
    }

#define LAB4_BITFIELD_TYPE(T, fields) \
    struct T { \
        seL4_Uint64 words[1]; \
    }; \
    typedef struct T T##_t; \
    LIBSEL4_INLINE_FUNC T##_t T##_new(LAB4_LIST(fields(LAB4_FIELD_PARAM, T))) \
    { \
        T##_t v; \
        v.words[0] = 0ul fields(LAB4_FIELD_PLACE, T); \
        return v; \
    } \
    LIBSEL4_INLINE_FUNC void T##_ptr_new(T##_t *p fields(LAB4_FIELD_PARAM, T)) \
    { \
        p->words[0] = 0ul fields(LAB4_FIELD_PLACE, T); \
    } \
    fields(LAB4_FIELD_ACCESSORS, T)

#endif
