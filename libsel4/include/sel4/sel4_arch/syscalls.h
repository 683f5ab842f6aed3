/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls by shape: which of x0..x8 go in and which come out (spec abi §2.2, §2.3). The kernel changes no register that
 * is not an output here. None of these touches the IPC buffer, so they also serve code that runs before there is one.
 */
#ifndef SEL4_SEL4_ARCH_SYSCALLS_H
#define SEL4_SEL4_ARCH_SYSCALLS_H

#include <lab4/gate.h>
#include <sel4/types.h>

/* Four message registers. */
struct lab4_mrs {
    seL4_Word mr[4];
};

/* Declares a variable that lives in the register of a role. */
#define LAB4_IN_REGISTER(variable, role, value) register seL4_Word variable __asm__(role) = (value)

/* No argument, no result: Yield and some debug calls. */
LIBSEL4_INLINE_FUNC void arm_sys_null(seL4_Syscall_ID sys)
{
    LAB4_IN_REGISTER(x7, LAB4_X7, (seL4_Word)sys);
    __asm__ __volatile__(LAB4_GATE : : "r"(x7) : LAB4_GATE_CLOBBERS);
}

/* One argument, no result. */
LIBSEL4_INLINE_FUNC void lab4_sys_argument(seL4_Syscall_ID sys, seL4_Word argument)
{
    LAB4_IN_REGISTER(x0, LAB4_X0, argument);
    LAB4_IN_REGISTER(x7, LAB4_X7, (seL4_Word)sys);
    __asm__ __volatile__(LAB4_GATE : : "r"(x0), "r"(x7) : LAB4_GATE_CLOBBERS);
}

/* One argument, one result. */
LIBSEL4_INLINE_FUNC seL4_Word lab4_sys_query(seL4_Syscall_ID sys, seL4_Word argument)
{
    LAB4_IN_REGISTER(x0, LAB4_X0, argument);
    LAB4_IN_REGISTER(x7, LAB4_X7, (seL4_Word)sys);
    __asm__ __volatile__(LAB4_GATE : "+r"(x0) : "r"(x7) : LAB4_GATE_CLOBBERS);
    return x0;
}

/* Send without message registers. */
LIBSEL4_INLINE_FUNC void arm_sys_send_null(seL4_Syscall_ID sys, seL4_Word dest, seL4_Word info)
{
    LAB4_IN_REGISTER(x0, LAB4_X0, dest);
    LAB4_IN_REGISTER(x1, LAB4_X1, info);
    LAB4_IN_REGISTER(x7, LAB4_X7, (seL4_Word)sys);
    __asm__ __volatile__(LAB4_GATE : : "r"(x0), "r"(x1), "r"(x7) : LAB4_GATE_CLOBBERS);
}

/* Send, NBSend. */
LIBSEL4_INLINE_FUNC void arm_sys_send(seL4_Syscall_ID sys, seL4_Word dest, seL4_Word info, struct lab4_mrs mrs)
{
    LAB4_IN_REGISTER(x0, LAB4_X0, dest);
    LAB4_IN_REGISTER(x1, LAB4_X1, info);
    LAB4_IN_REGISTER(x2, LAB4_X2, mrs.mr[0]);
    LAB4_IN_REGISTER(x3, LAB4_X3, mrs.mr[1]);
    LAB4_IN_REGISTER(x4, LAB4_X4, mrs.mr[2]);
    LAB4_IN_REGISTER(x5, LAB4_X5, mrs.mr[3]);
    LAB4_IN_REGISTER(x7, LAB4_X7, (seL4_Word)sys);
    __asm__ __volatile__(LAB4_GATE
                         :
                         : "r"(x0), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x7)
                         : LAB4_GATE_CLOBBERS);
}

/* Recv, NBRecv, Wait, NBWait. After a notification or an empty poll, info and mrs are undefined. */
LIBSEL4_INLINE_FUNC void arm_sys_recv(seL4_Syscall_ID sys, seL4_Word src, seL4_Word *badge, seL4_Word *info,
                                      struct lab4_mrs *mrs, seL4_Word reply)
{
    LAB4_IN_REGISTER(x0, LAB4_X0, src);
    register seL4_Word x1 __asm__(LAB4_X1);
    register seL4_Word x2 __asm__(LAB4_X2);
    register seL4_Word x3 __asm__(LAB4_X3);
    register seL4_Word x4 __asm__(LAB4_X4);
    register seL4_Word x5 __asm__(LAB4_X5);
    LAB4_IN_REGISTER(x6, LAB4_X6, reply);
    LAB4_IN_REGISTER(x7, LAB4_X7, (seL4_Word)sys);
    __asm__ __volatile__(LAB4_GATE
                         : "+r"(x0), "=r"(x1), "=r"(x2), "=r"(x3), "=r"(x4), "=r"(x5)
                         : "r"(x6), "r"(x7)
                         : LAB4_GATE_CLOBBERS);
    *badge = x0;
    *info = x1;
    mrs->mr[0] = x2;
    mrs->mr[1] = x3;
    mrs->mr[2] = x4;
    mrs->mr[3] = x5;
}

/* Call, ReplyRecv: message out, message in. */
LIBSEL4_INLINE_FUNC void arm_sys_send_recv(seL4_Syscall_ID sys, seL4_Word dest, seL4_Word *badge, seL4_Word *info,
                                           struct lab4_mrs *mrs, seL4_Word reply)
{
    LAB4_IN_REGISTER(x0, LAB4_X0, dest);
    LAB4_IN_REGISTER(x1, LAB4_X1, *info);
    LAB4_IN_REGISTER(x2, LAB4_X2, mrs->mr[0]);
    LAB4_IN_REGISTER(x3, LAB4_X3, mrs->mr[1]);
    LAB4_IN_REGISTER(x4, LAB4_X4, mrs->mr[2]);
    LAB4_IN_REGISTER(x5, LAB4_X5, mrs->mr[3]);
    LAB4_IN_REGISTER(x6, LAB4_X6, reply);
    LAB4_IN_REGISTER(x7, LAB4_X7, (seL4_Word)sys);
    __asm__ __volatile__(LAB4_GATE
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                         : "r"(x6), "r"(x7)
                         : LAB4_GATE_CLOBBERS);
    *badge = x0;
    *info = x1;
    mrs->mr[0] = x2;
    mrs->mr[1] = x3;
    mrs->mr[2] = x4;
    mrs->mr[3] = x5;
}

/* NBSendRecv (reply = reply object, dest = where to send), NBSendWait (reply = where to send, dest = 0). */
LIBSEL4_INLINE_FUNC void arm_sys_nbsend_recv(seL4_Syscall_ID sys, seL4_Word dest, seL4_Word src, seL4_Word *badge,
                                             seL4_Word *info, struct lab4_mrs *mrs, seL4_Word reply)
{
    LAB4_IN_REGISTER(x0, LAB4_X0, src);
    LAB4_IN_REGISTER(x1, LAB4_X1, *info);
    LAB4_IN_REGISTER(x2, LAB4_X2, mrs->mr[0]);
    LAB4_IN_REGISTER(x3, LAB4_X3, mrs->mr[1]);
    LAB4_IN_REGISTER(x4, LAB4_X4, mrs->mr[2]);
    LAB4_IN_REGISTER(x5, LAB4_X5, mrs->mr[3]);
    LAB4_IN_REGISTER(x6, LAB4_X6, reply);
    LAB4_IN_REGISTER(x7, LAB4_X7, (seL4_Word)sys);
    LAB4_IN_REGISTER(x8, LAB4_X8, dest);
    __asm__ __volatile__(LAB4_GATE
                         : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                         : "r"(x6), "r"(x7), "r"(x8)
                         : LAB4_GATE_CLOBBERS);
    *badge = x0;
    *info = x1;
    mrs->mr[0] = x2;
    mrs->mr[1] = x3;
    mrs->mr[2] = x4;
    mrs->mr[3] = x5;
}

#endif
