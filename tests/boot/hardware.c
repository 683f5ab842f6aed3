/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only hardware shows: interrupts of devices, software-generated interrupts, the TLB after unmapping and after an
 * address-space identifier is used again, and a long operation of the kernel that an interrupt breaks into.
 */
#include <stdint.h>

#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"

enum { TCB = seL4_CapInitThreadTCB, CNODE = seL4_CapInitThreadCNode, VSPACE = seL4_CapInitThreadVSpace, PAGE = 4096 };
enum { UART = 0x09000000, RTC = 0x09010000, UART_LINE = 33, RTC_LINE = 34, SGI_LINE = 5, OTHER_SGI_LINE = 6 };

/* PL011 and PL031 registers, as indices of 32-bit words. */
enum { UART_MASK = 0x38 / 4, UART_TRANSMIT = 0x20 };
enum { RTC_NOW = 0, RTC_MATCH = 0x04 / 4, RTC_MASK = 0x10 / 4, RTC_RAW = 0x14 / 4, RTC_CLEAR = 0x1c / 4 };

static volatile uint32_t *uart, *rtc;

/* ------------------------------------------------------------------------------------------------- devices */

static seL4_CPtr retype(seL4_CPtr untyped, seL4_Word type, seL4_Word bits)
{
    const seL4_CPtr slot = pool_slot();
    must(seL4_Untyped_Retype(untyped, type, bits, CNODE, 0, 0, slot, 1), "retyping device memory");
    return slot;
}

static volatile uint32_t *map_page(seL4_CPtr frame)
{
    const seL4_Word address = mapper_reserve(PAGE);
    must(mapper_map(VSPACE, frame, address, seL4_ReadWrite, seL4_ARM_ExecuteNever), "mapping a device");
    return (volatile uint32_t *)address;
}

/* Both devices are in the untyped that begins with the UART's page; blocks of growing size lie between them. */
static void find_devices(void)
{
    const seL4_BootInfo *info = lab4_bootinfo();
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        if (info->untypedList[i].paddr == UART) {
            const seL4_CPtr untyped = info->untyped.start + i;
            uart = map_page(retype(untyped, seL4_ARM_SmallPageObject, 0));
            for (seL4_Word bits = seL4_PageBits; bits < 16; bits++) {
                retype(untyped, seL4_UntypedObject, bits);
            }
            const seL4_CPtr frame = retype(untyped, seL4_ARM_SmallPageObject, 0);
            check("the device frame behind the UART is where it should be", seL4_ARM_Page_GetAddress(frame).paddr, RTC);
            rtc = map_page(frame);
        }
    }
}

struct line {
    seL4_CPtr handler, notification;
};

static struct line claim(seL4_Word irq)
{
    struct line line = {pool_slot(), pool_object(seL4_NotificationObject, 0)};
    const seL4_CPtr badged = pool_mint(line.notification, seL4_AllRights, irq);
    must(seL4_IRQControl_Get(seL4_CapIRQControl, irq, CNODE, line.handler, seL4_WordBits), "seL4_IRQControl_Get");
    must(seL4_IRQHandler_SetNotification(line.handler, badged), "seL4_IRQHandler_SetNotification");
    return line;
}

static seL4_Word poll(struct line line)
{
    seL4_Word badge = 0;
    seL4_NBWait(line.notification, &badge);
    return badge;
}

static seL4_Word wait(struct line line)
{
    seL4_Word badge = 0;
    seL4_Wait(line.notification, &badge);
    return badge;
}

/* ---------------------------------------------------------------------------------------------- interrupts */

static void uart_interrupts(void)
{
    const struct line line = claim(UART_LINE);
    check("before the UART interrupts, nothing arrives", poll(line), 0);
    uart[UART_MASK] = UART_TRANSMIT; /* it has sent before, so it interrupts at once, and goes on asserting the line */
    check("the UART's interrupt arrives with its badge", wait(line), UART_LINE);
    check("without Ack it does not arrive again", poll(line), 0);
    seL4_IRQHandler_Ack(line.handler);
    check("after Ack the line, still asserted, arrives again", wait(line), UART_LINE);
    uart[UART_MASK] = 0;
    seL4_IRQHandler_Ack(line.handler);
    check("a line that is no longer asserted does not", poll(line), 0);
}

static struct line rtc_line;

static void rtc_alarm(uint32_t seconds)
{
    rtc[RTC_CLEAR] = 1;
    rtc[RTC_MATCH] = rtc[RTC_NOW] + seconds;
    rtc[RTC_MASK] = 1;
}

static void rtc_quiet(void)
{
    rtc[RTC_MASK] = 0;
    rtc[RTC_CLEAR] = 1;
    seL4_IRQHandler_Ack(rtc_line.handler);
}

static void rtc_interrupts(void)
{
    rtc_line = claim(RTC_LINE);
    rtc_alarm(1);
    check("an alarm wakes an idle machine up", wait(rtc_line), RTC_LINE);
    rtc_quiet();
}

static void sgi_interrupts(void)
{
    const struct line line = claim(SGI_LINE), other = claim(OTHER_SGI_LINE);
    const seL4_CPtr sgi = pool_slot(), elsewhere = pool_slot();
    must(seL4_IRQControl_IssueSGISignal(seL4_CapIRQControl, SGI_LINE, 0, CNODE, sgi, seL4_WordBits), "issuing an SGI");
    must(seL4_IRQControl_IssueSGISignal(seL4_CapIRQControl, OTHER_SGI_LINE, 7, CNODE, elsewhere, seL4_WordBits), "issuing an SGI");
    seL4_Send(sgi, seL4_MessageInfo_new(77, 0, 0, 3));
    check("a software-generated interrupt arrives", poll(line), SGI_LINE);
    seL4_Send(sgi, seL4_MessageInfo_new(0, 0, 0, 0));
    check("and again, without Ack: it cannot be disabled", poll(line), SGI_LINE);
    seL4_Send(elsewhere, seL4_MessageInfo_new(0, 0, 0, 0));
    check("one that is sent to a CPU that is not there does not", poll(other), 0);
}

/* --------------------------------------------------------------------------------------------- preemption */

static volatile int is_clearing, was_clearing, alarms;

static void watch_alarm(void *nothing)
{
    (void)nothing;
    for (;;) {
        wait(rtc_line);
        was_clearing |= is_clearing;
        alarms++;
        rtc_quiet();
    }
}

/*
 * A thread above ours waits for an alarm while we make the kernel clear 64 MiB, again and again: used-up memory is cleared by
 * the next Retype. The alarm must get through within one of them, which then goes on.
 */
static void preemption(void)
{
    enum { BITS = 26, LARGE_PAGES = 1 << (BITS - seL4_LargePageBits), ATTEMPTS = 12, PACES = 500000 };
    const seL4_CPtr untyped = pool_object(seL4_UntypedObject, BITS);
    const seL4_CPtr first = pool_slot();
    for (int i = 1; i < LARGE_PAGES; i++) {
        pool_slot();
    }
    struct thread watcher;
    thread_create(&watcher, &(struct thread_options) {.name = "watcher", .priority = 255, .budget = 10000, .period = 10000});
    thread_start(&watcher, watch_alarm, NULL);
    must(seL4_TCB_SetPriority(TCB, TCB, 100), "seL4_TCB_SetPriority");
    for (int attempt = 1; attempt <= ATTEMPTS && !was_clearing; attempt++) {
        rtc_alarm(1);
        for (volatile int pace = 0; pace < attempt * PACES; pace++) { /* in virtual time, the same moment of the loop otherwise */
        }
        while (alarms < attempt) {
            must(seL4_Untyped_Retype(untyped, seL4_ARM_LargePageObject, 0, CNODE, 0, 0, first, LARGE_PAGES), "making large pages");
            must(seL4_CNode_Revoke(CNODE, untyped, seL4_WordBits), "revoking them");
            is_clearing = 1;
            const seL4_Error error = seL4_Untyped_Retype(untyped, seL4_EndpointObject, 0, CNODE, 0, 0, first, 1);
            is_clearing = 0;
            must(error, "making an endpoint");
            must(seL4_CNode_Revoke(CNODE, untyped, seL4_WordBits), "revoking it");
        }
    }
    check_true("an interrupt gets through while the kernel clears memory", was_clearing);
    must(seL4_TCB_SetPriority(TCB, TCB, 255), "seL4_TCB_SetPriority");
}

/* ------------------------------------------------------------------------------------------------- the TLB */

static volatile seL4_Word *page_with(seL4_Word value, seL4_CPtr *frame)
{
    seL4_Word *page = mapper_page(frame);
    page[0] = value;
    return page;
}

static seL4_CPtr mappable(seL4_CPtr frame)
{
    return pool_mint(frame, seL4_AllRights, 0);
}

static void remapping(void)
{
    seL4_CPtr a, b;
    page_with(0xa, &a), page_with(0xb, &b);
    const seL4_CPtr first = mappable(a), second = mappable(b);
    volatile seL4_Word *at = (volatile seL4_Word *)mapper_reserve(PAGE);
    must(mapper_map(VSPACE, first, (seL4_Word)at, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "mapping");
    check("a page reads as what is in its frame", at[0], 0xa);
    must(mapper_map(VSPACE, second, (seL4_Word)at, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "mapping another frame");
    check("another frame mapped over it is seen at once", at[0], 0xb);
    must(seL4_ARM_Page_Unmap(second), "seL4_ARM_Page_Unmap");
    must(seL4_ARM_Page_Unmap(first), "seL4_ARM_Page_Unmap");
    must(mapper_map(VSPACE, first, (seL4_Word)at, seL4_ReadWrite, 0), "mapping uncached");
    check("after unmapping, the first frame again, without caches", at[0], 0xa);
    at[0] = 0xc;
    must(seL4_ARM_Page_Unmap(first), "seL4_ARM_Page_Unmap");
}

enum { CODE_ADDRESS = 0x400000, DATA_ADDRESS = 0x401000 };

/* x0 = *x1; system call 77. */
static const uint32_t reader_code[] = {0xf9400020, 0xd28009a7, 0xd4000001};

/* A thread in a VSpace of its own reads a word there; it arrives in the fault message of its unknown system call. */
static seL4_Word read_in_new_vspace(seL4_CPtr code, seL4_CPtr data, seL4_CPtr *vspace)
{
    const seL4_CPtr tcb = pool_object(seL4_TCBObject, 0), endpoint = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr reply = pool_object(seL4_ReplyObject, 0);
    const seL4_CPtr handler = pool_mint(endpoint, seL4_AllRights, 9);
    const seL4_CPtr sc = sched_context_create(seL4_MinSchedContextBits, 10000, 10000, 0);
    *vspace = pool_object(seL4_ARM_VSpaceObject, 0);
    must(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, *vspace), "seL4_ARM_ASIDPool_Assign");
    must(mapper_map(*vspace, mappable(code), CODE_ADDRESS, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "mapping code");
    must(mapper_map(*vspace, mappable(data), DATA_ADDRESS, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "mapping data");
    must(seL4_TCB_Configure(tcb, CNODE, 0, *vspace, 0, 0, 0), "seL4_TCB_Configure");
    must(seL4_TCB_SetSchedParams(tcb, TCB, 200, 200, sc, handler), "seL4_TCB_SetSchedParams");
    seL4_UserContext registers = {.pc = CODE_ADDRESS, .x1 = DATA_ADDRESS};
    must(seL4_TCB_WriteRegisters(tcb, 1, 0, sizeof registers / sizeof(seL4_Word), &registers), "seL4_TCB_WriteRegisters");
    seL4_Word badge;
    const seL4_Word label = seL4_MessageInfo_get_label(seL4_Recv(endpoint, &badge, reply));
    const seL4_Word value = seL4_GetMR(0);
    check("  the thread in its own address space gets to its system call", label, seL4_Fault_UnknownSyscall);
    must(seL4_TCB_Suspend(tcb), "seL4_TCB_Suspend");
    must(seL4_CNode_Delete(CNODE, tcb, seL4_WordBits), "deleting the thread");
    return value;
}

static void asid_reuse(void)
{
    seL4_CPtr code, a, b, vspace;
    seL4_Word *page = mapper_page(&code);
    for (unsigned i = 0; i < sizeof reader_code / sizeof *reader_code; i++) {
        ((volatile uint32_t *)page)[i] = reader_code[i];
    }
    must(seL4_ARM_Page_Unify_Instruction(code, 0, PAGE), "seL4_ARM_Page_Unify_Instruction");
    page_with(0xaaaa, &a), page_with(0xbbbb, &b);
    check("a thread in its own address space reads its page", read_in_new_vspace(code, a, &vspace), 0xaaaa);
    must(seL4_CNode_Delete(CNODE, vspace, seL4_WordBits), "deleting the address space");
    check("after its ASID is used again, another one reads its own", read_in_new_vspace(code, b, &vspace), 0xbbbb);
}

int main(void)
{
    check_begin();
    find_devices();
    uart_interrupts();
    rtc_interrupts();
    sgi_interrupts();
    preemption();
    remapping();
    asid_reuse();
    check_end();
}
