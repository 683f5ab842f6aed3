/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User code that means harm: it scribbles over every address that it can compute, jumps anywhere, makes raw host calls, sets odd flags,
 * ruins its stack pointer and segment registers, executes random bytes. A puppet does that in an address space of its own (and, where only
 * its registers are concerned, in ours), with little time for each attack. Afterwards everything else must be as it was: our memory, a
 * third address space and its thread, the kernel (with --check).
 *
 * Where the machine has no protection keys, its own memory is spared.
 */
#include <lab4/printf.h>
#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { VSPACE = seL4_CapInitThreadVSpace, POOL = seL4_CapInitThreadASIDPool, PAGE = 4096, MS = 1000, LONGEST = 64 };

/*
 * Which attacks, and where the random numbers begin. 0: all but jumps into the machine; 1: only those, any of which may end the run; 2: as
 * 0, but without far returns, which QEMU before 9.1 makes with the wrong privilege when it emulates a processor; 3: only registers that
 * point at the borders of the machine's regions; 4: jumps to those inside its text, any of which may end the run.
 * The digits are written over in a copy of the program (tests/hosted/hostile.py).
 */
static volatile char request[] = "HOSTILE=0,00000001";
enum { AT_MODE = sizeof("HOSTILE=") - 1, AT_SEED = AT_MODE + 2 };

/* Where the machine's regions begin and end, up to the first 0, behind two words to find them by. Filled in in the copy, too. */
enum { MOST_BORDERS = 64 };
static volatile seL4_Word borders[2 + MOST_BORDERS + 1] = {0x7372656472304f42, 0x3442414c4c414234};
static const volatile seL4_Word *const border = borders + 2;

/* The machine's part of the address space (platform/hosted/machine/layout.h). */
#define MACHINE_START 0x700000000000
#define MACHINE_RAM (MACHINE_START + 0x40000000)
#define MACHINE_THREADS 0x708000000000
#define MACHINE_IMAGE 0x710000000000
#define MACHINE_END 0x720000000000
#define GATE_PAGE 0x6ffffffff000
enum { MACHINE_TEXT_BYTES = 0x18000, MACHINE_IMAGE_BYTES = 0x900000 };

static struct puppet villain, neighbour;
static seL4_CPtr control, code_frame;
static seL4_Word code, data;      /* the villain's pages, at these addresses in every address space; `code` is written through ours */
static seL4_Word secret;          /* the neighbour's page, as we see it */
static seL4_Word random_state, attacks, is_protected, milliseconds; /* of time for an attack */

static seL4_Word next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* ---------------------------------------------------------------------------------------------- everybody else */

enum { SECRET_WORDS = PAGE / sizeof(seL4_Word) };

static void fill_secret(void)
{
    for (seL4_Word i = 0; i < SECRET_WORDS; i++) {
        ((volatile seL4_Word *)secret)[i] = 0x5ec2e7 * (i + 1);
    }
}

static int all_is_well(void)
{
    for (seL4_Word i = 0; i < SECRET_WORDS; i++) {
        if (((volatile seL4_Word *)secret)[i] != 0x5ec2e7 * (i + 1)) {
            return 0;
        }
    }
    puppet_run(&neighbour, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, data)));
    return has_returned(&neighbour) && neighbour.report.mr[X1] == 0x5ec2e7;
}

/* Where the machine's own memory is open, it is no target. */
static int is_fair(seL4_Word address)
{
    return is_protected || address < MACHINE_START - PAGE || address >= MACHINE_END;
}

/* ------------------------------------------------------------------------------------------------------ attacks */

static void attack(const char *what, struct raw_regs regs)
{
    must(seL4_TCB_Suspend(villain.tcb), "stopping the villain");
    must(seL4_SchedControl_Configure(control, villain.sc, milliseconds * MS, 10000 * MS, 0, 0), "giving it a little time");
    puppet_run(&villain, what, regs);
    attacks++;
}

/* Code for the villain: bytes, then a jump to x6 (r10). */
static void attack_with(const void *bytes, seL4_Word length, struct raw_regs regs)
{
    static const unsigned char leave[] = {0x41, 0xff, 0xe2};
    volatile unsigned char *to = (volatile unsigned char *)code;
    for (seL4_Word i = 0; i < length + sizeof(leave); i++) {
        to[i] = i < length ? ((const unsigned char *)bytes)[i] : leave[i - length];
    }
    attack((const char *)code, regs);
}
#define ATTACK(regs, ...) \
    attack_with((const unsigned char[]) {__VA_ARGS__}, sizeof((const unsigned char[]) {__VA_ARGS__}), regs)

static void judge(const char *sentence)
{
    check_true(sentence, all_is_well());
}

static seL4_Word some_address(void)
{
    static const seL4_Word edges[] = {0, 8, 0xff8, 0xfff8, 0x10000, GATE_PAGE - 0x2000, GATE_PAGE - 0x1000, GATE_PAGE, GATE_PAGE + 8,
                                      GATE_PAGE + 0xff8, MACHINE_START, MACHINE_START + 256, MACHINE_IMAGE, MACHINE_END, 0x7fffffffe000,
                                      0x7fffffffeff8, 0x7ffffffff000, 0x7ffffffffff8, 0x800000000000, 0xffff7ffffffffff8,
                                      0xffff800000000000, 0xffffffff81000000, 0xffffffffff600000, 0xffffffffff600400, ~0ul, ~7ul};
    const seL4_Word random = next_random(), offset = next_random();
    switch (random % 8) {
    case 0: return edges[offset % (sizeof(edges) / sizeof(edges[0]))];
    case 1: return MACHINE_RAM + offset % 0x20000000;
    case 2: return MACHINE_THREADS + offset % 0x20000000;
    case 3: return MACHINE_IMAGE + offset % MACHINE_IMAGE_BYTES;
    case 4: return MACHINE_START + offset % PAGE;
    case 5: return 0x7ff000000000 + offset % 0x1000000000;
    case 6: return offset >> 17;
    default: return offset;
    }
}

static seL4_Word some_fair_address(void)
{
    seL4_Word address = some_address();
    while (!is_fair(address)) {
        address = some_address();
    }
    return address;
}

static struct raw_regs with(seL4_Word x0, seL4_Word x1)
{
    return raw(LAB4_SYS_Yield, PAIRS(X0, x0, X1, x1, X2, data, X6, (seL4_Word)puppet_report));
}

static void scribbles(void)
{
    for (int i = 0; i < 400; i++) {
        attack(puppet_store, with(some_fair_address(), next_random()));
        attack(puppet_load, with(some_fair_address(), 0));
        ATTACK(with(some_fair_address(), 0x1000), 0x48, 0x89, 0xf1, 0xf3, 0xaa); /* mov rcx, rsi; rep stosb */
    }
    judge("stores, loads and long fills at any address hurt nobody");
}

static void jumps(void)
{
    for (int i = 0; i < 400; i++) {
        seL4_Word target = some_address();
        while (target >= MACHINE_START && target < MACHINE_END) {
            target = some_address();
        }
        attack(puppet_jump, with(target, 0));
    }
    judge("jumps to any address outside the machine hurt nobody");
}

static void host_calls(void)
{
    enum { CALLS = 470, X32 = 0x40000000, URETPROBE = 335, UPROBE = 336 }; /* new hosts do not filter these two; they do nothing here */
    seL4_Word reported = 0;
    milliseconds = 5000; /* none of them runs on, and each is to be seen */
    for (seL4_Word i = 0; i < CALLS; i++) {
        struct raw_regs regs = with(some_address(), next_random() % 64);
        regs.x[X7] = i;
        ATTACK(regs, 0x0f, 0x05); /* syscall */
        reported += i == URETPROBE || i == UPROBE ||
                    (villain.report.label == seL4_Fault_UnknownSyscall && villain.report.mr[seL4_UnknownSyscall_Syscall] == i);
        ATTACK(regs, 0xcd, 0x80); /* int 0x80 */
        regs.x[X7] |= X32;
        ATTACK(regs, 0x0f, 0x05);
        ATTACK(regs, 0x0f, 0x34); /* sysenter */
    }
    check("every host call by its instruction is an UnknownSyscall fault", reported, CALLS);
    milliseconds = 1;
    for (seL4_Word i = 0; i < 8; i++) {
        attack(puppet_jump, with(0xffffffffff600000 + i * 0x200, 0)); /* vsyscall */
    }
    judge("host calls by any instruction hurt nobody");
}

/* In 32-bit mode: retfq to a segment that is 32 bits wide, then int 0x80 (exit) and friends. */
static void narrow_mode(void)
{
    for (seL4_Word i = 0; i < 64; i++) {
        struct raw_regs regs = with(code + 16, i);
        regs.x[X7] = i;
        /* lea rsp, [rdx + 2048]; push 0x23; push rdi; retfq; at 16: int 0x80; inc eax; jmp back */
        ATTACK(regs, 0x48, 0x8d, 0xa2, 0, 8, 0, 0, 0x6a, 0x23, 0x57, 0x48, 0xcb, 0x90, 0x90, 0x90, 0x90, 0xcd, 0x80, 0x40, 0xeb, 0xfb);
    }
    judge("32-bit code and its host calls hurt nobody");
}

static int has_far_returns(void)
{
    return request[AT_MODE] != '2';
}

/* How an attack goes on once it has ruined something: a report (a call through the gate), a spin, a load, an exception, a host call. */
static const struct {
    unsigned char bytes[4];
    seL4_Word length;
} tails[] = {{{0x41, 0xff, 0xe2}, 3}, {{0xeb, 0xfe}, 2}, {{0x48, 0x8b, 0x07}, 3}, {{0x0f, 0x0b}, 2}, {{0x0f, 0x05}, 2}, {{0xcc}, 1}};
enum { TAILS = sizeof(tails) / sizeof(tails[0]) };

static void attack_with_tail(const void *bytes, seL4_Word length, seL4_Word tail, struct raw_regs regs)
{
    unsigned char whole[LONGEST];
    for (seL4_Word i = 0; i < length + tails[tail].length; i++) {
        whole[i] = i < length ? ((const unsigned char *)bytes)[i] : tails[tail].bytes[i - length];
    }
    attack_with(whole, length + tails[tail].length, regs);
}

static void flags(void)
{
    static const unsigned char set[] = {0x48, 0x8d, 0xa2, 0, 8, 0, 0, 0x56, 0x9d}; /* lea rsp, [rdx + 2048]; push rsi; popfq */
    static const seL4_Word values[] = {0x100, 0x400, 0x40000, 0x4000, 0x3000, 0x10000, 0x200000, 0x40500, 0x44500, 0xffffff, 0, ~0ul};
    for (seL4_Word tail = 0; tail < TAILS; tail++) {
        for (seL4_Word i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            attack_with_tail(set, sizeof(set), tail, with(data, values[i]));
        }
        for (int i = 0; i < 20; i++) {
            attack_with_tail(set, sizeof(set), tail, with(data, next_random()));
        }
    }
    judge("odd flags hurt nobody");
}

static void stack_pointers(void)
{
    static const unsigned char set[] = {0x48, 0x89, 0xf4}; /* mov rsp, rsi */
    for (seL4_Word tail = 0; tail < TAILS; tail++) {
        for (int i = 0; i < 30; i++) {
            attack_with_tail(set, sizeof(set), tail, with(data, some_address()));
        }
    }
    for (int i = 0; i < 50; i++) {
        ATTACK(with(data, some_fair_address()), 0x48, 0x89, 0xf4, 0x57);             /* push */
        ATTACK(with(data, some_fair_address()), 0x48, 0x89, 0xf4, 0xe8, 0, 0, 0, 0); /* call */
        ATTACK(with(data, some_fair_address()), 0x48, 0x89, 0xf4, 0xc3);             /* ret */
        if (has_far_returns()) {
            ATTACK(with(data, some_fair_address()), 0x48, 0x89, 0xf4, 0x48, 0xcf);   /* iretq */
        }
    }
    judge("a ruined stack pointer hurts nobody");
}

static void segments(void)
{
    static const unsigned char registers[] = {0xc6 /* es */, 0xd6 /* ss */, 0xde /* ds */, 0xe6 /* fs */, 0xee /* gs */};
    static const seL4_Word selectors[] = {0, 3, 0x23, 0x2b, 0x33, 0x10, 0x40, 0x63, 0x6b, 0x73, 0x7b, 0xffff};
    for (seL4_Word i = 0; i < sizeof(registers); i++) {
        const unsigned char set[] = {0x8e, registers[i]};
        for (seL4_Word j = 0; j < sizeof(selectors) / sizeof(selectors[0]); j++) {
            attack_with_tail(set, sizeof(set), (i + j) % TAILS, with(data, selectors[j]));
        }
    }
    for (seL4_Word tail = 0; tail < TAILS; tail++) {
        static const unsigned char fs[] = {0xf3, 0x48, 0x0f, 0xae, 0xd6}, gs[] = {0xf3, 0x48, 0x0f, 0xae, 0xde}; /* wrfsbase, wrgsbase rsi */
        attack_with_tail(fs, sizeof(fs), tail, with(data, some_address()));
        attack_with_tail(gs, sizeof(gs), tail, with(data, some_address()));
    }
    judge("ruined segment registers hurt nobody");
}

static void floating_point(void)
{
    for (seL4_Word tail = 0; tail < TAILS; tail++) {
        static const unsigned char sse[] = {0xc7, 0x02, 0, 0, 0, 0, 0x0f, 0xae, 0x12};             /* all exceptions unmasked */
        static const unsigned char x87[] = {0x66, 0xc7, 0x02, 0, 0, 0xd9, 0x2a, 0xd9, 0xee, 0xd8, 0xf0}; /* and one is pending */
        static const unsigned char junk[] = {0x0f, 0xae, 0x2a};                                    /* xrstor [rdx] */
        static const unsigned char full[] = {0xd9, 0xeb, 0xd9, 0xeb, 0xd9, 0xeb, 0xd9, 0xeb, 0xd9, 0xeb, 0xd9, 0xeb, 0xd9, 0xeb, 0xd9, 0xeb, 0xd9, 0xeb};
        attack_with_tail(sse, sizeof(sse), tail, with(data, 0));
        attack_with_tail(x87, sizeof(x87), tail, with(data, 0));
        attack_with_tail(full, sizeof(full), tail, with(data, 0));
        attack_with_tail(junk, sizeof(junk), tail, with(data, 0));
    }
    judge("odd states of the floating-point units hurt nobody");
}

/* Calls through the gate that return anywhere, with any number and any arguments. */
static void gate_calls(void)
{
    for (int i = 0; i < 300; i++) {
        struct raw_regs regs = with(next_random() % 8192, some_address());
        regs.x[X7] = next_random() % 32 - 11; /* no debugging calls: they may end the run */
        /* mov r11, rsi; movabs r13, gate page; jmp [r13] */
        ATTACK(regs, 0x49, 0x89, 0xf3, 0x49, 0xbd, 0, 0xf0, 0xff, 0xff, 0xff, 0x6f, 0, 0, 0x41, 0xff, 0x65, 0);
    }
    judge("calls through the gate that return anywhere hurt nobody");
}

static void random_code(void)
{
    for (int i = 0; i < 1500; i++) {
        seL4_Word bytes[4];
        for (int j = 0; j < 4; j++) {
            bytes[j] = next_random();
        }
        for (seL4_Word j = 0; j < sizeof(bytes) && !has_far_returns(); j++) {
            unsigned char *const byte = (unsigned char *)bytes + j;
            *byte = *byte == 0xca || *byte == 0xcb || *byte == 0xcf ? 0x90 : *byte;
        }
        attack_with(bytes, sizeof(bytes), with(data, data));
        if (i % 100 == 0 && !all_is_well()) {
            break;
        }
    }
    judge("random code hurts nobody");
}

/* ------------------------------------------------------------------------------------------- borders, one by one */

static const long distances[] = {-4096, -128, -8, -1, 0, 1, 8, 128, 512, 1024, 2048, 3072, 3584, 4096, 6144, 8192};
enum { DISTANCES = sizeof(distances) / sizeof(distances[0]) };

enum { HOST_REGISTERS = 16, RSP = 4, R10 = 10, MOVE_BYTES = 3, TAIL_JUMP = 0, TAIL_SPIN = 1, TAIL_LOAD = 2 };

static int is_machine_text(seL4_Word address)
{
    return address >= border[0] && address < border[1];
}

/* mov REGISTER, rsi */
static void put_move(unsigned char to[MOVE_BYTES], int number)
{
    to[0] = number < 8 ? 0x48 : 0x49;
    to[1] = 0x89;
    to[2] = (unsigned char)(0xf0 | (number & 7));
}

static int jumps_to_r10(seL4_Word tail)
{
    return tail == TAIL_JUMP || tail == TAIL_LOAD;
}

static void register_at(int number, seL4_Word value)
{
    unsigned char set[MOVE_BYTES];
    put_move(set, number);
    for (seL4_Word tail = 0; tail < TAILS; tail++) {
        const int is_jump_into_machine = jumps_to_r10(tail) && number == R10 && is_machine_text(value);
        if (!is_jump_into_machine && (tail != TAIL_SPIN || number == RSP)) {
            attack_with_tail(set, sizeof(set), tail, with(data, value));
        }
    }
}

static void all_registers_at(seL4_Word value)
{
    unsigned char set[HOST_REGISTERS * MOVE_BYTES];
    for (int i = 0; i < HOST_REGISTERS; i++) {
        put_move(set + i * MOVE_BYTES, i);
    }
    for (seL4_Word tail = TAIL_SPIN; tail < TAILS; tail++) {
        if (!jumps_to_r10(tail) || !is_machine_text(value)) {
            attack_with_tail(set, sizeof(set), tail, with(data, value));
        }
    }
}

static void pushes_at(seL4_Word value)
{
    if (is_fair(value) && is_fair(value - sizeof(value))) {
        ATTACK(with(data, value), 0x48, 0x89, 0xf4, 0x57);             /* push */
        ATTACK(with(data, value), 0x48, 0x89, 0xf4, 0xe8, 0, 0, 0, 0); /* call */
    }
}

static void at_borders(void)
{
    for (seL4_Word i = 0; border[i]; i++) {
        for (seL4_Word j = 0; j < DISTANCES; j++) {
            const seL4_Word value = border[i] + (seL4_Word)distances[j];
            for (int number = 0; number < HOST_REGISTERS; number++) {
                register_at(number, value);
            }
            all_registers_at(value);
            pushes_at(value);
            if (!is_machine_text(value)) {
                attack(puppet_jump, with(value, 0));
            }
        }
        if (!all_is_well()) {
            printf("after border %#lx\n", border[i]);
            break;
        }
    }
    judge("registers at the borders of the machine's regions hurt nobody");
}

/* Ends of the text, from inside. */
static void jumps_to_borders(void)
{
    for (seL4_Word i = 0; border[i]; i++) {
        for (seL4_Word j = 0; j < DISTANCES; j++) {
            const seL4_Word value = border[i] + (seL4_Word)distances[j];
            if (is_machine_text(value)) {
                attack(puppet_jump, with(value, 0));
            }
        }
    }
    judge("jumps to the ends of the machine's text that did not end the run hurt nobody");
}

static void machine_jumps(void)
{
    seL4_Word faults = 0;
    for (int i = 0; i < 60; i++) {
        struct raw_regs regs = with(MACHINE_IMAGE + next_random() % MACHINE_TEXT_BYTES, 0);
        for (int j = X1; i % 2 && j <= X8; j++) {
            regs.x[j] = next_random() % 3 ? some_address() : next_random() % 512;
        }
        attack(puppet_jump, regs);
        faults += !has_returned(&villain);
    }
    judge("jumps into the machine that did not end the run hurt nobody");
    printf("[timing] %lu jumps of 60 were faults\n", faults);
}

/* -------------------------------------------------------------------------------------------------------- stage */

/* Maps the puppets' code and the villain's two pages. */
static seL4_CPtr new_vspace(seL4_CPtr data_frame)
{
    const seL4_BootInfo *boot = lab4_bootinfo();
    const seL4_Word image = (seL4_Word)boot->ipcBuffer - PAGE * (boot->userImageFrames.end - boot->userImageFrames.start);
    const seL4_CPtr vspace = pool_object(seL4_ARM_VSpaceObject, 0);
    must(seL4_ARM_ASIDPool_Assign(POOL, vspace), "assigning an ASID");
    for (seL4_Word page = (seL4_Word)puppet_code_start; page < (seL4_Word)puppet_code_end; page += PAGE) {
        const seL4_CPtr frame = pool_mint(boot->userImageFrames.start + (page - image) / PAGE, seL4_AllRights, 0);
        must(mapper_map(vspace, frame, page, seL4_CanRead, 3), "mapping the puppets' code");
    }
    must(mapper_map(vspace, pool_mint(code_frame, seL4_AllRights, 0), code, seL4_CanRead, 3), "mapping the villain's code");
    must(mapper_map(vspace, pool_mint(data_frame, seL4_AllRights, 0), data, seL4_ReadWrite, 7), "mapping a page of data");
    return vspace;
}

static void live_in(struct puppet *puppet, seL4_CPtr vspace)
{
    must(seL4_TCB_Suspend(puppet->tcb), "stopping a puppet");
    must(seL4_TCB_SetSpace(puppet->tcb, puppet_handler(puppet), CNODE, 0, vspace, 0), "moving it to another address space");
}

static void set_the_stage(void)
{
    seL4_CPtr secret_frame;
    control = lab4_bootinfo()->schedcontrol.start;
    secret = (seL4_Word)mapper_page(&secret_frame);
    fill_secret();
    code_frame = pool_object(seL4_ARM_SmallPageObject, 0);
    code = mapper_reserve(PAGE);
    data = mapper_reserve(PAGE);
    must(mapper_map(VSPACE, code_frame, code, seL4_ReadWrite, 3), "the villain's code");
    const seL4_CPtr data_frame = pool_object(seL4_ARM_SmallPageObject, 0);
    must(mapper_map(VSPACE, pool_mint(data_frame, seL4_AllRights, 0), data, seL4_ReadWrite, 7), "the villain's data");
    puppet_create(&villain, 80);
    puppet_create(&neighbour, 90);
    live_in(&villain, new_vspace(data_frame));
    live_in(&neighbour, new_vspace(secret_frame));
    milliseconds = 5000;
    attack(puppet_load, with(MACHINE_START, 0));
    is_protected = !has_returned(&villain);
    milliseconds = 1;
}

int main(void)
{
    check_begin();
    puppets_begin();
    random_state = 0x9e3779b97f4a7c15;
    for (int i = AT_SEED; request[i]; i++) {
        random_state = random_state * 31 + (seL4_Word)request[i];
    }
    set_the_stage();
    printf("the machine's memory is %s\n", is_protected ? "protected" : "open");
    check_true("at first all is well", all_is_well());
    switch (request[AT_MODE]) {
    case '1': machine_jumps(); check_end();
    case '3': at_borders(); check_end();
    case '4': jumps_to_borders(); check_end();
    default: break;
    }
    scribbles();
    jumps();
    host_calls();
    if (has_far_returns()) {
        narrow_mode();
    }
    flags();
    stack_pointers();
    segments();
    floating_point();
    gate_calls();
    random_code();
    live_in(&villain, VSPACE);
    flags();
    segments();
    floating_point();
    printf("%lu attacks\n", attacks);
    check_end();
}
