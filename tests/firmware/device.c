/* device.c - stands for the device outside of the library in the size table's programs: nothing, as small as it gets. */
/* SPDX-License-Identifier: BSL-1.0 */
#include <stddef.h>

int work_of_library(char* data, size_t size);

char memory_of_device[2048];
char decoded[1024];
volatile unsigned at_device;

void device_receive(void* answer) { *(volatile unsigned*)answer = at_device; }
void device_transmit(void* answer) { *(volatile unsigned*)answer = at_device; }
unsigned device_ticks(void) { return at_device; }
void device_show(int percent) { at_device = (unsigned)percent; }
_Bool device_store(const void* from, size_t size) { return from != NULL && size > at_device; }
size_t device_sign(const char* data, size_t size, char* into) { return data[0] == into[0] ? size : 256; }
long long device_utc(void) { return at_device; }

#ifdef HOST
int main(void) { return work_of_library(memory_of_device, sizeof memory_of_device); }
#else
void reset(void) {
    work_of_library(memory_of_device, sizeof memory_of_device);
    for (;;) {
    }
}
#endif
