/* SPDX-License-Identifier: BSD-2-Clause */
/* A root task of somebody who has the SDK and nothing else. */
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/string.h>
#include <sel4/sel4.h>

#include "lib/pool.h"

extern const char component_image[], component_image_end[];

int main(void)
{
    pool_init(lab4_bootinfo());
    const seL4_CPtr notification = pool_object(seL4_NotificationObject, 0);
    seL4_Word badge;
    seL4_Signal(pool_mint(notification, seL4_CanWrite, 0x20));
    seL4_Wait(notification, &badge);
    printf("outside the tree: badge 0x%lx\n", badge);
    printf("an ELF image is inside: %s\n",
           component_image_end - component_image > 64 && memcmp(component_image, "\177ELF", 4) == 0 ? "yes" : "no");
    return 7;
}
