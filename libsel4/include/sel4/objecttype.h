/* SPDX-License-Identifier: BSD-2-Clause */
/* Object types of every architecture, as used by Untyped_Retype (spec abi §6). */
#ifndef SEL4_OBJECTTYPE_H
#define SEL4_OBJECTTYPE_H

typedef enum api_object {
    seL4_UntypedObject = 0,
    seL4_TCBObject = 1,
    seL4_EndpointObject = 2,
    seL4_NotificationObject = 3,
    seL4_CapTableObject = 4,
    seL4_SchedContextObject = 5,
    seL4_ReplyObject = 6,
    seL4_NonArchObjectTypeCount = 7
} seL4_ObjectType;

#include <sel4/simple_types.h>
#include <sel4/sel4_arch/objecttype.h>
#include <sel4/arch/objecttype.h>

typedef seL4_Word api_object_t;
typedef seL4_Word object_t;

#endif
