// SPDX-License-Identifier: BSD-2-Clause
//
// Starts child.c, which it carries, without a fault handler and waits for ever.
#include "lib/pool.h"
#include "lib/process.h"

#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>

enum { PRIORITY = 100, MILLISECOND = 1000 };
extern const char child_image[], child_image_end[];

int main(void)
{
    static struct process child;
    pool_init(lab4_bootinfo());
    const char *problem = process_create(&child, &(struct process_options){
                                                     .name = "child",
                                                     .image = child_image,
                                                     .image_size = (seL4_Word)(child_image_end - child_image),
                                                     .priority = PRIORITY,
                                                     .budget = MILLISECOND,
                                                     .period = MILLISECOND,
                                                 });
    if (problem) {
        printf("%s\n", problem);
        lab4_exit(1);
    }
    process_start(&child);
    seL4_Wait(pool_object(seL4_NotificationObject, 0), NULL);
    lab4_exit(2);
}
