// A status that says no is the outcome of a call, also where the head or the body around it cannot be read: a watch goes on,
// and a credential is renewed.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/watch.hpp>
#include <superoffice/transport/scripted.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::watch_state;

namespace {

struct progress {
    so::field<so::coded<so::BatchTaskState>> State;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State))

struct renewing {
    int* renewals;
    static so::credential_state prepare(so::instant) noexcept { return so::credential_state::ready; }
    static void add_to(so::request_head& head) noexcept { head.header("Authorization", "Bearer x"); }
    bool refused() noexcept { return ++*renewals, true; }
};

/// A link that gives one reply after another, each on a connection of its own that then closes.
struct canned {
    static constexpr bool may_wait = false;
    const std::vector<std::string>* replies;
    std::size_t at_most;
    std::size_t turn = 0, at = 0;

    so::io_result start(const so::peer&) noexcept { return at = 0, so::io_result::ready(); }
    static so::io_result transmit(std::span<const std::byte> from) noexcept {
        return so::io_result::ready(from.size());
    }
    so::io_result receive(std::span<std::byte> into) noexcept {
        if (turn == replies->size()) return so::io_result::would_block(so::wait_for::readable);
        const std::string_view rest = std::string_view{(*replies)[turn]}.substr(at);
        if (rest.empty()) return so::io_result::closed();
        const std::size_t size = std::min({rest.size(), into.size(), at_most});
        std::copy_n(reinterpret_cast<const std::byte*>(rest.data()), size, into.data());
        at += size;
        return so::io_result::ready(size);
    }
    void stop() noexcept {
        if (at != 0) ++turn;
        at = 0;
    }
    static bool secure() noexcept { return true; }
};

}  // namespace

TEST_CASE("a status of 300 or above is the outcome, whatever head or body is around it") {
    constexpr bool goes_on = true;
    const struct {
        std::string_view status;
        errc code;
        bool watch_goes_on;
    } statuses[] = {{"503 Service Unavailable", errc::unavailable, goes_on},
                    {"429 Too Many Requests", errc::throttled, goes_on},
                    {"401 Unauthorized", errc::ok, goes_on},  // renewed at once
                    {"403 Forbidden", errc::forbidden, !goes_on},
                    {"307 Temporary Redirect", errc::redirected, !goes_on}};
    std::string lines;
    for (std::size_t n = 0; n <= 128; ++n) lines += "A: b\r\n";
    const struct {
        std::string_view what;
        std::string rest;
    } rests[] = {
        {"a plain page", "Content-Length: 4\r\n\r\nbusy"},
        {"a body too large for the memory", "Content-Length: 4000\r\n\r\n" + std::string(4000, 'x')},
        {"a compressed body", "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbusy"},
        {"a head of 2600 bytes",
         "Content-Security-Policy: " + std::string(2500, 'a') + "\r\nContent-Length: 4\r\n\r\nbusy"},
        {"more header lines than the limit", lines + "\r\nbusy"},
        {"a folded header line", "Via: 1.1 a,\r\n 1.1 b\r\nContent-Length: 4\r\n\r\nbusy"},
        {"Content-Length: 4, 4", "Content-Length: 4, 4\r\n\r\nbusy"},
        {"Content-Length: 4, 5", "Content-Length: 4, 5\r\n\r\nbusy"},
        {"a line that is no header", "busy busy\r\n\r\n"},
        {"an unknown transfer coding", "Transfer-Encoding: gzip\r\n\r\nbusy"},
        {"bad chunks", "Transfer-Encoding: chunked\r\n\r\nbusy"},
        {"a body cut off", "Content-Length: 1293\r\n\r\nbusy"},
        {"a head cut off", "Content-Length"},
    };
    const std::string good =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 21\r\n\r\n"
        "{\"State\":\"Succeeded\"}";
    std::array<std::byte, 2048> memory{};
    for (const auto& status : statuses)
        for (const auto& rest : rests)
            for (const std::size_t at_most : {std::size_t{1}, std::size_t{700}, std::size_t{100'000}}) {
                CAPTURE(status.status);
                CAPTURE(rest.what);
                const std::vector<std::string> replies = {"HTTP/1.1 " + std::string{status.status} +
                                                              "\r\nConnection: close\r\nRetry-After: 3\r\n"
                                                              "Content-Type: text/html\r\n" +
                                                              rest.rest,
                                                          good};
                canned link{&replies, at_most};
                int renewals = 0;
                so::client api{link, "https://h/Cust1", renewing{&renewals}, memory};
                so::watch<progress> task{api, 497};
                watch_state state = watch_state::waiting;
                errc last = errc::ok;
                std::int64_t now = 0;
                for (; now < 100'000 && !task.is_over(); now += 10) {
                    state = task.step(so::instant{now});
                    if (task.last_failure().code != errc::ok) last = task.last_failure().code;
                }
                CHECK(last == status.code);
                CHECK(state == (status.watch_goes_on ? watch_state::finished : watch_state::call_failed));
                CHECK(renewals == (status.code == errc::ok ? 1 : 0));
                if (status.watch_goes_on && renewals == 0) CHECK(now >= 3'000);  // as Retry-After says
            }
}
