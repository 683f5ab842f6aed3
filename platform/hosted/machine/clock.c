// SPDX-License-Identifier: BSD-2-Clause
//
// Time: 62.5 MHz ticks since the machine started, 16 ns each.
//
// Real time. A host call for each kernel entry would cost more than the entry, so the clock is the time-stamp counter
// where it runs at a constant rate. The rate is measured against CLOCK_MONOTONIC: from the machine's first to its last
// step of starting, and again whenever the time measured has doubled (then every second), so that the error is
// below 1 % at once and below a millionth after a second. The clock never goes back.
//
// The timer. Each process has a host timer of its own, and sets it, if need be, before user code runs there. So whoever is the
// CPU has set its own, and the alarm of any other process means nothing: it is one that was set before a hand-off. (Passing
// it on to the CPU would be no help: the host may let that other process wait for milliseconds before it runs its handler.)
// A timer is only moved to earlier times: a deadline that moves later lets the old alarm come and find nothing due, which
// is cheaper than a host call for each switch of threads.
//
// Progress. An alarm may cost the host more than the smallest budget; then threads would be preempted again and again before
// their first instruction. So no alarm is set for sooner than `least_run` from now. That grows when an alarm has come without
// user code having run since it was set, and shrinks with every other alarm. Where an alarm hits says nothing: a thread that calls,
// faults or touches new pages spends most of its time in the machine.
//
// Deadlines: the core's timer, and the moment at which the line of a device will rise (devices.c). Both are waited for in the
// same way, whichever comes first.
//
// Virtual time. The clock stands still, except that each kernel entry costs ENTRY_TICKS and that it jumps to the
// deadline when every thread waits. A thread that computes for TICKS_OF_SPIN ticks of CPU time without entering the
// kernel lets time pass, too; how far it came by then is not reproducible, so that is counted.
#include "core/threads/state.h"
#include "platform/hosted/machine/attention.h"
#include "platform/hosted/machine/clock.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/x86_64/counter.h"
#include "platform/platform.h"

enum { NS_PER_TICK = 16, ENTRY_TICKS = 64, SAMPLES = 3, FIRST_BASELINE_NS = 200000,
       LEAST_RUN = 625 /* 10 us */, MOST_LEAST_RUN = 62500 /* 1 ms */, FADING = 16 };
#define NEVER_TICKS (UINT64_C(1) << 50)         // 208 days: the core's way to say "no deadline"
#define LONGEST_SAMPLE_NS UINT64_C(1000000000) // between two measurements of the rate

static uint64_t scale(uint64_t count, uint64_t rate)
{
    return (uint64_t)((unsigned __int128)count * rate >> RATE_BITS);
}

// ----------------------------------------------------------------------------------------- real time

struct sample {
    uint64_t counter, ns;
};

// The counter and the host's clock at (nearly) the same moment.
static struct sample take_sample(void)
{
    struct sample best = {0};
    uint64_t best_width = ~UINT64_C(0);
    for (int i = 0; i < SAMPLES; i++) {
        uint64_t before = counter_read(), ns = host_monotonic_ns(), width = counter_read() - before;
        if (width < best_width) {
            best_width = width;
            best = (struct sample){before + width / 2, ns};
        }
    }
    return best;
}

static ticks_t ticks_at(uint64_t counter)
{
    const struct clock *clock = &machine.clock;
    return counter > clock->base_tsc ? clock->base + scale(counter - clock->base_tsc, clock->rate) : clock->base;
}

static void measure_rate(void)
{
    struct clock *clock = &machine.clock;
    struct sample now = take_sample();
    uint64_t counts = now.counter - clock->first_tsc, ns = now.ns - clock->boot_ns;
    ticks_t ticks = ns / NS_PER_TICK;
    if (clock->rate) {
        ticks_t estimate = ticks_at(now.counter);
        ticks = ticks > estimate ? ticks : estimate;
    }
    clock->rate = counter_ratio(ns / NS_PER_TICK, counts);
    clock->base = ticks;
    clock->base_tsc = now.counter;
    clock->next_sample = now.counter + (ns < LONGEST_SAMPLE_NS ? counts : counts / (ns / LONGEST_SAMPLE_NS));
}

void clock_start(void)
{
    struct clock *clock = &machine.clock;
    struct sample first = take_sample();
    clock->is_virtual = control()->time == MACHINE_TIME_VIRTUAL;
    clock->has_tsc = counter_is_constant();
    clock->boot_ns = first.ns;
    clock->first_tsc = first.counter;
    clock->deadline = ~UINT64_C(0);
    clock->least_run = LEAST_RUN;
}

void clock_measure(void)
{
    if (machine.clock.is_virtual || !machine.clock.has_tsc) {
        return;
    }
    while (host_monotonic_ns() - machine.clock.boot_ns < FIRST_BASELINE_NS) {
    }
    measure_rate();
}

static ticks_t read_real(void)
{
    struct clock *clock = &machine.clock;
    ticks_t now = clock->has_tsc ? ticks_at(counter_read()) : (host_monotonic_ns() - clock->boot_ns) / NS_PER_TICK;
    if (now > clock->latest) {
        clock->latest = now;
    }
    return clock->latest;
}

ticks_t plat_clock_read(void)
{
    return machine.clock.is_virtual ? control()->virtual_now : read_real();
}

// Where a host call is made anyway: measure the rate if it is time to.
static void refine(void)
{
    if (machine.clock.has_tsc && counter_read() >= machine.clock.next_sample) {
        measure_rate();
    }
}

// ----------------------------------------------------------------------------------- the timer, waiting

static ticks_t next_deadline(void)
{
    return min_word(machine.clock.deadline, machine.clock.alarm);
}

bool clock_has_deadline(void)
{
    ticks_t deadline = next_deadline(), now = plat_now(); // one reading: time passes between two
    return deadline != ~UINT64_C(0) && (deadline <= now || deadline - now < NEVER_TICKS);
}

bool clock_timer_is_due(void)
{
    return machine.clock.deadline <= plat_now();
}

bool clock_is_due(void)
{
    return next_deadline() <= plat_now();
}

void plat_timer_arm(ticks_t deadline)
{
    machine.clock.deadline = deadline;
    if (machine.clock.is_virtual && clock_is_due()) {
        attention_set();
    }
}

static uint64_t host_time(ticks_t ticks)
{
    return machine.clock.boot_ns + ticks * NS_PER_TICK;
}

// How often user code has run: it has left by each of these.
static uint64_t visits_to_user(void)
{
    return control()->statistics.gate_calls + machine.signals_from_user;
}

void clock_arm_host(void)
{
    ticks_t deadline = next_deadline();
    if (machine.clock.is_virtual || deadline >= self.armed || !clock_has_deadline()) {
        return;
    }
    ticks_t now = plat_now(), soonest = now + machine.clock.least_run, at = deadline > soonest ? deadline : soonest;
    if (at < self.armed) {
        self.armed = at; // first: the alarm may come before the call returns
        self.visits_when_armed = visits_to_user();
        host_alarm_after((at - now) * NS_PER_TICK);
        refine();
    }
}

void clock_alarm(bool is_owner, bool hit_user)
{
    struct clock *clock = &machine.clock;
    bool was_armed = self.armed != ~UINT64_C(0); // otherwise somebody has moved a line
    self.armed = ~UINT64_C(0);
    if (!is_owner || !was_armed) {
        return;
    }
    if (hit_user || visits_to_user() != self.visits_when_armed) {
        clock->least_run -= (clock->least_run - LEAST_RUN) / FADING;
    } else {
        clock->least_run = min_word(2 * clock->least_run, MOST_LEAST_RUN);
    }
}

void clock_wait(void)
{
    bool has_deadline = clock_has_deadline();
    if (machine.clock.is_virtual && has_deadline) {
        control()->virtual_now = next_deadline();
        return;
    }
    host_futex_wait(&control()->attention, 0, has_deadline ? host_time(next_deadline()) : ~UINT64_C(0));
    refine();
}

// ------------------------------------------------------------------------------------------- a break

// Watching (watch.c) takes time that no thread has used. A host timer that is armed meanwhile comes too early; then it
// is armed again.
void clock_stop(void)
{
    struct clock *clock = &machine.clock;
    if (!clock->is_virtual) {
        clock->stopped_ns = host_monotonic_ns();
        clock->stopped_tsc = counter_read();
    }
}

void clock_go_on(void)
{
    struct clock *clock = &machine.clock;
    if (!clock->is_virtual) {
        uint64_t counts = counter_read() - clock->stopped_tsc;
        clock->first_tsc += counts;
        clock->base_tsc += counts;
        clock->next_sample += counts;
        clock->boot_ns += host_monotonic_ns() - clock->stopped_ns;
    }
}

// --------------------------------------------------------------------------------------- virtual time

void clock_count_entry(void)
{
    if (machine.clock.is_virtual) {
        control()->virtual_now += ENTRY_TICKS;
        if (clock_is_due()) {
            attention_set();
        }
    }
}

void clock_break_spin(void)
{
    if (clock_has_deadline() && !clock_is_due()) {
        control()->virtual_now = next_deadline();
        control()->spins_broken++;
    }
    attention_set();
}
