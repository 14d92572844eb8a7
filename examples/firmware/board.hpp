// board.hpp - what the program needs of the board: a millisecond counter, a console, an end. Arm MPS2 with the AN386 image.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_BOARD_HPP
#define FIRMWARE_BOARD_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firmware {

/// The program itself, run after reset; its answer is the exit code.
int program() noexcept;

/// Milliseconds since reset; wraps after 49 days.
std::uint32_t ticks() noexcept;

/// Onto the debugger's console.
void print(std::string_view text) noexcept;
void print(std::uint32_t number) noexcept;

/// Ends the program with an exit code that the debugger passes on. Does not return.
[[noreturn]] void leave(int code) noexcept;

/// Seconds since 1970: the debugger's clock. A STAND-IN: a device asks its real-time clock or its modem.
std::int64_t utc_seconds() noexcept;

/// How deep the stack has been since reset, and how many bytes at the front of `room`, which was painted, were used.
std::size_t stack_used() noexcept;
void paint(void* room, std::size_t size) noexcept;
std::size_t used_of(const void* room, std::size_t size) noexcept;

}  // namespace firmware
#endif
