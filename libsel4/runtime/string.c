/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and string functions, plain loops. Built so that the compiler does not recognise them and make them call themselves. */
#include <lab4/string.h>

/* In a program with the C library that has the functions of these names. */
#pragma weak memcpy
#pragma weak memmove
#pragma weak memset
#pragma weak memcmp
#pragma weak strlen
#pragma weak strcmp

void *memcpy(void *destination, const void *source, size_t size)
{
    return memmove(destination, source, size);
}

void *memmove(void *destination, const void *source, size_t size)
{
    char *to = destination;
    const char *from = source;
    if (to < from) {
        for (size_t i = 0; i < size; i++) {
            to[i] = from[i];
        }
    } else {
        for (size_t i = size; i > 0; i--) {
            to[i - 1] = from[i - 1];
        }
    }
    return destination;
}

void *memset(void *destination, int value, size_t size)
{
    char *to = destination;
    for (size_t i = 0; i < size; i++) {
        to[i] = (char)value;
    }
    return destination;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *left = a;
    const unsigned char *right = b;
    for (size_t i = 0; i < size; i++) {
        if (left[i] != right[i]) {
            return left[i] - right[i];
        }
    }
    return 0;
}

size_t strlen(const char *string)
{
    size_t length = 0;
    while (string[length] != '\0') {
        length++;
    }
    return length;
}

int strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}
