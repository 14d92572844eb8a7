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

/// Seconds since 1970 in UTC; 0 as long as nobody knows. A STAND-IN: this board has no clock and asks the debugger once, after
/// reset. A device asks its real-time clock, or its modem ("AT+CCLK?", which the network sets), and counts by its tick.
std::int64_t utc_seconds() noexcept;

/// Flash, of which a sector is erased before it is programmed. A STAND-IN: the emulated board has RAM where its flash would
/// be.
void erase_flash(const void* sector, std::size_t size) noexcept;
void program_flash(const void* to, const void* from, std::size_t size) noexcept;

/// How deep the stack has been since reset, and how many bytes at the front of `room`, which was painted, were used.
std::size_t stack_used() noexcept;
void paint(void* room, std::size_t size) noexcept;
std::size_t used_of(const void* room, std::size_t size) noexcept;

}  // namespace firmware
#endif
