/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <lab4/printf.h>

static seL4_Word overhead;

static void sort(seL4_Word *samples, seL4_Word count)
{
    for (seL4_Word gap = count / 2; gap > 0; gap /= 2) {
        for (seL4_Word i = gap; i < count; i++) {
            const seL4_Word sample = samples[i];
            seL4_Word place = i;
            for (; place >= gap && samples[place - gap] > sample; place -= gap) {
                samples[place] = samples[place - gap];
            }
            samples[place] = sample;
        }
    }
}

static seL4_Word net(seL4_Word count)
{
    return count > overhead ? count - overhead : 0;
}

static void print_line(const char *key, seL4_Word size, seL4_Word least, seL4_Word median, seL4_Word most)
{
    printf("%-24s %7lu %11lu %11lu %11lu\n", key, size, least, median, most);
}

void report(const char *key, seL4_Word size, seL4_Word *samples, seL4_Word count)
{
    sort(samples, count);
    print_line(key, size, net(samples[0]), net(samples[count / 2]), net(samples[count - 1]));
}

void report_difference(const char *key, seL4_Word size, seL4_Word *samples, seL4_Word count)
{
    sort(samples, count);
    print_line(key, size, samples[0], samples[count / 2], samples[count - 1]);
}

void report_one(const char *key, seL4_Word size, seL4_Word count)
{
    report(key, size, &count, 1);
}

void report_init(void)
{
    seL4_Word samples[ROUNDS];
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        const struct timed timed = timed_nothing();
        samples[i] = timed.after - timed.before;
    }
    sort(samples, ROUNDS);
    overhead = samples[0];
}
