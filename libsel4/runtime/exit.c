/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a run, wanted or not. */
#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/syscall_table.h>
#include <sel4/assert.h>
#include <sel4/sel4_arch/syscalls.h>

_Noreturn void lab4_exit(int status)
{
    for (;;) {
        arm_sys_send_null((seL4_Syscall_ID)LAB4_SYS_DebugHalt, (seL4_Word)status, LAB4_EXIT_MAGIC);
    }
}

/* The definition of __assert_fail: that is this function's name for the linker, see <sel4/assert.h>. */
void lab4_assertion_failed(const char *expression, const char *file, int line, const char *function)
{
    printf("%s:%d: %s: assertion failed: %s\n", file, line, function, expression);
    lab4_exit(LAB4_EXIT_ASSERTION);
}
