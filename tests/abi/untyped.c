/* SPDX-License-Identifier: BSD-2-Clause */
/* Untyped memory (objects §6, §12.5; memory §11 #42). */
#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "support/check.h"
#include "support/slots.h"

enum { TCB = seL4_CapInitThreadTCB };

/* objects §12 #46, #47, #48 */
static void sizes(void)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, 12);
    const seL4_CPtr to = pool_slot();
    check_refused("#46 size_bits 64 for a TCB: RangeError 0, 47", retype(memory, seL4_TCBObject, 64, to, 1), seL4_RangeError,
                  WORDS(0, 47));
    check_ok("#46 size_bits 63 for a TCB is ignored", retype(memory, seL4_TCBObject, 63, to, 1));
    must(delete(to), "deleting the TCB");
    check_refused("#47 a CNode of 2^43 slots: RangeError 0, 47", retype(memory, seL4_CapTableObject, 43, to, 1),
                  seL4_RangeError, WORDS(0, 47));
    check_refused("#47 one of 2^42 is only too big: NotEnoughMemory", retype(memory, seL4_CapTableObject, 42, to, 1),
                  seL4_NotEnoughMemory, WORDS(4096));
    check_refused("#48 type 12 before everything else: InvalidArgument 0", retype(memory, 12, 99, to, 0), seL4_InvalidArgument,
                  WORDS(0));
    check_refused("an untyped of 2^3 bytes: InvalidArgument 1", retype(memory, seL4_UntypedObject, 3, to, 1),
                  seL4_InvalidArgument, WORDS(1));
}

/* objects §12 #50, #51, #52 */
static void destinations(void)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, 12);
    const seL4_CPtr small = pool_object(seL4_CapTableObject, 2);
    const seL4_CPtr to = pool_slot();
    check_refused("#50 the root itself is no CNode: FailedLookup 0, Missing 0",
                  seL4_Untyped_Retype(memory, seL4_EndpointObject, 0, TCB, 0, 0, to, 1), seL4_FailedLookup, WORDS(0, 2, 0));
    check_refused("#51 the destination found is no CNode: FailedLookup 0, Missing depth",
                  seL4_Untyped_Retype(memory, seL4_EndpointObject, 0, CNODE, TCB, 64, to, 1), seL4_FailedLookup,
                  WORDS(0, 2, 64));
    check_refused("     the root of a lookup is no CNode: FailedLookup 0, InvalidRoot",
                  seL4_Untyped_Retype(memory, seL4_EndpointObject, 0, TCB, 0, 64, to, 1), seL4_FailedLookup, WORDS(0, 1));
    check_refused("#52 0 objects: RangeError 1, 256", retype(memory, seL4_EndpointObject, 0, to, 0), seL4_RangeError,
                  WORDS(1, 256));
    check_refused("#52 257 objects, before the overrun", retype(memory, seL4_EndpointObject, 0, 8191, 257), seL4_RangeError,
                  WORDS(1, 256));
    check_refused("#52 2 objects at the last slot: RangeError 1, 1",
                  seL4_Untyped_Retype(memory, seL4_EndpointObject, 0, small, 0, 0, 3, 2), seL4_RangeError, WORDS(1, 1));
    check_refused("an occupied slot among the targets: DeleteFirst", retype(memory, seL4_EndpointObject, 0, to - 1, 2),
                  seL4_DeleteFirst, NO_WORDS);
    check("  and none of them was filled", tag(to), TAG_NULL);
    check_ok("objects go to a CNode found by lookup", seL4_Untyped_Retype(memory, seL4_EndpointObject, 0, CNODE, small, 64, 1, 2));
    check_refused("  into consecutive slots", seL4_CNode_Move(small, 2, 2, small, 1, 2), seL4_DeleteFirst, NO_WORDS);
}

/* objects §12 #53, #54, #55 */
static void watermark(void)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, 13);
    const seL4_CPtr first = pool_slot(), second = pool_slot(), third = pool_slot();
    must(retype(memory, seL4_EndpointObject, 0, first, 1), "an endpoint of 16 bytes");
    check_refused("#53 two pages do not fit into 8 KiB - 16 bytes", retype(memory, seL4_ARM_SmallPageObject, 0, second, 2),
                  seL4_NotEnoughMemory, WORDS(8192 - 16));
    check_ok("#53 one does", retype(memory, seL4_ARM_SmallPageObject, 0, second, 1));
    check_refused("#53 then nothing is left", retype(memory, seL4_EndpointObject, 0, third, 1), seL4_NotEnoughMemory, WORDS(0));
    must(delete(second), "deleting the page");
    check_refused("#54 deleting the latest object frees nothing", retype(memory, seL4_EndpointObject, 0, second, 1),
                  seL4_NotEnoughMemory, WORDS(0));
    must(delete(first), "deleting the endpoint");
    check_ok("#55 without children all is free again", retype(memory, seL4_ARM_SmallPageObject, 0, second, 2));
}

static void reuse_is_clean(void)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, 12);
    const seL4_CPtr frame = pool_slot();
    volatile seL4_Word *page = (volatile seL4_Word *)mapper_reserve(4096);
    must(retype(memory, seL4_ARM_SmallPageObject, 0, frame, 1), "a frame");
    must(mapper_map(seL4_CapInitThreadVSpace, frame, (seL4_Word)page, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "mapping");
    check("a new frame is zero", page[0] | page[511], 0);
    page[0] = page[511] = 0x5a;
    must(revoke(memory), "revoking");
    must(retype(memory, seL4_ARM_SmallPageObject, 0, frame, 1), "a frame again");
    must(mapper_map(seL4_CapInitThreadVSpace, frame, (seL4_Word)page, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "mapping");
    check("so is one made of memory used before", page[0] | page[511], 0);
}

/* objects §12 #19, #20, #21 */
static void copies(void)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, 12);
    const seL4_CPtr other = pool_slot(), object = pool_slot(), more = pool_slot();
    check_ok("an untyped without children can be copied", copy(other, memory));
    check_refused("#20 Retype on the original: NotEnoughMemory 0", retype(memory, seL4_EndpointObject, 0, object, 1),
                  seL4_NotEnoughMemory, WORDS(0));
    check_ok("#20 Retype on the copy", retype(other, seL4_EndpointObject, 0, object, 1));
    check_refused("#19 Copy of an untyped with children: RevokeFirst", copy(more, other), seL4_RevokeFirst, NO_WORDS);
    extra_caps(CNODE, 0, 0);
    vector("#19 with a message too short: TruncatedMessage",
           CALL(X0, CNODE, X1, info(CNodeCopy, 1, 4), X2, more, X3, 64, X4, other, X5, 64), PAIRS(X0, 0, X1, info(7, 0, 0)));
    must(delete(other), "deleting the copy");
    check_refused("#21 its object is still a child of the original", retype(memory, seL4_EndpointObject, 0, more, 1),
                  seL4_NotEnoughMemory, WORDS(0));
    must(delete(object), "deleting the object");
    check_ok("#20 when all are gone the original is usable", retype(memory, seL4_EndpointObject, 0, object, 1));
}

/* objects §12 #56 */
static void without_call(void)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, 12);
    const seL4_CPtr idle = pool_object(seL4_NotificationObject, 0);
    const seL4_CPtr signal = pool_mint(idle, seL4_AllRights, 1);
    const seL4_CPtr first = pool_slot(), second = pool_slot();

    extra_caps(CNODE, 0, 0);
    seL4_SetMR(4, first);
    seL4_SetMR(5, 1);
    const seL4_Word type = seL4_EndpointObject, message = info(UntypedRetype, 1, 6);
    vector("#56 Retype by NBSend", raw(LAB4_SYS_NBSend, PAIRS(X0, memory, X1, message, X2, type, X3, 0, X4, 0, X5, 0)), NOTHING);
    check("#56   has made an endpoint", tag(first), TAG_ENDPOINT);
    seL4_Signal(signal);
    seL4_SetMR(4, second);
    vector("#56 Retype as first phase of NBSendWait",
           raw(LAB4_SYS_NBSendWait, PAIRS(X0, idle, X1, message, X2, type, X3, 0, X4, 0, X5, 0, X6, memory)), PAIRS(X0, 1));
    check("#56   has made one too", tag(second), TAG_ENDPOINT);
    seL4_Signal(signal);
    vector("#56 CNode_Delete as first phase of NBSendWait",
           raw(LAB4_SYS_NBSendWait, PAIRS(X0, idle, X1, info(CNodeDelete, 0, 2), X2, second, X3, 64, X6, CNODE)), PAIRS(X0, 1));
    check("#56   does nothing", tag(second), TAG_ENDPOINT);
}

/* The first device untyped of at least a page. */
static seL4_CPtr device_memory(void)
{
    const seL4_BootInfo *boot = lab4_bootinfo();
    seL4_Word i = 0;
    while (!(boot->untypedList[i].isDevice && boot->untypedList[i].sizeBits >= seL4_PageBits)) {
        i++;
    }
    return boot->untyped.start + i;
}

/* objects §12 #49; memory §11 #42 */
static void devices(void)
{
    const seL4_CPtr memory = device_memory();
    const seL4_CPtr to = pool_slot();
    check_refused("#49 an endpoint from device memory: InvalidArgument 1", retype(memory, seL4_EndpointObject, 0, to, 1),
                  seL4_InvalidArgument, WORDS(1));
    check_refused("memory #42 a page table from device memory: InvalidArgument 1",
                  retype(memory, seL4_ARM_PageTableObject, 0, to, 1), seL4_InvalidArgument, WORDS(1));
    check_refused("#49 after the space check", retype(memory, seL4_CapTableObject, 42, to, 1), seL4_NotEnoughMemory, NO_WORDS);
    check_ok("a frame from device memory", retype(memory, seL4_ARM_SmallPageObject, 0, to, 1));
    check_refused("  is no IPC buffer: IllegalOperation", seL4_TCB_SetIPCBuffer(TCB, 0x10000001, to), seL4_IllegalOperation,
                  NO_WORDS);
    must(delete(to), "deleting it");
}

int main(void)
{
    check_begin();
    sizes();
    destinations();
    watermark();
    reuse_is_clean();
    copies();
    without_call();
    devices();
    check_end();
}
