/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault messages as C values (spec abi §5, §12.7). */
#ifndef SEL4_FAULTS_H
#define SEL4_FAULTS_H

#include <sel4/functions.h>
#include <sel4/sel4_arch/faults.h>

/* The fault in a message that has just been received, from its info word and the IPC buffer; NullFault if it is none. */
LIBSEL4_INLINE_FUNC seL4_Fault_t seL4_getFault(seL4_MessageInfo_t tag)
{
    switch (seL4_MessageInfo_get_label(tag)) {
        LAB4_FAULTS_COMMON(LAB4_FAULT_CASE)
    default:
        return seL4_getArchFault(tag);
    }
}

LAB4_FAULT_TEST(seL4_isNullFault_tag, seL4_Fault_NullFault)
LAB4_FAULT_TEST(seL4_isCapFault_tag, seL4_Fault_CapFault)
LAB4_FAULT_TEST(seL4_isTimeoutFault_tag, seL4_Fault_Timeout)

/*
 * Prepares the reply to a timeout fault: the first length words of regs become the message. The thread is restarted with them
 * if resume is true, otherwise it stays inactive.
 */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_TimeoutReply_new(seL4_Bool resume, seL4_UserContext regs, seL4_Word length)
{
    const seL4_Word *words = (const seL4_Word *)(const void *)&regs;
    for (seL4_Word i = 0; i < length; i++) {
        seL4_SetMR((int)i, words[i]);
    }
    return seL4_MessageInfo_new(resume ? 0 : 1, 0, 0, length);
}

#endif
