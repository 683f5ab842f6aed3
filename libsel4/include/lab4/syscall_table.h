/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of system calls (spec abi §2.1). One row per number that some build of the kernel implements:
 *   X(number, Name, when)
 * when = api (always), printing (CONFIG_PRINTING), debug (CONFIG_DEBUG_BUILD), end (CONFIG_DEBUG_BUILD or CONFIG_PRINTING:
 * a release kernel that prints can also end the run). Any other number is an UnknownSyscall fault, as is a number whose
 * condition does not hold. The numbers below exist in every build, unlike the enumerators of seL4_Syscall_ID.
 */
#ifndef LAB4_SYSCALL_TABLE_H
#define LAB4_SYSCALL_TABLE_H

#define LAB4_SYSCALLS(X) \
    X(-1, Call, api) \
    X(-2, ReplyRecv, api) \
    X(-3, NBSendRecv, api) \
    X(-4, NBSendWait, api) \
    X(-5, Send, api) \
    X(-6, NBSend, api) \
    X(-7, Recv, api) \
    X(-8, NBRecv, api) \
    X(-9, Wait, api) \
    X(-10, NBWait, api) \
    X(-11, Yield, api) \
    X(-12, DebugPutChar, printing) \
    X(-13, DebugDumpScheduler, debug) \
    X(-14, DebugHalt, end) \
    X(-15, DebugCapIdentify, debug) \
    X(-16, DebugSnapshot, debug) \
    X(-17, DebugNameThread, debug)

/* LAB4_SYS_<Name>: every number, whatever the build's options. */
#define LAB4_SYSCALL_ENUMERATOR(number, name, when) LAB4_SYS_##name = (number),
enum lab4_syscall {
    LAB4_SYSCALLS(LAB4_SYSCALL_ENUMERATOR)
    LAB4_SYS_FIRST_API = LAB4_SYS_Call,
    LAB4_SYS_LAST_API = LAB4_SYS_Yield
};
#undef LAB4_SYSCALL_ENUMERATOR

#endif
