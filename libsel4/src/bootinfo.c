/* SPDX-License-Identifier: BSD-2-Clause */
/* The library's own copy of the BootInfo pointer; the name `bootinfo` is public (spec abi §12.8). */
#include <sel4/bootinfo.h>

extern seL4_BootInfo *bootinfo;
seL4_BootInfo *bootinfo;

void seL4_InitBootInfo(seL4_BootInfo *bi)
{
    bootinfo = bi;
}

seL4_BootInfo *seL4_GetBootInfo(void)
{
    return bootinfo;
}
