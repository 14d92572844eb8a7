// Tests of superoffice/transport/tls/detail/read_ahead.hpp: early bytes come out in order, and none is received too early.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/read_ahead.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

using superoffice::detail::read_ahead;

namespace {

/// Puts 0, 1, 2, ... there, as a link would.
void fill(std::span<std::byte> room, std::size_t count) {
    for (std::size_t n = 0; n != count; ++n) room[n] = static_cast<std::byte>(n);
}

}  // namespace

TEST_CASE("read_ahead: the memory is used if it is large enough, and only from the first byte of a record on") {
    std::array<std::byte, 256> memory{};
    std::array<std::byte, 64> wanted{};
    read_ahead ahead;
    const auto goes_to_memory = [&](std::size_t size = read_ahead::header_bytes) {
        const std::span<std::byte> there = std::span(wanted).first(size);
        const std::span<std::byte> room = ahead.room_for(there);
        CHECK((room.data() == memory.data() || (room.data() == wanted.data() && room.size() == size)));
        return room.data() == memory.data();
    };
    CHECK_FALSE(goes_to_memory());  // before there is any
    for (const std::size_t size : {std::size_t{1}, read_ahead::least - 1, read_ahead::least, memory.size()}) {
        CAPTURE(size);
        ahead.begin(std::span(memory).first(size));
        CHECK(goes_to_memory() == (size >= read_ahead::least));
        CHECK_FALSE(ahead.is_draining());
        ahead.drain();
        CHECK(ahead.is_draining());
        CHECK_FALSE(goes_to_memory());
        ahead.end();
        CHECK_FALSE(ahead.is_draining());
        CHECK_FALSE(goes_to_memory());
    }

    // A record of 261 bytes, given in pieces: five bytes that are wanted are a header only behind its last one.
    constexpr std::size_t body = 261;
    const std::array header = {std::byte{23}, std::byte{3}, std::byte{3}, std::byte{body >> 8}, std::byte{body & 0xFF}};
    for (const std::size_t piece : {1U, 2U, 5U, 64U}) {
        CAPTURE(piece);
        ahead.begin(memory);
        for (int record = 0; record != 3; ++record) {
            for (std::size_t at = 0; at < header.size(); at += piece) {
                CHECK(goes_to_memory() == (at == 0));
                ahead.given(std::span(header).subspan(at, (std::min)(piece, header.size() - at)));
            }
            for (std::size_t left = body; left != 0; left -= (std::min)(piece, left)) {
                CHECK_FALSE(goes_to_memory());
                ahead.given(std::span(wanted).first((std::min)(piece, left)));
            }
        }
        CHECK(goes_to_memory());
        ahead.given(std::span(header).first(3));
        CHECK_FALSE(goes_to_memory());
        ahead.start_over();  // another connection
        ahead.begin(memory);
        CHECK(goes_to_memory());
    }
}

TEST_CASE("read_ahead: a record of the handshake is remembered until data comes, or until it is forgotten") {
    read_ahead ahead;
    // A record's type, and a body that begins with the type of another one, which counts for nothing.
    const auto give = [&ahead](int type, int body, std::size_t piece) {
        const std::array record = {std::byte(type), std::byte{3},    std::byte{3},   std::byte{0},
                                   std::byte{2},    std::byte(body), std::byte(body)};
        for (std::size_t at = 0; at < 5; at += piece)
            ahead.given(std::span(record).subspan(at, (std::min)(piece, 5 - at)));
        ahead.given(std::span(record).subspan(5));
    };
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
        CAPTURE(piece);
        ahead.start_over();
        CHECK_FALSE(ahead.has_handshake_record());
        give(23, 22, piece);
        CHECK_FALSE(ahead.has_handshake_record());
        give(21, 22, piece);  // an alert
        CHECK_FALSE(ahead.has_handshake_record());
        give(22, 23, piece);
        CHECK(ahead.has_handshake_record());
        give(21, 23, piece);
        CHECK(ahead.has_handshake_record());
        give(23, 22, piece);
        CHECK_FALSE(ahead.has_handshake_record());
        give(22, 22, piece);
        CHECK(ahead.has_handshake_record());
        ahead.forget_handshake_record();
        CHECK_FALSE(ahead.has_handshake_record());
        give(22, 22, piece);
        ahead.start_over();
        CHECK_FALSE(ahead.has_handshake_record());
    }
    CHECK(read_ahead::least == 64);
}

TEST_CASE("read_ahead: gives out what has arrived, in pieces of any size, also after text was put before it") {
    std::array<std::byte, 128> memory{};
    for (std::size_t piece = 1; piece <= 101; ++piece) {
        CAPTURE(piece);
        read_ahead ahead;
        ahead.begin(memory);
        std::array<std::byte, 128> into{};
        CHECK(ahead.take(into) == 0);
        fill(memory, 100);
        ahead.arrived(100);
        std::size_t taken = 0;
        while (!ahead.empty()) {
            const std::span<std::byte> there =
                std::span(into).subspan(taken).first((std::min)(piece, into.size() - taken));
            const std::size_t count = ahead.take(there);
            REQUIRE(count != 0);
            taken += count;
            ahead.drain();
            std::fill(memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(taken), std::byte{0xFF});
        }
        CHECK(taken == 100);
        CHECK(ahead.take(into) == 0);
        for (std::size_t n = 0; n != 100; ++n) CHECK(into[n] == static_cast<std::byte>(n));
    }
}

TEST_CASE("read_ahead: nothing is left for the next call") {
    std::array<std::byte, 128> memory{};
    std::array<std::byte, 8> into{};
    read_ahead ahead;
    ahead.begin(memory);
    ahead.arrived(10);
    SUBCASE("ended") { ahead.end(); }
    SUBCASE("begun again") { ahead.begin(memory); }
    CHECK(ahead.empty());
    CHECK(ahead.take(into) == 0);
}
