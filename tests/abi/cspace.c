/* SPDX-License-Identifier: BSD-2-Clause */
/* CNode methods, lookups, derivation and deletion as user level sees them (objects §12.1–12.4). */
#include <lab4/runtime.h>

#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { TCB = seL4_CapInitThreadTCB, VSPACE = seL4_CapInitThreadVSpace };

static struct puppet a, b;
static seL4_CPtr endpoint, notification, empty;

static seL4_Word guard_data(seL4_Word guard, seL4_Word size)
{
    return seL4_CNode_CapData_new(guard, size).words[0];
}

/* ------------------------------------------------------------------------------------------ lookups, arguments */

/* objects §12 #1, #2, #5, #7, #9, #10 */
static void arguments(void)
{
    vector("#1 depth 320 is not cut to 8 bits", CALL(X0, CNODE, X1, info(CNodeDelete, 0, 2), X2, empty, X3, 320),
           PAIRS(X0, 0, X1, info(4, 0, 2), X2, 1, X3, 64));
    check_refused("#2 a source root that is no CNode wins over depth 0",
                  seL4_CNode_Copy(CNODE, empty, DEPTH, TCB, 1, 0, seL4_AllRights), seL4_FailedLookup, WORDS(1, 1));
    check_refused("#5 an empty slot as source root is a root that is no CNode",
                  seL4_CNode_Copy(CNODE, empty, DEPTH, empty, 1, DEPTH, seL4_AllRights), seL4_FailedLookup, WORDS(1, 1));
    vector("#7 an unknown CNode label with an empty message: IllegalOperation", CALL(X0, CNODE, X1, info(5, 0, 0)),
           PAIRS(X0, 0, X1, info(3, 0, 0)));
    check_refused("#9 an occupied destination wins over an empty source", copy(endpoint, empty), seL4_DeleteFirst, NO_WORDS);
    extra_caps(CNODE, 0, 0);
    vector("#9 and over a message too short",
           CALL(X0, CNODE, X1, info(CNodeCopy, 1, 4), X2, endpoint, X3, DEPTH, X4, notification, X5, DEPTH),
           PAIRS(X0, 0, X1, info(8, 0, 0)));
    vector("#9 the source wins over a message too short",
           CALL(X0, CNODE, X1, info(CNodeCopy, 1, 4), X2, empty, X3, DEPTH, X4, empty, X5, DEPTH),
           PAIRS(X0, 0, X1, info(6, 0, 3), X2, 1, X3, 2, X4, 64));
    vector("#9 then the length is looked at",
           CALL(X0, CNODE, X1, info(CNodeCopy, 1, 4), X2, empty, X3, DEPTH, X4, endpoint, X5, DEPTH),
           PAIRS(X0, 0, X1, info(7, 0, 0)));
    check_refused("#10 Move onto the same slot: DeleteFirst", move(endpoint, endpoint), seL4_DeleteFirst, NO_WORDS);
}

/* objects §12 #3, #4, #15 */
static void addresses_of_other_lengths(void)
{
    const seL4_CPtr small = pool_object(seL4_CapTableObject, 4); /* guard size 0: resolves 4 bits, the topmost */
    const seL4_CPtr handler = puppet_handler(&a);
    seL4_Word word;
    must(seL4_CNode_Copy(small, 3, 4, CNODE, notification, DEPTH, seL4_AllRights), "filling a CNode");
    must(seL4_TCB_SetSpace(a.tcb, handler, small, 0, VSPACE, 0), "a CSpace of 4 bits");

    puppet_do(&a, do_send(3ul << 60 | 0x123, 0, 0));
    seL4_NBWait(notification, &word);
    check_returned("#3 an address with bits left over can be invoked", &a, NOTHING);
    check_refused("#3 and is no address of a slot: DepthMismatch, found 0",
                  seL4_CNode_Delete(small, 3ul << 60 | 0x123, DEPTH), seL4_FailedLookup, WORDS(0, 3, 60, 0));
    puppet_do(&a, do_call(5ul << 60, info(0, 0, 0), 1));
    check_returned("#4 Call on an empty slot: InvalidCapability 0", &a, PAIRS(X0, 0, X1, info(2, 0, 1), X2, 0));
    puppet_do(&a, do_send(5ul << 60, info(0, 0, 0), 1));
    check_returned("#4 Send on an empty slot does nothing", &a, NOTHING);
    must(seL4_TCB_SetSpace(a.tcb, handler, CNODE, 0, VSPACE, 0), "the root CSpace");

    check_ok("#15 a new CNode cap has no guard: depth = radix reaches a slot", seL4_CNode_Delete(small, 3, 4));
    check_refused("#15 and more bits do not", seL4_CNode_Delete(small, 3, 5), seL4_FailedLookup, WORDS(0, 3, 1, 0));
}

/* objects §12 #6 */
static void without_buffer(void)
{
    static struct puppet mute;
    puppet_create(&mute, 80);
    puppet_drop_buffer(&mute);
    puppet_do(&mute, raw(LAB4_SYS_Call, PAIRS(X0, CNODE, X1, info(CNodeCopy, 1, 5), X2, empty, X3, DEPTH, X4, endpoint, X5, DEPTH)));
    check_returned("#6 without IPC buffer no method with capabilities succeeds: TruncatedMessage", &mute,
                   PAIRS(X0, 0, X1, info(7, 0, 0)));
    puppet_do(&mute, raw(LAB4_SYS_Call, PAIRS(X0, CNODE, X1, info(CNodeDelete, 0, 100), X2, empty, X3, DEPTH)));
    check_returned("#6 one without does", &mute, PAIRS(X0, 0, X1, 0));
}

/* -------------------------------------------------------------------------------------------------- derivation */

/* objects §12 #11, #12, #13, #14 */
static void badges_and_guards(void)
{
    const seL4_CPtr badged = pool_mint(endpoint, seL4_AllRights, 7);
    const seL4_CPtr small = pool_object(seL4_CapTableObject, 4);
    const seL4_CPtr guarded = pool_slot(), copied = pool_slot(), tcb = pool_slot();

    check_refused("#11 Mint with badge 0 of a badged cap", mint(empty, badged, 0), seL4_IllegalOperation, NO_WORDS);
    check_refused("#11 Mint with its own badge of a badged cap", mint(empty, badged, 7), seL4_IllegalOperation, NO_WORDS);
    check_ok("Mint with badge 0 of an unbadged cap", mint(empty, endpoint, 0));
    check_ok("  and it is deleted", delete(empty));
    check_refused("#12 Mutate of a notification cap", mutate(empty, notification, 5), seL4_IllegalOperation, NO_WORDS);
    check_refused("#12 Rotate of an endpoint cap", rotate(empty, a.tcb, endpoint), seL4_IllegalOperation, NO_WORDS);
    must(copy(tcb, a.tcb), "copying a TCB cap");
    check_ok("#12 Mutate of a TCB cap", mutate(empty, tcb, 99));
    check("#12 is a Move: the source is empty", tag(tcb), TAG_NULL);
    check("#12 and the destination is not", tag(empty), TAG_TCB);
    must(delete(empty), "deleting the copy");

    must(mint(guarded, small, guard_data(5, 4)), "setting a guard");
    must(copy(copied, guarded), "copying a guarded cap");
    check_ok("#13 Copy keeps a CNode cap's guard", seL4_CNode_Delete(copied, 0x51, 8));
    must(delete(copied), "deleting the copy");
    must(mint(copied, guarded, 0), "minting a guarded cap");
    check_ok("#13 Mint with data 0 resets it", seL4_CNode_Delete(copied, 1, 4));
    must(delete(copied), "deleting the copy");
    check_ok("#14 guard size + radix = 64 is legal", mint(copied, small, guard_data(0, 60)));
    must(delete(copied), "deleting the copy");
    check_refused("#14 65 is not", mint(copied, small, guard_data(0, 61)), seL4_IllegalOperation, NO_WORDS);
    check_ok("#14 excess guard bits are cut off", mint(copied, small, guard_data(0xf5, 4)));
    check_ok("#14   so that the low ones count", seL4_CNode_Delete(copied, 0x51, 8));
}

/* objects §12 #17, #18, #26 */
static void what_can_be_copied(void)
{
    const seL4_CPtr table = pool_object(seL4_ARM_PageTableObject, 0);
    const seL4_CPtr vspace = pool_object(seL4_ARM_VSpaceObject, 0);
    const seL4_CPtr reply = pool_object(seL4_ReplyObject, 0);

    check_refused("#17 Copy of an unmapped page table", copy(empty, table), seL4_IllegalOperation, NO_WORDS);
    check_refused("#17 Copy of a VSpace without ASID", copy(empty, vspace), seL4_IllegalOperation, NO_WORDS);
    check_ok("#18 Copy of Domain", copy(empty, seL4_CapDomain));
    check_ok("  and it is deleted", delete(empty));
    check_ok("#18 Copy of SchedControl", copy(empty, lab4_bootinfo()->schedcontrol.start));
    check_ok("  and it is deleted", delete(empty));
    check_ok("#18 Copy of ASIDControl", copy(empty, seL4_CapASIDControl));
    check_ok("  and it is deleted", delete(empty));
    check_ok("#18 Copy of a reply cap", copy(empty, reply));
    check_ok("  and it is deleted", delete(empty));
    check_ok("#26 Copy of an endpoint cap with no rights",
             seL4_CNode_Copy(CNODE, empty, DEPTH, CNODE, endpoint, DEPTH, seL4_NoRights));
    vector("#26 which cannot be invoked", CALL(X0, empty, X1, 0), PAIRS(X0, 0, X1, info(2, 0, 1), X2, 0));
    check_ok("  and it is deleted", delete(empty));
}

/* objects §12 #22, #23 */
static void rotation(void)
{
    const seL4_CPtr x = pool_slot(), y = pool_slot(), z = pool_slot();
    check_refused("#22 Rotate, pivot lookup fails: source word 1",
                  seL4_CNode_Rotate(CNODE, z, DEPTH, 0, TCB, y, DEPTH, 0, CNODE, a.tcb, DEPTH), seL4_FailedLookup, WORDS(1, 1));
    check_refused("#22 Rotate, pivot empty: source word 0", rotate(z, y, a.tcb), seL4_FailedLookup, WORDS(0, 2, 64));
    check_refused("#23 Rotate, pivot = source, even empty", rotate(z, x, x), seL4_IllegalOperation, NO_WORDS);
    check_refused("#23 Rotate, pivot = destination", rotate(y, y, a.tcb), seL4_IllegalOperation, NO_WORDS);

    must(copy(x, a.tcb), "a TCB cap");
    must(copy(y, a.frame), "a frame cap");
    check_ok("#23 Rotate with source = destination", rotate(x, y, x));
    check("#23   swaps: the frame is at the source", tag(x), TAG_FRAME);
    check("#23   and the TCB at the pivot", tag(y), TAG_TCB);
    check_ok("Rotate to a third slot", rotate(z, y, x));
    check("  the pivot is at the destination", tag(z), TAG_TCB);
    check("  the source at the pivot", tag(y), TAG_FRAME);
    check("  the source is empty", tag(x), TAG_NULL);
    must(delete(y), "cleaning up");
    must(delete(z), "cleaning up");
}

/* objects §12 #24, #25 */
static void cancel_badged_sends(void)
{
    const seL4_CPtr five = pool_mint(endpoint, seL4_AllRights, 5), six = pool_mint(endpoint, seL4_AllRights, 6);
    const seL4_CPtr poor = pool_slot();
    seL4_Word badge;
    must(seL4_CNode_Copy(CNODE, poor, DEPTH, CNODE, five, DEPTH, seL4_CapRights_new(0, 1, 1, 1)), "a cap without GrantReply");
    check_refused("#24 CancelBadgedSends without GrantReply", seL4_CNode_CancelBadgedSends(CNODE, poor, DEPTH),
                  seL4_IllegalOperation, NO_WORDS);
    check_ok("#24 CancelBadgedSends with badge 0 succeeds", seL4_CNode_CancelBadgedSends(CNODE, endpoint, DEPTH));

    const seL4_CPtr used = pool_slot();
    must(copy(used, five), "a cap for the sender");
    puppet_do(&a, do_send(used, info(0, 0, 1), 1));
    puppet_do(&b, do_send(six, info(0, 0, 1), 2));
    check_ok("#25 CancelBadgedSends of badge 5, the sender's cap in place", seL4_CNode_CancelBadgedSends(CNODE, five, DEPTH));
    settle();
    check_waiting("#25   its sender queues again", &a);
    must(delete(used), "taking the sender's cap away");
    check_ok("#25 CancelBadgedSends of badge 5, the sender's cap gone", seL4_CNode_CancelBadgedSends(CNODE, five, DEPTH));
    settle();
    check_returned("#25   its Send returns without effect", &a, NOTHING);
    seL4_NBWait(endpoint, &badge);
    check("#25   the sender of another badge is still there", badge, 6);
    seL4_NBWait(endpoint, &badge);
    check("#25   and nobody else", badge, 0);
    settle();
}

/* ---------------------------------------------------------------------------------------------- derivation list */

/* objects §12 #27, #28, #29, #30 */
static void revocation(void)
{
    const seL4_CPtr original = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr c = pool_slot(), cc = pool_slot(), m = pool_slot(), m2 = pool_slot(), same = pool_slot();

    must(copy(c, original), "copying");
    must(copy(cc, c), "copying the copy");
    must(mint(m, c, 9), "minting from the copy");
    check_ok("#27 Revoke on an unbadged copy", revoke(c));
    check("#27 deletes no other copy", tag(cc), TAG_ENDPOINT);
    check("#27 nor a badged one", tag(m), TAG_ENDPOINT);

    must(copy(m2, m), "copying a badged cap");
    must(mint(same, original, 9), "an independent equal badge");
    check_ok("#28 Revoke on a badged original", revoke(m));
    check("#28 deletes its copy", tag(m2), TAG_NULL);
    check("#28 and no independent equal badge", tag(same), TAG_ENDPOINT);

    must(copy(m2, m), "copying a badged cap");
    must(delete(m), "deleting the badged original");
    must(copy(m, m2), "copying its copy");
    check_ok("#29 Revoke on a copy whose badged original is gone", revoke(m2));
    check("#29 leaves the other copy", tag(m), TAG_ENDPOINT);

    check_ok("#27 Revoke on the original", revoke(original));
    check("#27 deletes copies", tag(c) + tag(cc), 2 * TAG_NULL);
    check("#27 and badged relatives, also those minted from copies", tag(m) + tag(m2) + tag(same), 3 * TAG_NULL);
    check("     and not itself", tag(original), TAG_ENDPOINT);

    must(copy(c, a.tcb), "copying a TCB");
    must(copy(cc, c), "copying the copy");
    check_ok("#30 Revoke on the copy of a TCB cap", revoke(c));
    check("#30 does nothing: copies are siblings", tag(cc), TAG_TCB);
    must(delete(c), "cleaning up");
    must(delete(cc), "cleaning up");
}

/* objects §12 #36, #37 */
static void objects_kept_alive(void)
{
    const seL4_CPtr small = pool_object(seL4_CapTableObject, 8);
    const seL4_CPtr again = pool_slot();
    const seL4_CPtr handler = puppet_handler(&a);
    must(copy(again, small), "copying a CNode cap");
    must(seL4_CNode_Copy(small, 1, 8, CNODE, notification, DEPTH, seL4_AllRights), "filling it");
    must(seL4_TCB_SetSpace(a.tcb, handler, small, guard_data(0, 56), VSPACE, 0), "using it as CSpace");
    must(delete(small), "deleting a cap");
    must(delete(again), "deleting the other");

    seL4_Word word;
    puppet_do(&a, do_send(1, 0, 0));
    check_returned("#36 a cap in a TCB keeps its CNode alive", &a, NOTHING);
    seL4_NBWait(notification, &word);
    check_refused("#37 the last cap of a CSpace root cannot be replaced",
                  seL4_TCB_SetSpace(a.tcb, handler, CNODE, 0, VSPACE, 0), seL4_IllegalOperation, NO_WORDS);
}

/* -------------------------------------------------------------------------------------------------------- deletion */

/* A CNode in an untyped of its own, which holds the last cap of another in slot `at`. */
/* objects §12 #38, #39 */
static void nested_cnodes(void)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, 12);
    const seL4_CPtr outer = pool_slot(), inner = pool_slot(), kept = pool_slot();
    const seL4_CPtr ep = pool_object(seL4_EndpointObject, 0);
    must(retype(memory, seL4_CapTableObject, 4, inner, 1), "an inner CNode");
    must(seL4_CNode_Copy(inner, 5, 4, CNODE, ep, DEPTH, seL4_AllRights), "a cap inside");
    const seL4_CPtr holder = pool_object(seL4_UntypedObject, 12);
    must(retype(holder, seL4_CapTableObject, 4, outer, 1), "an outer CNode");
    must(seL4_CNode_Move(outer, 1, 4, CNODE, inner, DEPTH), "the inner into the outer");
    check_ok("#38 deleting a CNode that holds the last cap of another", delete(outer));
    check_refused("#39 the inner one's untyped still has a child", copy(kept, memory), seL4_RevokeFirst, NO_WORDS);
    check_ok("#38 revoking the untyped ends that", revoke(memory));
    check_ok("     and then it has none", copy(kept, memory));
    check_ok("     the outer one's untyped is free at once", retype(holder, seL4_ARM_SmallPageObject, 0, outer, 1));
}

/* objects §12 #40 */
static void deleted_tcb(void)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, seL4_TCBBits);
    const seL4_CPtr tcb = pool_slot();
    must(retype(memory, seL4_TCBObject, 0, tcb, 1), "a TCB");
    must(seL4_TCB_Configure(tcb, CNODE, 0, VSPACE, 0, 0x1000, a.frame), "its slots");
    check_ok("#40 deleting a TCB cap", delete(tcb));
    check_ok("#40   empties its slots: the memory can be used again at once", retype(memory, seL4_TCBObject, 0, tcb, 1));
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    puppet_create(&b, 90);
    endpoint = pool_object(seL4_EndpointObject, 0);
    notification = pool_object(seL4_NotificationObject, 0);
    empty = pool_slot();

    arguments();
    addresses_of_other_lengths();
    without_buffer();
    badges_and_guards();
    what_can_be_copied();
    rotation();
    cancel_badged_sends();
    revocation();
    nested_cnodes();
    deleted_tcb();
    objects_kept_alive();
    check_end();
}
