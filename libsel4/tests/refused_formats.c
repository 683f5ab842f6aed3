/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that printf and its like cannot serve: CASE 0 must compile, each other one must not. */
#include <lab4/printf.h>

struct others {
    int (*printf)(const char *format, ...); /* a member of that name is not in the macro's way */
};

void calls(const struct others *others, char *buffer, double d, float f, long double l,
           lab4_put_fn *put);

void calls(const struct others *others, char *buffer, double d, float f, long double l,
           lab4_put_fn *put)
{
    (void)d, (void)f, (void)l;
#if CASE == 0
    printf("nothing\n");
    printf("%d %s %c %p %%\n", 1, "two", '3', (void *)buffer);
    printf("%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d\n", 1, 2, 3, 4, 5, 6, 7,
           8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
           31);
    printf("%d\n", snprintf(buffer, 10, "%*ld", 5, 5l));
    lab4_print(put, buffer, "%hhx", (unsigned char)7);
    others->printf("%d\n", 1);
    (printf)("%d\n", 1);
#elif CASE == 1
    printf("%f\n", d);
#elif CASE == 2
    printf("%5.2f %d\n", f, 1);
#elif CASE == 3
    snprintf(buffer, 10, "%d %Lg", 1, l);
#elif CASE == 4
    lab4_print(put, buffer, "%a", 1.0);
#elif CASE == 5
    printf("%f\n", 1);
#elif CASE == 6
    printf("%d\n", 1.0);
#elif CASE == 7
    printf("%s\n", 1);
#elif CASE == 8
    printf("%d %d\n", 1);
#elif CASE == 9
    printf("%ld\n", 1);
#elif CASE == 10
    snprintf(buffer, 10, "%y", 1);
#elif CASE == 11
    printf("%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%f\n", 1, 2, 3, 4, 5, 6,
           7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
           30, 31, d);
#else
#error "no such case"
#endif
    (void)others, (void)buffer, (void)put;
}
