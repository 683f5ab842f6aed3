/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug resources of the Cortex-A53. Defined although the breakpoint interface is not configured in (spec abi §6). */
#ifndef SEL4_ARCH_CONSTANTS_CORTEX_A53_H
#define SEL4_ARCH_CONSTANTS_CORTEX_A53_H

#define seL4_NumHWBreakpoints 10
#define seL4_NumExclusiveBreakpoints 6
#define seL4_NumExclusiveWatchpoints 4

#endif
