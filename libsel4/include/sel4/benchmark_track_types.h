/* SPDX-License-Identifier: BSD-2-Clause */
/* How and why the kernel was entered (spec abi §12.11). */
#ifndef SEL4_BENCHMARK_TRACK_TYPES_H
#define SEL4_BENCHMARK_TRACK_TYPES_H

#include <sel4/config.h>
#include <sel4/types.h>

#if defined(CONFIG_BENCHMARK_TRACK_KERNEL_ENTRIES) || defined(CONFIG_DEBUG_BUILD)

typedef enum {
    Entry_Unknown = 0,
    Entry_Interrupt = 1,
    Entry_UnknownSyscall = 2,
    Entry_UserLevelFault = 3,
    Entry_DebugFault = 4,
    Entry_VMFault = 5,
    Entry_Syscall = 6,
    Entry_VCPUFault = 7
} entry_type_t;

/* One word of 32 bits: the path, and what the path says about the other 29. */
__extension__ typedef struct SEL4_PACKED kernel_entry {
    union {
        seL4_Uint32 path : 3; /* entry_type_t */
        struct {
            seL4_Uint32 : 3;
            seL4_Uint32 core : 3;
            seL4_Uint32 word : 26;
        };
        struct {
            seL4_Uint32 : 3;
            seL4_Uint32 syscall_no : 4;
            seL4_Uint32 cap_type : 5;
            seL4_Uint32 is_fastpath : 1;
            seL4_Uint32 invocation_tag : 19;
        };
    };
} kernel_entry_t;

#endif

#endif
