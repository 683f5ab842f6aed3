/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The component loader of examples/lib and the variants of ELF headers of elf_variants.py: what is
 * refused, and why; that what is accepted runs, with its data where it belongs (it faults at the
 * address that its data say).
 */
#include <lab4/printf.h>
#include <sel4/sel4.h>

#include "lib/pool.h"
#include "lib/process.h"
#include "support/check.h"

/* Made by elf_variants.py: bytes of name and file, 32 bits each; name, file; 0 ends them. */
extern const unsigned char elf_variants[];

enum { MILLISECOND = 1000, ANSWER = 0x2a28 };

static seL4_Word read_word(const unsigned char *at)
{
    return at[0] | (seL4_Word)at[1] << 8 | (seL4_Word)at[2] << 16 | (seL4_Word)at[3] << 24;
}

/* Waits for the fault that ends the component; the result is the address. */
static seL4_Word run(struct process *process, seL4_CPtr faults, seL4_CPtr reply)
{
    process_start(process);
    const seL4_MessageInfo_t info = seL4_Recv(faults, NULL, reply);
    seL4_TCB_Suspend(process->tcb);
    return seL4_isVMFault_tag(info) ? seL4_GetMR(seL4_VMFault_Addr) : 0;
}

static void try(const char *name, const char *file, seL4_Word size, seL4_CPtr faults,
                seL4_CPtr reply)
{
    struct process process;
    const char *problem = process_create(&process, &(struct process_options) {
        .name = "component",
        .image = file,
        .image_size = size,
        .priority = 254,
        .fault_handler = faults,
        .budget = 10 * MILLISECOND,
        .period = 10 * MILLISECOND,
    });
    if (problem != NULL) {
        printf("abi: %s: it %s\n", name, problem);
    } else {
        check(name, run(&process, faults, reply), ANSWER);
    }
}

int main(void)
{
    check_begin();
    const seL4_CPtr faults = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr reply = pool_object(seL4_ReplyObject, 0);
    const unsigned char *at = elf_variants;
    while (read_word(at) != 0) {
        const seL4_Word name_size = read_word(at), size = read_word(at + 4);
        const char *name = (const char *)at + 8;
        try(name, name + name_size, size, faults, reply);
        at += 8 + name_size + size;
    }
    check_end();
}
