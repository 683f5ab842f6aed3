/* SPDX-License-Identifier: BSD-2-Clause */
/* Old 64-bit Arm names: every table below the root is a PageTable now. The object types are in objecttype.h. */
#ifndef SEL4_SEL4_ARCH_DEPRECATED_H
#define SEL4_SEL4_ARCH_DEPRECATED_H

#define seL4_ARM_PageDirectory_Map seL4_ARM_PageTable_Map
#define seL4_ARM_PageDirectory_Unmap seL4_ARM_PageTable_Unmap
#define seL4_ARM_PageUpperDirectory_Map seL4_ARM_PageTable_Map
#define seL4_ARM_PageUpperDirectory_Unmap seL4_ARM_PageTable_Unmap

#endif
