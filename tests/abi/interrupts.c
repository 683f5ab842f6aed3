/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt lines and software-generated interrupts (memory §4, §11.2). */
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { CONTROL = seL4_CapIRQControl, TIMER_LINE = 27, SGI = 5, SPI = 90, TCB = seL4_CapInitThreadTCB };

static seL4_CPtr notification, signal, empty;

/* What the notification holds, after everything that is pending had the time to be delivered. */
static seL4_Word arrived(void)
{
    seL4_Word word;
    settle();
    settle();
    seL4_NBWait(notification, &word);
    return word;
}

/* memory §11 #43, #44, #45, #51; objects §12 #33 */
static void claims(void)
{
    const seL4_CPtr handler = pool_slot(), second = pool_slot();
    check_refused("#43 the kernel's timer is taken: RevokeFirst", seL4_IRQControl_Get(CONTROL, TIMER_LINE, CNODE, empty, DEPTH),
                  seL4_RevokeFirst, NO_WORDS);
    check_ok("#43 line 26", seL4_IRQControl_Get(CONTROL, 26, CNODE, empty, DEPTH));
    check_ok("  is given back", delete(empty));
    check_ok("#43 line 30", seL4_IRQControl_Get(CONTROL, 30, CNODE, empty, DEPTH));
    check_ok("  is given back", delete(empty));
    check_ok("#43 line 1", seL4_IRQControl_Get(CONTROL, 1, CNODE, empty, DEPTH));
    check_ok("  is given back", delete(empty));
    check_refused("#44 line 160: RangeError 0, 159", seL4_IRQControl_Get(CONTROL, 160, CNODE, empty, DEPTH), seL4_RangeError,
                  WORDS(0, 159));
    check_ok("line 90", seL4_IRQControl_Get(CONTROL, SPI, CNODE, handler, DEPTH));
    check("  is an IRQ handler capability", tag(handler), TAG_IRQ_HANDLER);
    check_refused("#45 a line that is claimed, to an occupied slot: RevokeFirst",
                  seL4_IRQControl_Get(CONTROL, SPI, CNODE, handler, DEPTH), seL4_RevokeFirst, NO_WORDS);
    check_refused("a free line to an occupied slot: DeleteFirst", seL4_IRQControl_Get(CONTROL, SPI + 1, CNODE, handler, DEPTH),
                  seL4_DeleteFirst, NO_WORDS);
    check_ok("objects #33 a copy of a handler", copy(second, handler));
    must(delete(handler), "deleting the first");
    check_refused("objects #33   keeps the line", seL4_IRQControl_Get(CONTROL, SPI, CNODE, handler, DEPTH), seL4_RevokeFirst,
                  NO_WORDS);
    must(delete(second), "deleting the last");
    check_ok("#51 when the last is gone it can be claimed again, with a trigger mode",
             seL4_IRQControl_GetTrigger(CONTROL, SPI, 1, CNODE, handler, DEPTH));
    must(delete(handler), "deleting it");
}

/* memory §11 #48, #49, #50 */
static void notifications(void)
{
    const seL4_CPtr handler = pool_slot(), read_only = pool_slot();
    must(seL4_CNode_Copy(CNODE, read_only, DEPTH, CNODE, notification, DEPTH, seL4_CanRead), "a cap without Write");
    must(seL4_IRQControl_Get(CONTROL, SPI, CNODE, handler, DEPTH), "claiming");
    check_refused("#48 SetNotification with a TCB: InvalidCapability 0", seL4_IRQHandler_SetNotification(handler, TCB),
                  seL4_InvalidCapability, WORDS(0));
    check_refused("#48 with a cap that cannot send: InvalidCapability 0", seL4_IRQHandler_SetNotification(handler, read_only),
                  seL4_InvalidCapability, WORDS(0));
    check_ok("SetNotification", seL4_IRQHandler_SetNotification(handler, signal));
    check_ok("#49   again", seL4_IRQHandler_SetNotification(handler, signal));
    check_ok("Ack without interrupt", seL4_IRQHandler_Ack(handler));
    check_ok("Clear", seL4_IRQHandler_Clear(handler));
    check_ok("  twice", seL4_IRQHandler_Clear(handler));
    check_refused("#50 after Clear the line is still claimed", seL4_IRQControl_Get(CONTROL, SPI, CNODE, empty, DEPTH),
                  seL4_RevokeFirst, NO_WORDS);
    vector("an unknown label on a handler: IllegalOperation", CALL(X0, handler, X1, info(CNodeDelete, 0, 2)),
           PAIRS(X0, 0, X1, info(3, 0, 0)));
    must(delete(handler), "deleting it");
    must(delete(read_only), "deleting it");
}

/* memory §11 #46, #50, #52 */
static void software_interrupts(void)
{
    const seL4_CPtr handler = pool_slot(), sgi = pool_slot(), second = pool_slot();
    check_ok("claiming SGI 5", seL4_IRQControl_Get(CONTROL, SGI, CNODE, handler, DEPTH));
    check_ok("a capability to raise it", seL4_IRQControl_IssueSGISignal(CONTROL, SGI, 0, CNODE, sgi, DEPTH));
    check_ok("  or two", seL4_IRQControl_IssueSGISignal(CONTROL, SGI, 0, CNODE, second, DEPTH));
    check("  of a kind of its own", tag(sgi), TAG_SGI);

    vector("raised before SetNotification: the call succeeds", CALL(X0, sgi, X1, 0), PAIRS(X0, 0, X1, 0));
    must(seL4_IRQHandler_SetNotification(handler, signal), "setting the notification");
    check("#46   and the interrupt is lost", arrived(), 0);
    must(seL4_IRQHandler_Ack(handler), "Ack");
    vector("#52 raised with a garbage label and length: success", CALL(X0, sgi, X1, info(0xfffff, 0, 120)), PAIRS(X0, 0, X1, 0));
    check("  it arrives with the badge of the notification capability", arrived(), 0x40);
    vector("raised by NBSend: no register changes", raw(LAB4_SYS_NBSend, PAIRS(X0, second, X1, 0)), NOTHING);
    check("§4.4 without Ack an SGI arrives all the same", arrived(), 0x40);
    must(seL4_IRQHandler_Ack(handler), "Ack");
    check("Ack alone delivers nothing", arrived(), 0);

    must(seL4_IRQHandler_Clear(handler), "Clear");
    seL4_Signal(sgi);
    check("#50 after Clear nothing arrives", arrived(), 0);
    must(seL4_IRQHandler_SetNotification(handler, signal), "setting the notification");
    must(seL4_IRQHandler_Ack(handler), "Ack");
    must(delete(signal), "deleting the notification capability that was given");
    seL4_Signal(sgi);
    check("#50 deleting that capability does not unbind", arrived(), 0x40);
    must(mint(signal, notification, 0x40), "and again");
}

/* A thread of higher priority than the one that raises the interrupt. */
static void wakeups(void)
{
    static struct puppet a, b;
    const seL4_CPtr handler = pool_slot(), sgi = pool_slot();
    puppet_create(&a, 100);
    puppet_create(&b, 90);
    check_ok("revoking IRQControl", revoke(CONTROL));
    must(seL4_IRQControl_Get(CONTROL, SGI, CNODE, handler, DEPTH), "claiming again");
    must(seL4_IRQControl_IssueSGISignal(CONTROL, SGI, 0, CNODE, sgi, DEPTH), "a capability to raise it");
    must(seL4_IRQHandler_SetNotification(handler, signal), "setting the notification");
    puppet_do(&a, do_wait(notification));
    order_begin();
    puppet_do(&b, do_call(sgi, 0, 0));
    settle();
    check_returned("an interrupt wakes a waiting thread", &a, PAIRS(X0, 0x40));
    check_returned("  while the call of who raised it returns", &b, PAIRS(X0, 0, X1, 0));
    check_text("  the one of higher priority runs first", order(), "ab");
}

/* memory §11 #53 */
static void revocation(void)
{
    const seL4_CPtr handler = pool_slot(), sgi = pool_slot();
    must(seL4_IRQControl_Get(CONTROL, SPI, CNODE, handler, DEPTH), "claiming");
    must(seL4_IRQControl_IssueSGISignal(CONTROL, SGI, 0, CNODE, sgi, DEPTH), "a capability to raise an SGI");
    check_refused("#53 copying IRQControl: IllegalOperation", copy(empty, CONTROL), seL4_IllegalOperation, NO_WORDS);
    check_ok("#53 revoking it", revoke(CONTROL));
    check("#53   deletes all handlers", tag(handler), TAG_NULL);
    check("#53   and all SGI capabilities", tag(sgi), TAG_NULL);
    check_ok("#53   and frees the lines", seL4_IRQControl_Get(CONTROL, SPI, CNODE, handler, DEPTH));
    must(delete(handler), "deleting it");
}

int main(void)
{
    check_begin();
    puppets_begin();
    notification = pool_object(seL4_NotificationObject, 0);
    signal = pool_mint(notification, seL4_CanWrite, 0x40);
    empty = pool_slot();

    claims();
    notifications();
    software_interrupts();
    wakeups();
    revocation();
    check_end();
}
