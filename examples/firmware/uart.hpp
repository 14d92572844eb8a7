// uart.hpp - the link below the client: a modem on the board's first UART (Arm CMSDK), polled, nothing buffered.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_UART_HPP
#define FIRMWARE_UART_HPP

#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace firmware {

/// Whether anybody else can read what goes through the modem.
enum class modem : std::uint8_t { speaks_clear, does_tls };

/// A byte transport over a modem that has been told whom to dial (here QEMU's chardev is the modem), so that there is
/// nothing left for `start` but to switch the receiver on. A serial line without carrier detect cannot tell that the peer
/// has hung up: what follows is silence, and the call's deadline ends it.
template <modem Kind>
class uart {
  public:
    static constexpr bool may_wait = false;

    superoffice::io_result start(const superoffice::peer&) noexcept {
        at(baud_divider) = 16;
        at(control) = transmit_enable | receive_enable;
        return superoffice::io_result::ready();
    }
    superoffice::io_result receive(std::span<std::byte> into) noexcept {
        std::size_t count = 0;
        while (count < into.size() && (at(state) & receive_full) != 0) into[count++] = static_cast<std::byte>(at(data));
        return count != 0 ? superoffice::io_result::ready(count)
                          : superoffice::io_result::would_block(superoffice::wait_for::readable);
    }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept {
        std::size_t count = 0;
        while (count < from.size() && (at(state) & transmit_full) == 0)
            at(data) = std::to_integer<std::uint32_t>(from[count++]);
        return count != 0 ? superoffice::io_result::ready(count)
                          : superoffice::io_result::would_block(superoffice::wait_for::writable);
    }
    void stop() noexcept {}

    /// Only where the modem itself verifies the server and encrypts.
    [[nodiscard]] bool secure() const noexcept { return Kind == modem::does_tls; }

  private:
    // Cortex-M System Design Kit Technical Reference Manual, section 4.3.
    static constexpr std::uintptr_t base = 0x40004000;
    static constexpr std::uintptr_t data = 0x00, state = 0x04, control = 0x08, baud_divider = 0x10;
    static constexpr std::uint32_t transmit_full = 1, receive_full = 2;
    static constexpr std::uint32_t transmit_enable = 1, receive_enable = 2;

    static volatile std::uint32_t& at(std::uintptr_t offset) noexcept {
        return *reinterpret_cast<volatile std::uint32_t*>(base + offset);
    }
};
static_assert(superoffice::byte_transport<uart<modem::does_tls>>);

}  // namespace firmware
#endif
