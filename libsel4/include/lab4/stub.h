/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building and sending an invocation (spec abi §7.2): one Call; words to MR0, MR1..., capabilities to caps_or_badges[0...].
 * All of it folds away when it is inlined into a stub.
 */
#ifndef LAB4_STUB_H
#define LAB4_STUB_H

#include <lab4/invocation_errors.h>
#include <lab4/message_registers.h>
#include <sel4/invocation.h>

/* A message under construction; after lab4_invoke, the first four words of the answer. */
struct lab4_invocation {
    struct lab4_mrs mrs;
    seL4_Word length;
    seL4_Word caps;
};

#define LAB4_ALWAYS_INLINE LIBSEL4_INLINE_FUNC __attribute__((always_inline))

/* A switch, not an index: so the message stays in registers at every optimisation level. */
LAB4_ALWAYS_INLINE void lab4_put_word(struct lab4_invocation *invocation, seL4_Word word)
{
    switch (invocation->length) {
    case 0:
        invocation->mrs.mr[0] = word;
        break;
    case 1:
        invocation->mrs.mr[1] = word;
        break;
    case 2:
        invocation->mrs.mr[2] = word;
        break;
    case 3:
        invocation->mrs.mr[3] = word;
        break;
    default:
        seL4_SetMR((int)invocation->length, word);
        break;
    }
    invocation->length++;
}

LAB4_ALWAYS_INLINE void lab4_put_cap(struct lab4_invocation *invocation, seL4_CPtr cap)
{
    seL4_SetCap((int)invocation->caps, cap);
    invocation->caps++;
}

/* Sends it. On an error the details are left in the message registers of the IPC buffer, otherwise those are not touched. */
LAB4_ALWAYS_INLINE seL4_Error lab4_invoke(seL4_CPtr service, seL4_Word label, struct lab4_invocation *invocation)
{
    seL4_MessageInfo_t info = seL4_MessageInfo_new(label, 0, invocation->caps, invocation->length);
    seL4_Word badge;
    seL4_Error error;
    arm_sys_send_recv(seL4_SysCall, service, &badge, &info.words[0], &invocation->mrs, 0);
    error = (seL4_Error)seL4_MessageInfo_get_label(info);
    if (error != seL4_NoError) {
        lab4_mrs_to_buffer(invocation->mrs);
#if CONFIG_LIB_SEL4_PRINT_INVOCATION_ERRORS
        lab4_print_invocation_error(service, label, error);
#endif
    }
    return error;
}

#endif
