/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that receive (spec abi §12.5). The result is the info word of the message, *sender (if not null) the badge.
 * After a notification, or a poll that found nothing, only the badge means something. For the WithMRs forms see
 * <sel4/arch/syscalls.h>.
 *
 * Recv forms name the reply object that will hold the caller; with the Wait forms a caller gets no reply.
 */
#ifndef SEL4_SYSCALLS_MCS_H
#define SEL4_SYSCALLS_MCS_H

#include <lab4/message_registers.h>

/* Receive into the IPC buffer. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t lab4_receive(seL4_Syscall_ID sys, seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply)
{
    struct lab4_mrs mrs;
    seL4_Word badge, info;
    arm_sys_recv(sys, src, &badge, &info, &mrs, reply);
    lab4_mrs_to_buffer(mrs);
    return lab4_received(badge, info, sender);
}

/* Waits for a message or notification at src. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply)
{
    return lab4_receive(seL4_SysRecv, src, sender, reply);
}

/* As seL4_Recv, but returns at once with badge 0 if nothing is there. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply)
{
    return lab4_receive(seL4_SysNBRecv, src, sender, reply);
}

/* Waits for a notification, or for a message that needs no reply. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Wait(seL4_CPtr src, seL4_Word *sender)
{
    return lab4_receive(seL4_SysWait, src, sender, 0);
}

/* As seL4_Wait, but returns at once with badge 0 if nothing is there. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBWait(seL4_CPtr src, seL4_Word *sender)
{
    return lab4_receive(seL4_SysNBWait, src, sender, 0);
}

/* Another name of seL4_NBWait. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Poll(seL4_CPtr src, seL4_Word *sender)
{
    return seL4_NBWait(src, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_RecvWithMRs(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply, seL4_Word *mr0,
                                                        seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    struct lab4_mrs mrs;
    seL4_Word badge, info;
    arm_sys_recv(seL4_SysRecv, src, &badge, &info, &mrs, reply);
    lab4_mrs_to_pointers(mrs, mr0, mr1, mr2, mr3);
    return lab4_received(badge, info, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_WaitWithMRs(seL4_CPtr src, seL4_Word *sender, seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3)
{
    struct lab4_mrs mrs;
    seL4_Word badge, info;
    arm_sys_recv(seL4_SysWait, src, &badge, &info, &mrs, 0);
    lab4_mrs_to_pointers(mrs, mr0, mr1, mr2, mr3);
    return lab4_received(badge, info, sender);
}

/* Invokes reply with the message (usually: answers the last caller), then waits at src as seL4_Recv does. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t msgInfo, seL4_Word *sender,
                                                      seL4_CPtr reply)
{
    struct lab4_mrs mrs = lab4_mrs_from_buffer();
    seL4_Word badge;
    arm_sys_send_recv(seL4_SysReplyRecv, src, &badge, &msgInfo.words[0], &mrs, reply);
    lab4_mrs_to_buffer(mrs);
    return lab4_received(badge, msgInfo.words[0], sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ReplyRecvWithMRs(seL4_CPtr src, seL4_MessageInfo_t msgInfo, seL4_Word *sender,
                                                             seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3,
                                                             seL4_CPtr reply)
{
    struct lab4_mrs mrs = lab4_mrs_from_pointers(msgInfo, mr0, mr1, mr2, mr3);
    seL4_Word badge;
    arm_sys_send_recv(seL4_SysReplyRecv, src, &badge, &msgInfo.words[0], &mrs, reply);
    lab4_mrs_to_pointers(mrs, mr0, mr1, mr2, mr3);
    return lab4_received(badge, msgInfo.words[0], sender);
}

/* Sends to dest without waiting, then waits at src as seL4_Recv does. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBSendRecv(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_CPtr src,
                                                       seL4_Word *sender, seL4_CPtr reply)
{
    struct lab4_mrs mrs = lab4_mrs_from_buffer();
    seL4_Word badge;
    arm_sys_nbsend_recv(seL4_SysNBSendRecv, dest, src, &badge, &msgInfo.words[0], &mrs, reply);
    lab4_mrs_to_buffer(mrs);
    return lab4_received(badge, msgInfo.words[0], sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBSendRecvWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_CPtr src,
                                                              seL4_Word *sender, seL4_Word *mr0, seL4_Word *mr1,
                                                              seL4_Word *mr2, seL4_Word *mr3, seL4_CPtr reply)
{
    struct lab4_mrs mrs = lab4_mrs_from_pointers(msgInfo, mr0, mr1, mr2, mr3);
    seL4_Word badge;
    arm_sys_nbsend_recv(seL4_SysNBSendRecv, dest, src, &badge, &msgInfo.words[0], &mrs, reply);
    lab4_mrs_to_pointers(mrs, mr0, mr1, mr2, mr3);
    return lab4_received(badge, msgInfo.words[0], sender);
}

/* Sends to dest without waiting, then waits at src as seL4_Wait does. The kernel takes dest in the register of the reply. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBSendWait(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_CPtr src,
                                                       seL4_Word *sender)
{
    struct lab4_mrs mrs = lab4_mrs_from_buffer();
    seL4_Word badge;
    arm_sys_nbsend_recv(seL4_SysNBSendWait, 0, src, &badge, &msgInfo.words[0], &mrs, dest);
    lab4_mrs_to_buffer(mrs);
    return lab4_received(badge, msgInfo.words[0], sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBSendWaitWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_CPtr src,
                                                              seL4_Word *sender, seL4_Word *mr0, seL4_Word *mr1,
                                                              seL4_Word *mr2, seL4_Word *mr3)
{
    struct lab4_mrs mrs = lab4_mrs_from_pointers(msgInfo, mr0, mr1, mr2, mr3);
    seL4_Word badge;
    arm_sys_nbsend_recv(seL4_SysNBSendWait, 0, src, &badge, &msgInfo.words[0], &mrs, dest);
    lab4_mrs_to_pointers(mrs, mr0, mr1, mr2, mr3);
    return lab4_received(badge, msgInfo.words[0], sender);
}

#endif
