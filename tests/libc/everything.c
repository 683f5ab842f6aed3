/* SPDX-License-Identifier: BSD-2-Clause */
/* The C library, as far as seL4 programs use one: each header once, on both platforms the same
   output. */
#define _GNU_SOURCE /* POSIX and asprintf beside ISO C */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/string.h>
#include <sel4/sel4.h>

#include "check.h"

static void check_strings(void)
{
    char text[32] = "seL4";
    CHECK("strcpy, strcat, strncat",
          strcmp(strncat(strcat(strcpy(text, "a"), "b"), "cde", 2), "abcd") == 0);
    CHECK("strchr, strrchr, strstr, strpbrk", strchr("hello", 'l') && strrchr("hello", 'l') &&
                                                  strstr("hello", "ell") &&
                                                  strpbrk("hello", "xyzo"));
    CHECK("strspn, strcspn, strnlen",
          strspn("aab", "a") == 2 && strcspn("aab", "b") == 2 && strnlen("aab", 2) == 2);
    CHECK("memchr, memcmp, memmove", memchr("abc", 'c', 3) && memcmp("abc", "abd", 3) < 0 &&
                                         memcmp(memmove(text + 1, text, 4), "abcd", 4) == 0);
    strcpy(text, "one,two");
    CHECK("strtok", strcmp(strtok(text, ","), "one") == 0 && strcmp(strtok(NULL, ","), "two") == 0);
    char *copy = strdup("copied");
    CHECK("strdup, strcasecmp", copy && strcasecmp(copy, "COPIED") == 0);
    free(copy);
    CHECK("strerror", strcmp(strerror(ENOMEM), "Not enough space") == 0);
    CHECK("ctype", isalpha('a') && !isalpha('1') && isspace('\t') && isxdigit('F') &&
                       ispunct('!') && toupper('a') == 'A' && tolower('A') == 'a');
    CHECK("wcslen", wcslen(L"wide") == 4);
}

static int compare_ints(const void *a, const void *b)
{
    const int left = *(const int *)a, right = *(const int *)b;
    return (left > right) - (left < right);
}

static void check_stdlib(void)
{
    int numbers[] = {5, 3, 9, 1, 7};
    qsort(numbers, 5, sizeof(numbers[0]), compare_ints);
    const int wanted = 7;
    CHECK("qsort, bsearch",
          numbers[0] == 1 && numbers[4] == 9 &&
              bsearch(&wanted, numbers, 5, sizeof(int), compare_ints) == &numbers[3]);
    char *end;
    CHECK("strtol", strtol("-0x1fz", &end, 0) == -31 && *end == 'z');
    CHECK("strtoul, atoi", strtoul("777", NULL, 8) == 0777 && atoi(" 42") == 42);
    errno = 0;
    CHECK("strtol out of range",
          strtol("99999999999999999999", NULL, 10) == LONG_MAX && errno == ERANGE);
    CHECK("strtod", strtod("2.5e3", NULL) > 2499.5 && strtod("2.5e3", NULL) < 2500.5);
    srand(1);
    CHECK("rand", rand() != rand());
    CHECK("div, abs", div(7, 2).rem == 1 && labs(-3l) == 3);
    CHECK("setenv, getenv", setenv("LAB4", "yes", 1) == 0 && strcmp(getenv("LAB4"), "yes") == 0);
}

static void check_stdio(void)
{
    char text[80];
    puts("puts prints a line");
    putchar('p');
    fputs("utchar and fputs print parts of one\n", stdout);
    fprintf(stderr, "fprintf prints to stderr: %d\n", 1);
    snprintf(text, sizeof(text), "%5.2f|%+d|%hhx|%.3d|%zu|%" PRIx64 "|%p|%s", 3.14159, 1,
             (unsigned char)0x23, 7,
             sizeof(int), UINT64_MAX, (void *)0x10, "text");
    CHECK("snprintf", strcmp(text, " 3.14|+1|23|007|4|ffffffffffffffff|0x10|text") == 0);
    int number;
    char word[8];
    CHECK("sscanf", sscanf("12 words", "%d %7s", &number, word) == 2 && number == 12 &&
                        strcmp(word, "words") == 0);
    char *made = NULL;
    CHECK("asprintf", asprintf(&made, "%ld", 123456789l) == 9 && strcmp(made, "123456789") == 0);
    free(made);
    CHECK("no input", getchar() == EOF && feof(stdin));
    errno = 0;
    CHECK("no files", fopen("/etc/passwd", "r") == NULL && errno == ENOENT);
    errno = 0;
    CHECK("no such descriptor", write(7, "x", 1) == -1 && errno == EBADF);
    CHECK("the console is a terminal", isatty(STDOUT_FILENO) == 1);
}

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
    signalled = number;
}

static void check_rest(void)
{
    static jmp_buf place;
    static volatile int jumps;
    if (setjmp(place) < 3) {
        longjmp(place, ++jumps);
    }
    CHECK("setjmp, longjmp", jumps == 3);
    signal(SIGUSR1, on_signal);
    CHECK("signal, raise", raise(SIGUSR1) == 0 && signalled == SIGUSR1);
    CHECK("math", sqrt(2.0) > 1.414 && sqrt(2.0) < 1.415 && fabs(floor(-0.5) + 1) < 0.1);
    errno = 0;
    CHECK("no clock", time(NULL) == (time_t)-1 && errno == ENOSYS);
    const time_t day = 86400;
    CHECK("gmtime, strftime", gmtime(&day)->tm_mday == 2);
    CHECK("locale", strcmp(setlocale(LC_ALL, NULL), "C") == 0);
    CHECK("limits", CHAR_BIT == 8 && INT_MAX == 2147483647 && SIZE_MAX == UINT64_MAX);
}

static void last_words(void)
{
    printf("atexit was called, and this line has no end: it is flushed");
}

__attribute__((constructor)) static void before_main(void)
{
    puts("a constructor prints");
}

int main(void)
{
    atexit(last_words);
    check_strings();
    check_stdlib();
    check_stdio();
    check_rest();
    check_threads();
    check_memory();
    return 7;
}
