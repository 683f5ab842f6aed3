/* SPDX-License-Identifier: BSD-2-Clause */
/* The runtime around main: constructors run before it, in order; stubs that are asked to print what they are refused. */
#define CONFIG_LIB_SEL4_PRINT_INVOCATION_ERRORS 1 /* this file's own decision */

#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>

#include "lib/pool.h"
#include "support/check.h"

static seL4_Word order[3], constructors;
static __thread seL4_Word thread_local = 5;

__attribute__((constructor)) static void last(void)
{
    order[constructors++] = 3;
}

__attribute__((constructor(200))) static void second(void)
{
    order[constructors++] = 2;
    thread_local++;
}

__attribute__((constructor(101))) static void first(void)
{
    order[constructors++] = lab4_bootinfo()->initThreadCNodeSizeBits > 0;
}

static void constructors_run_before_main(void)
{
    check("three constructors ran", constructors, 3);
    check("the lowest priority first, with BootInfo at hand", order[0], 1);
    check("then the next", order[1], 2);
    check("those without a priority last", order[2], 3);
    check("thread-local variables were there", thread_local, 6);
}

static void refusals_are_printed(void)
{
    const seL4_CPtr untyped = lab4_bootinfo()->empty.end - 1; /* a number that is the same on every platform */
    must(seL4_CNode_Move(seL4_CapInitThreadCNode, untyped, seL4_WordBits, seL4_CapInitThreadCNode,
                         pool_object(seL4_UntypedObject, 12), seL4_WordBits), "moving an untyped");
    printf("abi: printed: "); /* and the stub goes on */
    const seL4_Error error = seL4_Untyped_Retype(untyped, seL4_TCBObject, 0, seL4_CapInitThreadCNode, 0, 0, 0, 3);
    check("the error is returned all the same", error, seL4_DeleteFirst);
    printf("abi: printed: ");
    check("another", seL4_Untyped_Retype(seL4_CapInitThreadTCB, seL4_TCBObject, 0, 0, 0, 0, 0, 0), seL4_IllegalOperation);
    const seL4_CPtr slot = pool_slot();
    check("what succeeds prints nothing",
          seL4_Untyped_Retype(untyped, seL4_NotificationObject, 0, seL4_CapInitThreadCNode, 0, 0, slot, 1), seL4_NoError);
    printf("abi: printed: ");
    check("a range", seL4_Untyped_Retype(untyped, seL4_TCBObject, 0, seL4_CapInitThreadCNode, 0, 0, 1ul << 40, 1), seL4_RangeError);
    check("the message registers still hold the details", seL4_GetMR(0), 0);
}

int main(void)
{
    check_begin();
    constructors_run_before_main();
    refusals_are_printed();
    check_end();
}
