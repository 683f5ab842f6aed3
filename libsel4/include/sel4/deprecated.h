/* SPDX-License-Identifier: BSD-2-Clause */
/* Old names, kept for old code (spec abi §12.12). */
#ifndef SEL4_DEPRECATED_H
#define SEL4_DEPRECATED_H

#include <sel4/functions.h>
#include <sel4/arch/deprecated.h>
#include <sel4/sel4_arch/deprecated.h>

#define SEL4_PFIPC_LABEL seL4_Fault_VMFault
#define SEL4_PFIPC_LENGTH seL4_VMFault_Length
#define SEL4_PFIPC_FAULT_IP seL4_VMFault_IP
#define SEL4_PFIPC_FAULT_ADDR seL4_VMFault_Addr
#define SEL4_PFIPC_PREFETCH_FAULT seL4_VMFault_PrefetchFault
#define SEL4_PFIPC_FSR seL4_VMFault_FSR
#define SEL4_EXCEPT_IPC_LABEL seL4_Fault_UnknownSyscall
#define SEL4_USER_EXCEPTION_LABEL seL4_Fault_UserException
#define SEL4_USER_EXCEPTION_LENGTH seL4_UserException_Length

#define seL4_NoFault seL4_Fault_NullFault
#define seL4_CapFault seL4_Fault_CapFault
#define seL4_UnknownSyscall seL4_Fault_UnknownSyscall
#define seL4_UserException seL4_Fault_UserException
#define seL4_VMFault seL4_Fault_VMFault

#define seL4_AsyncEndpointObject seL4_NotificationObject

typedef seL4_CapRights_t seL4_CapRights SEL4_DEPRECATED("use seL4_CapRights_t");
typedef seL4_Fault_tag_t seL4_FaultType SEL4_DEPRECATED("use seL4_Fault_tag_t");
typedef seL4_Word seL4_CapData_t SEL4_DEPRECATED("use seL4_Word");

__extension__ typedef union {
    struct {
        seL4_Word fault_ip;
        seL4_Word fault_addr;
        seL4_Word prefetch_fault;
        seL4_Word fsr;
    };
    seL4_Word raw[4];
} seL4_PageFaultIpcRegisters SEL4_DEPRECATED("use seL4_getFault");

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use the result of the receiving call") seL4_MessageInfo_t seL4_GetTag(void)
{
    return seL4_GetIPCBuffer()->tag;
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("pass it to the sending call") void seL4_SetTag(seL4_MessageInfo_t tag)
{
    seL4_GetIPCBuffer()->tag = tag;
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_getFault") seL4_Word seL4_PF_FIP(void)
{
    return seL4_GetMR(seL4_VMFault_IP);
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_getFault") seL4_Word seL4_PF_Addr(void)
{
    return seL4_GetMR(seL4_VMFault_Addr);
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_isVMFault_tag") seL4_Word seL4_isPageFault_MSG(void)
{
    return seL4_MessageInfo_get_label(seL4_GetIPCBuffer()->tag) == seL4_Fault_VMFault;
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_isVMFault_tag") seL4_Word seL4_isPageFault_Tag(seL4_MessageInfo_t tag)
{
    return seL4_MessageInfo_get_label(tag) == seL4_Fault_VMFault;
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_isUnknownSyscall_tag") seL4_Word seL4_isExceptIPC_Tag(seL4_MessageInfo_t tag)
{
    return seL4_MessageInfo_get_label(tag) == seL4_Fault_UnknownSyscall;
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_GetMR") seL4_Word seL4_ExceptIPC_Get(seL4_Word mr)
{
    return seL4_GetMR((int)mr);
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_SetMR") void seL4_ExceptIPC_Set(seL4_Word index, seL4_Word value)
{
    seL4_SetMR((int)index, value);
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_isUnknownSyscall_tag") seL4_Word
seL4_IsArchSyscallFrom(seL4_MessageInfo_t tag)
{
    return seL4_MessageInfo_get_length(tag) == seL4_UnknownSyscall_Length;
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_isUserException_tag") seL4_Word
seL4_IsArchExceptionFrom(seL4_MessageInfo_t tag)
{
    return seL4_MessageInfo_get_length(tag) == seL4_UnknownSyscall_Length;
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("a badge is a plain word") seL4_Word seL4_CapData_Badge_new(seL4_Word badge)
{
    return badge;
}

LIBSEL4_INLINE_FUNC SEL4_DEPRECATED("use seL4_CNode_CapData_new") seL4_Word
seL4_CapData_Guard_new(seL4_Word guard, seL4_Word bits)
{
    return seL4_CNode_CapData_new(guard, bits).words[0];
}

#endif
