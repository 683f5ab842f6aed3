/* SPDX-License-Identifier: BSD-2-Clause */
/* Every number of spec abi §2-§10, written down a second time, from the specification. */
#include <sel4/arch/mapping.h>
#include <sel4/sel4.h>

#define IS(name, value) _Static_assert((name) == (value), #name)

/* §2.1 */
IS(seL4_SysCall, -1); IS(seL4_SysReplyRecv, -2); IS(seL4_SysNBSendRecv, -3); IS(seL4_SysNBSendWait, -4);
IS(seL4_SysSend, -5); IS(seL4_SysNBSend, -6); IS(seL4_SysRecv, -7); IS(seL4_SysNBRecv, -8); IS(seL4_SysWait, -9);
IS(seL4_SysNBWait, -10); IS(seL4_SysYield, -11);
IS(LAB4_SYS_DebugPutChar, -12); IS(LAB4_SYS_DebugDumpScheduler, -13); IS(LAB4_SYS_DebugHalt, -14);
IS(LAB4_SYS_DebugCapIdentify, -15); IS(LAB4_SYS_DebugSnapshot, -16); IS(LAB4_SYS_DebugNameThread, -17);
#ifdef CONFIG_DEBUG_BUILD
IS(seL4_SysDebugDumpScheduler, -13); IS(seL4_SysDebugHalt, -14); IS(seL4_SysDebugCapIdentify, -15);
IS(seL4_SysDebugSnapshot, -16); IS(seL4_SysDebugNameThread, -17);
#endif
#ifdef CONFIG_PRINTING
IS(seL4_SysDebugPutChar, -12);
#endif

/* §4 */
IS(seL4_NoError, 0); IS(seL4_InvalidArgument, 1); IS(seL4_InvalidCapability, 2); IS(seL4_IllegalOperation, 3);
IS(seL4_RangeError, 4); IS(seL4_AlignmentError, 5); IS(seL4_FailedLookup, 6); IS(seL4_TruncatedMessage, 7);
IS(seL4_DeleteFirst, 8); IS(seL4_RevokeFirst, 9); IS(seL4_NotEnoughMemory, 10); IS(seL4_NumErrors, 11);
IS(seL4_NoFailure, 0); IS(seL4_InvalidRoot, 1); IS(seL4_MissingCapability, 2); IS(seL4_DepthMismatch, 3);
IS(seL4_GuardMismatch, 4);
IS(SEL4_MAPPING_LOOKUP_LEVEL, 2); IS(SEL4_MAPPING_LOOKUP_NO_PT, 21); IS(SEL4_MAPPING_LOOKUP_NO_PD, 30);
IS(SEL4_MAPPING_LOOKUP_NO_PUD, 39);

/* §5 */
IS(seL4_Fault_NullFault, 0); IS(seL4_Fault_CapFault, 1); IS(seL4_Fault_UnknownSyscall, 2); IS(seL4_Fault_UserException, 3);
IS(seL4_Fault_Timeout, 5); IS(seL4_Fault_VMFault, 6);
IS(seL4_DataFault, 0); IS(seL4_InstructionFault, 1);
IS(seL4_CapFault_IP, 0); IS(seL4_CapFault_Addr, 1); IS(seL4_CapFault_InRecvPhase, 2); IS(seL4_CapFault_LookupFailureType, 3);
IS(seL4_CapFault_BitsLeft, 4); IS(seL4_CapFault_DepthMismatch_BitsFound, 5); IS(seL4_CapFault_GuardMismatch_GuardFound, 5);
IS(seL4_CapFault_GuardMismatch_BitsFound, 6);
IS(seL4_UnknownSyscall_X0, 0); IS(seL4_UnknownSyscall_X1, 1); IS(seL4_UnknownSyscall_X2, 2); IS(seL4_UnknownSyscall_X3, 3);
IS(seL4_UnknownSyscall_X4, 4); IS(seL4_UnknownSyscall_X5, 5); IS(seL4_UnknownSyscall_X6, 6); IS(seL4_UnknownSyscall_X7, 7);
IS(seL4_UnknownSyscall_FaultIP, 8); IS(seL4_UnknownSyscall_SP, 9); IS(seL4_UnknownSyscall_LR, 10);
IS(seL4_UnknownSyscall_SPSR, 11); IS(seL4_UnknownSyscall_Syscall, 12); IS(seL4_UnknownSyscall_Length, 13);
IS(seL4_UserException_FaultIP, 0); IS(seL4_UserException_SP, 1); IS(seL4_UserException_SPSR, 2);
IS(seL4_UserException_Number, 3); IS(seL4_UserException_Code, 4); IS(seL4_UserException_Length, 5);
IS(seL4_VMFault_IP, 0); IS(seL4_VMFault_Addr, 1); IS(seL4_VMFault_PrefetchFault, 2); IS(seL4_VMFault_FSR, 3);
IS(seL4_VMFault_Length, 4);
IS(seL4_Timeout_Data, 0); IS(seL4_Timeout_Consumed, 1); IS(seL4_Timeout_Length, 2);
IS(seL4_TimeoutReply_FaultIP, 0); IS(seL4_TimeoutReply_SP, 1); IS(seL4_TimeoutReply_SPSR_EL1, 2);
IS(seL4_TimeoutReply_X0, 3); IS(seL4_TimeoutReply_X8, 11); IS(seL4_TimeoutReply_X16, 12); IS(seL4_TimeoutReply_X17, 13);
IS(seL4_TimeoutReply_X18, 14); IS(seL4_TimeoutReply_X29, 15); IS(seL4_TimeoutReply_X30, 16); IS(seL4_TimeoutReply_X9, 17);
IS(seL4_TimeoutReply_X15, 23); IS(seL4_TimeoutReply_X19, 24); IS(seL4_TimeoutReply_X28, 33);
IS(seL4_TimeoutReply_Length, 34);

/* §6 */
IS(seL4_UntypedObject, 0); IS(seL4_TCBObject, 1); IS(seL4_EndpointObject, 2); IS(seL4_NotificationObject, 3);
IS(seL4_CapTableObject, 4); IS(seL4_SchedContextObject, 5); IS(seL4_ReplyObject, 6); IS(seL4_NonArchObjectTypeCount, 7);
IS(seL4_ARM_HugePageObject, 7); IS(seL4_ARM_VSpaceObject, 8); IS(seL4_ModeObjectTypeCount, 9);
IS(seL4_ARM_SmallPageObject, 9); IS(seL4_ARM_LargePageObject, 10); IS(seL4_ARM_PageTableObject, 11);
IS(seL4_ObjectTypeCount, 12); IS(seL4_ARM_VCPUObject, 0xfffe); IS(seL4_ARM_IOPageTableObject, 0xffff);
IS(seL4_ARM_PageDirectoryObject, 11); IS((int)seL4_ARM_PageUpperDirectoryObject, 11);
IS((int)seL4_ARM_PageGlobalDirectoryObject, 8); IS((int)seL4_AsyncEndpointObject, 3);
IS(seL4_WordBits, 64); IS(seL4_WordSizeBits, 3); IS(seL4_SlotBits, 5); IS(seL4_TCBBits, 11); IS(seL4_EndpointBits, 4);
IS(seL4_NotificationBits, 6); IS(seL4_ReplyBits, 5); IS(seL4_MinSchedContextBits, 7); IS(seL4_CoreSchedContextBytes, 128);
IS(seL4_RefillSizeBytes, 16); IS(seL4_MinUntypedBits, 4); IS(seL4_MaxUntypedBits, 47); IS(seL4_PageBits, 12);
IS(seL4_LargePageBits, 21); IS(seL4_HugePageBits, 30); IS(seL4_PageTableBits, 12); IS(seL4_PageTableEntryBits, 3);
IS(seL4_PageTableIndexBits, 9); IS(seL4_VSpaceBits, 12); IS(seL4_VSpaceEntryBits, 3); IS(seL4_VSpaceIndexBits, 9);
IS(seL4_ASIDPoolBits, 12); IS(seL4_ASIDPoolIndexBits, 9); IS(seL4_NumASIDPoolsBits, 7); IS(seL4_IOPageTableBits, 12);
IS(seL4_VCPUBits, 12); IS(seL4_ARM_VCPUBits, 12); IS(seL4_IPCBufferSizeBits, 10); IS(seL4_BootInfoFrameBits, 12);
IS(seL4_BootInfoFrameSize, 4096); IS(seL4_UntypedRetypeMaxObjects, 256); IS(seL4_GuardSizeBits, 6); IS(seL4_GuardBits, 58);
IS(seL4_BadgeBits, 64); IS(seL4_MsgLengthBits, 7); IS(seL4_MsgExtraCapBits, 2); IS(seL4_MsgMaxLength, 120);
IS(seL4_MsgMaxExtraCaps, 3); IS(seL4_FastMessageRegisters, 4); IS(seL4_NumInitialCaps, 16); IS(seL4_CapRightsBits, 4);
IS(seL4_PageDirBits, 12); IS(seL4_PUDBits, 12); IS(seL4_PGDBits, 12); IS(seL4_PageDirEntryBits, 3); IS(seL4_PUDEntryBits, 3);
IS(seL4_PGDEntryBits, 3); IS(seL4_PageDirIndexBits, 9); IS(seL4_PUDIndexBits, 9); IS(seL4_PGDIndexBits, 9);
#ifdef __x86_64__ /* the hosted machine: docs/DIFFERENCES.md */
IS(seL4_UserTop, 0x00006fffffffdfff);
#else
IS(seL4_UserTop, 0x00007fffffffffff);
#endif
IS(seL4_UserVSpaceTop, seL4_UserTop);
IS(seL4_NumHWBreakpoints, 10); IS(seL4_NumExclusiveBreakpoints, 6); IS(seL4_NumExclusiveWatchpoints, 4);

/* §7.1: the table is checked against the enums elsewhere; here some labels against the specification. */
IS(InvalidInvocation, 0); IS(UntypedRetype, 1); IS(TCBReadRegisters, 2); IS(TCBConfigure, 5); IS(TCBSuspend, 12);
IS(TCBSetTLSBase, 16); IS(TCBSetFlags, 17); IS(CNodeRevoke, 18); IS(CNodeCopy, 21); IS(CNodeRotate, 25);
IS(IRQIssueIRQHandler, 26); IS(IRQClearIRQHandler, 29); IS(DomainSetSet, 30); IS(SchedControlConfigureFlags, 33);
IS(SchedContextYieldTo, 38); IS((int)nInvocationLabels, 39); IS(ARMVSpaceClean_Data, 39);
IS(ARMVSpaceUnify_Instruction, 42); IS(ARMSMCCall, 43); IS((int)nSeL4ArchInvocationLabels, 44); IS(ARMPageTableMap, 44);
IS(ARMPageMap, 46); IS(ARMPageUnify_Instruction, 51); IS(ARMPageGetAddress, 52); IS(ARMASIDControlMakePool, 53);
IS(ARMASIDPoolAssign, 54); IS(ARMIRQIssueIRQHandlerTrigger, 55); IS(ARMIRQIssueSGISignal, 56); IS(nArchInvocationLabels, 57);

/* §9 */
IS(seL4_ARM_PageCacheable, 1); IS(seL4_ARM_ParityEnabled, 2); IS(seL4_ARM_Default_VMAttributes, 3);
IS(seL4_ARM_ExecuteNever, 4); IS(seL4_ARM_CacheI, 1); IS(seL4_ARM_CacheD, 2); IS(seL4_ARM_CacheID, 3);
IS(seL4_TCBFlag_NoFlag, 0); IS(seL4_TCBFlag_fpuDisabled, 1); IS(seL4_TCBFlag_MASK, 1);
IS(seL4_SchedContext_NoFlag, 0); IS(seL4_SchedContext_Sporadic, 1);
IS(seL4_InvalidPrio, -1); IS(seL4_MinPrio, 0); IS(seL4_MaxPrio, 255); IS(seL4_NilData, 0);
IS(seL4_VCPUReg_SCTLR, 0); IS(seL4_VCPUReg_CNTKCTL_EL1, 23); IS(seL4_VCPUReg_Num, 24);
IS(seL4_VCPURegSaveRange_start, 2); IS(seL4_VCPURegSaveRange_end, 19);
IS(seL4_VGICMaintenance_IDX, 0); IS(seL4_VGICMaintenance_Length, 1); IS(seL4_VPPIEvent_IRQ, 0);
IS(seL4_VPPIEvent_Length, 1); IS(seL4_VCPUFault_HSR, 0); IS(seL4_VCPUFault_Length, 1);

/* §10 */
IS(seL4_CapNull, 0); IS(seL4_CapInitThreadTCB, 1); IS(seL4_CapInitThreadCNode, 2); IS(seL4_CapInitThreadVSpace, 3);
IS(seL4_CapInitThreadPD, 3); IS(seL4_CapIRQControl, 4); IS(seL4_CapASIDControl, 5); IS(seL4_CapInitThreadASIDPool, 6);
IS(seL4_CapIOPortControl, 7); IS(seL4_CapIOSpace, 8); IS(seL4_CapBootInfoFrame, 9); IS(seL4_CapInitThreadIPCBuffer, 10);
IS(seL4_CapDomain, 11); IS(seL4_CapSMMUSIDControl, 12); IS(seL4_CapSMMUCBControl, 13); IS(seL4_CapInitThreadSC, 14);
IS(seL4_CapSMC, 15);
IS(SEL4_BOOTINFO_HEADER_PADDING, 0); IS(SEL4_BOOTINFO_HEADER_X86_VBE, 1); IS(SEL4_BOOTINFO_HEADER_X86_MBMMAP, 2);
IS(SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP, 3); IS(SEL4_BOOTINFO_HEADER_X86_FRAMEBUFFER, 4);
IS(SEL4_BOOTINFO_HEADER_X86_TSC_FREQ, 5); IS(SEL4_BOOTINFO_HEADER_FDT, 6); IS(SEL4_BOOTINFO_HEADER_NUM, 7);
