// uart.hpp - the link below the client: a modem on the board's first UART (Arm CMSDK), polled, nothing buffered.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_UART_HPP
#define FIRMWARE_UART_HPP

#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware {

/// Whether anybody else can read what goes through the modem.
enum class modem : std::uint8_t { speaks_clear, does_tls };

/// A byte transport over a modem that dials by Hayes commands: "ATD" with host and port, then "CONNECT" and the bytes of the
/// peer. It hangs up by the escape "+++ATH" with a carriage return, which needs no pause around it (TIES). A serial line
/// without carrier detect cannot tell that the peer has hung up: what follows is silence. A kept connection that is silent is
/// replaced, any other one ends with the call's deadline.
template <modem Kind>
class uart {
  public:
    static constexpr bool may_wait = false;
    static constexpr bool relays = true;

    superoffice::io_result start(const superoffice::peer& to) noexcept {
        constexpr auto here = superoffice::stage::connect;
        at(baud_divider) = 16;
        at(control) = transmit_enable | receive_enable;
        for (; dialled_ < command_size(to); ++dialled_)
            if (!put(command_at(to, dialled_)))
                return superoffice::io_result::would_block(superoffice::wait_for::writable, here);
        // What comes before the answer belongs to the connection before. What comes behind it belongs to the peer.
        while ((at(state) & receive_full) != 0) {
            const auto c = static_cast<char>(at(data));
            if (connected_.ends_with(c)) {
                is_open_ = true;
                begin_anew();
                return superoffice::io_result::ready();
            }
            if (refused_.ends_with(c)) {
                begin_anew();
                return superoffice::io_result::failed(superoffice::errc::peer_unreachable, 0, here);
            }
        }
        return superoffice::io_result::would_block(superoffice::wait_for::readable, here);
    }
    superoffice::io_result receive(std::span<std::byte> into) noexcept {
        std::size_t count = 0;
        while (count < into.size() && (at(state) & receive_full) != 0) into[count++] = static_cast<std::byte>(at(data));
        return count != 0 ? superoffice::io_result::ready(count)
                          : superoffice::io_result::would_block(superoffice::wait_for::readable);
    }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept {
        std::size_t count = 0;
        while (count < from.size() && put(std::to_integer<char>(from[count]))) ++count;
        return count != 0 ? superoffice::io_result::ready(count)
                          : superoffice::io_result::would_block(superoffice::wait_for::writable);
    }
    /// Hangs up: seven characters, which take 0.6 ms at 115,200 baud. A modem that takes none of them is left alone; the next
    /// `start` begins with the same characters.
    void stop() noexcept {
        begin_anew();
        for (const char c : hang_up) {
            for (unsigned tries = 0; is_open_ && !put(c); ++tries)
                if (tries == 10'000) is_open_ = false;
        }
        is_open_ = false;
    }

    /// Only where the modem itself verifies the server and encrypts.
    [[nodiscard]] bool secure() const noexcept { return Kind == modem::does_tls; }

  private:
    /// Finds a text in what arrives, a character at a time.
    struct awaited {
        std::string_view text;
        std::size_t matched = 0;

        bool ends_with(char c) noexcept {
            matched = c == text[matched] ? matched + 1 : c == text[0] ? 1 : 0;
            return matched == text.size();
        }
    };

    static constexpr std::string_view hang_up = "+++ATH\r";
    static constexpr std::string_view dial = "+++ATH\rATD";
    static constexpr std::size_t port_size = 7;  // ":00443\r"

    static std::size_t command_size(const superoffice::peer& to) noexcept {
        return dial.size() + to.host.size() + port_size;
    }
    static char command_at(const superoffice::peer& to, std::size_t n) noexcept {
        if (n < dial.size()) return dial[n];
        n -= dial.size();
        if (n < to.host.size()) return to.host[n];
        n -= to.host.size();
        if (n == 0) return ':';
        if (n == port_size - 1) return '\r';
        std::uint32_t rest = to.port;
        for (; n < port_size - 2; ++n) rest /= 10;
        return static_cast<char>('0' + rest % 10);
    }
    void begin_anew() noexcept {
        dialled_ = 0;
        connected_.matched = refused_.matched = 0;
    }

    // Cortex-M System Design Kit Technical Reference Manual, section 4.3.
    static constexpr std::uintptr_t base = 0x40004000;
    static constexpr std::uintptr_t data = 0x00, state = 0x04, control = 0x08, baud_divider = 0x10;
    static constexpr std::uint32_t transmit_full = 1, receive_full = 2;
    static constexpr std::uint32_t transmit_enable = 1, receive_enable = 2;

    static volatile std::uint32_t& at(std::uintptr_t offset) noexcept {
        return *reinterpret_cast<volatile std::uint32_t*>(base + offset);
    }
    static bool put(char c) noexcept {
        if ((at(state) & transmit_full) != 0) return false;
        at(data) = static_cast<unsigned char>(c);
        return true;
    }

    std::size_t dialled_ = 0;  // characters of the command that the modem has
    awaited connected_{"CONNECT\r\n"}, refused_{"NO CARRIER\r\n"};
    bool is_open_ = false;
};
static_assert(superoffice::byte_transport<uart<modem::does_tls>>);

}  // namespace firmware
#endif
