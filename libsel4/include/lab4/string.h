/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory and string functions that compilers expect and small programs need; as in ISO C. */
#ifndef LAB4_STRING_H
#define LAB4_STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *destination, const void *source, size_t size);
void *memmove(void *destination, const void *source, size_t size);
void *memset(void *destination, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *string);
int strcmp(const char *a, const char *b);

#ifdef __cplusplus
}
#endif

#endif
