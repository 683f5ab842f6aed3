// SPDX-License-Identifier: BSD-2-Clause
//
// The table of object kinds: everything the rest of the core wants to know about a capability
// without knowing its kind. A kind is one file, which defines its row, `<name>_kind`, and one line
// in CAP_KINDS (core/caps/cap.h), which says where its object lies. What can be said as data is
// data (which bits make two capabilities the same object); only what is behaviour is a function,
// and a null function means "nothing special", told beside each member.
//
// So deletion, derivation, Retype and invocation are written once and never name a kind, and a new
// kind does not touch them. docs/PORTING.md ("A new object kind") walks through one.
#pragma once

#include "core/base/refusal.h"
#include "core/caps/slot.h"

// How a system call sends: columns of objects §11.2.
enum send_how {
    SEND_CALL = 1,     // a reply is expected
    SEND_BLOCKS = 2,   // endpoints: wait for a receiver
    SEND_DONATES = 4,  // endpoints: lend the scheduling context
    SEND_COMBINED = 8, // a receive follows
};

struct kind {
    // --- sameness (objects §1.5, §1.6)
    // the bits in which two capabilities to one object agree; 0 = none ever do
    struct cap identity;
    // no other capability ever counts as one to the same object
    bool stands_alone;
    // same region, where it is more than the same object; null = it is not
    bool (*covers)(struct cap a, struct cap b);

    // --- derivation (objects §1.2–1.4, §1.7, §2.2). Null: the capability stays as it is, and
    //     starts no family
    struct cap (*mask_rights)(struct cap, word_t rights);
    struct cap (*update_data)(struct cap, word_t data, bool keep);
    struct refusal (*derive)(const struct slot *source, struct cap cap, struct cap *derived);
    bool (*starts_family)(struct cap, struct cap source);
    // of two in one region; null = yes
    bool (*is_child)(const struct slot *a, const struct slot *b);

    // --- creation and end (objects §5.2, §6.5)
    // Makes zero-filled memory of 2^bits bytes an object and returns its first capability. Null:
    // not by Retype.
    struct cap (*create)(paddr_t base, word_t bits, bool is_device);
    // each capability that goes has something of its own to give back
    void (*release)(struct cap);
    // the last one goes: what is left in its slot, null or a Zombie
    struct cap (*finalise)(struct cap);

    // --- invocation (objects §7.4, §11.4)
    // messages to it have a label and find a row in the invocation table
    bool has_methods;
    bool is_refused_in_combined_call; // the first half of a combined call may not invoke it
    // What is only ever sent to. Returns false, having done nothing, if the capability lacks the
    // right.
    bool (*send)(struct tcb *invoker, struct cap, enum send_how);
};

#define CAP_KIND_ROW(name, ...) extern const struct kind name##_kind;
CAP_KINDS(CAP_KIND_ROW)
#undef CAP_KIND_ROW

enum { KIND_NUMBERS = 32 }; // what five bits can say

// By kind number; numbers that no kind has are null, and in no capability.
extern const struct kind *const kinds[KIND_NUMBERS];

static inline const struct kind *kind_of(struct cap cap)
{
    return kinds[cap_kind(cap)];
}

// The identity of a capability: its kind and these fields (FIELD_MASK) of its two words.
/* clang-format off */
#define IDENTITY(word0, word1) {{CAP_KIND_MASK | (word0), (word1)}}
/* clang-format on */

// ----------------------------------------------------------------------------------- the questions

static inline bool cap_is_identical(const struct kind *kind_of_a, struct cap a, struct cap b)
{
    struct cap mask = kind_of_a->identity;
    word_t differences =
        ((a.words[0] ^ b.words[0]) & mask.words[0]) | ((a.words[1] ^ b.words[1]) & mask.words[1]);
    return differences == 0 && mask.words[0] != 0;
}

// "Same region": could b be derived from a? Ordered; objects §1.5.
static inline bool cap_same_region(struct cap a, struct cap b)
{
    const struct kind *kind = kind_of(a);
    return kind->covers ? kind->covers(a, b) : cap_is_identical(kind, a, b);
}

// "Same object": would b keep alive what a designates? Ordered, a is earlier in the list; objects
// §1.6.
static inline bool cap_same_object(struct cap a, struct cap b)
{
    const struct kind *kind = kind_of(a);
    return !kind->stands_alone && cap_is_identical(kind, a, b);
}

// The capability with rights reduced by a rights word (only bits 0..3 count); objects §1.3. Never
// fails.
static inline struct cap cap_mask_rights(struct cap cap, word_t rights)
{
    const struct kind *kind = kind_of(cap);
    return kind->mask_rights ? kind->mask_rights(cap, rights) : cap;
}

enum {
    RIGHT_WRITE = BIT(0),
    RIGHT_READ = BIT(1),
    RIGHT_GRANT = BIT(2),
    RIGHT_GRANT_REPLY = BIT(3)
};

// The capability with `data` applied as badge or guard; null if that is not allowed; objects §1.4.
// keep = true for Mutate and Rotate.
static inline struct cap cap_update_data(struct cap cap, word_t data, bool keep)
{
    const struct kind *kind = kind_of(cap);
    return kind->update_data ? kind->update_data(cap, data, keep) : cap;
}

// `cap` is the (perhaps already reduced) capability of `source`. On acceptance *derived is the new
// capability, or null where a kind cannot be derived; the caller decides what null means (objects
// §1.2).
static inline struct refusal cap_derive(const struct slot *source, struct cap cap,
                                        struct cap *derived)
{
    const struct kind *kind = kind_of(cap);
    *derived = cap;
    return kind->derive ? kind->derive(source, cap, derived) : ACCEPTED;
}

// ------------------------------------------------------------------------ what several kinds share

// Two words, the second a badge: endpoints and notifications form a family a badge (objects §1.7,
// §2.2).
bool badge_starts_family(struct cap cap, struct cap source);
bool badge_is_child(const struct slot *a, const struct slot *b);

// Issued by a control capability, whose family they start.
bool issued_starts_family(struct cap cap, struct cap source);

// A capability that cannot be copied: null, so that the caller decides.
struct refusal derive_null(const struct slot *source, struct cap cap, struct cap *derived);
