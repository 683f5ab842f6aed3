/* SPDX-License-Identifier: BSD-2-Clause */
/* Object types of 64-bit Arm (spec abi §6). Numbers continue those of seL4_ObjectType. */
#ifndef SEL4_SEL4_ARCH_OBJECTTYPE_H
#define SEL4_SEL4_ARCH_OBJECTTYPE_H

typedef enum _mode_object {
    seL4_ARM_HugePageObject = 7,
    seL4_ARM_VSpaceObject = 8,
    seL4_ModeObjectTypeCount = 9
} seL4_ModeObjectType;

/* Names from the time when each level of the page table was an object type of its own. */
#define seL4_ARM_PageDirectoryObject seL4_ARM_PageTableObject
#define seL4_ARM_PageUpperDirectoryObject seL4_ARM_PageTableObject
#define seL4_ARM_PageGlobalDirectoryObject seL4_ARM_VSpaceObject

#endif
