// SPDX-License-Identifier: BSD-2-Clause
//
// SchedControl: the authority over time. Its one method gives a scheduling context its budget and
// period (threads §3.4).
#include "core/caps/method.h"
#include "core/check/check.h"
#include "core/time/sched_context.h"
#include "core/time/time.h"

struct configure_plan {
    struct sched_context *sc;
    ticks_t budget, period;
    word_t capacity; // refills
    word_t badge;
    bool is_sporadic;
};

enum { SC_FLAG_SPORADIC = 1 };

static word_t max_extra_refills(word_t size_bits)
{
    return (BIT(size_bits) - BIT(SC_MIN_BITS)) / sizeof(struct refill);
}

static struct refusal decode_SchedControlConfigureFlags(const struct args *a,
                                                        struct configure_plan *plan)
{
    word_t budget_us = arg(a, 0), period_us = arg(a, 1), extra_refills = arg(a, 2);
    REQUIRE(budget_us <= REFILL_MAX_US, seL4_RangeError, REFILL_MIN_US, REFILL_MAX_US);
    REQUIRE(period_us <= REFILL_MAX_US, seL4_RangeError, REFILL_MIN_US, REFILL_MAX_US);
    ticks_t budget = us_to_ticks(budget_us), period = us_to_ticks(period_us);
    REQUIRE(budget >= REFILL_MIN, seL4_RangeError, REFILL_MIN_US, REFILL_MAX_US);
    REQUIRE(period >= REFILL_MIN, seL4_RangeError, REFILL_MIN_US, REFILL_MAX_US);
    REQUIRE(budget <= period, seL4_RangeError, REFILL_MIN_US, period_us);
    struct cap target = extra_cap(a, 0);
    REQUIRE(cap_kind(target) == kind_sched_context, seL4_InvalidCapability, 1);
    word_t max_extra = max_extra_refills(sched_context_cap_size_bits(target));
    REQUIRE(extra_refills <= max_extra, seL4_RangeError, 0, max_extra);

    bool is_round_robin = budget == period;
    *plan = (struct configure_plan){
        .sc = cap_sched_context(target),
        .budget = budget,
        .period = is_round_robin ? 0 : period,
        .capacity = is_round_robin ? SC_MIN_REFILLS : SC_MIN_REFILLS + extra_refills,
        .badge = arg(a, 3),
        .is_sporadic = arg(a, 4) & SC_FLAG_SPORADIC,
    };
    return ACCEPTED;
}

static void set_parameters(const struct configure_plan *plan)
{
    struct sched_context *sc = plan->sc;
    bool keeps_bandwidth = sc_is_active(sc) && sc->thread && tcb_is_runnable(sc->thread);
    if (plan->period != 0 && keeps_bandwidth) {
        refill_update(sc, plan->capacity, plan->budget, plan->period, here()->now);
    } else {
        refill_new(sc, plan->capacity, plan->budget, plan->period, here()->now);
    }
}

static enum progress perform_SchedControlConfigureFlags(const struct configure_plan *plan,
                                                        struct answer *answer)
{
    (void)answer;
    struct sched_context *sc = plan->sc;
    struct tcb *thread = sc->thread;
    if (thread) {
        sched_remove(thread);
        if (sc == here()->charged_sc) {
            time_commit(); // time used so far is charged under the old parameters
        }
    }
    set_parameters(plan);
    if (thread) {
        sched_settle(sc);
        if (thread == here()->current) {
            sched_demand();
        } else if (tcb_is_runnable(thread)) {
            sched_nominate(thread);
        }
    }
    sc->badge = plan->badge;
    sc->is_sporadic = plan->is_sporadic;
    return DONE;
}
DEFINE_METHOD(SchedControlConfigureFlags, struct configure_plan)

const struct kind sched_control_kind = {
    .identity = IDENTITY(0, 0), // one authority, whatever core it names
    .has_methods = true,
    .is_refused_in_combined_call = true,
};

static bool check_is_legal(const struct slot *slot)
{
    return sched_control_cap_core(slot->cap) == 0;
}

const struct kind_check sched_control_check = {.is_legal = check_is_legal};
