// SPDX-License-Identifier: BSD-2-Clause
#include "pause.h"

#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wake(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void machine_go_on(struct machine_control *control)
{
    __atomic_store_n(&control->pause_wanted, 0, __ATOMIC_SEQ_CST);
    wake(&control->pause_wanted);
}

enum pause_result machine_pause(struct machine_control *control, unsigned patience_tenths)
{
    uint32_t expected = 0;
    if (!__atomic_compare_exchange_n(&control->pause_wanted, &expected, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        return PAUSE_TAKEN;
    }
    for (unsigned i = 0; i < patience_tenths; i++) {
        if (__atomic_load_n(&control->has_ended, __ATOMIC_SEQ_CST)) {
            return PAUSE_ENDED;
        }
        const uint32_t owner = machine_poke(control);
        if (owner != 0) {
            kill((pid_t)owner, SIGALRM);
        } else {
            wake(&control->attention);
        }
        const struct timespec tenth = {.tv_nsec = 100000000};
        syscall(SYS_futex, &control->pause_reached, FUTEX_WAIT, 0, &tenth, NULL, 0);
        if (__atomic_load_n(&control->pause_reached, __ATOMIC_SEQ_CST)) {
            return PAUSE_REACHED;
        }
    }
    return PAUSE_FAILED;
}
