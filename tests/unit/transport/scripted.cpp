// Tests of superoffice/transport/scripted.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/scripted.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::io_result;
using so::io_state;
using so::scripted;
using kind = superoffice::script_mismatch::kind;

namespace {

const so::peer here{"a.example", 443};

so::io_result put(scripted& link, std::string_view text) {
    return link.transmit(std::as_bytes(std::span<const char>(text.data(), text.size())));
}

std::string take(scripted& link, std::size_t size, io_state expected = io_state::ready) {
    std::array<std::byte, 64> into{};
    const auto got = link.receive({into.data(), size});
    CHECK(got.state == expected);
    return {reinterpret_cast<const char*>(into.data()), got.bytes};
}

}  // namespace

TEST_CASE("scripted: the steps are played in order, in pieces of any size") {
    const so::script_step steps[] = {
        script::starts("a.example", 443),
        script::expects("request"),
        script::gives("reply"),
        script::closes(),
        script::stops(),
    };
    scripted link{steps};
    CHECK(link.start(here).state == io_state::ready);
    CHECK(put(link, "req").bytes == 3);
    CHECK(take(link, 8, io_state::would_block).empty());  // nothing comes before the request is whole
    CHECK(put(link, "uest").bytes == 4);
    CHECK(take(link, 2) == "re");
    CHECK(take(link, 8) == "ply");
    CHECK(take(link, 8, io_state::closed).empty());
    CHECK(take(link, 8, io_state::closed).empty());
    CHECK(!link.finished());
    link.stop();
    link.stop();
    CHECK(link.finished());
    CHECK(link.moved() == 12);
    CHECK(link.calls() == 8);
}

TEST_CASE("scripted: a call takes no more than its step holds") {
    const so::script_step steps[] = {script::expects("ab"), script::expects("cd"), script::gives("x"),
                                     script::gives(""),     script::expects(""),   script::gives("y")};
    scripted link{steps};
    CHECK(put(link, "abcd").bytes == 2);
    CHECK(put(link, "cd").bytes == 2);
    CHECK(take(link, 8) == "x");
    CHECK(take(link, 8) == "y");
    CHECK(link.finished());
}

TEST_CASE("scripted: a step may answer any call with would_block or failed") {
    const so::script_step steps[] = {
        script::would_block(so::wait_for::writable, so::stage::connect),
        script::starts(),
        script::would_block(),
        script::expects("a"),
        script::fails(errc::connection_reset, 104),
        script::starts(),
        script::fails(errc::certificate_expired, -9984, so::stage::handshake),
        script::starts(),
        script::fails(errc::link_failed),
    };
    scripted link{steps};
    auto got = link.start(here);
    CHECK(got.state == io_state::would_block);
    CHECK(got.wants == so::wait_for::writable);
    CHECK(got.at == so::stage::connect);
    CHECK(link.start(here).state == io_state::ready);
    CHECK(put(link, "a").state == io_state::would_block);
    CHECK(put(link, "a").state == io_state::ready);
    std::byte into[4];
    got = link.receive(into);
    CHECK(got.state == io_state::failed);
    CHECK(got.code == errc::connection_reset);
    CHECK(got.native == 104);
    CHECK(link.start(here).state == io_state::ready);  // afresh, without stop
    got = put(link, "b");
    CHECK(got.code == errc::certificate_expired);
    CHECK(got.at == so::stage::handshake);
    CHECK(link.start(here).state == io_state::ready);
    got = put(link, "c");
    CHECK(got.code == errc::link_failed);
    CHECK(got.native == 0);
    CHECK(got.at == so::stage::none);
    CHECK(link.finished());
}

TEST_CASE("scripted: to transmit to a peer that has closed fails, and the script goes on with the next start") {
    const so::script_step steps[] = {script::starts(), script::closes(), script::starts(),
                                     script::closes(), script::starts(), script::gives("x")};
    scripted link{steps};
    CHECK(link.start(here).state == io_state::ready);
    CHECK(put(link, "a").code == errc::connection_reset);
    CHECK(link.start(here).state == io_state::ready);
    take(link, 1, io_state::closed);
    link.stop();
    CHECK(link.start(here).state == io_state::ready);
    CHECK(take(link, 1) == "x");
    CHECK(link.finished());
}

TEST_CASE("scripted: after a transmit that failed, the peer's last bytes can be received, if there are any") {
    const so::script_step steps[] = {script::starts(),
                                     script::fails(errc::connection_reset, 32),
                                     script::gives("last words"),
                                     script::starts(),
                                     script::fails(errc::connection_reset, 104),
                                     script::gives("more"),
                                     script::closes(),
                                     script::starts(),
                                     script::fails(errc::link_failed, 5)};
    for (const std::size_t at_most : {std::size_t{1}, SIZE_MAX}) {
        scripted link{steps, {.at_most = at_most}};
        const auto hear = [&](std::size_t size) {
            std::string heard;
            std::array<std::byte, 4> into{};
            while (heard.size() < size) {
                const so::io_result r = link.receive(into);
                REQUIRE(r.state == io_state::ready);
                heard.append(reinterpret_cast<const char*>(into.data()), r.bytes);
            }
            return heard;
        };
        std::array<std::byte, 4> into{};
        REQUIRE(link.start(here).state == io_state::ready);
        CHECK(put(link, "a").native == 32);
        CHECK(hear(10) == "last words");
        CHECK(link.receive(into).native == 32);
        CHECK(link.receive(into).code == errc::connection_reset);

        REQUIRE(link.start(here).state == io_state::ready);
        CHECK(put(link, "a").native == 104);
        CHECK(hear(4) == "more");
        CHECK(link.receive(into).state == io_state::closed);
        CHECK(link.receive(into).state == io_state::closed);
        link.stop();

        REQUIRE(link.start(here).state == io_state::ready);
        CHECK(put(link, "a").native == 5);
        CHECK(link.receive(into).native == 5);
        CHECK(link.finished());
        link.stop();
        CHECK(link.receive(into).code == errc::script_mismatch);
        CHECK(link.first_mismatch().what == so::script_mismatch::kind::not_started);
    }
}

TEST_CASE("scripted: the first mismatch is kept, and from then on everything fails") {
    SUBCASE("other bytes") {
        const so::script_step steps[] = {script::expects("ab"), script::expects("cdef")};
        scripted link{steps};
        put(link, "ab");
        CHECK(put(link, "cdxf").code == errc::script_mismatch);
        CHECK(link.first_mismatch().what == kind::other_bytes);
        CHECK(link.first_mismatch().step == 1);
        CHECK(link.first_mismatch().offset == 2);
        CHECK(link.first_mismatch().wanted == 'e');
        CHECK(link.first_mismatch().got == 'x');
        CHECK(put(link, "cdef").code == errc::script_mismatch);
        CHECK(link.first_mismatch().what == kind::other_bytes);
        CHECK(!link.finished());
    }
    SUBCASE("started again") {
        const so::script_step steps[] = {script::starts(), script::gives("a"), script::starts()};
        scripted link{steps};
        CHECK(link.start(here).state == io_state::ready);
        CHECK(put(link, "a").code == errc::script_mismatch);
        CHECK(link.start(here).code == errc::script_mismatch);
        CHECK(link.first_mismatch().what == kind::other_call);
        CHECK(link.first_mismatch().step == 1);
    }
    SUBCASE("the call that the step waits for comes too late") {
        const so::script_step steps[] = {script::starts(), script::gives("a")};
        scripted link{steps};
        CHECK(put(link, "a").code == errc::script_mismatch);
        CHECK(link.start(here).code == errc::script_mismatch);
        CHECK(link.first_mismatch().what == kind::not_started);
        CHECK(!link.finished());
    }
    SUBCASE("other peer") {
        const so::script_step steps[] = {script::starts("a.example", 80)};
        scripted link{steps};
        CHECK(link.start(here).state == io_state::failed);
        CHECK(link.first_mismatch().what == kind::other_peer);
        const so::script_step of_another_host[] = {script::starts("b.example", here.port)};
        scripted other{of_another_host};
        CHECK(other.start(here).state == io_state::failed);
        CHECK(other.first_mismatch().what == kind::other_peer);
    }
    SUBCASE("transmits where something is given") {
        const so::script_step steps[] = {script::gives("a")};
        scripted link{steps};
        CHECK(put(link, "a").state == io_state::failed);
        CHECK(link.first_mismatch().what == kind::other_call);
    }
    SUBCASE("goes on behind the last step") {
        scripted link{{}};
        CHECK(link.finished());
        take(link, 1, io_state::failed);
        CHECK(link.first_mismatch().what == kind::other_call);
        CHECK(!link.finished());
    }
    SUBCASE("does not stop where it must") {
        const so::script_step steps[] = {script::stops(), script::gives("a")};
        scripted link{steps};
        take(link, 1, io_state::failed);
        CHECK(link.first_mismatch().what == kind::other_call);
    }
    SUBCASE("never started") {
        const so::script_step steps[] = {script::starts(), script::gives("a")};
        scripted link{steps};
        take(link, 1, io_state::failed);
        CHECK(link.first_mismatch().what == kind::not_started);
    }
    SUBCASE("goes on after stop") {
        const so::script_step steps[] = {script::starts(), script::gives("a")};
        scripted link{steps};
        link.start(here);
        link.stop();
        take(link, 1, io_state::failed);
        CHECK(link.first_mismatch().what == kind::not_started);
    }
    SUBCASE("started twice") {
        const so::script_step steps[] = {script::starts(), script::starts()};
        scripted link{steps};
        link.start(here);
        CHECK(link.start(here).state == io_state::failed);
        CHECK(link.first_mismatch().what == kind::started_twice);
    }
}

TEST_CASE("scripted: a mismatch names the step by the function that made it") {
    const struct {
        so::script_step step;
        std::string_view name;
    } rows[] = {
        {so::script::starts(), "starts"},
        {so::script::expects("x"), "expects"},
        {so::script::expects_request(), "expects_request"},
        {so::script::gives("x"), "gives"},
        {so::script::would_block(), "would_block or fails"},
        {so::script::closes(), "closes"},
        {so::script::stops(), "stops"},
    };
    for (const auto& row : rows) CHECK(so::step_name(row.step.what) == row.name);
}

TEST_CASE("scripted: any request is expected as a whole, however it is cut; what follows is not part of it") {
    const std::string request = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{\"Id\":497}";
    const so::script_step steps[] = {so::script::starts(), so::script::expects_request(), so::script::gives("answer"),
                                     so::script::expects_request(), so::script::gives("again")};
    for (const so::script_pacing& pacing : {so::script_pacing{}, so::script_pacing{.at_most = 1},
                                            so::script_pacing{.cut_at = 7}, so::script_pacing{.blocks_first = true}}) {
        so::scripted link{steps, pacing};
        const auto until_ready = [](auto call) {
            io_result r = call();
            while (r.state == io_state::would_block) r = call();
            REQUIRE(r.state == io_state::ready);
            return r.bytes;
        };
        until_ready([&] { return link.start(here); });
        std::array<std::byte, 16> into{};
        for (const std::string_view answer : {"answer", "again"}) {
            CHECK(link.receive(into).state == io_state::would_block);
            for (std::string_view rest = request; !rest.empty();)
                rest.remove_prefix(until_ready([&] { return put(link, rest); }));
            std::string got;
            while (got.size() < answer.size()) {
                const std::size_t n = until_ready([&] { return link.receive(into); });
                got.append(reinterpret_cast<const char*>(into.data()), n);
            }
            CHECK(got == answer);
        }
        CHECK(link.finished());
    }
    so::scripted link{steps};
    CHECK(link.start(here).state == io_state::ready);
    CHECK(put(link, request + "more").bytes == request.size());
    CHECK(put(link, "more").native == 3);
    char words[128];
    CHECK(so::describe(link.first_mismatch(), words) == "step 3: transmit was called, but the script has gives");
}

TEST_CASE("scripted: a pacing cuts, delays and interrupts the same steps") {
    const so::script_step steps[] = {script::starts(), script::expects("abc"), script::gives("xyz")};
    SUBCASE("at most so many bytes") {
        scripted link{steps, {.at_most = 2}};
        link.start(here);
        CHECK(put(link, "abc").bytes == 2);
        CHECK(put(link, "c").bytes == 1);
        CHECK(take(link, 8) == "xy");
        CHECK(take(link, 8) == "z");
        CHECK(link.finished());
    }
    SUBCASE("cut at one place") {
        scripted link{steps, {.cut_at = 4}};
        link.start(here);
        CHECK(put(link, "abc").bytes == 3);
        CHECK(take(link, 8) == "x");
        CHECK(take(link, 8) == "yz");
    }
    SUBCASE("each call waits first") {
        scripted link{steps, {.blocks_first = true}};
        CHECK(link.start(here).state == io_state::would_block);
        CHECK(link.start(here).state == io_state::ready);
        CHECK(put(link, "abc").state == io_state::would_block);
        CHECK(put(link, "abc").state == io_state::ready);
        CHECK(take(link, 8, io_state::would_block).empty());
        CHECK(take(link, 8) == "xyz");
        CHECK(link.calls() == 3);
        CHECK(link.finished());
    }
    SUBCASE("one call is interrupted") {
        scripted link{steps, {.interrupt_at = 2, .interruption = so::io_result::closed()}};
        link.start(here);
        put(link, "abc");
        take(link, 8, io_state::closed);
        CHECK(!link.finished());
    }
    SUBCASE("closed becomes a reset where it cannot be an answer") {
        scripted link{steps, {.interrupt_at = 1, .interruption = so::io_result::closed()}};
        link.start(here);
        CHECK(put(link, "abc").code == errc::connection_reset);
    }
    SUBCASE("not secure") {
        CHECK(scripted{steps}.secure());
        CHECK(!scripted{steps, {.secure = false}}.secure());
    }
}
