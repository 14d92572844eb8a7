/* board.c - reset and end of a program on a bare Cortex-M or RISC-V in QEMU: leaves with what whole_call() returns. */
/* SPDX-License-Identifier: BSL-1.0 */
#include <stdint.h>

int whole_call(void);
void reset(void);
void fault(void);

/* From the linker script. */
extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];

/* The debugger's call to end the program, "exit extended", in section 6.7 of Arm's semihosting; RISC-V has the same. */
enum { exit_extended = 0x20, application_exit = 0x20026, fault_code = 99 };

#if defined(__riscv)
static void ask_host(uintptr_t what, const void* argument) {
    register uintptr_t a0 __asm__("a0") = what;
    register const void* a1 __asm__("a1") = argument;
    __asm__ volatile(".option push\n.option norvc\n.balign 16\nslli zero, zero, 0x1f\nebreak\nsrai zero, zero, 7\n.option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
}
__asm__(
    ".section .vectors, \"ax\"\n.globl start\nstart:\n"
    ".option push\n.option norelax\nla gp, __global_pointer$\n.option pop\n"
    "la sp, stack_top\nla t0, fault\ncsrw mtvec, t0\nj reset\n.text\n");
#else
static void ask_host(uintptr_t what, const void* argument) {
    register uintptr_t r0 __asm__("r0") = what;
    register const void* r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
__attribute__((used, section(".vectors"))) static void* const vectors[16] = {
    stack_top, (void*)reset, (void*)fault, (void*)fault, (void*)fault, (void*)fault, (void*)fault};
__asm__(".globl start\n.set start, reset\n");
#endif

__attribute__((noinline, noreturn)) static void leave(int code) {
    const uintptr_t how[] = {application_exit, (uintptr_t)code};
    for (;;) ask_host(exit_extended, how);
}

__attribute__((aligned(4))) void fault(void) { leave(fault_code); }

void reset(void) {
    for (uint32_t *to = data_start, *from = data_load; to != data_end;) *to++ = *from++;
    for (uint32_t* to = bss_start; to != bss_end;) *to++ = 0;
#ifdef BOARD_LOADS_UNALIGNED /* shows that the emulated processor refuses that */
    static uint32_t words[2];
    volatile uintptr_t at = (uintptr_t)words + 1; /* volatile: the compiler reads byte by byte where it knows */
    leave((int)*(volatile uint32_t*)at);
#endif
    leave(whole_call());
}
