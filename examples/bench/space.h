/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces beside the root task's. */
#ifndef BENCH_SPACE_H
#define BENCH_SPACE_H

#include <sel4/sel4.h>

/* An empty one, with an ASID. */
seL4_CPtr space_create(void);

/* Maps the root task's image into it, at the same addresses and the same memory. */
void space_share_image(seL4_CPtr vspace);

#endif
