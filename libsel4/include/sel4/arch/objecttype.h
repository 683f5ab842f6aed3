/* SPDX-License-Identifier: BSD-2-Clause */
/* Object types of Arm (spec abi §6). Numbers continue those of seL4_ModeObjectType. */
#ifndef SEL4_ARCH_OBJECTTYPE_H
#define SEL4_ARCH_OBJECTTYPE_H

typedef enum _object {
    seL4_ARM_SmallPageObject = 9,
    seL4_ARM_LargePageObject = 10,
    seL4_ARM_PageTableObject = 11,
    seL4_ObjectTypeCount = 12
} seL4_ArchObjectType;

/* Features that this configuration does not have. */
#define seL4_ARM_VCPUObject 0xfffe
#define seL4_ARM_IOPageTableObject 0xffff

#endif
