/* SPDX-License-Identifier: BSD-2-Clause */
/* Old Arm names: every table below the root is a PageTable now. */
#ifndef SEL4_ARCH_DEPRECATED_H
#define SEL4_ARCH_DEPRECATED_H

#define ARMPageDirectoryMap ARMPageTableMap
#define ARMPageDirectoryUnmap ARMPageTableUnmap
#define ARMPageUpperDirectoryMap ARMPageTableMap
#define ARMPageUpperDirectoryUnmap ARMPageTableUnmap

#endif
