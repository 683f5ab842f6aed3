/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapping, unmapping and their effects; several address spaces (memory §2, §11.1). */
#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { VSPACE = seL4_CapInitThreadVSpace, POOL = seL4_CapInitThreadASIDPool, PAGE = 4096, VM = seL4_Fault_VMFault };

static const seL4_ARM_VMAttributes never_execute = seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever;

static struct puppet a;
static seL4_CPtr empty;

static seL4_Error map(seL4_CPtr frame, seL4_CPtr vspace, seL4_Word address)
{
    return seL4_ARM_Page_Map(frame, vspace, address, seL4_ReadWrite, never_execute);
}

static seL4_CPtr new_frame(void)
{
    return pool_object(seL4_ARM_SmallPageObject, 0);
}

static volatile seL4_Word *words(seL4_Word address)
{
    return (volatile seL4_Word *)address;
}

/* Can a thread load from there? If so *value is what it loads. */
static int can_load(seL4_Word address, seL4_Word *value)
{
    puppet_run(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    *value = a.report.mr[X1];
    return has_returned(&a);
}

static int faults_at(seL4_Word address)
{
    seL4_Word value;
    return !can_load(address, &value) && a.report.label == VM && a.report.mr[seL4_VMFault_Addr] == address;
}

static int can_store(seL4_Word address)
{
    puppet_run(&a, puppet_store, raw(LAB4_SYS_Yield, PAIRS(X0, address, X1, 0x57)));
    return has_returned(&a);
}

/* ----------------------------------------------------------------------------------------------------- page tables */

/* memory §11 #2, #3, #16, #18, #19, #21, #22 */
static void tables(void)
{
    const seL4_Word address = 0x300000000000;
    const seL4_CPtr t1 = pool_object(seL4_ARM_PageTableObject, 0), t2 = pool_object(seL4_ARM_PageTableObject, 0);
    const seL4_CPtr t3 = pool_object(seL4_ARM_PageTableObject, 0), t4 = pool_object(seL4_ARM_PageTableObject, 0);
    const seL4_CPtr frame = new_frame();
    check_refused("#3 no level-1 table: Missing 39", map(frame, VSPACE, address), seL4_FailedLookup, WORDS(0, 2, 39));
    check_ok("#21 a table at an unaligned address", seL4_ARM_PageTable_Map(t1, VSPACE, address + 0x12345, 0));
    check_refused("#3 no level-2 table: Missing 30", map(frame, VSPACE, address), seL4_FailedLookup, WORDS(0, 2, 30));
    check_ok("   a second table", seL4_ARM_PageTable_Map(t2, VSPACE, address + 8, 0));
    check_refused("#3 no level-3 table: Missing 21", map(frame, VSPACE, address), seL4_FailedLookup, WORDS(0, 2, 21));
    check_ok("   a third", seL4_ARM_PageTable_Map(t3, VSPACE, address, 0));
    check_refused("#2 a fourth: DeleteFirst", seL4_ARM_PageTable_Map(t4, VSPACE, address, 0), seL4_DeleteFirst, NO_WORDS);
    check_refused("   a table that is mapped: InvalidCapability 0", seL4_ARM_PageTable_Map(t3, VSPACE, address, 0),
                  seL4_InvalidCapability, WORDS(0));
    check_refused("   into what is no VSpace: InvalidCapability 1", seL4_ARM_PageTable_Map(t4, CNODE, address, 0),
                  seL4_InvalidCapability, WORDS(1));
    check_refused("#22 at 0x800000000000: InvalidArgument 0", seL4_ARM_PageTable_Map(t4, VSPACE, 0x800000000000, 0),
                  seL4_InvalidArgument, WORDS(0));
    check_ok("#22 at 0x7fffffffffff", seL4_ARM_PageTable_Map(t4, VSPACE, 0x7fffffffffff, 0));
    check_ok("   and it is unmapped again", seL4_ARM_PageTable_Unmap(t4));
    check_ok("#19 PageTable_Unmap of an unmapped table", seL4_ARM_PageTable_Unmap(t4));

    check_ok("a page at the end of its tables", map(frame, VSPACE, address));
    *words(address) = 0x1234;
    must(copy(empty, t3), "copying a table cap");
    check_refused("#18 PageTable_Unmap while a copy exists: RevokeFirst", seL4_ARM_PageTable_Unmap(t3), seL4_RevokeFirst,
                  NO_WORDS);
    must(delete(empty), "deleting the copy");
    check_ok("   without", seL4_ARM_PageTable_Unmap(t3));
    check_true("   the page is gone with it", faults_at(address));
    check_refused("§2.5 the frame cap is stale: a cache operation, FailedLookup or InvalidCapability 0",
                  seL4_ARM_Page_Clean_Data(frame, 0, 64), seL4_InvalidCapability, WORDS(0));
    check_ok("   the table can be mapped again", seL4_ARM_PageTable_Map(t3, VSPACE, address, 0));
    check_true("   and is empty", faults_at(address));
    check_refused("§2.5 a stale frame to another address: InvalidArgument 0", map(frame, VSPACE, address + PAGE),
                  seL4_InvalidArgument, WORDS(0));
    check_ok("§2.5 to its own: a normal map", map(frame, VSPACE, address));
    check("   with its contents", *words(address), 0x1234);
    check_ok("deleting a table cap", delete(t3));
    check_true("   takes the pages away too", faults_at(address));
    check_ok("#16 Unmap of a stale page", seL4_ARM_Page_Unmap(frame));
}

/* ----------------------------------------------------------------------------------------------------------- pages */

/* memory §11 #5, #6, #7, #8, #16, #23, #32, #33, #35, #37, #38 */
static void page_arguments(void)
{
    const seL4_CPtr frame = new_frame(), vspace = pool_object(seL4_ARM_VSpaceObject, 0);
    const seL4_Word address = mapper_reserve(2 * PAGE);
    must(mapper_map(VSPACE, frame, address, seL4_ReadWrite, never_execute), "mapping");
    must(seL4_ARM_Page_Unmap(frame), "and unmapping: now the tables are there");

    check_refused("#5 misaligned and no table: AlignmentError", map(frame, VSPACE, 0x310000000001), seL4_AlignmentError, NO_WORDS);
    check_refused("#6 misaligned and a VSpace without ASID: InvalidCapability 1", map(frame, vspace, address + 1),
                  seL4_InvalidCapability, WORDS(1));
    check_refused("   at 0x800000000000: InvalidArgument 0", map(frame, VSPACE, 0x800000000000), seL4_InvalidArgument, WORDS(0));
    check_ok("   mapping", map(frame, VSPACE, address));
    check_refused("#7 a mapped page to another address: InvalidArgument 0", map(frame, VSPACE, address + PAGE),
                  seL4_InvalidArgument, WORDS(0));
    check_ok("#8 to its own: success", map(frame, VSPACE, address));
    check_ok("#32 unknown attribute bits are ignored",
             seL4_ARM_Page_Map(frame, VSPACE, address, seL4_ReadWrite, (seL4_ARM_VMAttributes)(0xff0 | 7)));
    check_refused("§2.6 cache operation, end <= start: InvalidArgument 1", seL4_ARM_Page_Clean_Data(frame, 64, 64),
                  seL4_InvalidArgument, WORDS(1));
    check_refused("#37 beyond the page: InvalidArgument 0", seL4_ARM_Page_Clean_Data(frame, 0, PAGE + 1), seL4_InvalidArgument,
                  WORDS(0));
    check_ok("   on all of it", seL4_ARM_Page_CleanInvalidate_Data(frame, 0, PAGE));
    check_ok("   Unify", seL4_ARM_Page_Unify_Instruction(frame, 0, PAGE));
    check_ok("Unmap", seL4_ARM_Page_Unmap(frame));
    check_refused("#37 unmapped, before both: IllegalOperation", seL4_ARM_Page_Clean_Data(frame, 64, 64), seL4_IllegalOperation,
                  NO_WORDS);
    check_ok("#16 Unmap of an unmapped page", seL4_ARM_Page_Unmap(frame));
    check_true("#38 GetAddress works unmapped", seL4_ARM_Page_GetAddress(frame).error == 0);
    const seL4_CPtr last = new_frame();
    check_ok("#23 a page at 0x7ffffffff000", mapper_map(VSPACE, last, 0x7ffffffff000, seL4_ReadWrite, never_execute));
    check_ok("   and unmapped", seL4_ARM_Page_Unmap(last));
    const seL4_Word top = seL4_UserTop - (PAGE - 1);
    check_ok("a page up to seL4_UserTop", mapper_map(VSPACE, last, top, seL4_ReadWrite, never_execute));
    *words(seL4_UserTop - 7) = 0x4321;
    check("   can be used to the last word", *words(seL4_UserTop - 7), 0x4321);
    check_ok("   and unmapped", seL4_ARM_Page_Unmap(last));

    check_ok("#33 VSpace cache operation where nothing is mapped", seL4_ARM_VSpace_Clean_Data(VSPACE, 0x320000000000, 0x320000100000));
    check_refused("#35 with end = 0x800000000000: IllegalOperation",
                  seL4_ARM_VSpace_Clean_Data(VSPACE, 0x7ffffffff000, 0x800000000000), seL4_IllegalOperation, NO_WORDS);
    check_refused("   of a VSpace without ASID: InvalidCapability 0", seL4_ARM_VSpace_Clean_Data(vspace, 0x1000, 0x2000),
                  seL4_InvalidCapability, WORDS(0));
}

/* memory §11 #1, #8, #10, #12, #13, #14, #15, #17, #36; objects §12 #41 */
static void remapping(void)
{
    const seL4_CPtr frame = new_frame(), second = new_frame(), alias = pool_slot();
    const seL4_Word address = mapper_reserve(3 * PAGE), other = address + PAGE;
    seL4_Word value;
    must(mapper_map(VSPACE, frame, address, seL4_ReadWrite, never_execute), "mapping");
    *words(address) = 0x11;
    must(seL4_ARM_Page_Map(frame, VSPACE, address, seL4_CanRead, never_execute), "read-only");
    check_true("#8 new rights apply at once: no store", !can_store(address));
    check_true("     but load", can_load(address, &value) && value == 0x11);
    check_refused("#36 Invalidate on a read-only mapping: IllegalOperation", seL4_ARM_Page_Invalidate_Data(frame, 0, 64),
                  seL4_IllegalOperation, NO_WORDS);
    check_ok("#36 Clean on it", seL4_ARM_Page_Clean_Data(frame, 0, 64));
    must(map(frame, VSPACE, address), "read-write");
    check_true("#12 the capability has lost nothing: store again", can_store(address));
    must(seL4_ARM_Page_Map(frame, VSPACE, address, seL4_CanWrite, never_execute), "write only");
    check_true("#10 write only: inaccessible", faults_at(address) && !can_store(address));
    must(map(frame, VSPACE, address), "read-write");

    check_ok("#13 a copy of a mapped frame cap", copy(alias, frame));
    check_ok("#13   can be mapped elsewhere", map(alias, VSPACE, other));
    *words(other) = 0x22;
    check("#13   and is the same memory", *words(address), 0x22);
    check_ok("#14 Move of a mapped frame cap", move(empty, alias));
    check_ok("#14   Unmap by its new slot", seL4_ARM_Page_Unmap(empty));
    check_true("#14   has unmapped it", faults_at(other));

    check_ok("#15 a copy at the same place", map(empty, VSPACE, address));
    check_ok("#15   Unmap one", seL4_ARM_Page_Unmap(empty));
    check_true("#15   the entry is gone", faults_at(address));
    check_refused("#15   the other is stale: InvalidCapability 0", seL4_ARM_Page_Clean_Data(frame, 0, 64), seL4_InvalidCapability,
                  WORDS(0));
    check_ok("#15   Unmap of it", seL4_ARM_Page_Unmap(frame));
    must(delete(empty), "deleting the copy");

    must(map(frame, VSPACE, address), "mapping");
    *words(address) = 0x33;
    check_ok("#1 another page over a mapped one", map(second, VSPACE, address));
    check("#1   replaces it", *words(address), 0);
    *words(address) = 0x44;
    check_ok("#17 Unmap of the first", seL4_ARM_Page_Unmap(frame));
    check("#17   leaves the second", *words(address), 0x44);
    check_ok("objects #41 deleting a mapped frame cap", delete(second));
    check_true("objects #41   unmaps it", faults_at(address));
}

/* memory §11 #9, #11, #25 */
static void access_classes(void)
{
    const seL4_CPtr frame = new_frame(), weak = pool_slot();
    const seL4_Word address = mapper_reserve(PAGE);
    seL4_Word value;
    must(seL4_CNode_Copy(CNODE, weak, DEPTH, CNODE, frame, DEPTH, seL4_CanRead), "a read-only cap");
    check_ok("#9 read-write through a read-only cap", mapper_map(VSPACE, weak, address, seL4_ReadWrite, never_execute));
    check_true("#9   is read-only", can_load(address, &value) && !can_store(address));
    must(delete(weak), "deleting");
    check_ok("#25 Mint of a page with a badge", mint(weak, frame, 0x99));
    must(delete(weak), "deleting");

    /* Code: the instructions of a function, written and then executed. */
    must(mapper_map(VSPACE, frame, address, seL4_ReadWrite, 3), "an executable page");
    for (seL4_Word i = 0; i < sizeof(code_return_x1); i++) {
        ((volatile unsigned char *)address)[i] = code_return_x1[i];
    }
    must(seL4_ARM_Page_Unify_Instruction(frame, 0, 64), "for the instruction cache");
    const seL4_Word back = (seL4_Word)puppet_report;
    puppet_run(&a, puppet_jump, raw(LAB4_SYS_Yield, PAIRS(X0, address, X1, back)));
    check_returned("code in an executable page can be executed", &a, NOTHING);
    must(map(frame, VSPACE, address), "execute-never");
    puppet_run(&a, puppet_jump, raw(LAB4_SYS_Yield, PAIRS(X0, address, X1, back)));
    check_fault("  but not once it is execute-never", &a, VM, WORDS(address, address, 1, 0x8200000f));
    must(seL4_ARM_Page_Map(frame, VSPACE, address, seL4_NoRights, 3), "no rights, executable");
    puppet_run(&a, puppet_jump, raw(LAB4_SYS_Yield, PAIRS(X0, address, X1, back)));
    check_returned("#11 without rights, but executable: it can be executed", &a, NOTHING);
    if (on_qemu()) {
        check_true("#11   and not read", faults_at(address));
    }
    end_platform();
    must(seL4_ARM_Page_Map(frame, VSPACE, address, seL4_ReadWrite, 0), "not cacheable");
    check_true("an uncached page can be used", can_store(address) && can_load(address, &value) && value == 0x57);
}

/* memory §11 #2, #3, #4, #34 */
static void large_pages(void)
{
    const seL4_CPtr large = pool_object(seL4_ARM_LargePageObject, 0), table = pool_object(seL4_ARM_PageTableObject, 0);
    const seL4_CPtr small = new_frame();
    const seL4_Word address = 0x40000000, size = 1ul << seL4_LargePageBits;
    check_ok("a page of 2 MiB", mapper_map(VSPACE, large, address, seL4_ReadWrite, never_execute));
    *words(address + size - 8) = 0x77;
    check("  reaches to its end", *words(address + size - 8), 0x77);
    check_true("  and no further", faults_at(address + size));
    check_refused("#2 a table where it is: DeleteFirst", seL4_ARM_PageTable_Map(table, VSPACE, address, 0), seL4_DeleteFirst,
                  NO_WORDS);
    check_refused("#3 a small page where it is: Missing 21", map(small, VSPACE, address), seL4_FailedLookup, WORDS(0, 2, 21));
    check_ok("#34 VSpace cache operation across 4 KiB inside it",
             seL4_ARM_VSpace_Clean_Data(VSPACE, address + 0xff0, address + 0x1010));
    check_refused("#34   across its end: RangeError, the page",
                  seL4_ARM_VSpace_Clean_Data(VSPACE, address + size - 64, address + size + 64), seL4_RangeError,
                  WORDS(address + size - 64, address + size - 1));
    must(seL4_ARM_Page_Map(large, VSPACE, address, seL4_CanRead, never_execute), "read-only");
    check_true("  stores are refused all over it", !can_store(address) && !can_store(address + size - 8));
    check("    with FSR 0x9200004e", a.report.mr[seL4_VMFault_FSR], 0x9200004e);
    check_ok("Unmap", seL4_ARM_Page_Unmap(large));
    check_true("  takes all of it away", faults_at(address) && faults_at(address + size - 8));
    check_ok("then a table can be there", seL4_ARM_PageTable_Map(table, VSPACE, address, 0));
    check_refused("#4 and no large page: Missing 12", map(large, VSPACE, address), seL4_FailedLookup, WORDS(0, 2, 12));
}

/* -------------------------------------------------------------------------------------------------- address spaces */

/* Maps the pages of the puppets' code at the same address in another address space. */
static void map_code(seL4_CPtr vspace)
{
    const seL4_BootInfo *boot = lab4_bootinfo();
    const seL4_Word image = (seL4_Word)boot->ipcBuffer - PAGE * (boot->userImageFrames.end - boot->userImageFrames.start);
    for (seL4_Word page = (seL4_Word)puppet_code_start; page < (seL4_Word)puppet_code_end; page += PAGE) {
        const seL4_CPtr frame = pool_mint(boot->userImageFrames.start + (page - image) / PAGE, seL4_AllRights, 0);
        must(mapper_map(vspace, frame, page, seL4_CanRead, 3), "mapping the puppets' code");
    }
}

static seL4_CPtr new_vspace(void)
{
    const seL4_CPtr vspace = pool_object(seL4_ARM_VSpaceObject, 0);
    must(seL4_ARM_ASIDPool_Assign(POOL, vspace), "assigning an ASID");
    map_code(vspace);
    return vspace;
}

static void live_in(struct puppet *puppet, seL4_CPtr vspace)
{
    must(seL4_TCB_Suspend(puppet->tcb), "stopping a puppet");
    must(seL4_TCB_SetSpace(puppet->tcb, puppet_handler(puppet), CNODE, 0, vspace, 0), "moving it to another address space");
}

/* memory §11 #7, #27 */
static void second_vspace(void)
{
    static struct puppet b;
    const seL4_CPtr vspace = new_vspace(), shared = new_frame(), alias = pool_slot(), endpoint = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr reply = pool_object(seL4_ReplyObject, 0);
    const seL4_Word here = mapper_reserve(PAGE), there = 0x50000000;
    must(mapper_map(VSPACE, shared, here, seL4_ReadWrite, never_execute), "mapping here");
    must(copy(alias, shared), "copying");
    check_refused("#7 a mapped page into another VSpace: InvalidCapability 1", map(shared, vspace, here), seL4_InvalidCapability,
                  WORDS(1));
    must(mapper_map(vspace, alias, there, seL4_ReadWrite, never_execute), "mapping there");
    check_refused("#27 Assign twice: InvalidCapability 1", seL4_ARM_ASIDPool_Assign(POOL, vspace), seL4_InvalidCapability, WORDS(1));

    puppet_create(&b, 90);
    live_in(&b, vspace);
    *words(here) = 0xabcd;
    puppet_run(&b, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, there)));
    check_returned("a thread in another address space reads shared memory", &b, PAIRS(X1, 0xabcd));
    puppet_run(&b, puppet_store, raw(LAB4_SYS_Yield, PAIRS(X0, there, X1, 0x9876)));
    check("  and writes it", *words(here), 0x9876);
    puppet_run(&b, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, here)));
    check_true("  our addresses mean nothing there", b.report.label == VM && b.report.mr[1] == here);
    check_true("  nor its addresses here", faults_at(there));

    puppet_do(&a, do_recv(endpoint, reply));
    b.buffer->msg[4] = 0x404;
    puppet_do(&b, do_call(endpoint, info(5, 0, 5), 0x400));
    check_returned("messages go from one address space to another", &a,
                   PAIRS(X0, 0, X1, info(5, 0, 5), X2, 0x400, X3, b.given.x[3], X4, b.given.x[4], X5, b.given.x[5]));
    check("  also what is in buffers, mapped or not", a.buffer->msg[4], 0x404);
    puppet_do(&a, do_send(reply, info(6, 0, 1), 0x600));
    check_returned("  and back", &b, PAIRS(X0, 0, X1, info(6, 0, 1), X2, 0x600));

    must(seL4_ARM_Page_Unmap(alias), "unmapping there");
    puppet_run(&b, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, there)));
    check_true("a page unmapped in another address space is gone there", b.report.label == VM && b.report.mr[1] == there);
    check("  and not here", *words(here), 0x9876);
}

/* VSpaces that die; their ASIDs go to others. */
/* memory §11 #20, #66 */
static void dead_vspaces(void)
{
    static struct puppet c;
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, seL4_VSpaceBits), vspace = pool_slot();
    const seL4_CPtr frame = new_frame();
    const seL4_Word address = 0x60000000;
    puppet_create(&c, 90);
    must(retype(memory, seL4_ARM_VSpaceObject, 0, vspace, 1), "a VSpace");
    must(seL4_ARM_ASIDPool_Assign(POOL, vspace), "its ASID");
    const seL4_CPtr table = pool_object(seL4_ARM_PageTableObject, 0);
    must(seL4_ARM_PageTable_Map(table, vspace, address, 0), "its level-1 table");
    map_code(vspace);
    must(mapper_map(vspace, frame, address, seL4_ReadWrite, never_execute), "a page");
    live_in(&c, vspace);
    puppet_run(&c, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_returned("a thread runs in a new VSpace", &c, PAIRS(X1, 0));

    must(delete(vspace), "deleting the cap");
    puppet_run(&c, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_returned("§2.11 the TCB's copy keeps it alive", &c, PAIRS(X1, 0));
    must(revoke(memory), "revoking its memory");
    puppet_run(&c, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_fault("#66 revoked: VM fault, prefetch, FSR 0x82000004", &c, VM,
                WORDS((seL4_Word)puppet_load, (seL4_Word)puppet_load, 1, 0x82000004));

    check_refused("§2.5 the frame is stale: cache operation, FailedLookup, InvalidRoot", seL4_ARM_Page_Clean_Data(frame, 0, 64),
                  seL4_FailedLookup, WORDS(0, 1));
    check_refused("#20 its table still counts as mapped: InvalidCapability 0", seL4_ARM_PageTable_Map(table, VSPACE, address, 0),
                  seL4_InvalidCapability, WORDS(0));
    check_ok("#20 until it is unmapped", seL4_ARM_PageTable_Unmap(table));
    must(retype(memory, seL4_ARM_VSpaceObject, 0, vspace, 1), "a VSpace in the same memory");
    must(seL4_ARM_ASIDPool_Assign(POOL, vspace), "which gets the same ASID");
    must(seL4_ARM_PageTable_Map(table, vspace, address, 0), "the same table");
    live_in(&c, vspace);
    puppet_run(&c, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_true("an ASID that is used again: nothing of the old VSpace is left",
               c.report.label == VM && c.report.mr[seL4_VMFault_PrefetchFault] == 1);
    map_code(vspace);
    puppet_run(&c, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_true("  nor its pages", c.report.label == VM && c.report.mr[seL4_VMFault_Addr] == address);
    check_ok("§2.5 the stale frame fits again", mapper_map(vspace, frame, address, seL4_ReadWrite, never_execute));
    puppet_run(&c, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_returned("  and is there", &c, PAIRS(X1, 0));
}

/* threads §12 #28 */
static void own_vspace(void)
{
    const seL4_CPtr bare = pool_object(seL4_ARM_VSpaceObject, 0), handler = puppet_handler(&a);
    must(seL4_ARM_ASIDPool_Assign(POOL, bare), "a VSpace without any page");
    a.buffer->caps_or_badges[0] = handler;
    a.buffer->caps_or_badges[1] = CNODE;
    a.buffer->caps_or_badges[2] = bare;
    puppet_do(&a, raw(LAB4_SYS_Call, PAIRS(X0, a.tcb, X1, info(TCBSetSpace, 3, 2), X2, 0, X3, 0)));
    check_returned("threads #28 SetSpace of the caller itself: it goes on in the old address space", &a, PAIRS(X0, 0, X1, 0));
    puppet_run(&a, puppet_report, raw(LAB4_SYS_Yield, NOTHING));
    check_fault("threads #28   until it is switched to again", &a, VM,
                WORDS((seL4_Word)puppet_report, (seL4_Word)puppet_report, 1, 0x82000004));
    live_in(&a, VSPACE);
    puppet_run(&a, puppet_report, raw(LAB4_SYS_Yield, NOTHING));
    check_true("back in the first", has_returned(&a));
}

/* memory §11 #26, #29; objects §12 #31 */
static void pools(void)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, 12), big = pool_object(seL4_UntypedObject, 13);
    const seL4_CPtr pool = pool_slot(), vspace = pool_object(seL4_ARM_VSpaceObject, 0), frame = new_frame();
    check_refused("#29 MakePool with an untyped of 2^13: InvalidCapability 1",
                  seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, big, CNODE, pool, DEPTH), seL4_InvalidCapability, WORDS(1));
    check_ok("   with one of 2^12", seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, memory, CNODE, pool, DEPTH));
    check_refused("#29 with one that is used: RevokeFirst",
                  seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, memory, CNODE, empty, DEPTH), seL4_RevokeFirst, NO_WORDS);
    check("   it is a pool", tag(pool), TAG_ASID_POOL);
    check_refused("   Assign of what is no VSpace: InvalidCapability 1", seL4_ARM_ASIDPool_Assign(pool, frame),
                  seL4_InvalidCapability, WORDS(1));
    check_ok("   Assign", seL4_ARM_ASIDPool_Assign(pool, vspace));
    must(copy(empty, pool), "copying the pool's cap");
    check_ok("objects #31 Revoke of a pool made by MakePool", revoke(pool));
    check("objects #31   leaves its copies", tag(empty), TAG_ASID_POOL);
    must(delete(empty), "deleting the copy");
    must(copy(empty, POOL), "copying the first pool's");
    check_ok("objects #31 Revoke of the first pool", revoke(POOL));
    check("objects #31   deletes them", tag(empty), TAG_NULL);
    must(mapper_map(vspace, frame, 0x10000000, seL4_ReadWrite, never_execute), "a page in it");
    check_ok("   deleting the pool", delete(pool));
    check_refused("#26 a VSpace whose pool is gone: Assign is refused for ever", seL4_ARM_ASIDPool_Assign(POOL, vspace),
                  seL4_InvalidCapability, WORDS(1));
    check_refused("   mapping into it: FailedLookup, InvalidRoot", map(new_frame(), vspace, 0x10001000), seL4_FailedLookup,
                  WORDS(0, 1));
    check_ok("   its page can be unmapped", seL4_ARM_Page_Unmap(frame));
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    empty = pool_slot();

    tables();
    page_arguments();
    remapping();
    access_classes();
    large_pages();
    pools();
    own_vspace();
    second_vspace();
    dead_vspaces();
    check_end();
}
