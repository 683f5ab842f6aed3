/* SPDX-License-Identifier: BSD-2-Clause */
#include "support/puppet.h"

#include <lab4/printf.h>
#include <lab4/string.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"

enum { MAX_PUPPETS = 8, MAX_ORDER = 32, IDLER_PRIORITY = 1, CONTEXT_WORDS = 36 };

/* Badge of the idler's signal; those of the reports are 1 + number of the puppet. */
static const seL4_Word quiet_badge = 1ul << 32;

static struct {
    seL4_CPtr reports;  /* endpoint of all fault messages */
    seL4_CPtr reply;    /* holds the puppet that reported last */
    seL4_CPtr quiet;    /* notification: no puppet can run; bound to the test's thread */
    struct puppet *puppets[MAX_PUPPETS];
    seL4_Word count;
    char order[MAX_ORDER];
} stage;

static const seL4_CPtr cnode = seL4_CapInitThreadCNode;
static const seL4_CPtr vspace = seL4_CapInitThreadVSpace;

/* ------------------------------------------------------------------------------------------------ creation */

/* A thread that signals `quiet` whenever it gets to run: the test, woken by that, has a higher priority. */
static void start_idler(void)
{
    const seL4_CPtr tcb = pool_object(seL4_TCBObject, 0);
    const seL4_CPtr sc = sched_context_create(seL4_MinSchedContextBits, PUPPET_SLICE, PUPPET_SLICE, 0);
    const seL4_CPtr signal = pool_mint(stage.quiet, seL4_CanWrite, quiet_badge);
    must(seL4_TCB_Configure(tcb, cnode, 0, vspace, 0, 0, 0), "configuring the idler");
    must(seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 0, IDLER_PRIORITY, sc, 0), "scheduling the idler");
    seL4_UserContext regs = {.pc = (seL4_Word)puppet_repeat, .sp = PUPPET_STACK, .x0 = signal, .x7 = (seL4_Word)LAB4_SYS_Send};
    must(seL4_TCB_WriteRegisters(tcb, 1, 0, CONTEXT_WORDS, &regs), "starting the idler");
}

void puppets_begin(void)
{
    stage.reports = pool_object(seL4_EndpointObject, 0);
    stage.reply = pool_object(seL4_ReplyObject, 0);
    stage.quiet = pool_object(seL4_NotificationObject, 0);
    must(seL4_TCB_BindNotification(seL4_CapInitThreadTCB, stage.quiet), "binding the notification of the idler");
    start_idler();
}

static void create(struct puppet *puppet, seL4_Word priority, seL4_CPtr sc)
{
    memset(puppet, 0, sizeof(*puppet));
    puppet->tcb = pool_object(seL4_TCBObject, 0);
    puppet->sc = sc;
    puppet->priority = priority;
    puppet->x19 = PUPPET_X19;
    puppet->buffer = mapper_page(&puppet->frame);
    puppet->name = (char)('a' + stage.count);
    stage.puppets[stage.count++] = puppet;
    must(seL4_TCB_Configure(puppet->tcb, cnode, 0, vspace, 0, (seL4_Word)puppet->buffer, puppet->frame), "configuring a puppet");
    puppet_set_handler(puppet, puppet_handler(puppet));
}

void puppet_create(struct puppet *puppet, seL4_Word priority)
{
    create(puppet, priority, sched_context_create(seL4_MinSchedContextBits, PUPPET_SLICE, PUPPET_SLICE, 0));
}

void puppet_create_passive(struct puppet *puppet, seL4_Word priority)
{
    create(puppet, priority, 0);
}

seL4_CPtr puppet_handler(const struct puppet *puppet)
{
    return pool_mint(stage.reports, seL4_AllRights, (seL4_Word)(puppet->name - 'a') + 1);
}

void puppet_set_handler(struct puppet *puppet, seL4_CPtr handler)
{
    must(seL4_TCB_SetSchedParams(puppet->tcb, seL4_CapInitThreadTCB, puppet->priority, puppet->priority, puppet->sc, handler),
         "scheduling a puppet");
}

void puppet_drop_buffer(struct puppet *puppet)
{
    must(seL4_TCB_SetIPCBuffer(puppet->tcb, 0, puppet->frame), "taking a puppet's buffer away");
    puppet->buffer = NULL;
}

/* ------------------------------------------------------------------------------------------------- running */

/* Every register that the test does not name holds a value of its own. */
static seL4_UserContext context_for(const struct puppet *puppet, const char *code)
{
    const seL4_Word *x = puppet->given.x;
    seL4_UserContext context;
    seL4_Word *words = (seL4_Word *)&context;
    for (seL4_Word i = 0; i < CONTEXT_WORDS; i++) {
        words[i] = 0xc0de0000 + i * 8;
    }
    context.pc = (seL4_Word)code;
    context.sp = PUPPET_STACK;
    context.spsr = 0;
    context.x0 = x[0];
    context.x1 = x[1];
    context.x2 = x[2];
    context.x3 = x[3];
    context.x4 = x[4];
    context.x5 = x[5];
    context.x6 = x[6];
    context.x7 = x[7];
    context.x8 = x[8];
    context.x19 = puppet->x19;
    return context;
}

void puppet_start(struct puppet *puppet, const char *code, struct raw_regs regs)
{
    puppet->given = regs;
    seL4_UserContext context = context_for(puppet, code);
    puppet->report.there = 0;
    must(seL4_TCB_Suspend(puppet->tcb), "stopping a puppet");
    must(seL4_TCB_WriteRegisters(puppet->tcb, 1, 0, CONTEXT_WORDS, &context), "starting a puppet");
}

static void note(struct puppet *puppet, seL4_MessageInfo_t message)
{
    struct report *report = &puppet->report;
    report->there = 1;
    report->label = seL4_MessageInfo_get_label(message);
    report->length = seL4_MessageInfo_get_length(message);
    for (seL4_Word i = 0; i < sizeof(report->mr) / sizeof(report->mr[0]); i++) {
        report->mr[i] = i < report->length ? seL4_GetMR((int)i) : 0;
    }
    const seL4_Word length = strlen(stage.order);
    if (length < MAX_ORDER - 1) {
        stage.order[length] = puppet->name;
    }
}

int step(void)
{
    seL4_Word badge;
    const seL4_MessageInfo_t message = seL4_Recv(stage.reports, &badge, stage.reply);
    if (badge == quiet_badge) {
        return 0;
    }
    if (badge >= 1 && badge <= stage.count) {
        note(stage.puppets[badge - 1], message);
    } else {
        printf("a message with the unknown badge 0x%lx\n", badge);
    }
    return 1;
}

void settle(void)
{
    seL4_NBWait(stage.quiet, NULL); /* what the idler said while the test waited elsewhere is out of date */
    while (step()) {
    }
}

void await(struct puppet *puppet)
{
    while (!puppet->report.there) {
        step();
    }
}

void puppet_run(struct puppet *puppet, const char *code, struct raw_regs regs)
{
    puppet_start(puppet, code, regs);
    settle();
}

void puppet_do(struct puppet *puppet, struct raw_regs regs)
{
    puppet_run(puppet, puppet_syscall, regs);
}

struct raw_regs do_call(seL4_CPtr cap, seL4_Word message, seL4_Word mr0)
{
    return raw(LAB4_SYS_Call, PAIRS(X0, cap, X1, message, X2, mr0));
}

struct raw_regs do_send(seL4_CPtr cap, seL4_Word message, seL4_Word mr0)
{
    return raw(LAB4_SYS_Send, PAIRS(X0, cap, X1, message, X2, mr0));
}

struct raw_regs do_recv(seL4_CPtr cap, seL4_CPtr reply)
{
    return raw(LAB4_SYS_Recv, PAIRS(X0, cap, X6, reply));
}

struct raw_regs do_wait(seL4_CPtr cap)
{
    return raw(LAB4_SYS_Wait, PAIRS(X0, cap));
}

/* ------------------------------------------------------------------------------------------------- checking */

void order_begin(void)
{
    memset(stage.order, 0, sizeof(stage.order));
}

const char *order(void)
{
    return stage.order;
}

int has_returned(const struct puppet *puppet)
{
    const struct report *report = &puppet->report;
    return report->there && report->label == seL4_Fault_UnknownSyscall &&
           report->mr[seL4_UnknownSyscall_Syscall] == PUPPET_REPORT_NUMBER;
}

int is_waiting(const struct puppet *puppet)
{
    return !puppet->report.there;
}

static void tell_report(const struct puppet *puppet)
{
    const struct report *report = &puppet->report;
    if (!report->there) {
        printf("  puppet %c has not reported\n", puppet->name);
        return;
    }
    printf("  puppet %c reported %lu:", puppet->name, report->label);
    for (seL4_Word i = 0; i < report->length && i < sizeof(report->mr) / sizeof(report->mr[0]); i++) {
        printf(" %lx", report->mr[i]);
    }
    printf("\n");
}

void check_returned(const char *sentence, const struct puppet *puppet, const seL4_Word *changes)
{
    if (!has_returned(puppet)) {
        check_true(sentence, 0);
        tell_report(puppet);
        return;
    }
    check_registers(sentence, puppet->report.mr, &puppet->given, changes, X6 + 1);
}

void check_waiting(const char *sentence, const struct puppet *puppet)
{
    check_true(sentence, is_waiting(puppet));
    if (!is_waiting(puppet)) {
        tell_report(puppet);
    }
}

void check_fault(const char *sentence, const struct puppet *puppet, seL4_Word label, const seL4_Word *words, seL4_Word count)
{
    const struct report *report = &puppet->report;
    int holds = report->there && report->label == label && report->length == count;
    for (seL4_Word i = 0; holds && i < count && i < sizeof(report->mr) / sizeof(report->mr[0]); i++) {
        holds = report->mr[i] == words[i];
    }
    check_true(sentence, holds);
    if (!holds) {
        tell_report(puppet);
    }
}

/* Is this word of seL4_UserContext one that the call sequence of the hosted machine destroys: x9, x10, x11, x16? */
static int is_scratch(seL4_Word word)
{
    return is_hosted() && (word == 12 || (word >= 17 && word <= 19));
}

/* sp and x8 to tpidrro_el0: all that a report does not carry. */
void check_untouched(const char *sentence, const struct puppet *puppet)
{
    enum { WORD_SP = 1, WORD_X8 = 11 };
    const seL4_UserContext expected = context_for(puppet, puppet_report_call);
    const seL4_UserContext got = puppet_registers(puppet);
    for (seL4_Word i = 0; i < CONTEXT_WORDS; i++) {
        const seL4_Word is = ((const seL4_Word *)&got)[i], should_be = ((const seL4_Word *)&expected)[i];
        if ((i <= WORD_SP || i >= WORD_X8) && !is_scratch(i) && is != should_be) {
            check(sentence, is, should_be);
            printf("  which is word %lu of puppet %c\n", i, puppet->name);
            return;
        }
    }
    check_true(sentence, 1);
}

seL4_UserContext puppet_registers(const struct puppet *puppet)
{
    seL4_UserContext context = {0};
    must(seL4_TCB_ReadRegisters(puppet->tcb, 0, 0, CONTEXT_WORDS, &context), "reading a puppet's registers");
    return context;
}
