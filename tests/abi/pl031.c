/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real-time clock, a PL031 (ARM DDI 0224), and the hosted machine's own timer: what wakes a driver up at a time of its
 * choice while every thread waits.
 */
#include <stdint.h>

#include "lib/devices.h"
#include "lib/pool.h"
#include "support/check.h"

enum { DR = 0x00 / 4, MR = 0x04 / 4, LR = 0x08 / 4, CR = 0x0c / 4, IMSC = 0x10 / 4, RIS = 0x14 / 4, MIS = 0x18 / 4, ICR = 0x1c / 4,
       ID = 0xfe0 / 4 };
enum { BADGE = 0x31, TIMER_BADGE = 0x32, PAST = 1000 };

static volatile uint32_t *rtc;
static seL4_CPtr handler, notification;

static seL4_Word poll(void)
{
    seL4_Word badge = 0;
    seL4_NBWait(notification, &badge);
    return badge;
}

static seL4_Word wait(void)
{
    seL4_Word badge = 0;
    seL4_Wait(notification, &badge);
    return badge;
}

static void identification(void)
{
    struct device device = {0};
    check_true("the device tree has a PL031", device_find("arm,pl031", &device));
    check("  at 0x9010000", device.paddr, 0x9010000);
    check("  with interrupt 34", device.irq, 34);
    rtc = device_page(device.paddr);
    uint64_t id = 0;
    for (int i = 7; i >= 0; i--) {
        id = id << 8 | rtc[ID + i];
    }
    check("its identification registers", id, 0xb105f00d00141031);
    check("it runs", rtc[CR], 1);
    notification = pool_object(seL4_NotificationObject, 0);
    handler = irq_claim(device.irq, notification, BADGE);
}

/* Sets the match register to the present: the second must not end in between. */
static void match_now(void)
{
    uint32_t before;
    do {
        before = rtc[DR];
        rtc[ICR] = 1;
        rtc[MR] = before;
    } while (rtc[DR] != before);
}

static void setting(void)
{
    const uint32_t now = rtc[DR];
    check_true("it shows a time after 1999", now >= 946684800);
    check_true("  that does not go back", rtc[DR] >= now);
    rtc[LR] = PAST;
    check_true("it can be set", rtc[DR] - PAST <= 5);
    rtc[LR] = now + 1;
}

static void matching(void)
{
    rtc[IMSC] = 0;
    rtc[ICR] = 1;
    check("no interrupt is raised", rtc[RIS], 0);
    match_now();
    check("one is when the time matches", rtc[RIS], 1);
    check("  masked, it does not count", rtc[MIS], 0);
    check("  and does not arrive", poll(), 0);
    rtc[IMSC] = 1;
    check("unmasked, it counts", rtc[MIS], 1);
    check("  and arrives", wait(), BADGE);
    check("  once", poll(), 0);
    seL4_IRQHandler_Ack(handler);
    check("  and again after Ack, because the line is still up", wait(), BADGE);
    rtc[ICR] = 1;
    check("it can be cleared", rtc[RIS], 0);
    seL4_IRQHandler_Ack(handler);
    check("  then it does not arrive", poll(), 0);
    rtc[MR] = rtc[DR] - 10;
    check("a match in the past raises nothing", rtc[RIS], 0);
}

static void waiting(void)
{
    const uint32_t goal = rtc[DR] + 1;
    rtc[MR] = goal;
    check("an alarm wakes a machine whose threads all wait", wait(), BADGE);
    check_true("  not before its time", rtc[DR] >= goal);
    rtc[IMSC] = 0;
    rtc[ICR] = 1;
    seL4_IRQHandler_Ack(handler);
}

/* docs/HOSTED-ABI.md */
struct timer {
    uint64_t count, match;
    uint32_t control, status, frequency, id;
};

static void hosted_timer(volatile struct timer *timer, seL4_Word irq)
{
    const seL4_CPtr timer_handler = irq_claim(irq, notification, TIMER_BADGE);
    check("its identification", timer->id, 0x3442414c);
    check("its frequency", timer->frequency, 62500000);
    const uint64_t start = timer->count;
    timer->match = start + 62500; /* a millisecond */
    timer->control = 1;
    check("it wakes a machine whose threads all wait", wait(), TIMER_BADGE);
    check_true("  not before its time", timer->count >= start + 62500);
    check("  and says so", timer->status, 1);
    timer->match = start + 200000;
    while (timer->status == 0) {
    }
    check_true("a driver that looks again and again sees it pass the match", timer->count >= start + 200000);
    timer->control = 0;
    check("disabled, it is quiet", timer->status, 0);
    poll();
    seL4_IRQHandler_Ack(timer_handler);
    check("  and does not interrupt", poll(), 0);
    timer->match = 0;
    timer->control |= 1;
    check("a match in the past interrupts at once", poll(), TIMER_BADGE);
    timer->control &= ~1u;
}

int main(void)
{
    struct device timer;
    check_begin();
    identification();
    setting();
    matching();
    waiting();
    check("the hosted machine has a timer of its own", (seL4_Word)device_find("lab4,timer", &timer), (seL4_Word)is_hosted());
    if (on_hosted()) {
        hosted_timer(device_page(timer.paddr), timer.irq);
    }
    end_platform();
    check_end();
}
