/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What single instructions do at user level (memory §6.5, §11 #54–#61). They are data here, written to a page and executed by a
 * puppet, as each platform has its own; so all lines are marked.
 */
#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"

enum { VSPACE = seL4_CapInitThreadVSpace, PAGE = 4096, MS = 1000 };

static struct puppet a;
static seL4_CPtr code_frame;
static seL4_Word code, data; /* a page for the instructions, one for what they use */

/* Executes bytes that end in a jump to x6; x1 is the address of the data page. */
static void execute(const void *bytes, seL4_Word length)
{
    volatile unsigned char *to = (volatile unsigned char *)code;
    for (seL4_Word i = 0; i < length; i++) {
        to[i] = ((const unsigned char *)bytes)[i];
    }
    must(seL4_ARM_Page_Unify_Instruction(code_frame, 0, PAGE), "for the instruction cache");
    puppet_run(&a, puppet_jump, raw(LAB4_SYS_Yield, PAIRS(X0, code, X1, data, X6, (seL4_Word)puppet_report)));
}

/* --------------------------------------------------------------------------------------------------- AArch64 */

enum { BR_X6 = 0xd61f00c0 };

static void execute_word(seL4_Uint32 instruction)
{
    const seL4_Uint32 words[] = {instruction, BR_X6};
    execute(words, sizeof(words));
}

/* memory §11 #59, #60 */
static void refused_instructions(void)
{
    static const struct {
        const char *sentence;
        seL4_Uint32 instruction, number;
    } rows[] = {
        {"UDF: 0x02000000", 0x00000000, 0x02000000},
        {"HLT: 0x02000000", 0xd4400000, 0x02000000},
        {"HVC: 0x02000000", 0xd4000002, 0x02000000},
        {"SMC: 0x02000000", 0xd4000003, 0x02000000},
        {"ERET: 0x02000000", 0xd69f03e0, 0x02000000},
        {"DCPS1: 0x02000000", 0xd4a00001, 0x02000000},
        {"TLBI VMALLE1: 0x02000000", 0xd508871f, 0x02000000},
        {"AT S1E1R: 0x02000000", 0xd5087800, 0x02000000},
        {"IC IALLU: 0x02000000", 0xd508751f, 0x02000000},
        {"DC IVAC: 0x02000000", 0xd5087620, 0x02000000},
        {"MRS MIDR_EL1: 0x02000000", 0xd5380000, 0x02000000},
        {"MRS SCTLR_EL1: 0x02000000", 0xd5381000, 0x02000000},
        {"MRS CurrentEL: 0x02000000", 0xd5384240, 0x02000000},
        {"MSR TPIDRRO_EL0: 0x02000000", 0xd51bd060, 0x02000000},
        {"BRK #5: 0xf2000005", 0xd42000a0, 0xf2000005},
        {"MRS X0, CNTVCT_EL0: 0x6234f801", 0xd53be040, 0x6234f801},
        {"MRS X0, CNTPCT_EL0: 0x6232f801", 0xd53be020, 0x6232f801},
        {"#59 MRS X0, CNTFRQ_EL0: 0x6230f801", 0xd53be000, 0x6230f801},
        {"MRS X0, CNTV_CTL_EL0: 0x6232f807", 0xd53be320, 0x6232f807},
        {"MRS X0, PMCCNTR_EL0: 0x6230e41b", 0xd53b9d00, 0x6230e41b},
        {"MRS X0, DAIF: 0x6232d005", 0xd53b4220, 0x6232d005},
        {"MSR DAIFSet, #2: 0x620793e4", 0xd50342df, 0x620793e4},
        {"#60 DC ZVA, X1: 0x6212dc28", 0xd50b7421, 0x6212dc28},
    };
    for (seL4_Word i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        execute_word(rows[i].instruction);
        a.report.mr[seL4_UserException_SPSR] &= ~0xf0000000ul;
        check_fault(rows[i].sentence, &a, seL4_Fault_UserException, WORDS(code, PUPPET_STACK, 0x40, rows[i].number, 0));
    }
}

/* memory §11 #60, #61 */
static void allowed_instructions(void)
{
    static const struct {
        const char *sentence;
        seL4_Uint32 instruction;
    } rows[] = {
        {"#60 DC CVAC, X1 executes", 0xd50b7a21}, {"#60 DC CVAU, X1 executes", 0xd50b7b21},
        {"#60 DC CIVAC, X1 executes", 0xd50b7e21}, {"#60 IC IVAU, X1 executes", 0xd50b7521},
        {"#61 WFI executes", 0xd503207f}, {"#61 WFE executes", 0xd503205f}, {"PRFM [X1] executes", 0xf9800020},
        {"LDR X2, [X1, #1]: an unaligned load executes", 0xf8401022},
    };
    for (seL4_Word i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        execute_word(rows[i].instruction);
        check_true(rows[i].sentence, has_returned(&a));
    }
    execute_word(0xd53b00e0);
    check("MRS X0, DCZID_EL0: 0x14, prohibited", a.report.mr[X0], 0x14);
    execute_word(0xd53b0020);
    check_true("#60 MRS X0, CTR_EL0 executes", has_returned(&a) && a.report.mr[X0] != code);
    execute_word(0xd53b9e00);
    check("MRS X0, PMUSERENR_EL0: 0", a.report.mr[X0], 0);
    execute_word(0xd5330100);
    check("MRS X0, MDCCSR_EL0: 0", a.report.mr[X0], 0);
    execute_word(0xd53bd060);
    check("MRS X0, TPIDRRO_EL0: what was written to the thread", a.report.mr[X0], puppet_registers(&a).tpidrro_el0);
    execute_word(0xd51bd041);
    check("MSR TPIDR_EL0, X1 is kept", puppet_registers(&a).tpidr_el0, data);
}

/* memory §11 #57, #58 */
static void unaligned_accesses(void)
{
    static const seL4_Uint32 through_sp[] = {0x91000420, 0x9100001f, 0xf94003e2, BR_X6}; /* add x0, x1, #1; mov sp, x0; ldr x2, [sp] */
    static const seL4_Uint32 exclusive[] = {0x91000420, 0xc85f7c02, BR_X6}; /* add x0, x1, #1; ldxr x2, [x0] */
    execute(through_sp, sizeof(through_sp));
    check_true("#58 a load through a misaligned sp executes", has_returned(&a));
    check("      sp is what was written", a.report.mr[seL4_UnknownSyscall_SP], data + 1);
    execute(exclusive, sizeof(exclusive));
    check_fault("#57 an unaligned exclusive load: VM fault, FSR 0x92000021", &a, seL4_Fault_VMFault,
                WORDS(code + 4, data + 1, 0, 0x92000021));
}

/* memory §11 #54 */
static void supervisor_calls(void)
{
    const seL4_Uint32 words[] = {0xd41fffe1, BR_X6}; /* svc #0xffff */
    execute(words, sizeof(words));
    check_true("#54 SVC #0xffff is a system call: the immediate is ignored", has_returned(&a));
    check("      it was Yield", a.report.mr[X1], data);
}

/* ---------------------------------------------------------------------------------------------------- x86-64 */

#define CODE(...) {__VA_ARGS__}, sizeof((const unsigned char[]) {__VA_ARGS__})

/* Is the processor QEMU's emulation? It has no unmasked floating-point exceptions, and takes 0xf1 for a fault. */
static int is_emulated(void)
{
    static const unsigned char ask[] = {0xb8, 0, 0, 0, 0x40, 0x0f, 0xa2, 0x89, 0xde, 0x41, 0xff, 0xe2}; /* cpuid 0x40000000; mov esi, ebx */
    enum { TCGT = 0x54474354 };
    execute(ask, sizeof(ask));
    return a.report.mr[X1] == TCGT;
}

/* x1 = rsi is the address of the data page, x6 = r10 where to go afterwards. `at`: which byte faults. */
static void user_exceptions(void)
{
    enum { UNDEFINED = 0x02000000 };
    static const struct {
        const char *sentence;
        unsigned char code[24];
        seL4_Word length, at;
        seL4_Uint32 number;
        int may_lack; /* an emulated processor may not have it */
    } rows[] = {
        {"ud2: UserException 0x02000000", CODE(0x0f, 0x0b), 0, UNDEFINED, 0},
        {"a division by zero: 0x02000000, at the division", CODE(0x31, 0xc9, 0x48, 0xf7, 0xf1), 2, UNDEFINED, 0}, /* xor ecx, ecx; div rcx */
        {"a division that overflows: 0x02000000", CODE(0xb8, 0, 0, 0, 0x80, 0x99, 0x83, 0xc9, 0xff, 0xf7, 0xf9), 9, UNDEFINED, 0},
        {"hlt: 0x02000000", CODE(0xf4), 0, UNDEFINED, 0},
        {"cli: 0x02000000", CODE(0xfa), 0, UNDEFINED, 0},
        {"in al, dx: 0x02000000", CODE(0xec), 0, UNDEFINED, 0},
        {"mov cr0, rax: 0x02000000", CODE(0x0f, 0x22, 0xc0), 0, UNDEFINED, 0},
        {"wrmsr: 0x02000000", CODE(0x0f, 0x30), 0, UNDEFINED, 0},
        {"lgdt [rsi]: 0x02000000", CODE(0x0f, 0x01, 0x16), 0, UNDEFINED, 0},
        {"int 0x42: 0x02000000", CODE(0xcd, 0x42), 0, UNDEFINED, 0},
        {"an unmasked floating-point exception: 0x02000000", /* mov dword [rsi], 0; ldmxcsr [rsi]; pxor, divss xmm0, xmm0 */
         CODE(0xc7, 0x06, 0, 0, 0, 0, 0x0f, 0xae, 0x16, 0x66, 0x0f, 0xef, 0xc0, 0xf3, 0x0f, 0x5e, 0xc0), 13, UNDEFINED, 1},
        {"int3: 0xf2000000, at it", CODE(0xcc), 0, 0xf2000000, 0},
        {"a data breakpoint instruction (0xf1): 0xf2000000", CODE(0xf1), 1, 0xf2000000, 1},
    };
    for (seL4_Word i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].may_lack && is_emulated()) {
            check_true(rows[i].sentence, 1);
            continue;
        }
        execute(rows[i].code, rows[i].length);
        a.report.mr[seL4_UserException_SPSR] &= ~0xf0000000ul;
        check_fault(rows[i].sentence, &a, seL4_Fault_UserException,
                    WORDS(code + rows[i].at, PUPPET_STACK, 0x40, rows[i].number, 0));
    }
}

static void alignment_and_borders(void)
{
    static const unsigned char aligned_load[] = {0x66, 0x0f, 0x6f, 0x46, 0x04};          /* movdqa xmm0, [rsi + 4] */
    static const unsigned char aligned_store[] = {0x66, 0x0f, 0x7f, 0x46, 0x04};         /* movdqa [rsi + 4], xmm0 */
    static const unsigned char any_load[] = {0x48, 0x8b, 0x56, 0x01, 0x41, 0xff, 0xe2};  /* mov rdx, [rsi + 1]; jmp r10 */
    static const unsigned char to_the_end[] = {0x48, 0x8d, 0x86, 0xff, 0x0f, 0, 0, 0xff, 0xe0}; /* lea rax, [rsi + 4095]; jmp rax */
    execute(aligned_load, sizeof(aligned_load));
    check_fault("a vector load that must be aligned: VM fault, FSR 0x92000021", &a, seL4_Fault_VMFault,
                WORDS(code, data + 4, 0, 0x92000021));
    execute(aligned_store, sizeof(aligned_store));
    check_fault("a vector store that must be aligned: VM fault, FSR 0x92000061", &a, seL4_Fault_VMFault,
                WORDS(code, data + 4, 0, 0x92000061));
    execute(any_load, sizeof(any_load));
    check_true("any other access may be unaligned", has_returned(&a));
    execute(to_the_end, sizeof(to_the_end));
    check_true("data is not executed", a.report.label == seL4_Fault_VMFault && a.report.mr[seL4_VMFault_FSR] == 0x8200000f);

    /* jmp r10, of which the last two bytes are on a page that is not there yet */
    const seL4_CPtr next = pool_object(seL4_ARM_SmallPageObject, 0);
    volatile unsigned char *const last = (volatile unsigned char *)(code + PAGE - 1);
    last[0] = 0x41;
    puppet_run(&a, puppet_jump, raw(LAB4_SYS_Yield, PAIRS(X0, (seL4_Word)last, X6, (seL4_Word)puppet_report)));
    check_fault("an instruction that goes on in a missing page: VM fault, at that page", &a, seL4_Fault_VMFault,
                WORDS((seL4_Word)last, code + PAGE, 1, 0x82000007));
    must(mapper_map(VSPACE, next, code + PAGE, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "the next page");
    last[1] = 0xff;
    last[2] = 0xe2;
    must(seL4_TCB_Resume(a.tcb), "resuming it");
    a.report.there = 0;
    settle();
    check_true("  and is executed when that is mended", has_returned(&a));
}

static void host_calls(void)
{
    static const unsigned char host_call[] = {0x0f, 0x05, 0x41, 0xff, 0xe2}; /* syscall; jmp *%r10 */
    execute(host_call, sizeof(host_call));
    check("a raw host system call never reaches the host: UnknownSyscall", a.report.label, seL4_Fault_UnknownSyscall);
    check("  with rax as its number", a.report.mr[seL4_UnknownSyscall_Syscall], (seL4_Word)LAB4_SYS_Yield);
    check("  at its own address", a.report.mr[seL4_UnknownSyscall_FaultIP], code);
    check("  the next instruction is two bytes further", a.report.mr[seL4_UnknownSyscall_LR], code + 2);
}

static void host_instructions(void)
{
    host_calls();
    user_exceptions();
    alignment_and_borders();
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    /* WFI ends with an interrupt: the end of a slice is one. */
    must(seL4_SchedControl_Configure(lab4_bootinfo()->schedcontrol.start, a.sc, 1 * MS, 1 * MS, 0, 0), "configuring a context");
    code_frame = pool_object(seL4_ARM_SmallPageObject, 0);
    code = mapper_reserve(PAGE);
    must(mapper_map(VSPACE, code_frame, code, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "a page for code");
    data = (seL4_Word)mapper_page(NULL);

    if (on_qemu()) {
        refused_instructions();
        allowed_instructions();
        unaligned_accesses();
        supervisor_calls();
    }
    if (on_hosted()) {
        host_instructions();
    }
    end_platform();
    check_end();
}
