// board.cpp - reset, millisecond counter and debugger console of the Arm MPS2 with the AN386 image (Cortex-M4).
// SPDX-License-Identifier: BSL-1.0
#include "board.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// From the linker script.
extern "C" {
extern std::uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_limit[], stack_top[];

[[noreturn]] void reset() noexcept;
void count_tick() noexcept;
[[noreturn]] void stop_here() noexcept;
}

namespace {

constexpr std::uint32_t paint_word = 0xa5a5a5a5;
constexpr unsigned char paint_byte = 0xa5;

volatile std::uint32_t milliseconds_since_reset;

// Armv7-M Architecture Reference Manual, section B3.3.
volatile std::uint32_t& systick(std::uintptr_t offset) noexcept {
    return *reinterpret_cast<volatile std::uint32_t*>(0xe000e010 + offset);
}
constexpr std::uint32_t clock_hertz = 25'000'000;

// Semihosting for AArch32, sections 6.4 (time), 6.7 (exit extended) and 6.20 (write0).
enum class host_call : std::uint32_t { write_text = 0x04, time = 0x11, exit_extended = 0x20 };
std::uint32_t ask_host(host_call what, const void* argument) noexcept {
    register std::uint32_t r0 asm("r0") = static_cast<std::uint32_t>(what);
    register const void* r1 asm("r1") = argument;
    asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

using handler = void (*)() noexcept;
struct vector_table {
    std::uint32_t* stack;
    handler handlers[15];
};

[[gnu::used, gnu::section(".vectors")]] const vector_table vectors = {
    stack_top,
    {reset, stop_here, stop_here, stop_here, stop_here, stop_here, nullptr, nullptr, nullptr, nullptr, stop_here,
     stop_here, nullptr, stop_here, count_tick}};

}  // namespace

extern "C" void reset() noexcept {
    for (std::uint32_t *to = data_start, *from = data_load; to != data_end; ++to, ++from) *to = *from;
    for (std::uint32_t* to = bss_start; to != bss_end; ++to) *to = 0;
    auto* const here = reinterpret_cast<std::uint32_t*>(__builtin_frame_address(0));
    for (std::uint32_t* to = stack_limit; to < here - 16; ++to) *to = paint_word;

    systick(4) = clock_hertz / 1000 - 1;
    systick(8) = 0;
    systick(0) = 7;  // on, with its interrupt, by the processor's clock
    firmware::leave(firmware::program());
}

extern "C" void count_tick() noexcept { milliseconds_since_reset = milliseconds_since_reset + 1; }

extern "C" void stop_here() noexcept {
    firmware::print("fault\n");
    firmware::leave(99);
}

namespace firmware {

std::uint32_t ticks() noexcept { return milliseconds_since_reset; }

void print(std::string_view text) noexcept {
    char piece[32];
    while (!text.empty()) {
        std::size_t count = 0;
        for (; count < text.size() && count < sizeof piece - 1; ++count) piece[count] = text[count];
        piece[count] = '\0';
        ask_host(host_call::write_text, piece);
        text.remove_prefix(count);
    }
}

void print(std::uint32_t number) noexcept {
    char digits[10];
    std::size_t first = sizeof digits;
    do digits[--first] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    print({digits + first, sizeof digits - first});
}

void leave(int code) noexcept {
    const std::uint32_t why[] = {0x20026, static_cast<std::uint32_t>(code)};  // ADP_Stopped_ApplicationExit
    for (;;) ask_host(host_call::exit_extended, why);
}

std::int64_t utc_seconds() noexcept { return ask_host(host_call::time, nullptr); }

void erase_flash(const void* sector, std::size_t size) noexcept {
    auto* const at = static_cast<volatile unsigned char*>(const_cast<void*>(sector));
    for (std::size_t n = 0; n < size; ++n) at[n] = 0xff;
}

void program_flash(const void* to, const void* from, std::size_t size) noexcept {
    auto* const at = static_cast<volatile unsigned char*>(const_cast<void*>(to));
    for (std::size_t n = 0; n < size; ++n) at[n] = at[n] & static_cast<const unsigned char*>(from)[n];
}

std::size_t stack_used() noexcept {
    const std::uint32_t* at = stack_limit;
    while (at != stack_top && *at == paint_word) ++at;
    return static_cast<std::size_t>(stack_top - at) * sizeof *at;
}

void paint(void* room, std::size_t size) noexcept {
    for (std::size_t n = 0; n < size; ++n) static_cast<unsigned char*>(room)[n] = paint_byte;
}

std::size_t used_of(const void* room, std::size_t size) noexcept {
    while (size != 0 && static_cast<const unsigned char*>(room)[size - 1] == paint_byte) --size;
    return size;
}

}  // namespace firmware
