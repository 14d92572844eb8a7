// Tests of superoffice/transport/tls/detail/mbedtls_random.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/mbedtls_random.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/tls.hpp>

#include "../tls_service.hpp"
#include "../tls_testing.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <new>
#include <random>
#include <span>
#include <string>
#include <vector>

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace tls_testing;

TEST_CASE("tls: random bytes come from the source of the options, and its failure is reported") {
    static int asked;
    asked = 0;
    so::tls_options options = trusting_nobody();
    options.random.fill = [](void* context, std::span<std::byte> into) noexcept {
        ++asked;
        for (std::byte& b : into) b = std::byte{0x5a};
        return *static_cast<bool*>(context);
    };
    bool works = true;
    options.random.context = &works;
    so::tls<recorder> link{options};
    const io_result r = link.start({"service.example", 443});
#if MBEDTLS_VERSION_NUMBER >= 0x04000000
    check_failed(r, errc::no_entropy, stage::handshake);
#else
    CHECK(r.state == io_state::would_block);
    CHECK(asked > 0);
    CHECK(link.link().sent.find(std::string(28, 'Z')) != std::string::npos);  // the random of the ClientHello
    link.stop();
    works = false;
    check_failed(link.start({"service.example", 443}), errc::no_entropy, stage::handshake);
    works = true;
    CHECK(link.start({"service.example", 443}).state == io_state::would_block);
#endif
}
#if MBEDTLS_VERSION_NUMBER < 0x04000000
TEST_CASE("random_generator: the system seeds it, so two generators give different bytes") {
    using so::detail::random_generator;
    random_generator one, other;
    CHECK_FALSE(one.has_failed());
    REQUIRE(one.begin({}) == 0);
    REQUIRE(other.begin({}) == 0);
    unsigned char drawn[2][32] = {};
    REQUIRE(random_generator::fill(&one, drawn[0], sizeof drawn[0]) == 0);
    REQUIRE(random_generator::fill(&other, drawn[1], sizeof drawn[1]) == 0);
    CHECK_FALSE(std::equal(std::begin(drawn[0]), std::end(drawn[0]), std::begin(drawn[1])));
    CHECK_FALSE(one.has_failed());
#if !defined(MBEDTLS_NO_PLATFORM_ENTROPY)
    for (std::size_t size = 0; size < 4; ++size) CHECK(so::detail::entropy_source::fill(nullptr, drawn[0], size) == 0);
    // More than a system gives at once: each part of it is filled.
    std::vector<unsigned char> much(1024);
    REQUIRE(so::detail::entropy_source::fill(nullptr, much.data(), much.size()) == 0);
    for (std::size_t at = 0; at < much.size(); at += 64)
        CHECK(std::count(much.begin() + static_cast<std::ptrdiff_t>(at),
                         much.begin() + static_cast<std::ptrdiff_t>(at + 64), 0) < 32);
#endif
}

#if !defined(MBEDTLS_NO_PLATFORM_ENTROPY)
TEST_CASE("random_generator: a system that gives fewer bytes is asked again, and one that gives none is an error") {
    using so::detail::entropy_source;
    unsigned char bytes[9] = {};
    // Three bytes at a time.
    CHECK(entropy_source::fill_by(
              [](void*, unsigned char* into, std::size_t size, std::size_t* got) {
                  *got = size < 3 ? size : 3;
                  for (std::size_t n = 0; n < *got; ++n) into[n] = static_cast<unsigned char>(16 * size + n);
                  return 0;
              },
              bytes, 8) == 0);
    const unsigned char wanted[9] = {0x80, 0x81, 0x82, 0x50, 0x51, 0x52, 0x20, 0x21, 0};
    CHECK(std::equal(std::begin(bytes), std::end(bytes), wanted));
    const auto none = [](void*, unsigned char*, std::size_t, std::size_t*) { return 0; };
    static int calls;
    calls = 0;
    const auto more = [](void*, unsigned char*, std::size_t size, std::size_t* got) {
        *got = calls++ == 0 ? size + 1 : size;
        return 0;
    };
    const auto fails = [](void*, unsigned char*, std::size_t size, std::size_t* got) {
        *got = size;
        return -1;
    };
    CHECK(entropy_source::fill_by(none, bytes, 8) == MBEDTLS_ERR_ENTROPY_SOURCE_FAILED);
    CHECK(entropy_source::fill_by(more, bytes, 8) == MBEDTLS_ERR_ENTROPY_SOURCE_FAILED);
    CHECK(entropy_source::fill_by(fails, bytes, 8) == MBEDTLS_ERR_ENTROPY_SOURCE_FAILED);
    CHECK(entropy_source::fill_by(none, bytes, 0) == 0);
}
#endif

TEST_CASE("random_generator: it is seeded once, however often it begins") {
    using so::detail::random_generator;
    alignas(random_generator) std::byte place[sizeof(random_generator)] = {};
    auto* const one = new (place) random_generator;
    REQUIRE(one->begin({}) == 0);
    const std::vector<std::byte> seeded(place, place + sizeof place);
    REQUIRE(one->begin({}) == 0);
    CHECK(std::equal(seeded.begin(), seeded.end(), place));
    std::destroy_at(one);
}

TEST_CASE("random_generator: a failure is remembered, whatever comes after it, until the next connection") {
    bool works = false;
    const so::random_source source{
        .fill = [](void* good, std::span<std::byte>) noexcept { return *static_cast<bool*>(good); }, .context = &works};
    so::detail::random_generator generator;
    REQUIRE(generator.begin(source) == 0);
    unsigned char bytes[8] = {};
    CHECK_FALSE(generator.has_failed());
    CHECK(so::detail::random_generator::fill(&generator, bytes, sizeof bytes) < 0);
    works = true;
    CHECK(so::detail::random_generator::fill(&generator, bytes, sizeof bytes) == 0);
    CHECK(generator.has_failed());
    generator.start_over();
    CHECK_FALSE(generator.has_failed());
}

TEST_CASE("random_generator: with a custom source the system is not asked") {
    using so::detail::random_generator;
    alignas(random_generator) std::byte place[sizeof(random_generator)] = {};
    auto* const one = new (place) random_generator;
    const so::random_source zeros{.fill =
                                      [](void*, std::span<std::byte> into) noexcept {
                                          std::fill(into.begin(), into.end(), std::byte{0});
                                          return true;
                                      },
                                  .context = nullptr};
    REQUIRE(one->begin(zeros) == 0);
    CHECK(std::count_if(place, place + sizeof place, [](std::byte b) { return b != std::byte{}; }) < 64);  // no key
    unsigned char drawn[4] = {1, 2, 3, 4};
    CHECK(random_generator::fill(one, drawn, sizeof drawn) == 0);
    CHECK(std::count(std::begin(drawn), std::end(drawn), 0) == 4);
    std::destroy_at(one);
}

TEST_CASE("random_generator: its state is zeroed when it ends") {
    using so::detail::random_generator;
    alignas(random_generator) std::byte place[sizeof(random_generator)] = {};
    const auto not_zero = [](std::byte b) { return b != std::byte{}; };
    auto* const one = new (place) random_generator;
    REQUIRE(one->begin({}) == 0);
    unsigned char drawn[32] = {};
    REQUIRE(random_generator::fill(one, drawn, sizeof drawn) == 0);
    CHECK(std::count_if(place, place + sizeof place, not_zero) > 128);  // the key of 256 bits and its schedule
    std::destroy_at(one);
    CHECK(std::count_if(place, place + sizeof place, not_zero) < 24);  // numbers that are no secret
}
#endif
#if MBEDTLS_VERSION_NUMBER < 0x04000000
TEST_CASE("tls: a random source that has failed once is not blamed for a server that does not speak TLS") {
    static bool works;
    so::tls_options options = trusting_nobody();
    options.random.fill = [](void*, std::span<std::byte> into) noexcept {
        for (std::byte& b : into) b = std::byte{0x5a};
        return works;
    };
    so::tls<talker> link{options};
    const auto meet = [&] {
        link.link().text = "HTTP/1.1 400 Bad Request\r\n\r\n";
        io_result r = link.start({"service.example", 443});
        for (int again = 0; again < 9 && r.state == io_state::would_block; ++again)
            r = link.start({"service.example", 443});
        return r;
    };
    works = false;
    check_failed(meet(), errc::no_entropy, stage::handshake);
    works = true;
    const io_result r = meet();
    check_failed(r, errc::not_tls, stage::handshake);
    CHECK(r.native < 0);
}
#endif
#if defined(__unix__) && MBEDTLS_VERSION_NUMBER < 0x04000000
TEST_CASE("tls: after fork each child draws other random bytes than its parent and its siblings") {
    const auto random_of_hello = [](so::tls<recorder>& link) {
        link.stop();
        link.link().sent.clear();
        static_cast<void>(link.start({"service.example", 443}));
        return link.link().sent.substr(5 + 4 + 2, 32);  // behind the heads of record and message, and the version
    };
    so::tls<recorder> link{trusting_nobody()};
    CHECK(random_of_hello(link).size() == 32);
    std::string drawn[3];
    for (std::string* const of_child : {&drawn[0], &drawn[1]}) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const std::string own = random_of_hello(link);
            ::_exit(::write(ends[1], own.data(), own.size()) == 32 ? 0 : 1);
        }
        char bytes[32] = {};
        CHECK(::read(ends[0], bytes, sizeof bytes) == 32);
        of_child->assign(bytes, sizeof bytes);
        int status = -1;
        CHECK(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
        ::close(ends[0]);
        ::close(ends[1]);
    }
    drawn[2] = random_of_hello(link);
    for (std::string& each : drawn) {
        REQUIRE(each.size() == 32);
        each.erase(0, 4);  // some versions put the time into the first four bytes
    }
    CHECK(drawn[0] != drawn[1]);
    CHECK(drawn[0] != drawn[2]);
    CHECK(drawn[1] != drawn[2]);
}
#endif

#if defined(SUPEROFFICE_TESTS_TLS_SERVICE)

#if MBEDTLS_VERSION_NUMBER < 0x04000000
TEST_CASE("tls: a random source that has failed once is not blamed for a certificate that is refused later") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    struct source {
        std::minstd_rand numbers;
        bool works = true;
    } from;
    so::tls_options options = trusting_service();
    options.random.context = &from;
    options.random.fill = [](void* context, std::span<std::byte> into) noexcept {
        auto& me = *static_cast<source*>(context);
        for (std::byte& b : into) b = static_cast<std::byte>(me.numbers() >> 8);
        return me.works;
    };
    so::mbedtls_socket link{options};
    const auto meet = [&] { return start(link, "localhost", service().port("self-signed")); };
    check_failed(meet(), errc::certificate_self_signed, stage::handshake);
    from.works = false;
    check_failed(meet(), errc::no_entropy, stage::handshake);
    from.works = true;
    check_failed(meet(), errc::certificate_self_signed, stage::handshake);
}
#endif

#endif  // SUPEROFFICE_TESTS_TLS_SERVICE

#endif
