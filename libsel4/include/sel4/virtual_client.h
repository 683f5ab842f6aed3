/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocation stubs that the table cannot express: register files, packed flags, and shorthands (spec abi §7.5, §12.6). */
#ifndef SEL4_VIRTUAL_CLIENT_H
#define SEL4_VIRTUAL_CLIENT_H

#include <interfaces/sel4_client.h>

/* Number of words in a register file, and the file as words. */
#define LAB4_USER_CONTEXT_WORDS ((int)(sizeof(seL4_UserContext) / sizeof(seL4_Word)))

LIBSEL4_INLINE_FUNC seL4_Word *lab4_words(void *registers)
{
    return (seL4_Word *)registers;
}

/* Register transfer: flag `position` of MR0, and the architecture's flags. */
LIBSEL4_INLINE_FUNC seL4_Word lab4_flag(seL4_Bool flag, int position)
{
    return ((seL4_Word)flag & 1) << position;
}

LIBSEL4_INLINE_FUNC seL4_Word lab4_arch_flags(seL4_Uint8 arch_flags)
{
    return (seL4_Word)arch_flags << 8;
}

/* The first count registers of a thread other than the caller, in the order of seL4_UserContext. */
LIBSEL4_INLINE seL4_Error seL4_TCB_ReadRegisters(seL4_TCB _service, seL4_Bool suspend_source, seL4_Uint8 arch_flags,
                                                 seL4_Word count, seL4_UserContext *regs)
{
    struct lab4_invocation invocation = {{{0, 0, 0, 0}}, 0, 0};
    seL4_Error error;
    lab4_put_word(&invocation, lab4_flag(suspend_source, 0) | lab4_arch_flags(arch_flags));
    lab4_put_word(&invocation, count);
    error = lab4_invoke(_service, TCBReadRegisters, &invocation);
    if (error != seL4_NoError) {
        return error;
    }
    regs->pc = invocation.mrs.mr[0];
    regs->sp = invocation.mrs.mr[1];
    regs->spsr = invocation.mrs.mr[2];
    regs->x0 = invocation.mrs.mr[3];
    for (int i = seL4_FastMessageRegisters; i < LAB4_USER_CONTEXT_WORDS && (seL4_Word)i < count; i++) {
        lab4_words(regs)[i] = seL4_GetMR(i);
    }
    return error;
}

/* Sets the first count registers of a thread other than the caller. The message always has room for all of them. */
LIBSEL4_INLINE seL4_Error seL4_TCB_WriteRegisters(seL4_TCB _service, seL4_Bool resume_target, seL4_Uint8 arch_flags,
                                                  seL4_Word count, seL4_UserContext *regs)
{
    struct lab4_invocation invocation = {{{0, 0, 0, 0}}, 0, 0};
    lab4_put_word(&invocation, lab4_flag(resume_target, 0) | lab4_arch_flags(arch_flags));
    lab4_put_word(&invocation, count);
    lab4_put_word(&invocation, regs->pc);
    lab4_put_word(&invocation, regs->sp);
    for (int i = 2; i < LAB4_USER_CONTEXT_WORDS && (seL4_Word)i < count; i++) {
        lab4_put_word(&invocation, lab4_words(regs)[i]);
    }
    invocation.length = 2 + (seL4_Word)LAB4_USER_CONTEXT_WORDS;
    return lab4_invoke(_service, TCBWriteRegisters, &invocation);
}

/* Copies registers between threads. frame: pc, sp, flags, x0-x8, x16-x18, x29, x30; integer: the others and the TLS registers. */
LIBSEL4_INLINE seL4_Error seL4_TCB_CopyRegisters(seL4_TCB _service, seL4_TCB source, seL4_Bool suspend_source,
                                                 seL4_Bool resume_target, seL4_Bool transfer_frame, seL4_Bool transfer_integer,
                                                 seL4_Uint8 arch_flags)
{
    struct lab4_invocation invocation = {{{0, 0, 0, 0}}, 0, 0};
    lab4_put_cap(&invocation, source);
    lab4_put_word(&invocation, lab4_flag(suspend_source, 0) | lab4_flag(resume_target, 1) | lab4_flag(transfer_frame, 2) |
                                   lab4_flag(transfer_integer, 3) | lab4_arch_flags(arch_flags));
    return lab4_invoke(_service, TCBCopyRegisters, &invocation);
}

/* Secure monitor call. No kernel of this configuration hands out the capability. */
LIBSEL4_INLINE seL4_Error seL4_ARM_SMC_Call(seL4_ARM_SMC _service, seL4_ARM_SMCContext *smc_args,
                                            seL4_ARM_SMCContext *smc_response)
{
    struct lab4_invocation invocation = {{{0, 0, 0, 0}}, 0, 0};
    seL4_Error error;
    for (int i = 0; i < 8; i++) {
        lab4_put_word(&invocation, lab4_words(smc_args)[i]);
    }
    error = lab4_invoke(_service, ARMSMCCall, &invocation);
    for (int i = 0; error == seL4_NoError && i < 8; i++) {
        lab4_words(smc_response)[i] = i < seL4_FastMessageRegisters ? invocation.mrs.mr[i] : seL4_GetMR(i);
    }
    return error;
}

/* Gives a scheduling context its parameters; times in microseconds. */
LIBSEL4_INLINE seL4_Error seL4_SchedControl_Configure(seL4_SchedControl _service, seL4_SchedContext schedcontext,
                                                      seL4_Time budget, seL4_Time period, seL4_Word extra_refills,
                                                      seL4_Word badge)
{
    return seL4_SchedControl_ConfigureFlags(_service, schedcontext, budget, period, extra_refills, badge,
                                            seL4_SchedContext_NoFlag);
}

#endif
