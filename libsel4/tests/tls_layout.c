/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads lines "VARIANT ADDRESS SIZE ALIGNMENT", prints where the runtime puts the first variable,
 * relative to the thread pointer. tls_layout_test.py compares that with what the linker assumed.
 */
#include <assert.h>
#include <stdio.h>

#include "runtime/tls_layout.h"

int main(void)
{
    int variant;
    struct tls_segment s;
    while (scanf("%d %lu %lu %lu", &variant, &s.address, &s.size, &s.alignment) == 4) {
        const struct tls_layout l = variant == 2 ? tls_layout_below(s, 64) : tls_layout_above(s, 16);
        assert(l.before % l.alignment == 0 && (long)l.before >= -l.variables);
        assert((long)l.after >= l.variables + (long)s.size);
        printf("%ld\n", l.variables);
    }
    return 0;
}
