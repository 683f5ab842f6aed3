/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

#include <lab4/runtime.h>
#include <lab4/thread.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "report.h"

enum { REPEATS = COUNTER_IS_EXACT ? 3 : 25, MAX_PAGES = 4096 };

static const seL4_CPtr root = seL4_CapInitThreadCNode;

static seL4_CPtr slots(seL4_Word count)
{
    const seL4_CPtr first = pool_slot();
    for (seL4_Word i = 1; i < count; i++) {
        pool_slot();
    }
    return first;
}

/* --------------------------------------------------------------------------------------------- mapping */

static struct {
    seL4_CPtr first;
    seL4_Word address;
} pages;

static __attribute__((noinline)) seL4_Word map_pages(seL4_Word count, seL4_CapRights_t rights)
{
    const seL4_Word start = counter_read();
    for (seL4_Word i = 0; i < count; i++) {
        seL4_ARM_Page_Map(pages.first + i, seL4_CapInitThreadVSpace, pages.address + (i << seL4_PageBits), rights,
                          seL4_ARM_Default_VMAttributes);
    }
    return counter_read() - start;
}

static __attribute__((noinline)) seL4_Word unmap_pages(seL4_Word count)
{
    const seL4_Word start = counter_read();
    for (seL4_Word i = 0; i < count; i++) {
        seL4_ARM_Page_Unmap(pages.first + i);
    }
    return counter_read() - start;
}

void measure_mapping(void)
{
    pages.first = slots(MAX_PAGES);
    pages.address = mapper_reserve(MAX_PAGES << seL4_PageBits);
    const seL4_CPtr untyped = pool_object(seL4_UntypedObject, seL4_PageBits + 12);
    for (seL4_Word i = 0; i < MAX_PAGES; i += 256) {
        must(seL4_Untyped_Retype(untyped, seL4_ARM_SmallPageObject, 0, root, 0, 0, pages.first + i, 256), "making pages");
    }
    const seL4_Word pages_of_table = 512;
    for (seL4_Word i = 0; i < MAX_PAGES; i += pages_of_table) { /* so that the tables are there, wherever the range begins */
        for (seL4_Word j = i; j < i + pages_of_table; j += pages_of_table - 1) {
            must(mapper_map(seL4_CapInitThreadVSpace, pages.first + j, pages.address + (j << seL4_PageBits), seL4_ReadWrite,
                            seL4_ARM_Default_VMAttributes), "mapping a page");
            must(seL4_ARM_Page_Unmap(pages.first + j), "unmapping a page");
        }
    }
    static const seL4_Word sizes[] = {1, 16, 256, MAX_PAGES};
    for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        seL4_Word map[REPEATS], protect[REPEATS], unmap[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            map[i] = map_pages(sizes[s], seL4_ReadWrite);
            protect[i] = map_pages(sizes[s], seL4_CanRead);
            unmap[i] = unmap_pages(sizes[s]);
        }
        report("map", sizes[s], map, REPEATS);
        report("protect", sizes[s], protect, REPEATS);
        report("unmap", sizes[s], unmap, REPEATS);
    }
}

/* ---------------------------------------------------------------------------------------------- retype */

/* Objects from an untyped that held as many before: their memory is cleared on the way. */
static void retype_and_revoke(const char *retype_key, const char *revoke_key, seL4_Word type, seL4_Word size_bits,
                              seL4_CPtr untyped, seL4_CPtr first)
{
    for (seL4_Word size = 1; size <= 256; size *= 4) {
        seL4_Word retype[REPEATS], revoke[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            seL4_Word start = counter_read();
            const seL4_Error error = seL4_Untyped_Retype(untyped, type, size_bits, root, 0, 0, first, size);
            retype[i] = counter_read() - start;
            must(error, retype_key);
            start = counter_read();
            seL4_CNode_Revoke(root, untyped, seL4_WordBits);
            revoke[i] = counter_read() - start;
        }
        report(retype_key, size, retype, REPEATS);
        report(revoke_key, size, revoke, REPEATS);
    }
}

void measure_retype(void)
{
    const seL4_CPtr untyped = pool_object(seL4_UntypedObject, 20), first = slots(256);
    retype_and_revoke("retype_endpoint", "revoke_endpoint", seL4_EndpointObject, 0, untyped, first);
    retype_and_revoke("retype_tcb", "revoke_tcb", seL4_TCBObject, 0, untyped, first);
    retype_and_revoke("retype_page", "revoke_page", seL4_ARM_SmallPageObject, 0, untyped, first);
}

/* ---------------------------------------------------------------------------------------------- revoke */

enum { MAX_COPIES = 100000 };

/* Copies of an endpoint capability, which are its children. */
void measure_revoke(void)
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr cnode = pool_object(seL4_CapTableObject, 17);
    for (seL4_Word size = 1; size <= MAX_COPIES; size *= 10) {
        seL4_Word start = counter_read();
        for (seL4_Word i = 0; i < size; i++) {
            seL4_CNode_Copy(cnode, i, 17, root, endpoint, seL4_WordBits, seL4_AllRights);
        }
        report_one("copy", size, counter_read() - start);
        start = counter_read();
        const seL4_Error error = seL4_CNode_Revoke(root, endpoint, seL4_WordBits);
        report_one("revoke", size, counter_read() - start);
        must(error, "seL4_CNode_Revoke");
    }
}

/* -------------------------------------------------------------------------------------------- creation */

static void never_runs(void *argument)
{
    (void)argument;
}

static void create_thread(seL4_CPtr untyped, seL4_CPtr tcb, seL4_CPtr sc, const struct lab4_thread_memory *memory)
{
    must(seL4_Untyped_Retype(untyped, seL4_TCBObject, 0, root, 0, 0, tcb, 1), "making a TCB");
    must(seL4_Untyped_Retype(untyped, seL4_SchedContextObject, seL4_MinSchedContextBits, root, 0, 0, sc, 1), "making an SC");
    must(seL4_SchedControl_Configure(lab4_bootinfo()->schedcontrol.start, sc, 5000, 5000, 0, 0), "seL4_SchedControl_Configure");
    must(seL4_TCB_Configure(tcb, root, 0, seL4_CapInitThreadVSpace, 0, 0, 0), "seL4_TCB_Configure");
    must(seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 100, 100, sc, 0), "seL4_TCB_SetSchedParams");
    must(lab4_thread_start(tcb, memory, never_runs, 0), "starting a thread");
}

static void measure_threads(void)
{
    static _Alignas(16) char stack[1024], tls[4096];
    const struct lab4_thread_memory memory = {stack, sizeof(stack), tls, 0};
    const seL4_CPtr untyped = pool_object(seL4_UntypedObject, 13), first = slots(2);
    seL4_Word create[REPEATS], destroy[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
        seL4_Word start = counter_read();
        create_thread(untyped, first, first + 1, &memory);
        create[i] = counter_read() - start;
        start = counter_read();
        seL4_CNode_Revoke(root, untyped, seL4_WordBits);
        destroy[i] = counter_read() - start;
    }
    report("thread_create", 1, create, REPEATS);
    report("thread_destroy", 1, destroy, REPEATS);
}

static void measure_vspaces(void)
{
    enum { COUNT = 500 }; /* of the 510 that the first ASID pool holds beside ours */
    const seL4_CPtr untyped = pool_object(seL4_UntypedObject, seL4_VSpaceBits + 9), first = slots(COUNT);
    for (seL4_Word i = 0; i < COUNT; i++) {
        const seL4_Word start = counter_read();
        const seL4_Error made = seL4_Untyped_Retype(untyped, seL4_ARM_VSpaceObject, 0, root, 0, 0, first + i, 1);
        const seL4_Error assigned = seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, first + i);
        const seL4_Word took = counter_read() - start;
        must(made, "making a VSpace");
        must(assigned, "seL4_ARM_ASIDPool_Assign");
        if (i + 1 == 1 || i + 1 == 10 || i + 1 == 100 || i + 1 == COUNT) {
            report_one("vspace_create", i + 1, took);
        }
    }
    const seL4_Word start = counter_read();
    seL4_CNode_Revoke(root, untyped, seL4_WordBits);
    report_one("vspaces_destroy", COUNT, counter_read() - start);
}

void measure_creation(void)
{
    measure_threads();
    measure_vspaces();
}
