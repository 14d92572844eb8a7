// tests/live/live.hpp - the servers of these tests, the client as a user would make it, and what they count.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_LIVE_LIVE_HPP
#define SUPEROFFICE_TESTS_LIVE_LIVE_HPP

#include <superoffice/batch.hpp>

#include <doctest/doctest.h>

#include <support/child_process.hpp>
#include <support/counting_malloc.hpp>
#include <support/local_service.hpp>
#include <support/test_tls.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace live {

using superoffice::errc;
using superoffice::instant;
using superoffice::milliseconds;
using superoffice::stage;

inline constexpr const char* good_token = "8A:Cust12345.test-token-good";

/// Started at the first use, stopped when the program ends.
inline support::local_service& service() {
    static support::local_service one({"--bad-certificates", "--listen", "mute=no-handshake", "--listen",
                                       "rude=reset-handshake", "--listen", "picky=wants-client"});
    REQUIRE_MESSAGE(one.is_ready(), one.problem());
    return one;
}

/// A file of the tests: "live/fault_peer.py".
inline std::string file_of(const char* name) {
    return (std::filesystem::path(support::local_service_script()).parent_path().parent_path() / name).string();
}

/// For the servers started here, as for the links: see support/test_tls.hpp.
inline std::vector<std::string> tls_arguments() {
    const char* const version = std::getenv("SUPEROFFICE_TEST_TLS");
    return version == nullptr || *version == '\0' ? std::vector<std::string>{}
                                                  : std::vector<std::string>{"--tls", version};
}

/// The links under test speak TLS 1.3 and nothing else.
inline bool only_tls_1_3() { return support::test_tls() == superoffice::tls_protocol::tls_1_3; }

inline superoffice::tls_options trusting_service(bool resume = true) {
    superoffice::tls_options options;
    options.ca_file = service().ca_file().c_str();
    options.protocol = support::test_tls();
    options.resume = resume;
    return options;
}

/// So many calls by each kind of connection. SUPEROFFICE_TEST_CALLS in the environment makes them fewer, where a slow
/// machine or a second run needs no more.
inline int kept_calls() {
    const char* const given = std::getenv("SUPEROFFICE_TEST_CALLS");
    return given == nullptr ? 10'000 : std::atoi(given);
}
inline int fresh_calls() { return kept_calls() < 300 ? kept_calls() : 300; }

inline std::string url_of(std::uint16_t port) { return "https://localhost:" + std::to_string(port) + "/Cust12345/api"; }

}  // namespace live
#endif
