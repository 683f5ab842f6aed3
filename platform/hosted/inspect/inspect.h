// SPDX-License-Identifier: BSD-2-Clause
//
// lab4-inspect: what a running machine looks like, as text or as JSON; graphs are drawn from the latter (graph.c).
//
//   attach.c    finds the machine (../frontend/running.c), stops it between two kernel entries, maps its memory where the machine has it
//   programs.c  which program runs in which address space, and at which source line (../frontend/components.h)
//   slots.c     all slots, found from threads and interrupt lines through CNodes; the derivation lists they are in
//   text.c, mappings.c, json.c   print
//   graph.c     hands what json.c printed to tools/lab4/inspect, which draws
//
// Pointers in the kernel's data are valid here as they are. The machine stands still while it is read, but not for long:
// everything is collected first and written when it runs again.
#pragma once

#include <stdio.h>

#include "core/caps/kind.h"
#include "core/threads/state.h"
#include "platform/hosted/frontend/components.h"
#include "platform/hosted/interface.h"
#include "platform/hosted/names.h"

// --- attach.c
extern const struct kernel *kernel;
extern struct machine_control *machine_control;

void attach(const char *target); // process id, name or null: running.h. Stops the machine; what cannot be done ends the process.
void detach(void);              // lets the machine go on
void attach_for_report(int memory); // this memory file; the machine waits, or has ended
void wake(uint32_t *word);      // who waits on this futex
_Noreturn void report_machine(int memory); // report.c
__attribute__((format(printf, 1, 2))) _Noreturn void fail(const char *format, ...); // one sentence, status 1

// --- programs.c: the programs that run in the machine
extern struct guest guest;                                        // its memory
extern struct components *components;                             // its programs; NULL = out of memory
void programs_open(const char *path, const char *name);           // of the root task's file
void programs_changed(void);                                      // the machine has run since the last question
vaddr_t pc_of(const struct tcb *thread);                          // where it is: at its call, if it waits
paddr_t root_of(const struct tcb *thread);                        // level-0 table of its address space; 0 = none that is live
const struct component *program_of_vspace(paddr_t root);          // what runs there; NULL = not known
const struct component *program_of(const struct tcb *thread);     // what it runs; NULL = not known
bool place_of(const struct tcb *thread, struct place *place);     // where it is in that program's source

// --- slots.c
struct container {
    const struct slot *slots;
    word_t count;
    const struct tcb *thread; // the slots of a TCB; null: a CNode or Zombie
    int irq;                  // the slot of an interrupt line; otherwise -1
};

struct snapshot {
    const struct tcb **threads; // all of them, newest first
    size_t thread_count;
    struct container *containers;
    size_t container_count;
    const struct slot **heads; // of the derivation lists
    size_t head_count;
};

// A pointer that the kernel's data contain, if it can be one: to a TCB, or to `bytes` bytes of RAM. Otherwise it ends the process.
const struct tcb *checked_thread(const struct tcb *thread);
const void *checked_object(const void *object, size_t bytes);

// Walks along a list: one that comes back to an element has no end, which ends the process. All zero at the beginning.
struct loop_check {
    const void *mark;
    size_t steps, limit;
};
void check_loop(struct loop_check *check, const void *element);

void snapshot_take(struct snapshot *snapshot);
// "0x7ff80000[3]", "rootserver.vspace", "irq 33"
const char *slot_name(const struct snapshot *snapshot, const struct slot *slot, char *room, size_t size);
const char *safe_name(const struct tcb *thread, char *room, size_t size); // printable
void print_cap(FILE *out, struct cap cap);                              // kind and fields

// Calls `visit` for every slot of the list from `head`, with the number of its ancestors and its parent (or null).
typedef void tree_visitor(const struct slot *slot, const struct slot *parent, unsigned depth, void *context);
void for_tree(const struct slot *head, tree_visitor *visit, void *context);

// --- mappings.c
struct mapping { // consecutive pages, mapped alike
    vaddr_t start, end;
    paddr_t physical;
    const char *access; // "rwx", with `-` for what is not allowed
    bool is_device;
};

typedef void mapping_visitor(const struct mapping *mapping, void *context);
typedef void vspace_visitor(paddr_t root, asid_t asid, void *context);
void for_mappings(paddr_t root, mapping_visitor *visit, void *context);
void for_vspaces(vspace_visitor *visit, void *context); // those that have an ASID

// --- printing
void print_text(FILE *out, const struct snapshot *snapshot);
void print_mappings(FILE *out);
void print_json(FILE *out, const struct snapshot *snapshot);

// --- graph.c: replaces this process by the script that draws ("threads" or "capabilities") what print_json has printed
_Noreturn void draw_graph(const char *which, const char *json, size_t bytes);
