// SPDX-License-Identifier: BSD-2-Clause
//
// The invariant checker's part about threads: their list, states and links, the scheduler's lists,
// and time.
#include "core/check/check_threads.h"

#include "core/check/check.h"
#include "core/ipc/endpoint.h"
#include "core/ipc/fault.h"
#include "core/ipc/notification.h"
#include "core/time/sched_context.h"

// ------------------------------------------------------------------------------------------ queues

static bool waits_in_queue(const struct tcb *thread)
{
    return thread->state == THREAD_BLOCKED_ON_SEND || thread->state == THREAD_BLOCKED_ON_RECEIVE ||
           thread->state == THREAD_BLOCKED_ON_NOTIFICATION;
}

// ----------------------------------------------------------------------------------------- threads

static void check_blocking(struct invariants *v, const struct tcb *thread)
{
    enum thread_state state = thread->state;
    bool on_endpoint = state == THREAD_BLOCKED_ON_SEND || state == THREAD_BLOCKED_ON_RECEIVE;
    HOLDS(on_endpoint == (thread->endpoint != NULL), 12,
          "blocked on an endpoint, or not: state and link disagree", thread);
    HOLDS((state == THREAD_BLOCKED_ON_NOTIFICATION) == (thread->notification != NULL), 12,
          "blocked on a notification, or not: state and link disagree", thread);
    HOLDS(thread->reply ? state == THREAD_BLOCKED_ON_REPLY || state == THREAD_BLOCKED_ON_RECEIVE
                        : state != THREAD_BLOCKED_ON_REPLY,
          12, "blocked on a reply, or not: state and link disagree", thread);
    HOLDS(thread->fault.type == seL4_Fault_NullFault || !tcb_is_runnable(thread), 12,
          "a running thread has a pending fault", thread);
    word_t queues = (word_t)thread->is_queued + thread->is_sleeping + waits_in_queue(thread);
    HOLDS(queues <= 1, 12, "a thread in two queues", thread);
    HOLDS(queues == 1 || (!thread->queue_next && !thread->queue_previous), 12,
          "a thread in no queue has links", thread);
    v->waiting += waits_in_queue(thread);
}

static void check_links(struct invariants *v, const struct tcb *thread)
{
    const struct sched_context *sc = thread->sc, *target = thread->yielding_to;
    const struct notification *bound = thread->bound_notification;
    HOLDS(!sc || sc->thread == thread, 18,
          "the thread's scheduling context belongs to another thread", thread);
    HOLDS(!bound || bound->bound_tcb == thread, 17,
          "the bound notification is bound to another thread", thread);
    HOLDS(!thread->reply || thread->reply->thread == thread, 20,
          "the thread's reply object has another thread", thread);
    HOLDS(!target || (target->yielder == thread && thread->state == THREAD_RUNNING &&
                      thread != here()->current),
          21, "a YieldTo that is not going on", thread);
    invariants_refer(v, sc == idle_sc() ? NULL : sc);
    invariants_refer(v, target);
    invariants_refer(v, bound);
    invariants_refer(v, thread->reply);
    invariants_refer(v, thread->endpoint);
    invariants_refer(v, thread->notification);
    invariants_refer(v, thread == &ks.idle ? NULL : thread);
}

static bool may_be_cspace(struct cap cap)
{
    // a Zombie: being revoked
    return cap_is_null(cap) || cap_kind(cap) == kind_cnode || cap_kind(cap) == kind_zombie;
}

static bool may_be_buffer(struct cap cap)
{
    return cap_is_null(cap) ||
           (cap_kind(cap) == kind_frame && frame_cap_asid(cap) == 0 && !frame_cap_is_device(cap));
}

static void check_thread(struct invariants *v, const struct tcb *thread)
{
    struct cap vspace = thread->slots[TCB_VSPACE].cap;
    HOLDS(thread->state <= THREAD_IDLE && (thread->state == THREAD_IDLE) == (thread == &ks.idle),
          12, "an impossible state", thread);
    HOLDS(thread->priority < NUM_PRIORITIES && thread->mcp < NUM_PRIORITIES &&
              thread->domain < NUM_DOMAINS,
          12, "priority or domain out of range", thread);
    HOLDS((thread->flags & ~(word_t)TCB_FLAG_MASK) == 0, 12, "an unknown flag", thread);
    HOLDS(may_be_cspace(thread->slots[TCB_CSPACE].cap) &&
              (cap_is_null(vspace) || cap_kind(vspace) == kind_vspace) &&
              may_be_buffer(thread->slots[TCB_BUFFER].cap) &&
              fault_is_handler(thread->slots[TCB_FAULT_HANDLER].cap) &&
              fault_is_handler(thread->slots[TCB_TIMEOUT_HANDLER].cap),
          9, "a TCB slot holds a capability that it may not", thread);
    check_blocking(v, thread);
    check_links(v, thread);
}

void check_threads(struct invariants *v)
{
    const struct tcb *previous = NULL;
    for (const struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        if (thread->all_previous != previous) {
            invariants_broken(v, 11, "the list of threads is broken", thread);
            return;
        }
        previous = thread;
        v->thread_count++;
    }
    for (const struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        check_thread(v, thread);
        // The first waiter of a queue leads to the others.
        if (waits_in_queue(thread) && !thread->queue_previous) {
            if (thread->endpoint) {
                endpoint_examine(v, thread->endpoint);
            } else if (thread->notification) {
                notification_examine(v, thread->notification);
            }
        }
    }
    HOLDS(v->waiting == v->waiting_in_queues, 16, "a waiting thread is in nobody's queue", NULL);
}

// --------------------------------------------------------------------------------------- scheduler

static bool has_budget_now(struct tcb *thread)
{
    return sc_is_released(thread->sc, here()->now) && sc_is_sufficient(thread->sc, 0);
}

static word_t check_ready_lists(struct invariants *v, word_t domain)
{
    const struct ready_queues *queues = &here()->ready[domain];
    word_t count = 0;
    for (word_t p = 0; p < NUM_PRIORITIES; p++) {
        const struct tcb_queue *level = &queues->level[p];
        bool is_marked = queues->bitmap[p / WORD_BITS] >> (p % WORD_BITS) & 1;
        HOLDS(is_marked == (level->head != NULL), 14, "the bitmap of a ready list is wrong", level);
        count += check_queue(v, level, 13);
        for (struct tcb *thread = level->head; thread; thread = thread->queue_next) {
            HOLDS(thread->is_queued && thread->priority == p && thread->domain == domain, 13,
                  "a thread in the wrong ready list", thread);
            HOLDS(thread != here()->current && sched_is_schedulable(thread) &&
                      has_budget_now(thread),
                  13, "a thread in a ready list that is not ready", thread);
        }
    }
    for (word_t w = 0; w < BITMAP_WORDS; w++) {
        HOLDS((queues->summary >> w & 1) == (queues->bitmap[w] != 0), 14,
              "the summary bitmap is wrong", queues);
    }
    return count;
}

static word_t check_sleepers(struct invariants *v)
{
    for (struct tcb *thread = here()->sleepers.head; thread; thread = thread->queue_next) {
        if (!thread->is_sleeping || !tcb_is_runnable(thread) || !thread->sc ||
            !sc_is_active(thread->sc)) {
            invariants_broken(v, 15, "a sleeper that must not sleep", thread);
            return 0;
        }
        ticks_t time = refill_head(thread->sc)->time;
        HOLDS(time > here()->now, 15, "a sleeper that should have been woken", thread);
        HOLDS(!thread->queue_previous || refill_head(thread->queue_previous->sc)->time <= time, 15,
              "sleepers are out of order", thread);
    }
    return check_queue(v, &here()->sleepers, 15);
}

static void check_current(struct invariants *v)
{
    struct tcb *current = here()->current;
    HOLDS(current && check_is_listed(current), 22, "the current thread does not exist", current);
    if (!current || !current->sc) {
        HOLDS(current && current->sc, 22, "the current thread has no scheduling context", current);
        return;
    }
    HOLDS(current == &ks.idle ||
              (current->state == THREAD_RUNNING && sched_is_schedulable(current)),
          22, "the current thread cannot run", current);
    HOLDS(!current->is_queued && !current->is_sleeping, 22, "the current thread is in a queue",
          current);
    HOLDS(here()->action == ACTION_KEEP && !here()->nominee, 22, "a scheduling decision is pending",
          current);
    int priority = current == &ks.idle ? -1 : (int)current->priority;
    if (NUM_DOMAINS == 1 && v->holds) { // with sound bitmaps
        HOLDS(priority >= sched_highest_ready(), 22,
              "a ready thread has a higher priority than the current one", current);
    }
    HOLDS(here()->charged_sc == current->sc && !here()->rearm, 23,
          "time is charged to somebody else", here()->charged_sc);
    HOLDS(current == &ks.idle ||
              (sc_is_active(current->sc) && sc_is_sufficient(current->sc, here()->pending)),
          23, "more time is pending than the current thread has", current);
    HOLDS(here()->work_units < WORK_UNITS, 23, "too many work units", NULL);
}

void check_scheduler(struct invariants *v)
{
    word_t queued = 0, sleeping = 0, found = 0;
    for (const struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        queued += thread->is_queued;
        sleeping += thread->is_sleeping;
    }
    for (word_t domain = 0; domain < NUM_DOMAINS; domain++) {
        found += check_ready_lists(v, domain);
    }
    HOLDS(found == queued, 13, "a thread believes to be in a ready list but is in none", NULL);
    HOLDS(check_sleepers(v) == sleeping, 15, "a thread believes to sleep but is not in the list",
          NULL);
    check_current(v);
    HOLDS(here()->current_domain < NUM_DOMAINS && here()->domain_index < NUM_DOMAIN_SCHEDULES &&
              ks.domain_start < NUM_DOMAIN_SCHEDULES &&
              ks.domain_schedule[ks.domain_start].duration != 0,
          23, "the domain schedule is broken", NULL);
    sc_examine(v, idle_sc(), SC_MIN_BITS);
}
