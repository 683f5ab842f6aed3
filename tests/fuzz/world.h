// SPDX-License-Identifier: BSD-2-Clause
//
// The world that `decode` and `sequence` start from: one root task with a capability of every kind, and nine further
// threads, one in each state a thread can be in. Built by core_boot and by real system calls, so it is a state that
// user level can reach.
//
// The root CNode has 2^8 slots (the build sets LAB4_ROOT_CNODE_SIZE_BITS=8) and every thread uses it as its CSpace, so
// a CPtr is simply a slot number. The names below are what replays print.
#pragma once

#include "core/base/types.h"

enum { WORLD_RADIX = 8, WORLD_SLOTS = 256, WORLD_THREADS = 10, WORLD_RAM_BYTES = 0x80000 };

// W(slot, name, kind): kind as in the invocation table, or endpoint, notification, reply.
#define WORLD_CAPS(W) \
    W(1, ROOT_TCB, tcb) \
    W(2, ROOT_CNODE, cnode) \
    W(3, ROOT_VSPACE, vspace) \
    W(4, IRQ_CONTROL, irq_control) \
    W(5, ASID_CONTROL, asid_control) \
    W(6, ROOT_POOL, asid_pool) \
    W(9, BOOTINFO_FRAME, frame) \
    W(10, ROOT_BUFFER, frame) \
    W(11, DOMAIN, domain) \
    W(14, ROOT_SC, sched_context) \
    W(16, ROOT_TABLE_1, page_table) \
    W(17, ROOT_TABLE_2, page_table) \
    W(18, ROOT_TABLE_3, page_table) \
    W(19, SCHED_CONTROL, sched_control) \
    W(20, ROOT_IMAGE, frame) \
    W(128, UT_PARENT, untyped)          /* everything below comes from it */ \
    W(129, UT_FREE, untyped)            /* 16 KiB, no children */ \
    W(130, UT_POOL, untyped)            /* 4 KiB, no children */ \
    W(131, UT_TINY, untyped)            /* 128 bytes */ \
    W(132, UT_DEVICE, untyped)          /* 2 GiB of device memory */ \
    W(133, UT_DEVICE_PAGE, untyped)     /* 4 KiB of device memory */ \
    W(134, UT_CHILDREN, untyped)        /* 4 KiB, with children */ \
    W(135, EP_CHILD_A, endpoint)        /* children of UT_CHILDREN */ \
    W(136, EP_CHILD_B, endpoint) \
    W(140, EP_SERVER, endpoint)         /* T3 waits, with REPLY_ARMED */ \
    W(141, EP_SERVER_7, endpoint)       /* badge 7 */ \
    W(142, EP_SERVER_7_COPY, endpoint) \
    W(143, EP_SENDERS, endpoint)        /* T4 sends with badge 9, T2 calls */ \
    W(144, EP_SENDERS_9, endpoint)      /* badge 9 */ \
    W(145, EP_SEND_ONLY, endpoint)      /* to EP_SERVER, write only */ \
    W(146, EP_NO_RIGHTS, endpoint) \
    W(147, EP_RECEIVE_ONLY, endpoint)   /* to EP_SENDERS, read only */ \
    W(148, EP_FAULT, endpoint)          /* T9's fault is queued on it */ \
    W(149, EP_FREE, endpoint)           /* nobody waits */ \
    W(150, EP_CALLED, endpoint)         /* T6 called T7 through it */ \
    W(151, EP_GRANT_REPLY, endpoint)    /* to EP_FREE: write, grant reply */ \
    W(152, NTFN_IDLE, notification) \
    W(153, NTFN_ACTIVE, notification) \
    W(154, NTFN_WAITING, notification)  /* T5 waits */ \
    W(155, NTFN_BOUND, notification)    /* bound to T3, with SC_NTFN */ \
    W(156, NTFN_WAITING_2, notification) /* badge 2 */ \
    W(157, NTFN_IRQ, notification)      /* of IRQ_40 */ \
    W(158, REPLY_FREE, reply) \
    W(159, REPLY_ARMED, reply)          /* T3's */ \
    W(160, REPLY_USED, reply)           /* T6 waits for it */ \
    W(161, REPLY_FREE_2, reply) \
    W(162, REPLY_NO_GRANT, reply)       /* copy of REPLY_FREE without grant */ \
    W(163, CNODE_4, cnode)              /* radix 4, no guard; holds a few copies */ \
    W(164, CNODE_2, cnode)              /* radix 2, guard 5 of size 3 */ \
    W(165, CNODE_EMPTY, cnode)          /* radix 3 */ \
    W(166, VSPACE_A, vspace)            /* assigned; holds the mappings below */ \
    W(167, VSPACE_NEW, vspace)          /* no ASID */ \
    W(168, POOL_2, asid_pool) \
    W(169, TABLE_A1, page_table) \
    W(170, TABLE_A2, page_table) \
    W(171, TABLE_A3, page_table) \
    W(172, TABLE_NEW, page_table) \
    W(173, FRAME_MAPPED, frame)         /* in VSPACE_A at 0x600000, read-write */ \
    W(174, FRAME_READ_ONLY, frame)      /* copy without write, mapped at 0x601000 */ \
    W(175, FRAME_FREE, frame) \
    W(176, FRAME_DEVICE, frame)         /* 4 KiB */ \
    W(177, FRAME_LARGE, frame)          /* 2 MiB, device */ \
    W(178, FRAME_HUGE, frame)           /* 1 GiB, device */ \
    W(179, FRAME_LARGE_MAPPED, frame)   /* 2 MiB, device, in VSPACE_A at 0x800000 */ \
    W(180, FRAME_BUFFERS, frame)        /* IPC buffers of T1..T4 */ \
    W(181, FRAME_BUFFERS_2, frame)      /* of T5..T8 */ \
    W(182, IRQ_40, irq_handler) \
    W(183, IRQ_41, irq_handler) \
    W(184, SGI_3, sgi) \
    W(185, FRAME_NO_ACCESS, frame)      /* copy without any right */ \
    W(186, EP_FREE_5, endpoint)         /* badge 5, with a copy */ \
    W(187, EP_FREE_5_COPY, endpoint) \
    W(188, EP_FREE_5_AGAIN, endpoint)   /* badge 5, a family of its own */ \
    W(190, T1, tcb) W(191, T2, tcb) W(192, T3, tcb) W(193, T4, tcb) W(194, T5, tcb) \
    W(195, T6, tcb) W(196, T7, tcb) W(197, T8, tcb) W(198, T9, tcb) \
    W(199, UT_POOL_2, untyped)          /* POOL_2 was made from it */ \
    W(201, SC_1, sched_context)         /* round robin, T1's */ \
    W(202, SC_2, sched_context)         /* sporadic, 10 refills */ \
    W(203, SC_NTFN, sched_context) \
    W(204, SC_4, sched_context) W(205, SC_5, sched_context) W(206, SC_6, sched_context) \
    W(207, SC_7, sched_context)         /* constant bandwidth, free */ \
    W(208, SC_8, sched_context)         /* not configured */ \
    W(209, SC_9, sched_context)

#define WORLD_ENUMERATOR(slot, name, kind) W_##name = (slot),
enum world_slot { WORLD_CAPS(WORLD_ENUMERATOR) };
#undef WORLD_ENUMERATOR

// Slots that are empty when the world is new: WORLD_EMPTY_COUNT from the first, and [first, end).
enum { WORLD_FIRST_EMPTY = 210, WORLD_EMPTY_COUNT = 24, WORLD_FIRST_SPARE = 96, WORLD_END_SPARE = 128 };

enum world_kind {
    W_KIND_none, W_KIND_untyped, W_KIND_tcb, W_KIND_cnode, W_KIND_irq_control, W_KIND_irq_handler, W_KIND_domain,
    W_KIND_sched_control, W_KIND_sched_context, W_KIND_vspace, W_KIND_smc, W_KIND_page_table, W_KIND_frame,
    W_KIND_asid_control, W_KIND_asid_pool, W_KIND_endpoint, W_KIND_notification, W_KIND_reply, W_KIND_sgi,
};

// Name and kind of a slot in the new world; null and none for the others.
const char *world_name(word_t slot);
enum world_kind world_kind(word_t slot);

// Boots a machine and builds the world on it. Ends the run if the kernel refuses a step. With `equals` all threads have
// nearly the same priority, so that they take turns; without, the root thread outranks all.
void world_build(bool equals);

// Virtual addresses of the world.
#define WORLD_MAPPED UINT64_C(0x600000)
#define WORLD_LARGE UINT64_C(0x800000)
