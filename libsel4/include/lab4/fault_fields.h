/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults (spec abi §5): tag, name of the user-side view, and its fields in the order of the message words.
 *   LAB4_FAULTS(X):           X(tag, Name), without NullFault; also as two halves, _COMMON and _ARCH
 *   LAB4_FAULT_<Name>(F, N):  F(N, word, field); word counts from 1, as word 0 of the view holds the tag,
 *                             so field = message register word - 1
 */
#ifndef LAB4_FAULT_FIELDS_H
#define LAB4_FAULT_FIELDS_H

#define LAB4_FAULTS_COMMON(X) X(1, CapFault) X(5, Timeout)
#define LAB4_FAULTS_ARCH(X) X(2, UnknownSyscall) X(3, UserException) X(6, VMFault)
#define LAB4_FAULTS(X) LAB4_FAULTS_COMMON(X) LAB4_FAULTS_ARCH(X)

#define LAB4_FAULT_CapFault(F, N) \
    F(N, 1, IP) F(N, 2, Addr) F(N, 3, InRecvPhase) F(N, 4, LookupFailureType) F(N, 5, MR4) F(N, 6, MR5) F(N, 7, MR6)
#define LAB4_FAULT_UnknownSyscall(F, N) \
    F(N, 1, X0) F(N, 2, X1) F(N, 3, X2) F(N, 4, X3) F(N, 5, X4) F(N, 6, X5) F(N, 7, X6) F(N, 8, X7) \
    F(N, 9, FaultIP) F(N, 10, SP) F(N, 11, LR) F(N, 12, SPSR) F(N, 13, Syscall)
#define LAB4_FAULT_UserException(F, N) \
    F(N, 1, FaultIP) F(N, 2, Stack) F(N, 3, SPSR) F(N, 4, Number) F(N, 5, Code)
#define LAB4_FAULT_Timeout(F, N) F(N, 1, data) F(N, 2, consumed)
#define LAB4_FAULT_VMFault(F, N) F(N, 1, IP) F(N, 2, Addr) F(N, 3, PrefetchFault) F(N, 4, FSR)

#endif
