/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions that the processor refuses at user level, behind prefixes of every kind, in many orders and numbers: each is a
 * UserException at its first byte. And the other reasons for which the processor says no more than "general protection": what is an
 * access is a VM fault with the address, what is none is not.
 */
#include <lab4/printf.h>
#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"

enum { VSPACE = seL4_CapInitThreadVSpace, PAGE = 4096, LONGEST = 15, UNDEFINED = 0x02000000 };
#define BREAKPOINT 0xf2000000
#define NON_CANONICAL 0x8000000000000000

static struct puppet a;
static seL4_Word code, data;

struct bytes {
    unsigned char at[24];
    seL4_Word length;
};
#define BYTES(...) {{__VA_ARGS__}, sizeof((const unsigned char[]) {__VA_ARGS__})}

static void put(seL4_Word *at, const struct bytes *bytes)
{
    for (seL4_Word i = 0; i < bytes->length; i++) {
        ((volatile unsigned char *)code)[(*at)++] = bytes->at[i];
    }
}

/* x0 = rdi, x1 = rsi, x2 = rdx. */
static void execute(const struct bytes *prefixes, const struct bytes *instruction, seL4_Word x0)
{
    static const struct bytes leave = BYTES(0x41, 0xff, 0xe2); /* jmp r10 */
    seL4_Word at = 0;
    put(&at, prefixes);
    put(&at, instruction);
    put(&at, &leave);
    puppet_run(&a, (const char *)code, raw(LAB4_SYS_Yield, PAIRS(X0, x0, X1, data, X2, data, X6, (seL4_Word)puppet_report)));
}

static int is_exception(seL4_Word number, seL4_Word offset)
{
    return a.report.there && a.report.label == seL4_Fault_UserException && a.report.mr[seL4_UserException_FaultIP] == code + offset &&
           a.report.mr[seL4_UserException_Number] == number;
}

static void complain(const struct bytes *prefixes, const struct bytes *instruction)
{
    printf("# not an exception:");
    for (seL4_Word i = 0; i < prefixes->length; i++) {
        printf(" %x", prefixes->at[i]);
    }
    for (seL4_Word i = 0; i < instruction->length; i++) {
        printf(" %x", instruction->at[i]);
    }
    printf(" (label %lu, at %#lx)\n", a.report.label, a.report.mr[0] - code);
}

static const struct bytes nothing = {{0}, 0};

/* ------------------------------------------------------------------------------------- privileged instructions */

static const struct {
    const char *name;
    struct bytes bytes;
} privileged[] = {
    {"insb", BYTES(0x6c)}, {"insd", BYTES(0x6d)}, {"outsb", BYTES(0x6e)}, {"outsd", BYTES(0x6f)},
    {"in al, imm", BYTES(0xe4, 0x60)}, {"in eax, imm", BYTES(0xe5, 0x60)}, {"out imm, al", BYTES(0xe6, 0x60)}, {"out imm, eax", BYTES(0xe7, 0x60)},
    {"in al, dx", BYTES(0xec)}, {"in eax, dx", BYTES(0xed)}, {"out dx, al", BYTES(0xee)}, {"out dx, eax", BYTES(0xef)},
    {"int 0x42", BYTES(0xcd, 0x42)}, {"hlt", BYTES(0xf4)}, {"cli", BYTES(0xfa)}, {"sti", BYTES(0xfb)},
    {"lldt", BYTES(0x0f, 0x00, 0xd0)}, {"ltr", BYTES(0x0f, 0x00, 0xd8)}, {"lgdt", BYTES(0x0f, 0x01, 0x16)}, {"lidt", BYTES(0x0f, 0x01, 0x1e)},
    {"lmsw", BYTES(0x0f, 0x01, 0xf0)}, {"invlpg", BYTES(0x0f, 0x01, 0x3e)}, {"clts", BYTES(0x0f, 0x06)}, {"sysret", BYTES(0x0f, 0x07)},
    {"invd", BYTES(0x0f, 0x08)}, {"wbinvd", BYTES(0x0f, 0x09)}, {"mov rax, cr0", BYTES(0x0f, 0x20, 0xc0)}, {"mov cr0, rax", BYTES(0x0f, 0x22, 0xc0)},
    {"mov rax, dr0", BYTES(0x0f, 0x21, 0xc0)}, {"mov dr0, rax", BYTES(0x0f, 0x23, 0xc0)}, {"wrmsr", BYTES(0x0f, 0x30)}, {"rdmsr", BYTES(0x0f, 0x32)},
    {"sysexit", BYTES(0x0f, 0x35)},
};
enum { PRIVILEGED = sizeof(privileged) / sizeof(privileged[0]) };

static const unsigned char prefixes[] = {0x66, 0x67, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x40, 0x41, 0x44, 0x48, 0x4f};
enum { PREFIXES = sizeof(prefixes) };

static seL4_Word random_state = 0x9e3779b97f4a7c15;

static seL4_Word next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* None, each one, each pair, then as many as fit, in random orders. */
static struct bytes some_prefixes(seL4_Word number, seL4_Word most)
{
    struct bytes p = {{0}, 0};
    if (number == 0) {
        return p;
    }
    if (number <= PREFIXES) {
        p.at[p.length++] = prefixes[number - 1];
        return p;
    }
    number -= PREFIXES + 1;
    if (number < PREFIXES * PREFIXES) {
        p.at[p.length++] = prefixes[number / PREFIXES];
        p.at[p.length++] = prefixes[number % PREFIXES];
        return p;
    }
    for (p.length = 0; p.length < 1 + number % most; p.length++) {
        p.at[p.length] = prefixes[next_random() % PREFIXES];
    }
    return p;
}

static void privileged_instructions(void)
{
    enum { COMBINATIONS = 1 + PREFIXES + PREFIXES * PREFIXES + 60 };
    for (seL4_Word i = 0; i < PRIVILEGED; i++) {
        seL4_Word exceptions = 0;
        for (seL4_Word j = 0; j < COMBINATIONS; j++) {
            const struct bytes p = some_prefixes(j, LONGEST - privileged[i].bytes.length);
            execute(&p, &privileged[i].bytes, data);
            if (is_exception(UNDEFINED, 0)) {
                exceptions++;
            } else {
                complain(&p, &privileged[i].bytes);
            }
        }
        check(privileged[i].name, exceptions, COMBINATIONS);
    }
}

/* ---------------------------------------------------------------------------------------------- other reasons */

static void exceptions(void)
{
    static const struct {
        const char *sentence;
        struct bytes bytes;
        seL4_Word number, at;
    } rows[] = {
        {"int3 is at its own address", BYTES(0xcc), BREAKPOINT, 0},
        {"int 3 (two bytes), too", BYTES(0xcd, 0x03), BREAKPOINT, 0},
        {"int 4, too", BYTES(0xcd, 0x04), UNDEFINED, 0},
        {"iretq to a segment that does not exist", BYTES(0x48, 0x8d, 0x66, 0x40, 0x48, 0xcf), UNDEFINED, 4}, /* lea rsp, [rsi + 64] */
        {"sixteen bytes of prefixes and opcode",
         BYTES(0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x8b, 0x06), UNDEFINED, 0},
        {"a segment register with a selector that does not exist", BYTES(0xb8, 0x40, 0, 0, 0, 0x8e, 0xd8), UNDEFINED, 5}, /* mov ds, eax */
        {"ldmxcsr of bits that do not exist", BYTES(0xc7, 0x06, 0, 0, 0, 0x80, 0x0f, 0xae, 0x16), UNDEFINED, 6},
    };
    for (seL4_Word i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        execute(&nothing, &rows[i].bytes, data);
        check_true(rows[i].sentence, is_exception(rows[i].number, rows[i].at));
    }
}

static void accesses(void)
{
    static const struct {
        const char *sentence;
        struct bytes bytes;
        seL4_Word address;
        seL4_Word syndrome;
    } rows[] = {
        {"a load with every kind of prefix", BYTES(0x66, 0x2e, 0x3e, 0x48, 0x8b, 0x07), NON_CANONICAL, 0x92000004},
        {"a store", BYTES(0x48, 0x89, 0x47, 0x10), NON_CANONICAL + 0x10, 0x92000044},
        {"rep stosb", BYTES(0xf3, 0xaa), NON_CANONICAL, 0x92000044},
        {"a push", BYTES(0x48, 0x89, 0xfc, 0x50), NON_CANONICAL - 8, 0x92000044}, /* mov rsp, rdi */
        {"a jump through a register: the address of the jump's target", BYTES(0xff, 0xe7), NON_CANONICAL, 0x82000004},
        {"a jump through memory", BYTES(0x48, 0x89, 0x3e, 0xff, 0x26), NON_CANONICAL, 0x82000004},          /* mov [rsi], rdi */
        {"a return", BYTES(0x48, 0x89, 0x3e, 0x48, 0x89, 0xf4, 0xc3), NON_CANONICAL, 0x82000004}, /* and mov rsp, rsi */
    };
    for (seL4_Word i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        execute(&nothing, &rows[i].bytes, NON_CANONICAL);
        check(rows[i].sentence, a.report.label, seL4_Fault_VMFault);
        check("  its address", a.report.mr[seL4_VMFault_Addr], rows[i].address);
        check("  its syndrome", a.report.mr[seL4_VMFault_FSR], rows[i].syndrome);
    }
}

/* The code page is writable and executable. */
static void writes_to_own_page(void)
{
    enum { WORD_AT = 0x800 };
    static const struct bytes store = BYTES(0x89, 0x05, 0xfa, 0x07, 0, 0);                 /* mov [code + 0x800], eax */
    static const struct bytes add = BYTES(0x83, 0x05, 0xf9, 0x07, 0, 0, 0x05);             /* add dword [code + 0x800], 5 */
    static const struct bytes patch = BYTES(0xc6, 0x05, 0x01, 0, 0, 0, 0x90, 0x90, 0x0f); /* mov byte [code + 8], 0x90 */
    volatile seL4_Uint32 *const word = (volatile seL4_Uint32 *)(code + WORD_AT);
    *word = 0;
    execute(&nothing, &store, data);
    check_true("an instruction writes to the page that it is in", has_returned(&a));
    check("  what it stored", *word, (seL4_Uint32)LAB4_SYS_Yield);
    execute(&nothing, &add, data);
    check("  or added", *word, (seL4_Uint32)(LAB4_SYS_Yield + 5));
    execute(&nothing, &patch, data);
    check_true("  or the next instruction", has_returned(&a));
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0);
    code = mapper_reserve(PAGE);
    must(mapper_map(VSPACE, frame, code, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "a page for code");
    data = (seL4_Word)mapper_page(NULL);
    privileged_instructions();
    exceptions();
    accesses();
    writes_to_own_page();
    check_end();
}
