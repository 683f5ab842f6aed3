// SPDX-License-Identifier: BSD-2-Clause
//
// See waits.h. A CSpace is walked once, however many threads share it, and what is found in it is kept as a sorted list of
// (object, rights, slot). Only what threads wait on counts: endpoints, notifications, reply objects.
#include "waits.h"

#include <stdlib.h>

enum { NAME_ROOM = 192, MAX_HELPERS_NAMED = 4, MAX_DEPTH = 16, MAX_CIRCLES = 8, MAX_RADIX = 32 };
enum right { MAY_SEND = 1, MAY_RECEIVE = 2, IS_DIRECT = 4 /* the slot is in the thread's own CNode, so its number is the capability's */ };

struct holding {
    paddr_t object;
    unsigned rights;
    word_t slot;
};

struct cspace {
    const struct slot *root; // the CNode
    struct holding *holdings;
    size_t count;
};

// What a thread waits for, and the right to an object that those who can wake it must have.
struct wait {
    const struct tcb *thread;
    const struct cspace *cspace; // NULL = it has none
    paddr_t object;              // 0 = it does not wait on any
    unsigned right;
    bool is_stuck;               // nobody who could wake it will ever run
    struct wait *next;           // the search for circles: who could wake it, but is stuck, too
    size_t mark;                 // … and which search has met it
};

struct waits {
    struct cspace *cspaces;
    size_t cspace_count;
    struct wait *list; // as snapshot->threads
    size_t count;
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);
    if (memory == NULL) {
        fail("the host has no memory left.");
    }
    return memory;
}

// ---------------------------------------------------------------------------------------- CSpaces

static void add_holding(struct cspace *cspace, struct holding holding)
{
    if ((cspace->count & (cspace->count - 1)) == 0) { // grows at powers of two
        cspace->holdings = realloc(cspace->holdings, (2 * cspace->count + 1) * sizeof(holding));
        if (cspace->holdings == NULL) {
            fail("the host has no memory left.");
        }
    }
    cspace->holdings[cspace->count++] = holding;
}

static struct holding holding_of(struct cap cap)
{
    struct holding holding = {.object = 0};
    if (cap_kind(cap) == kind_endpoint) {
        holding.object = endpoint_cap_object(cap);
        holding.rights = (endpoint_cap_can_send(cap) ? MAY_SEND : 0) | (endpoint_cap_can_receive(cap) ? MAY_RECEIVE : 0);
    } else if (cap_kind(cap) == kind_notification) {
        holding.object = notification_cap_object(cap);
        holding.rights = (notification_cap_can_send(cap) ? MAY_SEND : 0) | (notification_cap_can_receive(cap) ? MAY_RECEIVE : 0);
    } else if (cap_kind(cap) == kind_reply) {
        holding.object = reply_cap_object(cap);
        holding.rights = MAY_SEND;
    }
    return holding;
}

struct cnodes {
    const struct slot *list[1024];
    size_t count;
};

static bool is_new(struct cnodes *seen, const struct slot *cnode)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (seen->list[i] == cnode) {
            return false;
        }
    }
    if (seen->count == sizeof(seen->list) / sizeof(seen->list[0])) {
        return false;
    }
    seen->list[seen->count++] = cnode;
    return true;
}

static void walk_cnode(struct cspace *cspace, struct cnodes *seen, struct cap cnode, unsigned depth)
{
    if (cnode_cap_radix(cnode) > MAX_RADIX || depth > MAX_DEPTH || !is_new(seen, cap_cnode(cnode))) {
        return;
    }
    const struct slot *slots = checked_object(cap_cnode(cnode), sizeof(*slots) << cnode_cap_radix(cnode));
    for (word_t i = 0; i < BIT(cnode_cap_radix(cnode)); i++) {
        struct holding holding = holding_of(slots[i].cap);
        holding.slot = i;
        holding.rights |= depth == 0 ? IS_DIRECT : 0;
        if (holding.object != 0) {
            add_holding(cspace, holding);
        } else if (cap_kind(slots[i].cap) == kind_cnode) {
            walk_cnode(cspace, seen, slots[i].cap, depth + 1);
        }
    }
}

static int compare(const void *a, const void *b)
{
    const struct holding *one = a, *other = b;
    return one->object < other->object ? -1 : one->object > other->object ? 1 : one->slot < other->slot ? -1 : 1;
}

static const struct cspace *cspace_of(struct waits *waits, const struct tcb *thread)
{
    const struct cap root = thread->slots[TCB_CSPACE].cap;
    if (cap_kind(root) != kind_cnode) {
        return NULL;
    }
    for (size_t i = 0; i < waits->cspace_count; i++) {
        if (waits->cspaces[i].root == cap_cnode(root)) {
            return &waits->cspaces[i];
        }
    }
    struct cnodes seen = {.count = 0};
    struct cspace *cspace = &waits->cspaces[waits->cspace_count++];
    *cspace = (struct cspace){.root = cap_cnode(root)};
    walk_cnode(cspace, &seen, root, 0);
    if (cspace->count > 0) {
        qsort(cspace->holdings, cspace->count, sizeof(*cspace->holdings), compare);
    }
    return cspace;
}

// The first capability of the CSpace to the object with the right, or NULL.
static const struct holding *find(const struct cspace *cspace, paddr_t object, unsigned right)
{
    size_t low = 0, high = cspace != NULL ? cspace->count : 0;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (cspace->holdings[middle].object < object) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; cspace != NULL && low < cspace->count && cspace->holdings[low].object == object; low++) {
        if (cspace->holdings[low].rights & right) {
            return &cspace->holdings[low];
        }
    }
    return NULL;
}

// ---------------------------------------------------------------------------------------- waiting

static bool is_without_time(const struct tcb *thread)
{
    return tcb_is_runnable(thread) && (thread->sc == NULL || thread->sc->capacity == 0);
}

static struct wait wait_of(struct waits *waits, const struct tcb *thread)
{
    struct wait wait = {.thread = thread, .cspace = cspace_of(waits, thread)};
    switch (thread->state) {
    case THREAD_BLOCKED_ON_RECEIVE:
        wait.object = thread->endpoint != NULL ? plat_paddr(thread->endpoint) : 0;
        wait.right = MAY_SEND;
        break;
    case THREAD_BLOCKED_ON_SEND:
        wait.object = thread->endpoint != NULL ? plat_paddr(thread->endpoint) : 0;
        wait.right = MAY_RECEIVE;
        break;
    case THREAD_BLOCKED_ON_REPLY:
        wait.object = thread->reply != NULL ? plat_paddr(thread->reply) : 0;
        wait.right = MAY_SEND;
        break;
    case THREAD_BLOCKED_ON_NOTIFICATION:
        wait.object = thread->notification != NULL ? plat_paddr(thread->notification) : 0;
        wait.right = MAY_SEND;
        break;
    default:
        break;
    }
    wait.is_stuck = thread->state == THREAD_INACTIVE || tcb_is_blocked(thread) || is_without_time(thread);
    return wait;
}

// A bound notification wakes a receiver, too.
static bool can_wake(const struct wait *helper, const struct wait *wait)
{
    const struct notification *bound = wait->thread->bound_notification;
    const bool is_receiving = wait->thread->state == THREAD_BLOCKED_ON_RECEIVE;
    return helper != wait && helper->thread != &kernel->idle && wait->object != 0 &&
           (find(helper->cspace, wait->object, wait->right) != NULL ||
            (is_receiving && bound != NULL && find(helper->cspace, plat_paddr(bound), MAY_SEND) != NULL));
}

// An interrupt line that signals what the thread waits for; otherwise -1.
static int line_that_wakes(const struct tcb *thread)
{
    for (int irq = 0; irq < NUM_IRQS; irq++) {
        const struct cap cap = kernel->irqs[irq].slot.cap;
        if (cap_kind(cap) == kind_notification &&
            (cap_notification(cap) == thread->notification ||
             (thread->state == THREAD_BLOCKED_ON_RECEIVE && cap_notification(cap) == thread->bound_notification))) {
            return irq;
        }
    }
    return -1;
}

static bool has_hope(const struct waits *waits, const struct wait *wait)
{
    if (tcb_is_blocked(wait->thread) && line_that_wakes(wait->thread) >= 0) {
        return true;
    }
    for (size_t i = 0; i < waits->count; i++) {
        if (!waits->list[i].is_stuck && can_wake(&waits->list[i], wait)) {
            return true;
        }
    }
    return false;
}

// Those whom somebody that is not stuck could wake are not stuck either, and so on.
static void free_the_hopeful(struct waits *waits)
{
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (size_t i = 0; i < waits->count; i++) {
            if (waits->list[i].is_stuck && waits->list[i].object != 0 && has_hope(waits, &waits->list[i])) {
                waits->list[i].is_stuck = false;
                has_changed = true;
            }
        }
    }
}

struct waits *waits_take(const struct snapshot *snapshot)
{
    struct waits *waits = allocate(1, sizeof(*waits));
    waits->cspaces = allocate(snapshot->thread_count, sizeof(*waits->cspaces));
    waits->list = allocate(snapshot->thread_count, sizeof(*waits->list));
    for (size_t i = 0; i < snapshot->thread_count; i++) {
        waits->list[waits->count++] = wait_of(waits, snapshot->threads[i]);
    }
    free_the_hopeful(waits);
    return waits;
}

// --------------------------------------------------------------------------------------- printing

static void print_name(FILE *out, const struct tcb *thread)
{
    char name[NAME_ROOM];
    fprintf(out, "'%s'", safe_name(thread, name, sizeof(name)));
}

static const struct wait *wait_for(const struct waits *waits, const struct tcb *thread)
{
    for (size_t i = 0; i < waits->count; i++) {
        if (waits->list[i].thread == thread) {
            return &waits->list[i];
        }
    }
    return NULL;
}

// " (capability 0x13)", as the thread itself calls the object.
static void print_own_name(FILE *out, const struct wait *wait)
{
    const struct holding *holding = find(wait->cspace, wait->object, MAY_SEND | MAY_RECEIVE);
    if (holding != NULL && holding->rights & IS_DIRECT) {
        fprintf(out, " (its capability 0x%lx)", holding->slot);
    }
}

static void print_object(FILE *out, const struct wait *wait)
{
    const struct tcb *thread = wait->thread;
    switch (thread->state) {
    case THREAD_BLOCKED_ON_RECEIVE:
        fprintf(out, "waits for a message on endpoint 0x%lx", wait->object);
        break;
    case THREAD_BLOCKED_ON_SEND:
        fprintf(out, "waits to %s endpoint 0x%lx", thread->fault.type != 0 ? "have its fault handled at" : thread->is_call ? "call" : "send to",
                wait->object);
        break;
    case THREAD_BLOCKED_ON_REPLY:
        fprintf(out, "waits for %s", thread->fault.type != 0 ? "its fault handler's reply" : "the reply to its call");
        if (wait->object != 0) {
            fprintf(out, ", through reply object 0x%lx", wait->object);
        }
        return;
    default:
        fprintf(out, "waits for a signal of notification 0x%lx", wait->object);
        break;
    }
    print_own_name(out, wait);
}

static const char *verb(const struct tcb *thread)
{
    switch (thread->state) {
    case THREAD_BLOCKED_ON_RECEIVE:
        return "send there";
    case THREAD_BLOCKED_ON_SEND:
        return "receive there";
    case THREAD_BLOCKED_ON_REPLY:
        return "reply";
    default:
        return "signal it";
    }
}

static void print_helpers(FILE *out, const struct waits *waits, const struct wait *wait)
{
    const int irq = line_that_wakes(wait->thread);
    unsigned count = 0, more = 0;
    for (size_t i = 0; i < waits->count; i++) {
        if (!can_wake(&waits->list[i], wait)) {
            continue;
        }
        if (count == MAX_HELPERS_NAMED) {
            more++;
            continue;
        }
        fprintf(out, count++ == 0 ? "; " : ", ");
        print_name(out, waits->list[i].thread);
    }
    if (more > 0) {
        fprintf(out, " and %u more", more);
    }
    if (count > 0) {
        fprintf(out, " can %s", verb(wait->thread));
    }
    if (irq >= 0) {
        fprintf(out, "; interrupt %d %s it", irq, count > 0 ? "also signals" : "signals");
    } else if (count == 0) {
        fprintf(out, "; no other thread has a capability to %s", verb(wait->thread));
    }
}

void waits_print(FILE *out, const struct waits *waits, const struct tcb *thread)
{
    const struct wait *wait = wait_for(waits, thread);
    if (wait != NULL && wait->object != 0) {
        print_object(out, wait);
        print_helpers(out, waits, wait);
    } else if (thread == kernel->cpu.current) {
        fprintf(out, "runs");
    } else if (tcb_is_runnable(thread) && thread->sc == NULL) {
        fprintf(out, "is ready, but it has no scheduling context: it can never run");
    } else if (is_without_time(thread)) {
        fprintf(out, "is ready, but its scheduling context has no budget: it can never run");
    } else if (thread->is_sleeping) {
        fprintf(out, "is ready, but its budget is used up");
    } else if (tcb_is_runnable(thread)) {
        fprintf(out, thread->yielding_to != NULL ? "waits in YieldTo" : "is ready");
    } else if (thread->state == THREAD_BLOCKED_ON_REPLY) {
        fprintf(out, "waits for the reply to its call, but the reply object has gone");
    } else {
        fprintf(out, "%s", name_of_state(thread->state));
    }
}

// --------------------------------------------------------------------------------------- circles

// Of those who could wake a thread, the first that is stuck itself and waits on something.
static struct wait *stuck_helper(const struct waits *waits, const struct wait *wait)
{
    for (size_t i = 0; i < waits->count; i++) {
        struct wait *helper = &waits->list[i];
        if (helper->is_stuck && helper->object != 0 && can_wake(helper, wait)) {
            return helper;
        }
    }
    return NULL;
}

// Follows the waits from `first`, marking them with `mark`. Returns one that is in a circle not met before, or NULL.
static struct wait *find_circle(struct wait *first, size_t mark)
{
    struct wait *wait = first;
    while (wait != NULL && wait->mark == 0) {
        wait->mark = mark;
        wait = wait->next;
    }
    return wait != NULL && wait->mark == mark ? wait : NULL;
}

static const char *deed(const struct tcb *thread)
{
    switch (thread->state) {
    case THREAD_BLOCKED_ON_RECEIVE:
        return "sends there";
    case THREAD_BLOCKED_ON_SEND:
        return "receives there";
    case THREAD_BLOCKED_ON_REPLY:
        return "replies";
    default:
        return "signals it";
    }
}

static void print_circle(FILE *out, const struct wait *first)
{
    const struct wait *wait = first;
    fprintf(out, "  deadlock: ");
    do {
        print_name(out, wait->thread);
        fprintf(out, " ");
        print_object(out, wait);
        fprintf(out, " until ");
        print_name(out, wait->next->thread);
        fprintf(out, " %s%s", deed(wait->thread), wait->next == first ? "\n" : "; ");
        wait = wait->next;
    } while (wait != first);
}

bool waits_print_circles(FILE *out, struct waits *waits)
{
    unsigned count = 0;
    for (size_t i = 0; i < waits->count; i++) {
        struct wait *wait = &waits->list[i];
        wait->mark = 0;
        wait->next = wait->is_stuck && wait->object != 0 ? stuck_helper(waits, wait) : NULL;
    }
    for (size_t i = 0; i < waits->count && count < MAX_CIRCLES; i++) {
        const struct wait *circle = find_circle(&waits->list[i], i + 1);
        if (circle != NULL) {
            print_circle(out, circle);
            count++;
        }
    }
    return count > 0;
}
