/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of all invocations: one row per label 1..56 (spec abi §7). The kernel's dispatch, the user stubs, the tracer's
 * names, the fuzzer's grammar and the JSON exports are expansions of it.
 *
 *   X(number, Label, kind, stub, prologue_words, prologue_caps, result, args)
 *
 * number          the label's value.
 * Label           public enumerator name (abi §7.1).
 * kind            what the invoked capability must be: untyped tcb cnode irq_control irq_handler domain sched_control
 *                 sched_context vspace smc page_table frame asid_control asid_pool.
 * stub            name of the C stub in <interfaces/sel4_client.h>.
 * prologue_words  message words and extra capabilities that the kernel demands right after it knows the label and before
 * prologue_caps   anything else; fewer are a TruncatedMessage. What a method demands later (CNode methods, DomainSetSet,
 *                 the vspace operand of ASIDPoolAssign) is not in these columns: see abi §7.4-7.10.
 * result          one token: error     the stub returns seL4_Error
 *                            flags, consumed, paddr   it returns `struct stub { int error; T result; }`, T as in
 *                                      LAB4_RESULT_CTYPE_<result>, the value taken from MR0
 *                            custom    returns seL4_Error, but marshalled by hand (sel4/virtual_client.h)
 * args            sequence of (type, name), in the order of the C prototype after the service capability. Words and
 *                 capabilities are each numbered in this order: the i-th word is MRi, the i-th capability is cap number i+1.
 *                 May be empty. Types, each a word of its own unless said otherwise:
 *     word        64-bit word                       rights  seL4_CapRights_t, passed raw
 *     byte        low 8 bits                        attr    seL4_ARM_VMAttributes
 *     time        64-bit time or duration
 *     cap         any capability                    cnode tcb sc untyped   capability meant to be of that kind
 *     bit0..bit3  boolean in that bit of MR0, all of them sharing the word with
 *     archflags   8 bits at bits 15:8 of MR0        (custom stubs only)
 *     regs_in, regs_out, smc_in, smc_out            pointer to a register file (custom stubs only)
 *
 * Walking an args sequence: define two macros that produce the text for one element and name each other, and two empty
 * end marks; then LAB4_SEQUENCE(MY, args). No counting, no length limit, an empty sequence gives nothing:
 *     #define MY_A(type, name) , LAB4_ARG_CTYPE_##type name MY_B
 *     #define MY_B(type, name) , LAB4_ARG_CTYPE_##type name MY_A
 *     #define MY_A_END
 *     #define MY_B_END
 *
 * Prefix such macros with something of your own. The tokens of the table are never macros here; do not define macros named
 * like them before an expansion.
 */
#ifndef LAB4_INVOCATIONS_H
#define LAB4_INVOCATIONS_H

#define LAB4_SEQUENCE_END_(...) __VA_ARGS__##_END
#define LAB4_SEQUENCE_END(...) LAB4_SEQUENCE_END_(__VA_ARGS__)
#define LAB4_SEQUENCE(visitor, args) LAB4_SEQUENCE_END(visitor##_A args)

#define LAB4_SLOT_ARGS (word, index)(byte, depth)
/* Rows from here on are laid out by hand. */
/* clang-format off */
#define LAB4_SOURCE_ARGS (word, dest_index)(byte, dest_depth)(cnode, src_root)(word, src_index)(byte, src_depth)

/* Labels of enum invocation_label: objects that every architecture has. */
#define LAB4_INVOCATIONS_COMMON(X) \
    X(1, UntypedRetype, untyped, seL4_Untyped_Retype, 6, 1, error, \
      (word, type)(word, size_bits)(cnode, root)(word, node_index)(word, node_depth)(word, node_offset)(word, num_objects)) \
    X(2, TCBReadRegisters, tcb, seL4_TCB_ReadRegisters, 2, 0, custom, \
      (bit0, suspend_source)(archflags, arch_flags)(word, count)(regs_out, regs)) \
    X(3, TCBWriteRegisters, tcb, seL4_TCB_WriteRegisters, 2, 0, custom, \
      (bit0, resume_target)(archflags, arch_flags)(word, count)(regs_in, regs)) \
    X(4, TCBCopyRegisters, tcb, seL4_TCB_CopyRegisters, 1, 1, custom, \
      (tcb, source)(bit0, suspend_source)(bit1, resume_target)(bit2, transfer_frame)(bit3, transfer_integer) \
      (archflags, arch_flags)) \
    X(5, TCBConfigure, tcb, seL4_TCB_Configure, 3, 3, error, \
      (cnode, cspace_root)(word, cspace_root_data)(cap, vspace_root)(word, vspace_root_data)(word, buffer)(cap, bufferFrame)) \
    X(6, TCBSetPriority, tcb, seL4_TCB_SetPriority, 1, 1, error, (tcb, authority)(word, priority)) \
    X(7, TCBSetMCPriority, tcb, seL4_TCB_SetMCPriority, 1, 1, error, (tcb, authority)(word, mcp)) \
    X(8, TCBSetSchedParams, tcb, seL4_TCB_SetSchedParams, 2, 3, error, \
      (tcb, authority)(word, mcp)(word, priority)(cap, sched_context)(cap, fault_ep)) \
    X(9, TCBSetTimeoutEndpoint, tcb, seL4_TCB_SetTimeoutEndpoint, 0, 1, error, (cap, timeout_fault_ep)) \
    X(10, TCBSetIPCBuffer, tcb, seL4_TCB_SetIPCBuffer, 1, 1, error, (word, buffer)(cap, bufferFrame)) \
    X(11, TCBSetSpace, tcb, seL4_TCB_SetSpace, 2, 3, error, \
      (cap, fault_ep)(cnode, cspace_root)(word, cspace_root_data)(cap, vspace_root)(word, vspace_root_data)) \
    X(12, TCBSuspend, tcb, seL4_TCB_Suspend, 0, 0, error, ) \
    X(13, TCBResume, tcb, seL4_TCB_Resume, 0, 0, error, ) \
    X(14, TCBBindNotification, tcb, seL4_TCB_BindNotification, 0, 1, error, (cap, notification)) \
    X(15, TCBUnbindNotification, tcb, seL4_TCB_UnbindNotification, 0, 0, error, ) \
    X(16, TCBSetTLSBase, tcb, seL4_TCB_SetTLSBase, 1, 0, error, (word, tls_base)) \
    X(17, TCBSetFlags, tcb, seL4_TCB_SetFlags, 2, 0, flags, (word, clear)(word, set)) \
    X(18, CNodeRevoke, cnode, seL4_CNode_Revoke, 2, 0, error, LAB4_SLOT_ARGS) \
    X(19, CNodeDelete, cnode, seL4_CNode_Delete, 2, 0, error, LAB4_SLOT_ARGS) \
    X(20, CNodeCancelBadgedSends, cnode, seL4_CNode_CancelBadgedSends, 2, 0, error, LAB4_SLOT_ARGS) \
    X(21, CNodeCopy, cnode, seL4_CNode_Copy, 2, 0, error, LAB4_SOURCE_ARGS(rights, rights)) \
    X(22, CNodeMint, cnode, seL4_CNode_Mint, 2, 0, error, LAB4_SOURCE_ARGS(rights, rights)(word, badge)) \
    X(23, CNodeMove, cnode, seL4_CNode_Move, 2, 0, error, LAB4_SOURCE_ARGS) \
    X(24, CNodeMutate, cnode, seL4_CNode_Mutate, 2, 0, error, LAB4_SOURCE_ARGS(word, badge)) \
    X(25, CNodeRotate, cnode, seL4_CNode_Rotate, 2, 0, error, \
      (word, dest_index)(byte, dest_depth)(word, dest_badge)(cnode, pivot_root)(word, pivot_index)(byte, pivot_depth) \
      (word, pivot_badge)(cnode, src_root)(word, src_index)(byte, src_depth)) \
    X(26, IRQIssueIRQHandler, irq_control, seL4_IRQControl_Get, 3, 1, error, (word, irq)(cnode, root) LAB4_SLOT_ARGS) \
    X(27, IRQAckIRQ, irq_handler, seL4_IRQHandler_Ack, 0, 0, error, ) \
    X(28, IRQSetIRQHandler, irq_handler, seL4_IRQHandler_SetNotification, 0, 1, error, (cap, notification)) \
    X(29, IRQClearIRQHandler, irq_handler, seL4_IRQHandler_Clear, 0, 0, error, ) \
    X(30, DomainSetSet, domain, seL4_DomainSet_Set, 1, 0, error, (byte, domain)(tcb, thread)) \
    X(31, DomainScheduleConfigure, domain, seL4_DomainSet_ScheduleConfigure, 3, 0, error, \
      (word, index)(byte, domain)(time, duration)) \
    X(32, DomainScheduleSetStart, domain, seL4_DomainSet_ScheduleSetStart, 1, 0, error, (word, index)) \
    X(33, SchedControlConfigureFlags, sched_control, seL4_SchedControl_ConfigureFlags, 5, 1, error, \
      (sc, sched_context)(time, budget)(time, period)(word, extra_refills)(word, badge)(word, flags)) \
    X(34, SchedContextBind, sched_context, seL4_SchedContext_Bind, 0, 1, error, (cap, cap)) \
    X(35, SchedContextUnbind, sched_context, seL4_SchedContext_Unbind, 0, 0, error, ) \
    X(36, SchedContextUnbindObject, sched_context, seL4_SchedContext_UnbindObject, 0, 1, error, (cap, cap)) \
    X(37, SchedContextConsumed, sched_context, seL4_SchedContext_Consumed, 0, 0, consumed, ) \
    X(38, SchedContextYieldTo, sched_context, seL4_SchedContext_YieldTo, 0, 0, consumed, )

/* Labels of enum sel4_arch_invocation_label. */
#define LAB4_INVOCATIONS_SEL4_ARCH(X) \
    X(39, ARMVSpaceClean_Data, vspace, seL4_ARM_VSpace_Clean_Data, 2, 0, error, (word, start)(word, end)) \
    X(40, ARMVSpaceInvalidate_Data, vspace, seL4_ARM_VSpace_Invalidate_Data, 2, 0, error, (word, start)(word, end)) \
    X(41, ARMVSpaceCleanInvalidate_Data, vspace, seL4_ARM_VSpace_CleanInvalidate_Data, 2, 0, error, \
      (word, start)(word, end)) \
    X(42, ARMVSpaceUnify_Instruction, vspace, seL4_ARM_VSpace_Unify_Instruction, 2, 0, error, (word, start)(word, end)) \
    X(43, ARMSMCCall, smc, seL4_ARM_SMC_Call, 8, 0, custom, (smc_in, smc_args)(smc_out, smc_response))

/* Labels of enum arch_invocation_label. */
#define LAB4_INVOCATIONS_ARCH(X) \
    X(44, ARMPageTableMap, page_table, seL4_ARM_PageTable_Map, 2, 1, error, (cap, vspace)(word, vaddr)(attr, attr)) \
    X(45, ARMPageTableUnmap, page_table, seL4_ARM_PageTable_Unmap, 0, 0, error, ) \
    X(46, ARMPageMap, frame, seL4_ARM_Page_Map, 3, 1, error, (cap, vspace)(word, vaddr)(rights, rights)(attr, attr)) \
    X(47, ARMPageUnmap, frame, seL4_ARM_Page_Unmap, 0, 0, error, ) \
    X(48, ARMPageClean_Data, frame, seL4_ARM_Page_Clean_Data, 2, 0, error, (word, start_offset)(word, end_offset)) \
    X(49, ARMPageInvalidate_Data, frame, seL4_ARM_Page_Invalidate_Data, 2, 0, error, \
      (word, start_offset)(word, end_offset)) \
    X(50, ARMPageCleanInvalidate_Data, frame, seL4_ARM_Page_CleanInvalidate_Data, 2, 0, error, \
      (word, start_offset)(word, end_offset)) \
    X(51, ARMPageUnify_Instruction, frame, seL4_ARM_Page_Unify_Instruction, 2, 0, error, \
      (word, start_offset)(word, end_offset)) \
    X(52, ARMPageGetAddress, frame, seL4_ARM_Page_GetAddress, 0, 0, paddr, ) \
    X(53, ARMASIDControlMakePool, asid_control, seL4_ARM_ASIDControl_MakePool, 2, 2, error, \
      (untyped, untyped)(cnode, root) LAB4_SLOT_ARGS) \
    X(54, ARMASIDPoolAssign, asid_pool, seL4_ARM_ASIDPool_Assign, 0, 1, error, (cap, vspace)) \
    X(55, ARMIRQIssueIRQHandlerTrigger, irq_control, seL4_IRQControl_GetTrigger, 4, 1, error, \
      (word, irq)(word, trigger)(cnode, root) LAB4_SLOT_ARGS) \
    X(56, ARMIRQIssueSGISignal, irq_control, seL4_IRQControl_IssueSGISignal, 4, 1, error, \
      (word, irq)(word, target)(cnode, root) LAB4_SLOT_ARGS)

#define LAB4_INVOCATIONS(X) LAB4_INVOCATIONS_COMMON(X) LAB4_INVOCATIONS_SEL4_ARCH(X) LAB4_INVOCATIONS_ARCH(X)

/* Row visitor that makes the enumerator of a label. */
#define LAB4_LABEL_ENUMERATOR(number, label, kind, stub, words, caps, result, args) label = (number),

/* C type of the invoked capability, by kind. */
#define LAB4_KIND_CTYPE_untyped seL4_Untyped
#define LAB4_KIND_CTYPE_tcb seL4_TCB
#define LAB4_KIND_CTYPE_cnode seL4_CNode
#define LAB4_KIND_CTYPE_irq_control seL4_IRQControl
#define LAB4_KIND_CTYPE_irq_handler seL4_IRQHandler
#define LAB4_KIND_CTYPE_domain seL4_DomainSet
#define LAB4_KIND_CTYPE_sched_control seL4_SchedControl
#define LAB4_KIND_CTYPE_sched_context seL4_SchedContext
#define LAB4_KIND_CTYPE_vspace seL4_ARM_VSpace
#define LAB4_KIND_CTYPE_smc seL4_ARM_SMC
#define LAB4_KIND_CTYPE_page_table seL4_ARM_PageTable
#define LAB4_KIND_CTYPE_frame seL4_ARM_Page
#define LAB4_KIND_CTYPE_asid_control seL4_ARM_ASIDControl
#define LAB4_KIND_CTYPE_asid_pool seL4_ARM_ASIDPool

/* C type of an argument, by type. */
#define LAB4_ARG_CTYPE_word seL4_Word
#define LAB4_ARG_CTYPE_byte seL4_Uint8
#define LAB4_ARG_CTYPE_time seL4_Time
#define LAB4_ARG_CTYPE_rights seL4_CapRights_t
#define LAB4_ARG_CTYPE_attr seL4_ARM_VMAttributes
#define LAB4_ARG_CTYPE_cap seL4_CPtr
#define LAB4_ARG_CTYPE_cnode seL4_CNode
#define LAB4_ARG_CTYPE_tcb seL4_TCB
#define LAB4_ARG_CTYPE_sc seL4_SchedContext
#define LAB4_ARG_CTYPE_untyped seL4_Untyped
#define LAB4_ARG_CTYPE_bit0 seL4_Bool
#define LAB4_ARG_CTYPE_bit1 seL4_Bool
#define LAB4_ARG_CTYPE_bit2 seL4_Bool
#define LAB4_ARG_CTYPE_bit3 seL4_Bool
#define LAB4_ARG_CTYPE_archflags seL4_Uint8
#define LAB4_ARG_CTYPE_regs_in seL4_UserContext *
#define LAB4_ARG_CTYPE_regs_out seL4_UserContext *
#define LAB4_ARG_CTYPE_smc_in seL4_ARM_SMCContext *
#define LAB4_ARG_CTYPE_smc_out seL4_ARM_SMCContext *

/* C type of a result that is not `error`. */
#define LAB4_RESULT_CTYPE_flags seL4_Word
#define LAB4_RESULT_CTYPE_consumed seL4_Time
#define LAB4_RESULT_CTYPE_paddr seL4_Word

#endif
