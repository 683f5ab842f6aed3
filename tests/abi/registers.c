/* SPDX-License-Identifier: BSD-2-Clause */
/* Which registers each system call returns, and that it changes nothing else (abi §2.2, §2.3, objects §11.6). */
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

static struct puppet a, b; /* a has the higher priority */
static seL4_CPtr endpoint, badged, reply, idle, signal;

enum { BADGE = 0xb0b };

static void calls_without_effect(void)
{
    vector("Yield changes no register", raw(LAB4_SYS_Yield, NOTHING), NOTHING);
    vector("NBSend without receiver changes no register", raw(LAB4_SYS_NBSend, PAIRS(X0, endpoint, X1, info(1, 0, 4))), NOTHING);
    vector("NBRecv without sender: x0 = 0, x1 and the message unchanged",
           raw(LAB4_SYS_NBRecv, PAIRS(X0, endpoint, X6, reply)), PAIRS(X0, 0));
    vector("NBWait without sender: the same", raw(LAB4_SYS_NBWait, PAIRS(X0, endpoint)), PAIRS(X0, 0));
    vector("Call on a reply object that holds nobody: x0 = x1 = 0", CALL(X0, reply, X1, info(3, 0, 4)), PAIRS(X0, 0, X1, 0));
    vector("Call on a kernel object, success without result: x0 = x1 = 0, the arguments stay",
           CALL(X0, a.tcb, X1, info(TCBSuspend, 0, 0)), PAIRS(X0, 0, X1, 0));
    vector("Call on a kernel object, one word: x0 = 0, x1 = 1, x2", CALL(X0, a.tcb, X1, info(TCBSetFlags, 0, 2), X2, 0, X3, 0),
           PAIRS(X0, 0, X1, 1, X2, 0));
    vector("Send of a method that returns a word changes no register",
           raw(LAB4_SYS_Send, PAIRS(X0, a.tcb, X1, info(TCBSetFlags, 0, 2), X2, 0, X3, 0)), NOTHING);
    vector("DebugCapIdentify changes x0", raw(LAB4_SYS_DebugCapIdentify, PAIRS(X0, endpoint)), PAIRS(X0, 4));
    vector("DebugCapIdentify of an address that does not resolve: 0",
           raw(LAB4_SYS_DebugCapIdentify, PAIRS(X0, 1ul << 50)), PAIRS(X0, 0));
}

/* b sends `length` words with a label, a receives. */
static void messages_by_length(void)
{
    static const char *const sentences[] = {
        "Recv of 0 words changes x0 and x1", "Recv of 1 word changes x0, x1, x2", "Recv of 2 words changes x0 … x3",
        "Recv of 3 words changes x0 … x4", "Recv of 4 words changes x0 … x5", "Recv of 5 words changes x0 … x5",
    };
    for (seL4_Word length = 0; length <= 5; length++) {
        const struct raw_regs send = raw(LAB4_SYS_Send, PAIRS(X0, badged, X1, info(0x1234, 0, length)));
        puppet_do(&a, do_recv(endpoint, reply));
        puppet_do(&b, send);
        const seL4_Word changes[] = {X0, BADGE, X1, info(0x1234, 0, length), X2, send.x[X2], X3, send.x[X3],
                                     X4, send.x[X4], X5, send.x[X5], RAW_REGISTERS};
        seL4_Word only[sizeof(changes) / sizeof(changes[0])];
        const seL4_Word end = 4 + 2 * (length < 4 ? length : 4);
        for (seL4_Word i = 0; i < end; i++) {
            only[i] = changes[i];
        }
        only[end] = RAW_REGISTERS;
        check_returned(sentences[length], &a, only);
        check_returned("  and Send changes nothing", &b, NOTHING);
        check_untouched("  nor are the receiver's other registers changed", &a);
        check_untouched("  nor the sender's", &b);
    }
}

static void long_messages(void)
{
    a.buffer->tag.words[0] = 0x7a9;
    for (int i = 0; i < 120; i++) {
        b.buffer->msg[i] = 0x100ul + (seL4_Word)i;
        a.buffer->msg[i] = 0xa0a0;
    }
    a.buffer->userData = 0x0dd;
    puppet_do(&a, do_recv(endpoint, reply));
    puppet_do(&b, do_send(badged, info(0xfffffffffffff, 0, 127), 1));
    check_returned("length 127 arrives as 120, the label has 52 bits", &a,
                   PAIRS(X0, BADGE, X1, info(0xfffffffffffff, 0, 120), X2, 1, X3, b.given.x[X3],
                         X4, b.given.x[X4], X5, b.given.x[X5]));
    check("  MR4 is in the buffer", a.buffer->msg[4], 0x104);
    check("  MR119 too", a.buffer->msg[119], 0x100 + 119);
    check("  MR0 … MR3 are not mirrored there", a.buffer->msg[0] | a.buffer->msg[3], 0xa0a0);
    check("  the tag word is not touched", a.buffer->tag.words[0], 0x7a9);
    check("  nor what follows the message", a.buffer->userData, 0x0dd);

    a.buffer->msg[5] = 0xa0a0;
    puppet_do(&a, do_recv(endpoint, reply));
    puppet_do(&b, do_send(badged, info(1, 0, 5), 1));
    check("a message of 5 words writes MR4", a.buffer->msg[4], 0x104);
    check("  and not MR5", a.buffer->msg[5], 0xa0a0);

    puppet_do(&a, do_recv(endpoint, reply));
    puppet_do(&b, do_send(badged, info(1, 0, 0) | 7 << 9, 1));
    check_returned("the sender's capsUnwrapped bits do not arrive", &a, PAIRS(X0, BADGE, X1, info(1, 0, 0)));
}

static void calls_and_replies(void)
{
    puppet_do(&a, do_recv(endpoint, reply));
    puppet_do(&b, do_call(badged, info(1, 0, 1), 11));
    check_returned("Recv of a Call", &a, PAIRS(X0, BADGE, X1, info(1, 0, 1), X2, 11));
    check_waiting("  the caller waits for the reply", &b);
    puppet_do(&a, raw(LAB4_SYS_Send, PAIRS(X0, reply, X1, info(9, 0, 2), X2, 21, X3, 22)));
    check_returned("  the replier's registers are unchanged", &a, NOTHING);
    check_returned("  Call returns x0 = 0, the label, two words, no more", &b, PAIRS(X0, 0, X1, info(9, 0, 2), X2, 21, X3, 22));
    check_untouched("  the caller's other registers are unchanged", &b);

    puppet_do(&a, do_recv(endpoint, reply));
    puppet_do(&b, do_call(badged, info(1, 0, 1), 11));
    puppet_do(&a, raw(LAB4_SYS_ReplyRecv, PAIRS(X0, endpoint, X1, info(4, 0, 1), X2, 31, X6, reply)));
    check_waiting("ReplyRecv replies, then waits", &a);
    check_returned("  the reply of one word", &b, PAIRS(X0, 0, X1, info(4, 0, 1), X2, 31));
    puppet_do(&b, do_send(badged, info(2, 0, 1), 12));
    check_returned("  ReplyRecv returns the next message, x3 … x6 unchanged", &a, PAIRS(X0, BADGE, X1, info(2, 0, 1), X2, 12));
    check_untouched("  its other registers are unchanged", &a);
}

static void combined_calls(void)
{
    seL4_CPtr other = pool_object(seL4_EndpointObject, 0);
    puppet_do(&a, do_recv(other, reply));
    puppet_do(&b, raw(LAB4_SYS_NBSendRecv, PAIRS(X0, endpoint, X1, info(6, 0, 2), X2, 41, X3, 42, X6, reply, X8, other)));
    check_returned("NBSendRecv sends to x8", &a, PAIRS(X0, 0, X1, info(6, 0, 2), X2, 41, X3, 42));
    puppet_do(&a, do_send(badged, info(7, 0, 1), 43));
    check_returned("  and receives at x0", &b, PAIRS(X0, BADGE, X1, info(7, 0, 1), X2, 43));
    check_untouched("  x8 and the rest are unchanged", &b);

    puppet_do(&a, do_recv(other, reply));
    puppet_do(&b, raw(LAB4_SYS_NBSendWait, PAIRS(X0, endpoint, X1, info(6, 0, 2), X2, 51, X3, 52, X6, other)));
    check_returned("NBSendWait sends to x6", &a, PAIRS(X0, 0, X1, info(6, 0, 2), X2, 51, X3, 52));
    puppet_do(&a, do_send(badged, info(7, 0, 0), 0));
    check_returned("  and receives at x0", &b, PAIRS(X0, BADGE, X1, info(7, 0, 0)));

    puppet_do(&a, raw(LAB4_SYS_NBSendWait, PAIRS(X0, idle, X1, info(0, 0, 0), X6, signal)));
    check_returned("a notification received by a combined call leaves x1 as it was sent", &a, PAIRS(X0, 0x51));
    puppet_do(&a, do_wait(idle));
    puppet_do(&b, do_send(signal, 0, 0));
    check_returned("a notification waited for changes x0 alone", &a, PAIRS(X0, 0x51));
    check_untouched("  of all registers", &a);
}

/* Vector registers, which a puppet fills, across every kind of system call that puppets can make alone or in a pair. */
static void vector_registers(void)
{
    puppet_run(&a, puppet_simd, raw(LAB4_SYS_Yield, NOTHING));
    check_returned("Yield leaves all vector registers alone", &a, NOTHING);
    puppet_run(&a, puppet_simd, raw(LAB4_SYS_NBSend, PAIRS(X0, endpoint, X1, 0)));
    check_returned("NBSend leaves all vector registers alone", &a, NOTHING);

    puppet_run(&a, puppet_simd, do_recv(endpoint, reply));
    puppet_run(&b, puppet_simd, do_call(badged, info(1, 0, 0), 0));
    check_returned("Recv of a Call leaves all vector registers alone", &a, PAIRS(X0, BADGE, X1, info(1, 0, 0)));
    puppet_run(&a, puppet_simd, do_send(reply, info(2, 0, 0), 0));
    check_returned("a reply leaves the replier's vector registers alone", &a, NOTHING);
    check_returned("  and the caller's", &b, PAIRS(X0, 0, X1, info(2, 0, 0)));
}

static void condition_flags(void)
{
    if (on_qemu()) {
        puppet_run(&a, puppet_flags, raw(LAB4_SYS_Yield, PAIRS(X5, 0x90000000)));
        check_returned("Yield leaves N and V set, Z and C clear", &a, NOTHING);
        puppet_run(&a, puppet_flags, raw(LAB4_SYS_NBSend, PAIRS(X0, endpoint, X1, 0, X5, 0x60000000)));
        check_returned("NBSend leaves Z and C set, N and V clear", &a, NOTHING);
        puppet_run(&a, puppet_flags, raw(LAB4_SYS_NBRecv, PAIRS(X0, endpoint, X5, 0xf0000000, X6, reply)));
        check_returned("NBRecv leaves all four flags set", &a, PAIRS(X0, 0));
    }
    end_platform();
}

static void unknown_numbers(void)
{
    static const seL4_Word numbers[] = {0, 1000, (seL4_Word)-18, (seL4_Word)-33, (seL4_Word)-100, 0xffffffff, 0x00000000fffffff5};
    static const char *const sentences[] = {
        "number 0 is unknown", "number 1000 is unknown", "number -18 (a feature that is off) is unknown",
        "number -33 (a feature that is off) is unknown", "number -100 is unknown",
        "0xffffffff is not Call: all 64 bits count", "0xfffffff5 is not Yield: all 64 bits count",
    };
    for (seL4_Word i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const struct raw_regs regs = raw((enum lab4_syscall)0, PAIRS(X7, numbers[i]));
        puppet_do(&a, regs);
        const seL4_Word *x = regs.x, at = (seL4_Word)puppet_syscall;
        a.report.mr[seL4_UnknownSyscall_SPSR] &= 0xffffffff0ffffffful;
        check_fault(sentences[i], &a, seL4_Fault_UnknownSyscall,
                    WORDS(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], at, PUPPET_STACK, at + CODE_GATE_BYTES, 0x40, x[7]));
    }
}

/*
 * A call that is repeated because its thread was stopped and resumed finds the condition flags as they were: here it is repeated
 * in an address space without code, so that nothing but the kernel and the machine could have changed them.
 */
static void flags_of_a_repeated_call(void)
{
    const seL4_CPtr empty = pool_object(seL4_ARM_VSpaceObject, 0), handler = puppet_handler(&a);
    must(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, empty), "an ASID for the empty address space");
    puppet_do(&a, do_recv(endpoint, reply));
    must(seL4_TCB_Suspend(a.tcb), "stopping a puppet");
    must(seL4_TCB_SetSpace(a.tcb, handler, CNODE, 0, empty, 0), "the empty address space");
    must(seL4_TCB_Resume(a.tcb), "resuming a puppet");
    settle();
    check("a call that is repeated where there is no code is a VM fault", a.report.label, seL4_Fault_VMFault);
    check("  and has changed no condition flag", puppet_registers(&a).spsr, 0x40);
    must(seL4_TCB_Suspend(a.tcb), "stopping a puppet");
    must(seL4_TCB_SetSpace(a.tcb, handler, CNODE, 0, seL4_CapInitThreadVSpace, 0), "its address space");
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    puppet_create(&b, 90);
    endpoint = pool_object(seL4_EndpointObject, 0);
    badged = pool_mint(endpoint, seL4_AllRights, BADGE);
    reply = pool_object(seL4_ReplyObject, 0);
    idle = pool_object(seL4_NotificationObject, 0);
    signal = pool_mint(idle, seL4_AllRights, 0x51);

    calls_without_effect();
    messages_by_length();
    long_messages();
    calls_and_replies();
    combined_calls();
    vector_registers();
    condition_flags();
    unknown_numbers();
    flags_of_a_repeated_call();
    check_end();
}
