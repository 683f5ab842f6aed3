/* SPDX-License-Identifier: BSD-2-Clause */
/* Which C type has 64 bits. */
#ifndef SEL4_ARCH_SIMPLE_TYPES_H
#define SEL4_ARCH_SIMPLE_TYPES_H

#define SEL4_INT64_IS_LONG

#endif
