// Tests of superoffice/transport/byte_transport.hpp: which types are links and clocks, and the answers of a link.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/byte_transport.hpp>

#include <doctest/doctest.h>

#include "support/manual_clock.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace so = superoffice;
using so::io_result;
using so::io_state;

namespace {

using archetype = so::byte_transport_archetype;
static_assert(so::byte_transport<archetype> && !so::timed_transport<archetype> && !so::waiting_transport<archetype>);

struct timed : archetype {
    void tick(so::instant, so::instant) noexcept {}
};
struct waiting : archetype {
    void wait(so::wait_for, so::milliseconds) noexcept {}
};
static_assert(so::timed_transport<timed> && so::waiting_transport<waiting>);

// To linger is for those who say so.
struct lingering : archetype {
    static constexpr bool lingers = true;
};
struct not_lingering : archetype {
    static constexpr bool lingers = false;
};
static_assert(so::lingering_transport<lingering>);
static_assert(!so::lingering_transport<archetype> && !so::lingering_transport<not_lingering>);

// Each requirement counts.
struct may_throw : archetype {
    io_result receive(std::span<std::byte>) { return {}; }
};
struct other_answer : archetype {
    int transmit(std::span<const std::byte>) noexcept { return 0; }
};
struct untold {
    io_result start(const so::peer&) noexcept { return {}; }
    io_result receive(std::span<std::byte>) noexcept { return {}; }
    io_result transmit(std::span<const std::byte>) noexcept { return {}; }
    void stop() noexcept {}
    bool secure() const noexcept { return false; }
};
static_assert(!so::byte_transport<may_throw> && !so::byte_transport<other_answer> && !so::byte_transport<untold>);

struct no_clock {
    int now() noexcept { return 0; }
};
static_assert(so::monotonic_clock<support::manual_clock> && !so::monotonic_clock<no_clock>);

constexpr io_result moved = io_result::ready(7);
static_assert(moved.state == io_state::ready && moved.bytes == 7 && moved.code == so::errc::ok);
constexpr io_result later = io_result::would_block(so::wait_for::writable, so::stage::handshake);
static_assert(later.state == io_state::would_block && later.bytes == 0 && later.wants == so::wait_for::writable &&
              later.at == so::stage::handshake);
static_assert(io_result::closed().state == io_state::closed);
constexpr io_result broken = io_result::failed(so::errc::connection_refused, 111, so::stage::connect);
static_assert(broken.state == io_state::failed && broken.code == so::errc::connection_refused && broken.native == 111 &&
              broken.at == so::stage::connect);

}  // namespace

TEST_CASE("byte_transport: the archetype starts, takes everything and gives nothing") {
    archetype link;
    std::array<std::byte, 4> bytes{};
    CHECK_FALSE(archetype::may_wait);
    CHECK(link.start({"host", 443}).state == io_state::ready);
    CHECK(link.transmit(bytes).bytes == bytes.size());
    CHECK(link.receive(bytes).state == io_state::closed);
    CHECK_FALSE(link.secure());
    link.stop();
    link.stop();
}

TEST_CASE("byte_transport: an answer says no more than it is given") {
    const io_result ready = io_result::ready();
    CHECK(ready.state == io_state::ready);
    CHECK(ready.bytes == 0);
    CHECK(ready.code == so::errc::ok);
    const io_result blocked = io_result::would_block(so::wait_for::readable);
    CHECK(blocked.bytes == 0);
    CHECK(blocked.at == so::stage::none);
    CHECK(blocked.code == so::errc::ok);
}
