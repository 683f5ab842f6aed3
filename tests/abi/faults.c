/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults, what their messages say, and answers to them (abi §5, threads §7, memory §6.5). */
#include "lib/mapper.h"
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { VSPACE = seL4_CapInitThreadVSpace, VM = seL4_Fault_VMFault, EXCEPTION = seL4_Fault_UserException };

static struct puppet a;
static seL4_CPtr reply, faults;

static seL4_Word no_level_1, no_level_2, no_level_3, no_page, read_only, no_execute, inaccessible;

/* One page each of the kinds that faults tell apart. */
static void make_addresses(void)
{
    const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0);
    no_level_1 = 0x200000000000;
    no_level_2 = 0x100000000000;
    must(mapper_map(VSPACE, frame, no_level_2 + (1ul << 30), seL4_ReadWrite, 3), "a page in the same level-1 table");
    no_level_3 = no_level_2 + (1ul << 30) + (1ul << 21);
    no_page = no_level_2 + (1ul << 30) + (1ul << 12);
    read_only = mapper_reserve(4096);
    must(mapper_map(VSPACE, pool_object(seL4_ARM_SmallPageObject, 0), read_only, seL4_CanRead, 3), "a read-only page");
    no_execute = mapper_reserve(4096);
    must(mapper_map(VSPACE, pool_object(seL4_ARM_SmallPageObject, 0), no_execute, seL4_ReadWrite, 7), "an execute-never page");
    inaccessible = mapper_reserve(4096);
    must(mapper_map(VSPACE, pool_object(seL4_ARM_SmallPageObject, 0), inaccessible, seL4_NoRights, 7), "an inaccessible page");
}

static void load(const char *sentence, seL4_Word address, seL4_Word fsr)
{
    puppet_run(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_fault(sentence, &a, VM, WORDS((seL4_Word)puppet_load, address, 0, fsr));
}

static void store(const char *sentence, seL4_Word address, seL4_Word fsr)
{
    puppet_run(&a, puppet_store, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_fault(sentence, &a, VM, WORDS((seL4_Word)puppet_store, address, 0, fsr));
}

static void fetch(const char *sentence, seL4_Word address, seL4_Word fsr)
{
    puppet_run(&a, puppet_jump, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_fault(sentence, &a, VM, WORDS(address, address, 1, fsr));
}

/* memory §11 #62 */
static void translation(void)
{
    load("load, no level-1 table: FSR 0x92000004", no_level_1, 0x92000004);
    load("load, no level-2 table: FSR 0x92000005", no_level_2, 0x92000005);
    load("load, no level-3 table: FSR 0x92000006", no_level_3, 0x92000006);
    load("load, no page: FSR 0x92000007", no_page, 0x92000007);
    store("store, no level-1 table: FSR 0x92000044", no_level_1, 0x92000044);
    store("store, no level-2 table: FSR 0x92000045", no_level_2, 0x92000045);
    store("store, no level-3 table: FSR 0x92000046", no_level_3, 0x92000046);
    store("store, no page: FSR 0x92000047", no_page, 0x92000047);
    fetch("fetch, no level-2 table: FSR 0x82000005, address = pc", no_level_2, 0x82000005);
    fetch("fetch, no level-3 table: FSR 0x82000006", no_level_3, 0x82000006);
    fetch("fetch, no page: FSR 0x82000007", no_page, 0x82000007);
    load("load at address 0", 0, 0x92000006);
    load("load beyond user addresses: FSR 0x92000004", 0x800000000000, 0x92000004);
    puppet_run(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, 0x5500000000001000)));
    check("load from a tagged address: FSR 0x92000004", a.report.label == VM ? a.report.mr[seL4_VMFault_FSR] : 0, 0x92000004);
    if (on_qemu()) { /* the hosted machine is not told which address it was */
        check("memory #62   the address has the tag", a.report.mr[seL4_VMFault_Addr], 0x5500000000001000);
    }
    end_platform();
}

static void permission(void)
{
    store("store to a read-only page: FSR 0x9200004f", read_only, 0x9200004f);
    fetch("fetch from an execute-never page: FSR 0x8200000f", no_execute, 0x8200000f);
    load("load from a page without rights: FSR 0x9200000f", inaccessible, 0x9200000f);
    store("store to a page without rights: FSR 0x9200004f", inaccessible, 0x9200004f);
    puppet_run(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, read_only)));
    check_returned("a load from a read-only page succeeds", &a, PAIRS(X1, 0));
    puppet_run(&a, puppet_store, raw(LAB4_SYS_Yield, PAIRS(X0, no_execute, X1, 5)));
    check_returned("a store to an execute-never page succeeds", &a, NOTHING);
}

static seL4_Word flags_free(seL4_Word spsr)
{
    return spsr & ~0xf0000000ul;
}

/* threads §12 #92; memory §11 #57, #65 */
static void exceptions(void)
{
    puppet_run(&a, puppet_undefined, raw(LAB4_SYS_Yield, NOTHING));
    a.report.mr[seL4_UserException_SPSR] = flags_free(a.report.mr[seL4_UserException_SPSR]);
    check_fault("an undefined instruction: UserException 0x02000000, code 0", &a, EXCEPTION,
                WORDS((seL4_Word)puppet_undefined, PUPPET_STACK, 0x40, 0x02000000, 0));
    puppet_run(&a, puppet_breakpoint, raw(LAB4_SYS_Yield, NOTHING));
    a.report.mr[seL4_UserException_SPSR] = flags_free(a.report.mr[seL4_UserException_SPSR]);
    check_fault("a breakpoint: UserException 0xf2000000, at the breakpoint", &a, EXCEPTION,
                WORDS((seL4_Word)puppet_breakpoint, PUPPET_STACK, 0x40, 0xf2000000, 0));
    puppet_run(&a, puppet_use_fpu, raw(LAB4_SYS_Yield, PAIRS(X0, 0x1234)));
    check_returned("memory #65 a vector register can be used at once", &a, PAIRS(X1, 0x1234));
    if (on_qemu()) {
        must((seL4_Error)seL4_TCB_SetFlags(a.tcb, 0, 1).error, "disabling its FPU");
        puppet_run(&a, puppet_use_fpu, raw(LAB4_SYS_Yield, PAIRS(X0, 0x1234)));
        check("threads #92 with the FPU disabled: UserException 0x1fe00000", a.report.mr[seL4_UserException_Number], 0x1fe00000);
        must((seL4_Error)seL4_TCB_SetFlags(a.tcb, 1, 0).error, "enabling its FPU");
        puppet_run(&a, puppet_jump, raw(LAB4_SYS_Yield, PAIRS(X0, (seL4_Word)puppet_syscall + 2)));
        check("memory #57 an unaligned pc: UserException 0x8a000000", a.report.mr[seL4_UserException_Number], 0x8a000000);
    }
    end_platform();
}

/* ------------------------------------------------------------------------------------------------------ answers */

/* From now on a's faults go to an endpoint where this test receives them. */
static void handle_faults_here(void)
{
    puppet_set_handler(&a, pool_mint(faults, seL4_AllRights, 0xfa));
}

/* The next fault of a; the puppets that can run get the time to. */
static seL4_MessageInfo_t next_fault(void)
{
    settle();
    return seL4_NBRecv(faults, NULL, reply);
}

static void answer(seL4_Word label, seL4_Word length)
{
    seL4_Send(reply, seL4_MessageInfo_new(label, 0, 0, length));
}

/* threads §12 #71 */
static void answered_vm_faults(void)
{
    const seL4_Word address = mapper_reserve(4096);
    puppet_start(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check("a VM fault arrives: label 6, 4 words", next_fault().words[0], info(6, 0, 4));
    answer(0, 0);
    check("  answered without mending it, the instruction faults again", next_fault().words[0], info(6, 0, 4));
    must(mapper_map(VSPACE, pool_object(seL4_ARM_SmallPageObject, 0), address, seL4_ReadWrite, 3), "mending it");
    puppet_set_handler(&a, puppet_handler(&a));
    seL4_SetMR(0, 0xbad);
    answer(77, 4);
    settle();
    check_returned("threads #71 mended, it succeeds whatever label and words the answer has", &a, PAIRS(X1, 0));
}

/* An access to the last four bytes of a page and the first four of the next, both of which are missing. */
static void across_a_border(const char *code, const char *first_sentence, const char *second_sentence, seL4_Word kind)
{
    const seL4_Word border = mapper_reserve(8192) + 4096;
    const seL4_CPtr frames[] = {pool_object(seL4_ARM_SmallPageObject, 0), pool_object(seL4_ARM_SmallPageObject, 0)};
    volatile seL4_Uint32 *const last = (volatile seL4_Uint32 *)(border - 4), *const next = (volatile seL4_Uint32 *)border;
    const int is_load = code == puppet_load;
    handle_faults_here();
    puppet_start(&a, code, raw(LAB4_SYS_Yield, PAIRS(X0, border - 4, X1, 0x2222222211111111)));
    next_fault();
    check(first_sentence, seL4_GetMR(seL4_VMFault_Addr), border - 4);
    must(mapper_map(VSPACE, frames[0], border - 4096, seL4_ReadWrite, 7), "the first page");
    answer(0, 0);
    next_fault();
    check(second_sentence, seL4_GetMR(seL4_VMFault_Addr), border);
    check("  by the same instruction", seL4_GetMR(seL4_VMFault_IP), (seL4_Word)code);
    check("  of the same kind", seL4_GetMR(seL4_VMFault_FSR), kind);
    check("  which has done nothing yet", *last, 0);
    must(mapper_map(VSPACE, frames[1], border, seL4_ReadWrite, 7), "the second page");
    if (is_load) {
        *last = 0x11111111;
        *next = 0x22222222;
    }
    puppet_set_handler(&a, puppet_handler(&a));
    answer(0, 0);
    settle();
    check_returned("  mended by its pager, it is done", &a, PAIRS(X0, border - 4, X1, 0x2222222211111111));
    check_true("  in both pages", *last == 0x11111111 && *next == 0x22222222);
}

/* threads §12 #72, #74 */
static void answered_unknown_syscalls(void)
{
    const struct raw_regs regs = raw((enum lab4_syscall)0, PAIRS(X7, 1234));
    handle_faults_here();
    puppet_start(&a, puppet_syscall, regs);
    check("an unknown system call arrives: label 2, 13 words", next_fault().words[0], info(2, 0, 13));
    const seL4_Word after = seL4_GetMR(seL4_UnknownSyscall_LR);
    seL4_SetMR(0, 0x100);
    seL4_SetMR(1, 0x101);
    seL4_SetMR(2, 0x102);
    answer(0, 3);
    next_fault();
    check("threads #74 answered with three words, the call is repeated", seL4_GetMR(seL4_UnknownSyscall_FaultIP),
          (seL4_Word)puppet_syscall);
    check("  with new x0", seL4_GetMR(0), 0x100);
    check("  and x2", seL4_GetMR(2), 0x102);
    check("  and the old x3", seL4_GetMR(3), regs.x[X3]);

    puppet_set_handler(&a, puppet_handler(&a));
    for (int i = 0; i < 8; i++) {
        seL4_SetMR(i, 0x200ul + (seL4_Word)i);
    }
    seL4_SetMR(seL4_UnknownSyscall_FaultIP, after);
    seL4_SetMR(seL4_UnknownSyscall_SP, 0x6000);
    answer(0, 10);
    settle();
    check_registers("answered with MR8 := MR10 it goes on behind the call, with all registers", a.report.mr, &regs,
                    PAIRS(X0, 0x200, X1, 0x201, X2, 0x202, X3, 0x203, X4, 0x204, X5, 0x205, X6, 0x206), 7);
    check("  and sp", a.report.mr[seL4_UnknownSyscall_SP], 0x6000);

    handle_faults_here();
    puppet_start(&a, puppet_syscall, regs);
    next_fault();
    seL4_SetMR(0, 0x300);
    answer(1, 1);
    settle();
    check_waiting("threads #72 a label other than 0 makes it inactive", &a);
    check("threads #72   though its registers are written", puppet_registers(&a).x0, 0x300);
}

static void answered_exceptions(void)
{
    puppet_start(&a, puppet_undefined, raw(LAB4_SYS_Yield, NOTHING));
    check("a user exception arrives: label 3, 5 words", next_fault().words[0], info(3, 0, 5));
    puppet_set_handler(&a, puppet_handler(&a));
    seL4_SetMR(0, seL4_GetMR(0) + CODE_UNDEFINED_BYTES);
    seL4_SetMR(1, 0x7000);
    seL4_SetMR(2, ~0ul);
    answer(0, 3);
    settle();
    check_returned("answered with a new pc, it goes on there", &a, NOTHING);
    check("  with a new sp", a.report.mr[seL4_UnknownSyscall_SP], 0x7000);
    if (on_qemu()) {
        check("  and a sanitised SPSR", a.report.mr[seL4_UnknownSyscall_SPSR], 0xf0000040);
    }
    end_platform();
}

/* -------------------------------------------------------------------------------------------- handlers that fail */

static void no_handler(void)
{
    puppet_set_handler(&a, 0);
    puppet_run(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, no_page)));
    check_waiting("a fault without handler: the thread stops", &a);
    puppet_set_handler(&a, puppet_handler(&a));
    must(seL4_TCB_Resume(a.tcb), "resuming it");
    settle();
    check_fault("  resumed, it faults again", &a, VM, WORDS((seL4_Word)puppet_load, no_page, 0, 0x92000007));
}

/* threads §12 #76; objects §12 #75 */
static void waiting_handlers(void)
{
    handle_faults_here();
    puppet_start(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, no_page)));
    settle();
    seL4_Word badge;
    const seL4_MessageInfo_t message = seL4_NBWait(faults, &badge);
    check("threads #76 a handler in Wait gets the message", message.words[0], info(6, 0, 4));
    check("  with the badge of the handler cap", badge, 0xfa);
    puppet_set_handler(&a, puppet_handler(&a));
    settle();
    check_waiting("threads #76   and the thread is inactive", &a);
    must(seL4_TCB_Resume(a.tcb), "resuming it");
    settle();
    check_fault("objects #75   resumed, it repeats the fault", &a, VM, WORDS((seL4_Word)puppet_load, no_page, 0, 0x92000007));
}

/* threads §12 #11, #77 */
static void cancelled_faults(void)
{
    const seL4_CPtr doomed = pool_object(seL4_EndpointObject, 0);
    puppet_set_handler(&a, doomed);
    puppet_run(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, no_page)));
    puppet_set_handler(&a, puppet_handler(&a));
    must(delete(doomed), "destroying the handler's endpoint");
    settle();
    check_waiting("threads #77 the handler's endpoint goes while a fault is queued: inactive", &a);
    must(seL4_TCB_Resume(a.tcb), "resuming it");
    settle();
    check_true("threads #77   not restarted before", a.report.there);

    handle_faults_here();
    puppet_start(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, no_page)));
    next_fault();
    puppet_set_handler(&a, puppet_handler(&a));
    must(seL4_TCB_Resume(a.tcb), "resuming a thread whose fault is being handled");
    settle();
    check_true("threads #11 resumed, it repeats the instruction", a.report.there);
    vector("threads #11   and the handler's answer is a no-op", CALL(X0, reply, X1, info(0, 0, 0)), PAIRS(X0, 0, X1, 0));
}

/* ------------------------------------------------------------------------------------------------------ cap faults */

static void cap_faults(void)
{
    const seL4_Word here = (seL4_Word)puppet_syscall;
    const seL4_CPtr small = pool_object(seL4_CapTableObject, 4), handler = puppet_handler(&a);
    puppet_do(&a, do_send(1ul << 40, 0, 0));
    check_fault("an address with a wrong guard: GuardMismatch, 7 words", &a, 1, WORDS(here, 1ul << 40, 0, 4, 64, 0, 51));
    puppet_do(&a, do_recv(0, reply));
    check_fault("Recv on the null slot: MissingCapability, 5 words", &a, 1, WORDS(here, 0, 1, 2, 0));

    must(seL4_CNode_Mint(small, 2, 4, CNODE, small, DEPTH, seL4_AllRights, seL4_CNode_CapData_new(0, 58).words[0]), "a deep cap");
    must(seL4_TCB_SetSpace(a.tcb, handler, small, 0, VSPACE, 0), "a CSpace of 4 bits");
    puppet_do(&a, do_send(2ul << 60, 0, 0));
    check_fault("a CNode with too many bits: DepthMismatch, 6 words", &a, 1, WORDS(here, 2ul << 60, 0, 3, 60, 62));
    must(seL4_TCB_SetSpace(a.tcb, handler, CNODE, 0, VSPACE, 0), "the root CSpace");
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    reply = pool_object(seL4_ReplyObject, 0);
    faults = pool_object(seL4_EndpointObject, 0);

    make_addresses();
    translation();
    permission();
    exceptions();
    handle_faults_here();
    answered_vm_faults();
    across_a_border(puppet_load, "a load across a page border: first the first page faults", "  then the second", 0x92000007);
    across_a_border(puppet_store, "a store across a page border: first the first page faults", "  then the second, at its start", 0x92000047);
    handle_faults_here();
    answered_unknown_syscalls();
    handle_faults_here();
    answered_exceptions();
    no_handler();
    waiting_handlers();
    cancelled_faults();
    cap_faults();
    check_end();
}
