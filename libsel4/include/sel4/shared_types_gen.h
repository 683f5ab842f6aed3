/* SPDX-License-Identifier: BSD-2-Clause */
/* Message info, rights and CNode guard words (spec abi §3), expanded from one table each. */
#ifndef SEL4_SHARED_TYPES_GEN_H
#define SEL4_SHARED_TYPES_GEN_H

#include <lab4/bitfields.h>

#define LAB4_MESSAGE_INFO_FIELDS(F, T) \
    F(T, label, 12, 52) F(T, capsUnwrapped, 9, 3) F(T, extraCaps, 7, 2) F(T, length, 0, 7)
LAB4_BITFIELD_TYPE(seL4_MessageInfo, LAB4_MESSAGE_INFO_FIELDS)

#define LAB4_CAP_RIGHTS_FIELDS(F, T) \
    F(T, capAllowGrantReply, 3, 1) F(T, capAllowGrant, 2, 1) F(T, capAllowRead, 1, 1) F(T, capAllowWrite, 0, 1)
LAB4_BITFIELD_TYPE(seL4_CapRights, LAB4_CAP_RIGHTS_FIELDS)

#define LAB4_CNODE_CAP_DATA_FIELDS(F, T) F(T, guard, 6, 58) F(T, guardSize, 0, 6)
LAB4_BITFIELD_TYPE(seL4_CNode_CapData, LAB4_CNODE_CAP_DATA_FIELDS)

#endif
