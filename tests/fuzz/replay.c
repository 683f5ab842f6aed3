// SPDX-License-Identifier: BSD-2-Clause
//
// See replay.h.
#include "tests/fuzz/replay.h"

#include "tests/fuzz/machine.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/text.h"

static void print_bytes(const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[STEP_MAX_ENCODED];
        size_t size = step_encode(&steps[i], bytes);
        printf("step: ");
        for (size_t j = 0; j < size; j++) {
            printf("%02x", bytes[j]);
        }
        printf("\n");
    }
    fflush(stdout);
}

void replay_begin(const struct step *steps, size_t count)
{
    if (print_mode == PRINT_TEST) {
        text_print_test(stdout, steps, count);
        fflush(stdout);
    } else if (print_mode == PRINT_BYTES) {
        print_bytes(steps, count);
    }
}

void replay_step(const struct step *step)
{
    struct tcb *caller = here()->current;
    if (print_mode == PRINT_TEXT) {
        text_print_caller(stdout, caller);
        text_print_step(stdout, step);
        fflush(stdout);
    }
    machine_run_step(step);
    if (print_mode == PRINT_TEXT) {
        text_print_outcome(stdout, step, caller);
    }
    if (machine_was_refused(step, caller)) {
        machine_check_refusal(caller);
    }
}
