/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each page of a process is made here: a frame, mapped at a place of ours to be filled, then moved to where the process has it.
 * Behind the image follow, each between unmapped pages, the IPC buffer and the BootInfo.
 */
#include "lib/process.h"

#include <lab4/runtime.h>
#include <lab4/string.h>

#include "lib/elf.h"
#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"

enum { PAGE_BYTES = 1 << seL4_PageBits };

static const seL4_CPtr root = seL4_CapInitThreadCNode;

static seL4_Word page_start(seL4_Word address)
{
    return address & ~(seL4_Word)(PAGE_BYTES - 1);
}

/* ------------------------------------------------------------------------------------------- one page */

/* What a page begins as: `size` bytes at `offset`, zero everywhere else (which fresh frames are). */
struct content {
    const void *bytes;
    seL4_Word offset, size;
};

/* Our window on a frame that is being filled. */
static void fill(seL4_CPtr frame, struct content content, int executable)
{
    static seL4_Word window;
    if (window == 0) {
        window = mapper_reserve(PAGE_BYTES);
    }
    const unsigned owner = pool_set_owner(0); /* page tables of ours are not the process's */
    must(mapper_map(seL4_CapInitThreadVSpace, frame, window, seL4_ReadWrite, seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever),
         "mapping a page to fill");
    pool_set_owner(owner);
    memcpy((void *)(window + content.offset), content.bytes, content.size);
    if (executable) {
        must(seL4_ARM_Page_Unify_Instruction(frame, 0, PAGE_BYTES), "making instructions visible");
    }
    must(seL4_ARM_Page_Unmap(frame), "unmapping a filled page");
}

/* The result is the frame's capability. */
static seL4_CPtr add_page(const struct process *process, seL4_Word address, seL4_Word access, struct content content)
{
    const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0);
    if (content.size > 0) {
        fill(frame, content, (access & ELF_EXECUTE) != 0);
    }
    const seL4_ARM_VMAttributes attributes = seL4_ARM_Default_VMAttributes | (access & ELF_EXECUTE ? 0 : seL4_ARM_ExecuteNever);
    must(mapper_map(process->vspace, frame, address, access & ELF_WRITE ? seL4_ReadWrite : seL4_CanRead, attributes),
         "mapping a page of a process");
    return frame;
}

/* --------------------------------------------------------------------------------------- address space */

static void add_segment(const struct process *process, const struct elf_segment *segment)
{
    const seL4_Word bytes_end = segment->address + segment->bytes_size;
    for (seL4_Word page = page_start(segment->address); page < segment->address + segment->size; page += PAGE_BYTES) {
        const seL4_Word from = page > segment->address ? page : segment->address;
        const seL4_Word to = page + PAGE_BYTES < bytes_end ? page + PAGE_BYTES : bytes_end;
        struct content content = {0};
        if (from < to) {
            content = (struct content) {segment->bytes + (from - segment->address), from - page, to - from};
        }
        add_page(process, page, segment->access, content);
    }
}

/* What a process learns: the fields of a root task's BootInfo that make sense for it. */
static void add_bootinfo(const struct process *process, seL4_Word ipc_buffer)
{
    static seL4_BootInfo info;
    info = (seL4_BootInfo) {
        .numNodes = 1,
        .ipcBuffer = (seL4_IPCBuffer *)ipc_buffer,
        .empty = {seL4_NumInitialCaps, PROCESS_SLOTS},
        .initThreadCNodeSizeBits = PROCESS_SLOT_BITS,
    };
    add_page(process, process->bootinfo, ELF_READ, (struct content) {&info, 0, sizeof(info)});
}

/* -------------------------------------------------------------------------------------------- process */

/* Slot numbers are capability addresses: what a word has beyond a slot's bits is guard. */
static seL4_Word cspace_guard(void)
{
    return seL4_CNode_CapData_new(0, seL4_WordBits - PROCESS_SLOT_BITS).words[0];
}

void process_give(const struct process *process, seL4_Word slot, seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge)
{
    /* Minting with badge 0 would take away a CNode's guard and, being a Mint, refuse what has a badge already. */
    must(badge == 0 ? seL4_CNode_Copy(process->cnode, slot, PROCESS_SLOT_BITS, root, source, seL4_WordBits, rights)
                    : seL4_CNode_Mint(process->cnode, slot, PROCESS_SLOT_BITS, root, source, seL4_WordBits, rights, badge),
         "giving a capability to a process");
}

const char *process_create(struct process *process, const struct process_options *options)
{
    struct elf_program program;
    const char *problem = elf_check(&program, options->image, options->image_size);
    if (problem != NULL) {
        return problem;
    }

    const unsigned owner = pool_new_owner(), before = pool_set_owner(owner);
    const seL4_Word ipc_buffer = page_start(program.end - 1) + 2 * PAGE_BYTES;
    *process = (struct process) {
        .owner = owner,
        .tcb = pool_object(seL4_TCBObject, 0),
        .sc = sched_context_create(seL4_MinSchedContextBits, options->budget, options->period, 0),
        .vspace = pool_object(seL4_ARM_VSpaceObject, 0),
        .cnode = pool_object(seL4_CapTableObject, PROCESS_SLOT_BITS),
        .entry = program.entry,
        .bootinfo = ipc_buffer + 2 * PAGE_BYTES,
    };
    must(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, process->vspace), "seL4_ARM_ASIDPool_Assign");
#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugNameThread(process->tcb, options->name);
#endif

    for (seL4_Word i = 0; i < program.segment_count; i++) {
        add_segment(process, &program.segments[i]);
    }
    const seL4_CPtr buffer_frame = add_page(process, ipc_buffer, ELF_READ | ELF_WRITE, (struct content) {0});
    add_bootinfo(process, ipc_buffer);

    process_give(process, seL4_CapInitThreadTCB, process->tcb, seL4_AllRights, 0);
    process_give(process, seL4_CapInitThreadCNode, process->cnode, seL4_AllRights, cspace_guard());
    must(seL4_TCB_Configure(process->tcb, process->cnode, cspace_guard(), process->vspace, 0, ipc_buffer, buffer_frame),
         "seL4_TCB_Configure");
    must(seL4_TCB_SetSchedParams(process->tcb, seL4_CapInitThreadTCB, options->priority, options->priority, process->sc,
                                 options->fault_handler),
         "seL4_TCB_SetSchedParams");
    pool_set_owner(before);
    return NULL;
}

void process_start(const struct process *process)
{
    seL4_UserContext registers = {.pc = process->entry, .x0 = process->bootinfo};
    must(seL4_TCB_WriteRegisters(process->tcb, 1, 0, sizeof(registers) / sizeof(seL4_Word), &registers), "starting a process");
}

void process_destroy(struct process *process)
{
    pool_free(process->tcb); /* first: it must not run on while its memory goes */
    pool_free_owned(process->owner);
    *process = (struct process) {0};
}
