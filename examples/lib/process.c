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

/* What a page begins as: some bytes here and there, zero everywhere else (which fresh frames are). */
struct content {
    struct {
        const void *bytes;
        seL4_Word offset, size;
    } parts[LAB4_ELF_MAX_HEADERS];
    unsigned count;
};

static void add_part(struct content *content, const void *bytes, seL4_Word offset, seL4_Word size)
{
    content->parts[content->count].bytes = bytes;
    content->parts[content->count].offset = offset;
    content->parts[content->count++].size = size;
}

/* Our window on a frame that is being filled. */
static void fill(seL4_CPtr frame, const struct content *content, int executable)
{
    static seL4_Word window;
    if (window == 0) {
        window = mapper_reserve(PAGE_BYTES);
    }
    const unsigned owner = pool_set_owner(0); /* page tables of ours are not the process's */
    must(mapper_map(seL4_CapInitThreadVSpace, frame, window, seL4_ReadWrite, seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever),
         "mapping a page to fill");
    pool_set_owner(owner);
    for (unsigned i = 0; i < content->count; i++) {
        memcpy((void *)(window + content->parts[i].offset), content->parts[i].bytes, content->parts[i].size);
    }
    if (executable) {
        must(seL4_ARM_Page_Unify_Instruction(frame, 0, PAGE_BYTES), "making instructions visible");
    }
    must(seL4_ARM_Page_Unmap(frame), "unmapping a filled page");
}

/* The result is the frame's capability. */
static seL4_CPtr add_page(const struct process *process, seL4_Word address, seL4_Word access, const struct content *content)
{
    const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0);
    if (content->count > 0) {
        fill(frame, content, (access & LAB4_ELF_EXECUTE) != 0);
    }
    const seL4_ARM_VMAttributes attributes = seL4_ARM_Default_VMAttributes | (access & LAB4_ELF_EXECUTE ? 0 : seL4_ARM_ExecuteNever);
    must(mapper_map(process->vspace, frame, address, access & LAB4_ELF_WRITE ? seL4_ReadWrite : seL4_CanRead, attributes),
         "mapping a page of a process");
    return frame;
}

/* --------------------------------------------------------------------------------------- address space */

/* Does the page have bytes of that segment? */
static int is_on_page(const struct lab4_elf_segment *segment, seL4_Word page)
{
    return lab4_elf_is_loaded(segment) && page_start(segment->address) <= page &&
           page < segment->address + segment->size;
}

/* Adds what the file has for that page of the segment. */
static void add_bytes(struct content *content, const struct lab4_elf *program,
                      const struct lab4_elf_segment *segment, seL4_Word page)
{
    const seL4_Word bytes_end = segment->address + segment->bytes_size;
    const seL4_Word from = page > segment->address ? page : segment->address;
    const seL4_Word to = page + PAGE_BYTES < bytes_end ? page + PAGE_BYTES : bytes_end;
    if (from < to) {
        add_part(content, program->file + segment->offset + (from - segment->address), from - page,
                 to - from);
    }
}

/*
 * A page that segments share is made with the first of them in the table, and allows what any of
 * them allows.
 */
static void add_segment_page(const struct process *process, const struct lab4_elf *program,
                             seL4_Word index, seL4_Word page)
{
    struct content content = {.count = 0};
    seL4_Word access = 0;
    for (seL4_Word i = 0; i < program->header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(program, i);
        if (is_on_page(&segment, page)) {
            if (i < index) {
                return;
            }
            access |= segment.flags;
            add_bytes(&content, program, &segment, page);
        }
    }
    add_page(process, page, access, &content);
}

static void add_segment(const struct process *process, const struct lab4_elf *program,
                        seL4_Word index)
{
    const struct lab4_elf_segment segment = lab4_elf_header(program, index);
    const seL4_Word end = lab4_elf_is_loaded(&segment) ? segment.address + segment.size : 0;
    for (seL4_Word page = page_start(segment.address); page < end; page += PAGE_BYTES) {
        add_segment_page(process, program, index, page);
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
    struct content content = {.count = 0};
    add_part(&content, &info, 0, sizeof(info));
    add_page(process, process->bootinfo, LAB4_ELF_READ, &content);
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
    struct lab4_elf program;
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

    for (seL4_Word i = 0; i < program.header_count; i++) {
        add_segment(process, &program, i);
    }
    static const struct content nothing;
    const seL4_CPtr buffer_frame = add_page(process, ipc_buffer, LAB4_ELF_READ | LAB4_ELF_WRITE, &nothing);
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
