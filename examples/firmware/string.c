/* string.c - memcpy and the functions beside it, a byte at a time: 150 bytes in place of newlib's 1,200. */
/* SPDX-License-Identifier: BSL-1.0 */

/* Newlib's copy four bytes and more at a time. Leave this file out where that counts more than a kilobyte of flash: what a
   modem on a UART brings is copied fast enough by these. */
#include <stddef.h>
#include <string.h>

/* Keeps the compiler from taking a loop for the function that it stands in. */
#define IS_NO_CALL(counter) __asm__("" : "+r"(counter))

/* From front to back. */
static void copy(char* to, const char* from, size_t size) {
    for (; size != 0; --size) {
        IS_NO_CALL(size);
        *to++ = *from++;
    }
}

void* memcpy(void* restrict to, const void* restrict from, size_t size) {
    copy(to, from, size);
    return to;
}

void* memmove(void* to, const void* from, size_t size) {
    char* const out = to;
    const char* const in = from;
    if (out <= in)
        copy(out, in, size);
    else
        while (size-- != 0) {
            IS_NO_CALL(size);
            out[size] = in[size];
        }
    return to;
}

void* memset(void* to, int byte, size_t size) {
    for (char* out = to; size != 0; --size) {
        IS_NO_CALL(size);
        *out++ = (char)byte;
    }
    return to;
}

int memcmp(const void* a, const void* b, size_t size) {
    const unsigned char *x = a, *y = b;
    for (; size != 0; --size, ++x, ++y)
        if (*x != *y) return *x - *y;
    return 0;
}

void* memchr(const void* text, int byte, size_t size) {
    for (const unsigned char* at = text; size != 0; --size, ++at)
        if (*at == (unsigned char)byte) return (void*)at;
    return NULL;
}

size_t strlen(const char* text) {
    size_t size = 0;
    while (text[size] != 0) {
        ++size;
        IS_NO_CALL(size);
    }
    return size;
}
