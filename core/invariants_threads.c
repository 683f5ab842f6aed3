// SPDX-License-Identifier: BSD-2-Clause
//
// The invariant checker, second part: threads, queues, scheduling contexts, notifications, reply objects and time.
#include "core/invariants_walk.h"

#include "core/endpoint.h"
#include "core/fault.h"
#include "core/reply.h"
#include "core/sched.h"

// ------------------------------------------------------------------------------------------ queues

static bool is_listed(const struct tcb *thread)
{
    return (thread->all_previous ? thread->all_previous->all_next == thread : ks.all_threads == thread) &&
           (!thread->all_next || thread->all_next->all_previous == thread);
}

static bool waits_in_queue(const struct tcb *thread)
{
    return thread->state == THREAD_BLOCKED_ON_SEND || thread->state == THREAD_BLOCKED_ON_RECEIVE ||
           thread->state == THREAD_BLOCKED_ON_NOTIFICATION;
}

// Walks a queue from its head; stops at the first broken link, so it always ends. Returns how many members it has.
static word_t check_queue(struct invariants *v, const struct tcb_queue *queue, int number)
{
    word_t count = 0;
    const struct tcb *previous = NULL;
    for (const struct tcb *thread = queue->head; thread; thread = thread->queue_next) {
        if (thread->queue_previous != previous || !is_listed(thread) || count == v->thread_count) {
            invariants_broken(v, number, "a queue's links are broken, or lead to a thread that does not exist", thread);
            return count;
        }
        previous = thread;
        count++;
    }
    HOLDS(queue->tail == previous, number, "a queue's tail is not its last thread", queue->tail);
    return count;
}

static void check_waiters(struct invariants *v, const struct tcb_queue *queue, int number)
{
    v->waiting_in_queues += check_queue(v, queue, number);
    for (const struct tcb *thread = queue->head; thread && thread->queue_next; thread = thread->queue_next) {
        HOLDS(thread->priority >= thread->queue_next->priority, number, "waiters are not in order of priority", thread);
    }
}

// ------------------------------------------------------------------------------------------ threads

static void check_blocking(struct invariants *v, const struct tcb *thread)
{
    enum thread_state state = thread->state;
    bool on_endpoint = state == THREAD_BLOCKED_ON_SEND || state == THREAD_BLOCKED_ON_RECEIVE;
    HOLDS(on_endpoint == (thread->endpoint != NULL), 12, "blocked on an endpoint, or not: state and link disagree", thread);
    HOLDS((state == THREAD_BLOCKED_ON_NOTIFICATION) == (thread->notification != NULL), 12,
          "blocked on a notification, or not: state and link disagree", thread);
    HOLDS(thread->reply ? state == THREAD_BLOCKED_ON_REPLY || state == THREAD_BLOCKED_ON_RECEIVE : state != THREAD_BLOCKED_ON_REPLY,
          12, "blocked on a reply, or not: state and link disagree", thread);
    HOLDS(thread->fault.type == seL4_Fault_NullFault || !tcb_is_runnable(thread), 12, "a running thread has a pending fault", thread);
    word_t queues = (word_t)thread->is_queued + thread->is_sleeping + waits_in_queue(thread);
    HOLDS(queues <= 1, 12, "a thread in two queues", thread);
    HOLDS(queues == 1 || (!thread->queue_next && !thread->queue_previous), 12, "a thread in no queue has links", thread);
    v->waiting += waits_in_queue(thread);
}

static void check_links(struct invariants *v, const struct tcb *thread)
{
    const struct sched_context *sc = thread->sc, *target = thread->yielding_to;
    const struct notification *bound = thread->bound_notification;
    HOLDS(!sc || sc->thread == thread, 18, "the thread's scheduling context belongs to another thread", thread);
    HOLDS(!bound || bound->bound_tcb == thread, 17, "the bound notification is bound to another thread", thread);
    HOLDS(!thread->reply || thread->reply->thread == thread, 20, "the thread's reply object has another thread", thread);
    HOLDS(!target || (target->yielder == thread && thread->state == THREAD_RUNNING && thread != ks.current), 21,
          "a YieldTo that is not going on", thread);
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
    return cap_is_null(cap) || cap_kind(cap) == kind_cnode || cap_kind(cap) == kind_zombie; // a Zombie: being revoked
}

static bool may_be_buffer(struct cap cap)
{
    return cap_is_null(cap) || (cap_kind(cap) == kind_frame && frame_cap_asid(cap) == 0 && !frame_cap_is_device(cap));
}

static void check_thread(struct invariants *v, const struct tcb *thread)
{
    struct cap vspace = thread->slots[TCB_VSPACE].cap;
    HOLDS(thread->state <= THREAD_IDLE && (thread->state == THREAD_IDLE) == (thread == &ks.idle), 12, "an impossible state", thread);
    HOLDS(thread->priority < NUM_PRIORITIES && thread->mcp < NUM_PRIORITIES && thread->domain < NUM_DOMAINS, 12,
          "priority or domain out of range", thread);
    HOLDS((thread->flags & ~(word_t)TCB_FLAG_MASK) == 0, 12, "an unknown flag", thread);
    HOLDS(may_be_cspace(thread->slots[TCB_CSPACE].cap) && (cap_is_null(vspace) || cap_kind(vspace) == kind_vspace) &&
              may_be_buffer(thread->slots[TCB_BUFFER].cap) && fault_is_handler(thread->slots[TCB_FAULT_HANDLER].cap) &&
              fault_is_handler(thread->slots[TCB_TIMEOUT_HANDLER].cap),
          9, "a TCB slot holds a capability that it may not", thread);
    check_blocking(v, thread);
    check_links(v, thread);
}

void invariants_check_threads(struct invariants *v)
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
                invariants_check_endpoint(v, thread->endpoint);
            } else if (thread->notification) {
                invariants_check_notification(v, thread->notification);
            }
        }
    }
    HOLDS(v->waiting == v->waiting_in_queues, 16, "a waiting thread is in nobody's queue", NULL);
}

// ---------------------------------------------------------------------------------------- scheduler

static bool has_budget_now(struct tcb *thread)
{
    return sc_is_released(thread->sc, ks.now) && sc_is_sufficient(thread->sc, 0);
}

static word_t check_ready_lists(struct invariants *v, word_t domain)
{
    const struct ready_queues *queues = &ks.ready[domain];
    word_t count = 0;
    for (word_t p = 0; p < NUM_PRIORITIES; p++) {
        const struct tcb_queue *level = &queues->level[p];
        bool is_marked = queues->bitmap[p / WORD_BITS] >> (p % WORD_BITS) & 1;
        HOLDS(is_marked == (level->head != NULL), 14, "the bitmap of a ready list is wrong", level);
        count += check_queue(v, level, 13);
        for (struct tcb *thread = level->head; thread; thread = thread->queue_next) {
            HOLDS(thread->is_queued && thread->priority == p && thread->domain == domain, 13, "a thread in the wrong ready list", thread);
            HOLDS(thread != ks.current && sched_is_schedulable(thread) && has_budget_now(thread), 13,
                  "a thread in a ready list that is not ready", thread);
        }
    }
    for (word_t w = 0; w < BITMAP_WORDS; w++) {
        HOLDS((queues->summary >> w & 1) == (queues->bitmap[w] != 0), 14, "the summary bitmap is wrong", queues);
    }
    return count;
}

static word_t check_sleepers(struct invariants *v)
{
    for (struct tcb *thread = ks.sleepers.head; thread; thread = thread->queue_next) {
        if (!thread->is_sleeping || !tcb_is_runnable(thread) || !thread->sc || !sc_is_active(thread->sc)) {
            invariants_broken(v, 15, "a sleeper that must not sleep", thread);
            return 0;
        }
        ticks_t time = refill_head(thread->sc)->time;
        HOLDS(time > ks.now, 15, "a sleeper that should have been woken", thread);
        HOLDS(!thread->queue_previous || refill_head(thread->queue_previous->sc)->time <= time, 15, "sleepers are out of order", thread);
    }
    return check_queue(v, &ks.sleepers, 15);
}

static void check_current(struct invariants *v)
{
    struct tcb *current = ks.current;
    HOLDS(current && is_listed(current), 22, "the current thread does not exist", current);
    if (!current || !current->sc) {
        HOLDS(current && current->sc, 22, "the current thread has no scheduling context", current);
        return;
    }
    HOLDS(current == &ks.idle || (current->state == THREAD_RUNNING && sched_is_schedulable(current)), 22,
          "the current thread cannot run", current);
    HOLDS(!current->is_queued && !current->is_sleeping, 22, "the current thread is in a queue", current);
    HOLDS(ks.action == ACTION_KEEP && !ks.nominee, 22, "a scheduling decision is pending", current);
    int priority = current == &ks.idle ? -1 : (int)current->priority;
    if (NUM_DOMAINS == 1 && v->holds) { // with sound bitmaps
        HOLDS(priority >= sched_highest_ready(), 22, "a ready thread has a higher priority than the current one", current);
    }
    HOLDS(ks.charged_sc == current->sc && !ks.rearm, 23, "time is charged to somebody else", ks.charged_sc);
    HOLDS(current == &ks.idle || (sc_is_active(current->sc) && sc_is_sufficient(current->sc, ks.pending)), 23,
          "more time is pending than the current thread has", current);
    HOLDS(ks.work_units < WORK_UNITS, 23, "too many work units", NULL);
}

void invariants_check_scheduler(struct invariants *v)
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
    HOLDS(check_sleepers(v) == sleeping, 15, "a thread believes to sleep but is not in the list", NULL);
    check_current(v);
    HOLDS(ks.current_domain < NUM_DOMAINS && ks.domain_index < NUM_DOMAIN_SCHEDULES && ks.domain_start < NUM_DOMAIN_SCHEDULES &&
              ks.domain_schedule[ks.domain_start].duration != 0,
          23, "the domain schedule is broken", NULL);
    invariants_check_sc(v, idle_sc(), SC_MIN_BITS);
}

// ------------------------------------------------------------------------------------------ objects

void invariants_check_endpoint(struct invariants *v, const struct endpoint *endpoint)
{
    enum endpoint_state state = endpoint_state(endpoint);
    struct tcb_queue queue = {endpoint->head, (struct tcb *)(endpoint->tail_and_state & ~(word_t)3)};
    if (!queue.head) {
        HOLDS(endpoint->tail_and_state == ENDPOINT_IDLE, 16, "an endpoint without waiters is not idle", endpoint);
        return;
    }
    HOLDS(state == ENDPOINT_SEND || state == ENDPOINT_RECEIVE, 16, "an endpoint with waiters is idle", endpoint);
    check_waiters(v, &queue, 16);
    enum thread_state expected = state == ENDPOINT_SEND ? THREAD_BLOCKED_ON_SEND : THREAD_BLOCKED_ON_RECEIVE;
    for (const struct tcb *thread = queue.head; thread; thread = thread->queue_next) {
        if (thread->endpoint != endpoint || thread->state != expected) {
            invariants_broken(v, 16, "a thread in the wrong queue", thread);
            return;
        }
    }
}

void invariants_check_notification(struct invariants *v, const struct notification *n)
{
    HOLDS(n->state <= NOTIFICATION_ACTIVE && (n->state == NOTIFICATION_WAITING) == (n->queue.head != NULL), 17,
          "a notification's state does not fit its queue", n);
    HOLDS(n->state == NOTIFICATION_ACTIVE || n->word == 0, 17, "an inactive notification holds a word", n);
    HOLDS(!n->bound_tcb || n->bound_tcb->bound_notification == n, 17, "the bound thread is bound elsewhere", n);
    HOLDS(!n->bound_tcb || !n->queue.head || (n->queue.head == n->bound_tcb && n->queue.tail == n->bound_tcb), 17,
          "somebody waits on a notification that is bound to another thread", n);
    HOLDS(!n->sc || n->sc->notification == n, 18, "the notification's scheduling context is bound elsewhere", n);
    invariants_refer(v, n->sc);
    invariants_refer(v, n->bound_tcb);
    check_waiters(v, &n->queue, 17);
    for (const struct tcb *thread = n->queue.head; thread; thread = thread->queue_next) {
        if (thread->notification != n) {
            invariants_broken(v, 17, "a thread in the wrong queue", thread);
            return;
        }
    }
}

void invariants_check_reply(struct invariants *v, const struct reply *reply)
{
    const struct sched_context *sc = reply_stack_owner(reply);
    const struct reply *newer = reply_newer(reply);
    bool is_lent = sc || newer || reply->older;
    HOLDS(!reply->thread || (is_listed(reply->thread) && reply->thread->reply == reply), 20, "a reply object's thread has another one", reply);
    HOLDS(!is_lent || (reply->thread && reply->thread->state == THREAD_BLOCKED_ON_REPLY), 20,
          "an element of a call stack holds no caller", reply);
    HOLDS(!sc || sc->top_reply == reply, 20, "the top of a call stack is not the context's", reply);
    HOLDS(!newer || newer->older == reply, 20, "a call stack's links are not mutual", reply);
    HOLDS(!reply->older || reply_newer(reply->older) == reply, 20, "a call stack's links are not mutual", reply);
    invariants_refer(v, reply->thread);
    invariants_refer(v, sc);
    invariants_refer(v, newer);
    invariants_refer(v, reply->older);
}

static void check_refills(struct invariants *v, struct sched_context *sc)
{
    ticks_t sum = 0;
    for (word_t i = 0; i < sc->count; i++) {
        const struct refill *refill = refill_at(sc, i);
        sum += refill->amount;
        if (i + 1 < sc->count) {
            HOLDS(refill->time + refill->amount <= refill_at(sc, i + 1)->time || sc_is_round_robin(sc), 19, "refills overlap", sc);
        }
    }
    HOLDS(refill_head(sc)->amount >= REFILL_MIN, 19, "the head refill is too small", sc);
    if (sc_is_round_robin(sc)) {
        HOLDS(sc->count == 2 && refill_head(sc)->time == refill_at(sc, 1)->time, 19, "not the two refills of round robin", sc);
        HOLDS(sum <= REFILL_MAX, 19, "more budget than there can be", sc);
        return;
    }
    HOLDS(sum < sc->period, 19, "more budget than the period allows", sc);
    HOLDS(refill_at(sc, sc->count - 1)->time <= refill_head(sc)->time + sc->period, 19, "a refill is due later than a period after the head",
          sc);
}

void invariants_check_sc(struct invariants *v, struct sched_context *sc, word_t size_bits)
{
    HOLDS(!sc->thread || sc->thread->sc == sc, 18, "the context's thread has another one", sc);
    HOLDS(!sc->notification || sc->notification->sc == sc, 18, "the context's notification has another one", sc);
    HOLDS(!sc->yielder || sc->yielder->yielding_to == sc, 21, "the context's yielder yields to another one", sc);
    HOLDS(!sc->top_reply || reply_stack_owner(sc->top_reply) == sc, 20, "the top of the call stack is not the context's", sc);
    invariants_refer(v, sc->thread == &ks.idle ? NULL : sc->thread);
    invariants_refer(v, sc->notification);
    invariants_refer(v, sc->yielder);
    invariants_refer(v, sc->top_reply);
    if (!sc_is_active(sc)) {
        return;
    }
    word_t room = (BIT(size_bits) - SC_CORE_BYTES) / sizeof(struct refill);
    if (sc->capacity < SC_MIN_REFILLS || sc->capacity > room || sc->count < 1 || sc->count > sc->capacity || sc->head >= sc->capacity) {
        invariants_broken(v, 19, "a refill queue that does not fit its context", sc);
        return;
    }
    check_refills(v, sc);
}
