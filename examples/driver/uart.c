/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver is one thread and one loop. It waits in a single place, its endpoint, for three kinds of events, told apart by their badges:
 * requests of clients, and the interrupts of its two devices, which signal the notification that is bound to its thread.
 *
 * A client that asks for a line before there is one is not answered yet: the reply object keeps it, and the driver goes on with another
 * reply object. One line is read ahead. After that the receive interrupt stays masked until the line is taken, and
 * the rest of the input waits in the device, or behind it.
 */
#include "uart.h"

#include <stdint.h>

#include <lab4/string.h>

#include "chapters.h"
#include "lib/devices.h"
#include "lib/pool.h"
#include "lib/threads.h"

enum { PRIORITY_DRIVER = 200 };
enum { BADGE_UART = 1, BADGE_CLOCK = 2, BADGE_CLIENT = 4 };
enum { REQUEST_WRITE, REQUEST_READ_LINE }; /* labels of requests: MR0 = length, MR1… = text */
enum { ANSWER_NOTHING, ANSWER_LINE };      /* labels of answers, with the same message registers */
enum { LINE_WORDS = LINE_BYTES / sizeof(seL4_Word) };

/* ARM DDI 0183, DDI 0224: registers as indices of 32-bit words, and bits. */
enum { UART_DR = 0x00 / 4, UART_FR = 0x18 / 4, UART_LCRH = 0x2c / 4, UART_CR = 0x30 / 4, UART_IMSC = 0x38 / 4 };
enum { FR_RX_EMPTY = 1 << 4, FR_TX_FULL = 1 << 5, LCRH_8_BITS = 3 << 5, CR_ENABLE = 1 << 0 | 1 << 8 | 1 << 9, INTERRUPT_RX = 1 << 4 };
enum { RTC_DR = 0x00 / 4, RTC_MR = 0x04 / 4, RTC_IMSC = 0x10 / 4, RTC_MIS = 0x18 / 4, RTC_ICR = 0x1c / 4 };

static struct {
    volatile uint32_t *uart, *rtc;
    seL4_CPtr uart_irq, rtc_irq; /* handlers */
    seL4_CPtr endpoint;
    seL4_CPtr reply;             /* for the next request */
    seL4_CPtr held;              /* with the client that waits for a line, or free; then is_held is 0 */
    int is_held;
    char line[LINE_BYTES];       /* what has been typed */
    seL4_Word length;
    int is_complete;             /* the end of the line has been seen */
    struct thread thread;
} driver;

/* ------------------------------------------------------------------------------------- messages with text */

static void set_text(const char *text, seL4_Word length)
{
    seL4_Word words[LINE_WORDS] = {0};
    memcpy(words, text, length);
    seL4_SetMR(0, length);
    for (int i = 0; i < LINE_WORDS; i++) {
        seL4_SetMR(1 + i, words[i]);
    }
}

/* The length comes from the other side: it is not trusted. */
static seL4_Word get_text(char text[LINE_BYTES])
{
    seL4_Word words[LINE_WORDS];
    for (int i = 0; i < LINE_WORDS; i++) {
        words[i] = seL4_GetMR(1 + i);
    }
    memcpy(text, words, LINE_BYTES);
    return seL4_GetMR(0) < LINE_BYTES ? seL4_GetMR(0) : LINE_BYTES - 1;
}

static seL4_MessageInfo_t message(seL4_Word label)
{
    return seL4_MessageInfo_new(label, 0, 0, 1 + LINE_WORDS);
}

/* ---------------------------------------------------------------------------------------------- sending */

static void put(char c)
{
    while (driver.uart[UART_FR] & FR_TX_FULL) {
    }
    driver.uart[UART_DR] = (unsigned char)c;
}

static void write_text(void)
{
    char text[LINE_BYTES];
    const seL4_Word length = get_text(text);
    for (seL4_Word i = 0; i < length; i++) {
        put(text[i]);
    }
}

/* -------------------------------------------------------------------------------------------- receiving */

static void clock_set(uint32_t seconds)
{
    driver.rtc[RTC_ICR] = 1;
    driver.rtc[RTC_MR] = driver.rtc[RTC_DR] + seconds;
    driver.rtc[RTC_IMSC] = seconds != 0;
}

static void take_character(char c)
{
    if (c == '\n' || c == '\r') {
        driver.is_complete = driver.length > 0; /* an empty line is none; so CR LF is one end */
    } else if (driver.length < LINE_BYTES - 1) {
        driver.line[driver.length++] = c; /* the rest of a longer line is dropped */
    }
}

static void receive(void)
{
    while (!driver.is_complete && !(driver.uart[UART_FR] & FR_RX_EMPTY)) {
        take_character((char)driver.uart[UART_DR]);
        clock_set(SILENCE_SECONDS);
    }
    driver.uart[UART_IMSC] = driver.is_complete ? 0 : INTERRUPT_RX;
}

/* Answers the client that waits: with what there is. */
static void answer(void)
{
    set_text(driver.line, driver.length);
    seL4_Send(driver.held, message(driver.length > 0 ? ANSWER_LINE : ANSWER_NOTHING));
    driver.is_held = 0;
    driver.is_complete = 0;
    driver.length = 0;
    clock_set(0);
    receive();
}

/* The client stays in the reply object that its request came with. */
static void hold_client(void)
{
    const seL4_CPtr other = driver.held;
    driver.held = driver.reply;
    driver.reply = other;
    driver.is_held = 1;
    clock_set(SILENCE_SECONDS);
}

/* ------------------------------------------------------------------------------------------- the driver */

static void handle_request(seL4_MessageInfo_t info)
{
    if (seL4_MessageInfo_get_label(info) == REQUEST_WRITE) {
        write_text();
        seL4_Send(driver.reply, seL4_MessageInfo_new(0, 0, 0, 0));
    } else if (!driver.is_held) {
        hold_client();
    } else {
        seL4_Send(driver.reply, message(ANSWER_NOTHING)); /* somebody waits already */
    }
}

static void serve(void *nothing)
{
    (void)nothing;
    receive();
    for (;;) {
        seL4_Word badge;
        const seL4_MessageInfo_t info = seL4_Recv(driver.endpoint, &badge, driver.reply);
        int is_over = 0; /* has the client waited long enough? */
        if (badge == BADGE_CLIENT) {
            handle_request(info);
        }
        if (badge & BADGE_UART) {
            receive();
            seL4_IRQHandler_Ack(driver.uart_irq);
        }
        if (badge & BADGE_CLOCK) {
            is_over = driver.rtc[RTC_MIS] != 0; /* or a character has come since, and set the clock again */
            driver.rtc[RTC_ICR] = 1;
            seL4_IRQHandler_Ack(driver.rtc_irq);
        }
        if (driver.is_held && (driver.is_complete || is_over)) {
            answer();
        }
    }
}

seL4_CPtr uart_start(void)
{
    struct device uart, rtc;
    if (!device_find("arm,pl011", &uart) || !device_find("arm,pl031", &rtc)) {
        return 0;
    }
    const seL4_CPtr interrupts = pool_object(seL4_NotificationObject, 0);
    driver.uart = device_page(uart.paddr);
    driver.rtc = device_page(rtc.paddr);
    driver.uart_irq = irq_claim(uart.irq, interrupts, BADGE_UART);
    driver.rtc_irq = irq_claim(rtc.irq, interrupts, BADGE_CLOCK);
    driver.endpoint = pool_object(seL4_EndpointObject, 0);
    driver.reply = pool_object(seL4_ReplyObject, 0);
    driver.held = pool_object(seL4_ReplyObject, 0);
    driver.uart[UART_LCRH] = LCRH_8_BITS; /* no FIFOs: switching them on may lose what has been typed already */
    driver.uart[UART_CR] = CR_ENABLE;
    thread_create(&driver.thread, &(struct thread_options) {
        .name = "uart", .priority = PRIORITY_DRIVER, .budget = 10 * MILLISECOND, .period = 10 * MILLISECOND});
    must(seL4_TCB_BindNotification(driver.thread.tcb, interrupts), "seL4_TCB_BindNotification");
    thread_start(&driver.thread, serve, NULL);
    return pool_mint(driver.endpoint, seL4_NoRead, BADGE_CLIENT);
}

void uart_stop(void)
{
    must(seL4_TCB_Suspend(driver.thread.tcb), "seL4_TCB_Suspend");
    driver.uart[UART_IMSC] = 0;
    driver.rtc[RTC_IMSC] = 0;
    must(seL4_IRQHandler_Clear(driver.uart_irq), "seL4_IRQHandler_Clear");
    must(seL4_IRQHandler_Clear(driver.rtc_irq), "seL4_IRQHandler_Clear");
}

/* --------------------------------------------------------------------------------------------- its clients */

void uart_write(seL4_CPtr uart, const char *text)
{
    set_text(text, strlen(text));
    seL4_Call(uart, message(REQUEST_WRITE));
}

int uart_read_line(seL4_CPtr uart, char line[LINE_BYTES])
{
    const seL4_MessageInfo_t info = seL4_Call(uart, message(REQUEST_READ_LINE));
    if (seL4_MessageInfo_get_label(info) == ANSWER_NOTHING) {
        return 0;
    }
    line[get_text(line)] = '\0';
    return 1;
}
