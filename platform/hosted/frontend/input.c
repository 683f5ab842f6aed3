// SPDX-License-Identifier: BSD-2-Clause
#include "input.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "machine.h"

static uint32_t load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void store(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

// How many bytes fit into the ring. The machine only takes; whatever it says, at most the whole ring is written.
static uint32_t room(const struct machine_control *control)
{
    const uint32_t used = control->input_put - load(&control->input_taken);
    return used < MACHINE_INPUT_BYTES ? MACHINE_INPUT_BYTES - used : 0;
}

bool input_is_wanted(struct machine_control *control)
{
    if (!load(&control->input_is_wanted) || load(&control->input_ended)) {
        return false;
    }
    if (room(control) == 0) {
        store(&control->input_is_full, 1); // first: the machine may be taking something just now
    }
    return room(control) > 0;
}

// Whoever waits for the event, and whoever waits for an interrupt.
static void tell(struct machine_control *control)
{
    __atomic_fetch_add(&control->input_event, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &control->input_event, FUTEX_WAKE, 1, NULL, NULL, 0);
    if (!(control->flags & MACHINE_FLAG_INPUT_IS_WAITED_FOR)) {
        machine_alarm(machine_poke(control));
    }
}

void input_pass(struct machine_control *control)
{
    uint8_t bytes[MACHINE_INPUT_BYTES];
    const ssize_t count = read(STDIN_FILENO, bytes, room(control));
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    for (ssize_t i = 0; i < count; i++) {
        control->input[(control->input_put + (uint32_t)i) % MACHINE_INPUT_BYTES] = bytes[i];
    }
    if (count > 0) {
        store(&control->input_put, control->input_put + (uint32_t)count);
    } else {
        store(&control->input_ended, 1); // end of file, a directory, a terminal that has gone: there will be no more
    }
    tell(control);
}

bool input_is_repeatable(void)
{
    return !isatty(STDIN_FILENO);
}
