// Links, a service and helpers for the tests of TLS: what they start, and what they read on the wire.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_UNIT_TRANSPORT_TLS_TLS_TESTING_HPP
#define SUPEROFFICE_TESTS_UNIT_TRANSPORT_TLS_TLS_TESTING_HPP

#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <doctest/doctest.h>

#include "support/nobodys_authority.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tls_testing {

namespace so = superoffice;
using so::errc;
using so::io_result;
using so::io_state;
using so::stage;
using so::wait_for;

inline void check_failed(const io_result& r, errc code, stage at) {
    CHECK(r.state == io_state::failed);
    CHECK(std::string_view(so::name(r.code)) == so::name(code));
    CHECK(std::string_view(so::name(r.at)) == so::name(at));
}

inline std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

using support::nobodys_authority;

inline so::tls_options trusting_nobody() {
    so::tls_options options;
    options.ca_memory = bytes(nobodys_authority);
    return options;
}

/// Keeps what is transmitted; nothing ever comes back.
struct recorder {
    static constexpr bool may_wait = false;
    std::string sent;
    int starts = 0, stops = 0;

    io_result start(const so::peer&) noexcept { return ++starts, io_result::ready(); }
    io_result receive(std::span<std::byte>) noexcept { return io_result::would_block(wait_for::readable); }
    io_result transmit(std::span<const std::byte> from) noexcept {
        sent.append(reinterpret_cast<const char*>(from.data()), from.size());
        return io_result::ready(from.size());
    }
    void stop() noexcept { ++stops; }
    [[nodiscard]] bool secure() const noexcept { return false; }
};

/// Transmits nowhere; the peer says `text` and closes.
struct talker : recorder {
    std::string_view text;
    io_result receive(std::span<std::byte> into) noexcept {
        if (text.empty()) return io_result::closed();
        const std::size_t n = text.copy(reinterpret_cast<char*>(into.data()), into.size());
        text.remove_prefix(n);
        return io_result::ready(n);
    }
};

/// What a ClientHello (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2) says.
struct client_hello {
    std::string server_name, protocol, session_id, ticket;
    std::vector<unsigned> versions, groups, suites;
    bool has_shared_key = false;  // pre_shared_key: how TLS 1.3 offers a session

    /// More may follow the record.
    explicit client_hello(std::string_view record) {
        std::size_t at = 5 + 4;  // behind the heads of the record and of the message
        const auto number = [&](int size) {
            unsigned n = 0;
            for (int i = 0; i < size; ++i) n = n << 8 | static_cast<unsigned char>(record.at(at++));
            return n;
        };
        record = record.substr(0, std::size_t{5} + static_cast<unsigned char>(record.at(3)) * 256U +
                                      static_cast<unsigned char>(record.at(4)));
        versions.push_back(number(2));
        at += 32;
        const std::size_t id_size = number(1);
        session_id = record.substr(at, id_size);
        at += id_size;
        const std::size_t suites_size = number(2);
        suites = numbers(record.substr(at, suites_size));
        at += suites_size;
        at += number(1);
        number(2);
        while (at < record.size()) {
            const unsigned type = number(2);
            const std::size_t end = number(2) + at;
            if (type == 0) server_name = record.substr(at + 5, end - at - 5);
            if (type == 16) protocol = record.substr(at + 3, end - at - 3);
            if (type == 10) groups = numbers(record.substr(at + 2, end - at - 2));
            if (type == 35) ticket = record.substr(at, end - at);
            if (type == 41) has_shared_key = true;
            if (type == 43) versions = numbers(record.substr(at + 1, end - at - 1));
            at = end;
        }
    }

  private:
    static std::vector<unsigned> numbers(std::string_view text) {
        std::vector<unsigned> found;
        for (; text.size() >= 2; text.remove_prefix(2))
            found.push_back(static_cast<unsigned>(static_cast<unsigned char>(text[0])) << 8 |
                            static_cast<unsigned char>(text[1]));
        return found;
    }
};

inline constexpr unsigned tls_1_2 = 0x0303, tls_1_3 = 0x0304;

}  // namespace tls_testing

#endif
