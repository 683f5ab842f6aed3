// SPDX-License-Identifier: BSD-2-Clause
//
// A root task that makes more system calls than the tracer's ring has room for, under a name that is not nice to files.
#include <lab4/exit.h>
#include <lab4/printf.h>
#include <sel4/sel4.h>

enum { CALLS = 50000, STATUS = 7 };

int main(void)
{
    seL4_DebugNameThread(seL4_CapInitThreadTCB, "a \"quoted\\name\"\n\x01\xff </script>");
    printf("tab\there, \"quotes\" and \\\n");
    for (int i = 0; i < CALLS; i++) {
        seL4_Yield();
    }
    lab4_exit(STATUS);
}
