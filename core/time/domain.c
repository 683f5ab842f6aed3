// SPDX-License-Identifier: BSD-2-Clause
//
// The Domain capability: which domain a thread belongs to, and the schedule of domains (threads
// §3.5). With one domain the methods exist and check their arguments, but time never runs out.
#include "core/caps/method.h"
#include "core/check/check.h"
#include "core/time/sched.h"

enum { DURATION_BITS = 56 };

struct domain_plan {
    struct tcb *thread;
    word_t domain, index;
    ticks_t duration;
};

static struct refusal decode_DomainSetSet(const struct args *a, struct domain_plan *plan)
{
    *plan = (struct domain_plan){.domain = arg(a, 0)};
    REQUIRE(plan->domain < NUM_DOMAINS, seL4_InvalidArgument, 0);
    REQUIRE(a->extra_count >= 1, seL4_TruncatedMessage);
    REQUIRE(cap_kind(extra_cap(a, 0)) == kind_tcb, seL4_InvalidArgument, 1);
    plan->thread = cap_tcb(extra_cap(a, 0));
    return ACCEPTED;
}

static enum progress perform_DomainSetSet(const struct domain_plan *plan, struct answer *answer)
{
    (void)answer;
    struct tcb *thread = plan->thread;
    sched_dequeue(thread);
    if (plan->domain != here()->current_domain) {
        plat_fpu_save(thread);
    }
    thread->domain = plan->domain;
    if (sched_is_schedulable(thread)) {
        sched_push_front(thread);
    }
    if (thread == here()->current) {
        sched_demand();
    }
    return DONE;
}
DEFINE_METHOD(DomainSetSet, struct domain_plan)

static struct refusal decode_DomainScheduleConfigure(const struct args *a, struct domain_plan *plan)
{
    *plan = (struct domain_plan){.index = arg(a, 0), .domain = arg(a, 1), .duration = arg(a, 2)};
    REQUIRE(plan->index < NUM_DOMAIN_SCHEDULES - 1, seL4_RangeError, 0, NUM_DOMAIN_SCHEDULES - 2);
    REQUIRE(plan->domain < NUM_DOMAINS, seL4_RangeError, 0, NUM_DOMAINS - 1);
    REQUIRE(plan->duration < BIT(DURATION_BITS), seL4_InvalidArgument, 2);
    REQUIRE(plan->duration != 0 || plan->domain == 0, seL4_InvalidArgument, 1);
    REQUIRE(plan->duration != 0 || plan->index != ks.domain_start, seL4_InvalidArgument, 2);
    return ACCEPTED;
}

static enum progress perform_DomainScheduleConfigure(const struct domain_plan *plan,
                                                     struct answer *answer)
{
    (void)answer;
    ks.domain_schedule[plan->index] = (struct domain_slice){plan->domain, plan->duration};
    return DONE;
}
DEFINE_METHOD(DomainScheduleConfigure, struct domain_plan)

static struct refusal decode_DomainScheduleSetStart(const struct args *a, struct domain_plan *plan)
{
    *plan = (struct domain_plan){.index = arg(a, 0)};
    REQUIRE(plan->index < NUM_DOMAIN_SCHEDULES, seL4_RangeError, 0, NUM_DOMAIN_SCHEDULES - 1);
    REQUIRE(ks.domain_schedule[plan->index].duration != 0, seL4_InvalidArgument, 0);
    return ACCEPTED;
}

static enum progress perform_DomainScheduleSetStart(const struct domain_plan *plan,
                                                    struct answer *answer)
{
    (void)answer;
    ks.domain_start = plan->index;
    sched_restart_domains();
    return DONE;
}
DEFINE_METHOD(DomainScheduleSetStart, struct domain_plan)

const struct kind domain_kind = {
    .identity = IDENTITY(0, 0),
    .has_methods = true,
    .is_refused_in_combined_call = true,
};

const struct kind_check domain_check = {0};
