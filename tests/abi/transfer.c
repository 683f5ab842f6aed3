/* SPDX-License-Identifier: BSD-2-Clause */
/* Capabilities in messages (abi §2.5, objects §8.1, §12 #62–#66, #95). a sends, b receives into one slot. */
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

static struct puppet a, b;
static seL4_CPtr endpoint, badged, reply, slot, notification;

enum { BADGE = 0x77 };

/* The receive slot of b; an occupied one is emptied first. */
static void receive_at(seL4_CPtr where)
{
    if (tag(where) != TAG_NULL) {
        must(delete(where), "emptying the receive slot");
    }
    b.buffer->receiveCNode = CNODE;
    b.buffer->receiveIndex = where;
    b.buffer->receiveDepth = DEPTH;
    b.buffer->caps_or_badges[0] = b.buffer->caps_or_badges[1] = b.buffer->caps_or_badges[2] = 0xeeee;
}

/* b receives at the endpoint what a sends through `through` with these capabilities. */
static void transfer(seL4_CPtr through, seL4_Word count, seL4_CPtr first, seL4_CPtr second, seL4_CPtr third)
{
    a.buffer->caps_or_badges[0] = first;
    a.buffer->caps_or_badges[1] = second;
    a.buffer->caps_or_badges[2] = third;
    puppet_do(&b, do_recv(endpoint, reply));
    puppet_do(&a, do_send(through, info(1, count, 0), 0));
}

static seL4_Word caps_of(const struct puppet *puppet)
{
    return puppet->report.mr[X1] >> 7 & 3;
}

static seL4_Word unwrapped_of(const struct puppet *puppet)
{
    return puppet->report.mr[X1] >> 9 & 7;
}

/* objects §12 #63 */
static void grant(void)
{
    receive_at(slot);
    transfer(badged, 1, notification, 0, 0);
    check_returned("a capability arrives: extraCaps 1", &b, PAIRS(X0, BADGE, X1, info(1, 1, 0)));
    check("  in the receive slot", tag(slot), TAG_NOTIFICATION);
    check_returned("  the sender's registers are unchanged", &a, NOTHING);

    const seL4_CPtr poor = pool_slot();
    must(seL4_CNode_Copy(CNODE, poor, DEPTH, CNODE, endpoint, DEPTH, seL4_CapRights_new(1, 0, 0, 1)), "a cap with GrantReply only");
    receive_at(slot);
    transfer(poor, 1, notification, 0, 0);
    check_returned("#63 GrantReply is not enough: extraCaps 0", &b, PAIRS(X0, 0, X1, info(1, 0, 0)));
    check("#63   nothing arrives", tag(slot), TAG_NULL);
}

/* objects §12 #64 */
static void several(void)
{
    receive_at(slot);
    transfer(badged, 3, notification, notification, endpoint);
    check("#64 {cap, cap, endpoint}: extraCaps 1", caps_of(&b), 1);
    check("#64   unwrapped 0", unwrapped_of(&b), 0);
    check("#64   the first is there", tag(slot), TAG_NOTIFICATION);

    receive_at(slot);
    transfer(badged, 3, badged, notification, endpoint);
    check("#64 {endpoint, cap, endpoint}: extraCaps 3", caps_of(&b), 3);
    check("#64   unwrapped 5", unwrapped_of(&b), 5);
    check("#64   the first is a badge", b.buffer->caps_or_badges[0], BADGE);
    check("#64   the third too", b.buffer->caps_or_badges[2], 0);
    check("#64   the second is a capability, its word not written", b.buffer->caps_or_badges[1], 0xeeee);
    check("#64   in the slot", tag(slot), TAG_NOTIFICATION);

    b.buffer->caps_or_badges[0] = 0;
    transfer(badged, 3, badged, notification, endpoint);
    check("#64 the same with an occupied slot: extraCaps 1", caps_of(&b), 1);
    check("#64   unwrapped 1", unwrapped_of(&b), 1);
}

/* objects §12 #62, #66 */
static void obstacles(void)
{
    const seL4_CPtr untyped = pool_object(seL4_UntypedObject, 12), child = pool_slot();
    const seL4_CPtr vanishing = pool_slot();

    receive_at(slot);
    b.buffer->receiveDepth = 65;
    transfer(badged, 1, notification, 0, 0);
    check_returned("a bad receive path: the message arrives without capabilities", &b, PAIRS(X0, BADGE, X1, info(1, 0, 0)));

    receive_at(slot);
    must(retype(untyped, seL4_EndpointObject, 0, child, 1), "a child");
    transfer(badged, 1, untyped, 0, 0);
    check("#66 an untyped with children is not transferred", caps_of(&b), 0);
    must(delete(child), "deleting the child");
    transfer(badged, 1, untyped, 0, 0);
    check("#66 one without is", caps_of(&b), 1);
    check_refused("#66   and the sender's is exhausted", retype(untyped, seL4_EndpointObject, 0, child, 1),
                  seL4_NotEnoughMemory, WORDS(0));

    /* The sender queues first; what it wanted to send goes away. */
    receive_at(slot);
    must(copy(vanishing, notification), "a capability to lose");
    a.buffer->caps_or_badges[0] = vanishing;
    puppet_do(&a, do_send(badged, info(1, 1, 1), 9));
    must(delete(vanishing), "losing it");
    puppet_do(&b, do_recv(endpoint, reply));
    check("an empty slot stops the transfer", caps_of(&b), 0);
    a.buffer->caps_or_badges[0] = notification;
    puppet_do(&a, do_send(badged, info(1, 1, 1), 9));
    a.buffer->caps_or_badges[0] = 1ul << 40;
    puppet_do(&b, do_recv(endpoint, reply));
    check_returned("#62 an address that no longer resolves suppresses all caps, not the message", &b,
                   PAIRS(X0, BADGE, X1, info(1, 0, 1), X2, 9));
}

/* objects §12 #65, #95 */
static void in_replies(void)
{
    const seL4_CPtr restricted = pool_slot();
    must(seL4_CNode_Copy(CNODE, restricted, DEPTH, CNODE, reply, DEPTH, seL4_CanWrite), "a reply cap without Grant");

    a.buffer->receiveCNode = CNODE;
    a.buffer->receiveIndex = slot;
    a.buffer->receiveDepth = DEPTH;
    receive_at(slot);
    puppet_do(&b, do_recv(endpoint, reply));
    puppet_do(&a, do_call(badged, info(1, 0, 0), 0));
    b.buffer->caps_or_badges[0] = badged;
    puppet_do(&b, do_send(reply, info(2, 1, 0), 0));
    check_returned("#65 in a reply the endpoint's cap is transferred: extraCaps 1, unwrapped 0", &a,
                   PAIRS(X0, 0, X1, info(2, 1, 0)));
    check("#65   it is in the slot", tag(slot), TAG_ENDPOINT);

    receive_at(slot);
    puppet_do(&b, do_recv(endpoint, reply));
    puppet_do(&a, do_call(badged, info(1, 0, 0), 0));
    b.buffer->caps_or_badges[0] = badged;
    puppet_do(&b, do_send(restricted, info(2, 1, 0), 0));
    check_returned("#95 can-grant is that of the reply cap invoked", &a, PAIRS(X0, 0, X1, info(2, 0, 0)));

    puppet_do(&b, do_recv(endpoint, restricted));
    puppet_do(&a, do_call(badged, info(1, 0, 0), 0));
    puppet_do(&b, do_send(reply, info(2, 1, 0), 0));
    check_returned("#95   not of the one used to receive", &a, PAIRS(X0, 0, X1, info(2, 1, 0)));
}

/* A frame arrives as a cap of its own: unmapped. */
static void frames(void)
{
    receive_at(slot);
    transfer(badged, 1, a.frame, 0, 0);
    check("a frame arrives", tag(slot), TAG_FRAME);
    check_refused("  unmapped", seL4_ARM_Page_Clean_Data(slot, 0, 64), seL4_IllegalOperation, NO_WORDS);
    check("  and it is the same frame", seL4_ARM_Page_GetAddress(slot).paddr, seL4_ARM_Page_GetAddress(a.frame).paddr);
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    puppet_create(&b, 90);
    endpoint = pool_object(seL4_EndpointObject, 0);
    badged = pool_mint(endpoint, seL4_AllRights, BADGE);
    reply = pool_object(seL4_ReplyObject, 0);
    notification = pool_object(seL4_NotificationObject, 0);
    slot = pool_slot();

    grant();
    several();
    obstacles();
    in_replies();
    frames();
    check_end();
}
