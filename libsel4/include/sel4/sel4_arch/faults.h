/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault messages that depend on the architecture. Include <sel4/faults.h>. */
#ifndef SEL4_SEL4_ARCH_FAULTS_H
#define SEL4_SEL4_ARCH_FAULTS_H

#include <sel4/functions.h>

#define LAB4_FAULT_MR(N, word, field) , seL4_GetMR(word - 1)
#define LAB4_FAULT_CASE(tag, N) \
    case tag: \
        return seL4_Fault_##N##_new(LAB4_LIST(LAB4_FAULT_##N(LAB4_FAULT_MR, N)));

#define LAB4_FAULT_TEST(function, type) \
    /* Whether a message's info word is that of this kind of fault. */ \
    LIBSEL4_INLINE_FUNC CONST seL4_Bool function(seL4_MessageInfo_t tag) \
    { \
        return seL4_MessageInfo_get_label(tag) == type; \
    }

/* As seL4_getFault, for the faults of this architecture only. */
LIBSEL4_INLINE_FUNC seL4_Fault_t seL4_getArchFault(seL4_MessageInfo_t tag)
{
    switch (seL4_MessageInfo_get_label(tag)) {
        LAB4_FAULTS_ARCH(LAB4_FAULT_CASE)
    default:
        return seL4_Fault_NullFault_new();
    }
}

LAB4_FAULT_TEST(seL4_isVMFault_tag, seL4_Fault_VMFault)
LAB4_FAULT_TEST(seL4_isUnknownSyscall_tag, seL4_Fault_UnknownSyscall)
LAB4_FAULT_TEST(seL4_isUserException_tag, seL4_Fault_UserException)

#endif
