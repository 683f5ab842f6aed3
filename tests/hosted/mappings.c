/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More mappings than a Linux process may have (vm.max_map_count, usually 65,530): 70,000 pages, each with a hole behind it, all in
 * use; then large contiguous mappings that are cut to pieces. The program must not notice.
 *
 * The pages are few frames, mapped again and again through copies of their capabilities; page p has a word of its own in its frame.
 */
#include "lib/mapper.h"
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"
#include "twin.h"


enum {
    PAGE = 4096, VSPACE = seL4_CapInitThreadVSpace,
    PAGES = 70000,
    FRAMES = 512, /* the 2 MiB of a page table */
    STEP = 54321, /* has no factor in common with PAGES: visits all of them, far apart */
    RETYPE_MOST = 256,
    BIG_BITS = BIG_CSPACE_BITS,
    RUNS = 40, /* contiguous mappings of all the frames; each is cut into 256 pieces */
};

#define SCATTERED 0x200000000000 /* where the pages are, */
#define CONTIGUOUS 0x300000000000 /* and the runs */

static struct puppet a;

/* Fills slots 0 to FRAMES - 1 with frames that follow each other in memory. */
static void make_frames(seL4_CPtr big)
{
    const seL4_CPtr memory = pool_object(seL4_UntypedObject, seL4_LargePageBits);
    for (seL4_Word i = 0; i < FRAMES; i += RETYPE_MOST) {
        must(seL4_Untyped_Retype(memory, seL4_ARM_SmallPageObject, 0, big, 0, 0, i, RETYPE_MOST), "frames");
    }
}

/* Maps a copy, in slot `to`, of a frame's capability. */
static void map_copy(seL4_CPtr big, seL4_CPtr base, seL4_Word to, seL4_Word frame, seL4_Word address)
{
    must(seL4_CNode_Copy(big, to, BIG_BITS, big, frame, BIG_BITS, seL4_AllRights), "a copy");
    must(mapper_map(VSPACE, base + to, address, seL4_ReadWrite, seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever), "a page");
}

static volatile seL4_Word *word_at(seL4_Word address)
{
    return (volatile seL4_Word *)address;
}

static int faults_at(seL4_Word address)
{
    puppet_run(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    return !has_returned(&a) && a.report.label == seL4_Fault_VMFault && a.report.mr[seL4_VMFault_Addr] == address;
}

/* ---------------------------------------------------------------------------------------- pages with holes between */

static seL4_Word page_of(seL4_Word p)
{
    return SCATTERED + p * 2 * PAGE;
}

static volatile seL4_Word *word_of(seL4_Word p)
{
    return word_at(page_of(p)) + p / FRAMES;
}

static seL4_Word token(seL4_Word p, seL4_Word round)
{
    return (p << 8 | round) * 0x9e3779b97f4a7c15;
}

/* Visits every page once, checks its word and changes it. The number of wrong ones. */
static seL4_Word visit(seL4_Word step, seL4_Word round)
{
    seL4_Word wrong = 0;
    for (seL4_Word i = 0, p = 0; i < PAGES; i++, p = (p + step) % PAGES) {
        wrong += *word_of(p) != (round == 0 ? 0 : token(p, round - 1));
        *word_of(p) = token(p, round);
    }
    return wrong;
}

static void scattered(seL4_CPtr big, seL4_CPtr base)
{
    for (seL4_Word p = 0; p < PAGES; p++) {
        map_copy(big, base, FRAMES + p, p % FRAMES, page_of(p));
    }
    check("70,000 pages with holes between, upwards: all are there", visit(1, 0), 0);
    check("again, from one to another far away: they hold what was written", visit(STEP, 1), 0);
    seL4_Word holes = 0;
    for (seL4_Word p = 0; p < PAGES; p += PAGES / 100) {
        holes += (seL4_Word)faults_at(page_of(p) + PAGE);
    }
    check("each hole is a fault", holes, 100);
    for (seL4_Word p = 0; p < PAGES; p++) {
        must(seL4_CNode_Delete(big, FRAMES + p, BIG_BITS), "deleting a page's capability");
    }
    check_true("the first page is gone with its capability", faults_at(page_of(0)));
    check_true("and the last", faults_at(page_of(PAGES - 1)));
}

/* ------------------------------------------------------------------------------------- mappings that are cut to pieces */

static seL4_Word address_in(seL4_Word run, seL4_Word frame)
{
    return CONTIGUOUS + (run * FRAMES + frame) * PAGE;
}

/* Reads all pages that are left of a run; the number of wrong ones. Frame f holds f in its last word. */
static seL4_Word wrong_in(seL4_Word run, seL4_Word step)
{
    seL4_Word wrong = 0;
    for (seL4_Word f = 0; f < FRAMES; f += step) {
        wrong += word_at(address_in(run, f))[PAGE / sizeof(seL4_Word) - 1] != f;
    }
    return wrong;
}

static void cut(seL4_CPtr big, seL4_CPtr base)
{
    seL4_Word wrong = 0;
    for (seL4_Word run = 0; run < RUNS; run++) {
        for (seL4_Word f = 0; f < FRAMES; f++) {
            map_copy(big, base, FRAMES + run * FRAMES + f, f, address_in(run, f));
        }
    }
    for (seL4_Word f = 0; f < FRAMES; f++) {
        word_at(address_in(0, f))[PAGE / sizeof(seL4_Word) - 1] = f;
    }
    for (seL4_Word f = 1; f < FRAMES; f += 2) { /* all runs at the same time */
        for (seL4_Word run = 0; run < RUNS; run++) {
            must(seL4_ARM_Page_Unmap(base + FRAMES + run * FRAMES + f), "unmapping");
            wrong += *word_at(address_in(run, f - 1) + PAGE - sizeof(seL4_Word)) != f - 1;
        }
    }
    check("every second page of 20,480 is unmapped: those before are untouched", wrong, 0);
    wrong = 0;
    for (seL4_Word run = 0; run < RUNS; run++) {
        wrong += wrong_in(run, 2);
    }
    check("so are all the others", wrong, 0);
    seL4_Word gone = 0;
    for (seL4_Word run = 0; run < RUNS; run++) {
        gone += (seL4_Word)faults_at(address_in(run, 1)) + (seL4_Word)faults_at(address_in(run, FRAMES - 1));
    }
    check("what was unmapped is gone", gone, 2 * RUNS);
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    const seL4_CPtr big = big_cspace_begin(), base = (seL4_CPtr)1 << BIG_BITS;
    make_frames(big);
    scattered(big, base);
    cut(big, base);
    check_end();
}
