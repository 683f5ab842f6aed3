// SPDX-License-Identifier: BSD-2-Clause
//
// Time, and the timer.
#pragma once

#include <stdbool.h>

void clock_start(void);
void clock_measure(void);             // as late as possible before time is read
void clock_count_entry(void);        // a kernel entry: virtual time costs something
void clock_arm_host(void);           // before user code runs: the host timer covers the deadline
void clock_alarm(bool is_owner, bool hit_user); // a SIGALRM arrived: the host timer may have fired
bool clock_timer_is_due(void);       // has the core's deadline passed?
bool clock_is_due(void);             // or the devices'?
bool clock_has_deadline(void);       // is there any that matters?
void clock_wait(void);               // idle: until the deadline (virtual time: jump there) or until attention is set
void clock_break_spin(void);         // virtual time: user code spins, so time must pass
void clock_stop(void), clock_go_on(void); // the machine's time does not pass in between

// Virtual time: so much CPU time without a kernel entry, and time passes from then on at each tick.
enum { CPU_TICK_US = 4000, TICKS_OF_SPIN = 12 };
