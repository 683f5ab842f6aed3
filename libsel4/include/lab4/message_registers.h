/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the four message registers of a system call come from and go to (spec abi §12.5). */
#ifndef LAB4_MESSAGE_REGISTERS_H
#define LAB4_MESSAGE_REGISTERS_H

#include <sel4/functions.h>
#include <sel4/sel4_arch/syscalls.h>

/*
 * Word by word and volatile: otherwise compilers gather the four in a SIMD register, and then a stub traps in a thread that
 * has its FPU disabled.
 */
LIBSEL4_INLINE_FUNC struct lab4_mrs lab4_mrs_from_buffer(void)
{
    const volatile seL4_Word *msg = seL4_GetIPCBuffer()->msg;
    struct lab4_mrs mrs;
    mrs.mr[0] = msg[0];
    mrs.mr[1] = msg[1];
    mrs.mr[2] = msg[2];
    mrs.mr[3] = msg[3];
    return mrs;
}

LIBSEL4_INLINE_FUNC void lab4_mrs_to_buffer(struct lab4_mrs mrs)
{
    volatile seL4_Word *msg = seL4_GetIPCBuffer()->msg;
    msg[0] = mrs.mr[0];
    msg[1] = mrs.mr[1];
    msg[2] = mrs.mr[2];
    msg[3] = mrs.mr[3];
}

/* The WithMRs rule for input: a word is taken if its pointer is given and the message is long enough, else it is 0. */
LIBSEL4_INLINE_FUNC struct lab4_mrs lab4_mrs_from_pointers(seL4_MessageInfo_t info, const seL4_Word *mr0, const seL4_Word *mr1,
                                                           const seL4_Word *mr2, const seL4_Word *mr3)
{
    const seL4_Word length = seL4_MessageInfo_get_length(info);
    struct lab4_mrs mrs;
    mrs.mr[0] = mr0 != seL4_Null && length > 0 ? *mr0 : 0;
    mrs.mr[1] = mr1 != seL4_Null && length > 1 ? *mr1 : 0;
    mrs.mr[2] = mr2 != seL4_Null && length > 2 ? *mr2 : 0;
    mrs.mr[3] = mr3 != seL4_Null && length > 3 ? *mr3 : 0;
    return mrs;
}

/* The WithMRs rule for output: a word is stored if its pointer is given. */
LIBSEL4_INLINE_FUNC void lab4_mrs_to_pointers(struct lab4_mrs mrs, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                              seL4_Word *mr3)
{
    if (mr0 != seL4_Null) {
        *mr0 = mrs.mr[0];
    }
    if (mr1 != seL4_Null) {
        *mr1 = mrs.mr[1];
    }
    if (mr2 != seL4_Null) {
        *mr2 = mrs.mr[2];
    }
    if (mr3 != seL4_Null) {
        *mr3 = mrs.mr[3];
    }
}

/* The end of every receiving stub: the badge to *sender, if wanted, and the info word as a message info. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t lab4_received(seL4_Word badge, seL4_Word info, seL4_Word *sender)
{
    seL4_MessageInfo_t received;
    received.words[0] = info;
    if (sender != seL4_Null) {
        *sender = badge;
    }
    return received;
}

#endif
