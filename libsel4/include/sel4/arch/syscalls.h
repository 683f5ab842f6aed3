/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that send, call or yield, and the debug calls (spec abi §12.5). Those that receive: <sel4/syscalls_mcs.h>.
 *
 * The plain forms take message registers 0..3 from the IPC buffer and leave received ones there. The WithMRs forms take and
 * leave them through pointers, each of which may be null, and do not touch them in the buffer. Registers from 4 on are in the
 * buffer in both forms.
 */
#ifndef SEL4_ARCH_SYSCALLS_H
#define SEL4_ARCH_SYSCALLS_H

#include <lab4/message_registers.h>

/* Sends to dest; waits for a receiver. */
LIBSEL4_INLINE_FUNC void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    arm_sys_send(seL4_SysSend, dest, msgInfo.words[0], lab4_mrs_from_buffer());
}

LIBSEL4_INLINE_FUNC void seL4_SendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_Word *mr0, seL4_Word *mr1,
                                          seL4_Word *mr2, seL4_Word *mr3)
{
    arm_sys_send(seL4_SysSend, dest, msgInfo.words[0], lab4_mrs_from_pointers(msgInfo, mr0, mr1, mr2, mr3));
}

/* Sends to dest if a receiver waits there; otherwise the message is dropped without notice. */
LIBSEL4_INLINE_FUNC void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    arm_sys_send(seL4_SysNBSend, dest, msgInfo.words[0], lab4_mrs_from_buffer());
}

LIBSEL4_INLINE_FUNC void seL4_NBSendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_Word *mr0, seL4_Word *mr1,
                                            seL4_Word *mr2, seL4_Word *mr3)
{
    arm_sys_send(seL4_SysNBSend, dest, msgInfo.words[0], lab4_mrs_from_pointers(msgInfo, mr0, mr1, mr2, mr3));
}

/* Sends to dest and waits for the reply, which is the result. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct lab4_mrs mrs = lab4_mrs_from_buffer();
    seL4_Word badge;
    arm_sys_send_recv(seL4_SysCall, dest, &badge, &msgInfo.words[0], &mrs, 0);
    lab4_mrs_to_buffer(mrs);
    return msgInfo;
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo, seL4_Word *mr0,
                                                        seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    struct lab4_mrs mrs = lab4_mrs_from_pointers(msgInfo, mr0, mr1, mr2, mr3);
    seL4_Word badge;
    arm_sys_send_recv(seL4_SysCall, dest, &badge, &msgInfo.words[0], &mrs, 0);
    lab4_mrs_to_pointers(mrs, mr0, mr1, mr2, mr3);
    return msgInfo;
}

/* Signals the notification dest. */
LIBSEL4_INLINE_FUNC void seL4_Signal(seL4_CPtr dest)
{
    arm_sys_send_null(seL4_SysSend, dest, 0);
}

/* Gives up the rest of the current budget. */
LIBSEL4_INLINE_FUNC void seL4_Yield(void)
{
    arm_sys_null(seL4_SysYield);
}

#ifdef CONFIG_PRINTING
/* Writes a character to the kernel's console. */
LIBSEL4_INLINE_FUNC void seL4_DebugPutChar(char c)
{
    lab4_sys_argument(seL4_SysDebugPutChar, (unsigned char)c);
}

LIBSEL4_INLINE_FUNC void seL4_DebugPutString(char *str)
{
    for (const char *s = str; *s != '\0'; s++) {
        seL4_DebugPutChar(*s);
    }
}
#endif

#if defined(CONFIG_PRINTING) || defined(CONFIG_DEBUG_BUILD)
/* Stops the machine. To end a run with an exit status, use lab4_exit from <lab4/exit.h>. */
LIBSEL4_INLINE_FUNC void seL4_DebugHalt(void)
{
    arm_sys_null(seL4_SysDebugHalt);
}
#endif

#ifdef CONFIG_DEBUG_BUILD
/* Prints a table of all threads. */
LIBSEL4_INLINE_FUNC void seL4_DebugDumpScheduler(void)
{
    arm_sys_null(seL4_SysDebugDumpScheduler);
}

/* Prints all objects and capabilities. */
LIBSEL4_INLINE_FUNC void seL4_DebugSnapshot(void)
{
    arm_sys_null(seL4_SysDebugSnapshot);
}

/* Type tag of a capability (spec abi §11); 0 if there is none. */
LIBSEL4_INLINE_FUNC seL4_Uint32 seL4_DebugCapIdentify(seL4_CPtr cap)
{
    return (seL4_Uint32)lab4_sys_query(seL4_SysDebugCapIdentify, cap);
}

/* Names a thread for the console; names longer than the message are cut. Overwrites the message in the IPC buffer. */
LIBSEL4_INLINE_FUNC void seL4_DebugNameThread(seL4_CPtr tcb, const char *name)
{
    char *copy = (char *)seL4_GetIPCBuffer()->msg;
    seL4_Word i = 0;
    for (; name[i] != '\0' && i < sizeof(seL4_GetIPCBuffer()->msg) - 1; i++) {
        copy[i] = name[i];
    }
    copy[i] = '\0';
    lab4_sys_argument(seL4_SysDebugNameThread, tcb);
}
#endif

#include <sel4/syscalls_mcs.h>

#endif
