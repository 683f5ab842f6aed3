/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes, offsets and types of spec abi §3-§12. */
#include <stddef.h>

#include <sel4/benchmark_track_types.h>
#include <sel4/sel4.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#define AT(type, member, bytes) _Static_assert(offsetof(type, member) == (bytes), #type "." #member)
#define HAS_TYPE(expression, type) _Static_assert(_Generic((expression), type : 1, default : 0), #expression)

/* §3 */
SIZE(seL4_MessageInfo_t, 8);
SIZE(seL4_CapRights_t, 8);
SIZE(seL4_CNode_CapData_t, 8);
SIZE(seL4_IPCBuffer, 1024);
_Static_assert(_Alignof(seL4_IPCBuffer) == 1024, "alignment of the IPC buffer");
AT(seL4_IPCBuffer, tag, 0);
AT(seL4_IPCBuffer, msg, 8);
AT(seL4_IPCBuffer, userData, 968);
AT(seL4_IPCBuffer, caps_or_badges, 976);
AT(seL4_IPCBuffer, receiveCNode, 1000);
AT(seL4_IPCBuffer, receiveIndex, 1008);
AT(seL4_IPCBuffer, receiveDepth, 1016);

/* enums of 4 and of 8 bytes */
SIZE(seL4_Error, 4);
SIZE(seL4_ObjectType, 4);
SIZE(seL4_ModeObjectType, 4);
SIZE(seL4_ArchObjectType, 4);
SIZE(enum priorityConstants, 4);
SIZE(enum seL4_MsgLimits, 4);
SIZE(seL4_Syscall_ID, 8);
SIZE(seL4_LookupFailureType, 8);
SIZE(seL4_CapFault_Msg, 8);
SIZE(seL4_UnknownSyscall_Msg, 8);
SIZE(seL4_UserException_Msg, 8);
SIZE(seL4_VMFault_Msg, 8);
SIZE(seL4_Timeout_Msg, 8);
SIZE(seL4_TimeoutReply_Msg, 8);
SIZE(seL4_ARM_VMAttributes, 8);
SIZE(seL4_ARM_CacheType, 8);
SIZE(seL4_TCBFlag, 8);
SIZE(seL4_SchedContextFlag, 8);
SIZE(seL4_BootInfoID, 8);

/* §8: word by word */
SIZE(seL4_UserContext, 36 * 8);
SIZE(seL4_ARM_SMCContext, 64);
#define WORD(index, field) AT(seL4_UserContext, field, (index) * 8)
WORD(0, pc); WORD(1, sp); WORD(2, spsr); WORD(3, x0); WORD(4, x1); WORD(5, x2); WORD(6, x3); WORD(7, x4); WORD(8, x5);
WORD(9, x6); WORD(10, x7); WORD(11, x8); WORD(12, x16); WORD(13, x17); WORD(14, x18); WORD(15, x29); WORD(16, x30);
WORD(17, x9); WORD(18, x10); WORD(19, x11); WORD(20, x12); WORD(21, x13); WORD(22, x14); WORD(23, x15); WORD(24, x19);
WORD(25, x20); WORD(26, x21); WORD(27, x22); WORD(28, x23); WORD(29, x24); WORD(30, x25); WORD(31, x26); WORD(32, x27);
WORD(33, x28); WORD(34, tpidr_el0); WORD(35, tpidrro_el0);

/* §10 */
SIZE(seL4_SlotRegion, 16);
SIZE(seL4_UntypedDesc, 16);
AT(seL4_UntypedDesc, paddr, 0);
AT(seL4_UntypedDesc, sizeBits, 8);
AT(seL4_UntypedDesc, isDevice, 9);
AT(seL4_UntypedDesc, padding, 10);
SIZE(seL4_BootInfo, 3864);
AT(seL4_BootInfo, extraLen, 0);
AT(seL4_BootInfo, nodeID, 8);
AT(seL4_BootInfo, numNodes, 16);
AT(seL4_BootInfo, numIOPTLevels, 24);
AT(seL4_BootInfo, ipcBuffer, 32);
AT(seL4_BootInfo, empty, 40);
AT(seL4_BootInfo, sharedFrames, 56);
AT(seL4_BootInfo, userImageFrames, 72);
AT(seL4_BootInfo, userImagePaging, 88);
AT(seL4_BootInfo, ioSpaceCaps, 104);
AT(seL4_BootInfo, extraBIPages, 120);
AT(seL4_BootInfo, initThreadCNodeSizeBits, 136);
AT(seL4_BootInfo, initThreadDomain, 144);
AT(seL4_BootInfo, schedcontrol, 152);
AT(seL4_BootInfo, untyped, 168);
AT(seL4_BootInfo, untypedList, 184);
SIZE(seL4_BootInfoHeader, 16);
AT(seL4_BootInfoHeader, len, 8);

/* §12 */
SIZE(seL4_Fault_t, 112);
SIZE(seL4_TCB_SetFlags_t, 16);
SIZE(seL4_SchedContext_Consumed_t, 16);
SIZE(seL4_SchedContext_YieldTo_t, 16);
SIZE(seL4_ARM_Page_GetAddress_t, 16);
SIZE(struct seL4_ARM_VCPU_ReadRegs, 16);
SIZE(seL4_ARM_SIDControl_GetFault_t, 32);
SIZE(seL4_ARM_CB_CBGetFault_t, 24);
SIZE(seL4_TCB_GetBreakpoint_t, 48);
SIZE(seL4_TCB_ConfigureSingleStepping_t, 8);
SIZE(seL4_Bool, 1);
HAS_TYPE((seL4_Bool)0, signed char);
HAS_TYPE((seL4_Word)0, unsigned long);
HAS_TYPE((seL4_Int64)0, long);
HAS_TYPE((seL4_Time)0, unsigned long);
HAS_TYPE(&((seL4_TCB_SetFlags_t *)0)->flags, seL4_Word *);
HAS_TYPE(&((seL4_ARM_Page_GetAddress_t *)0)->paddr, seL4_Word *);
HAS_TYPE(&((seL4_SchedContext_Consumed_t *)0)->consumed, seL4_Time *);
HAS_TYPE(&((struct seL4_SchedContext_YieldTo *)0)->error, int *);
#ifdef CONFIG_DEBUG_BUILD
SIZE(kernel_entry_t, 4);
_Static_assert(Entry_VCPUFault == 7 && Entry_Syscall == 6, "kernel entry types");
#endif
