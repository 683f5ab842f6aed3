/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine word. */
#ifndef SEL4_SEL4_ARCH_SIMPLE_TYPES_H
#define SEL4_SEL4_ARCH_SIMPLE_TYPES_H

#define SEL4_WORD_IS_UINT64

#endif
