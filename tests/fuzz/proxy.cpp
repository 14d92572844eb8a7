// Fuzz target: what a proxy answers to CONNECT, over a scripted link, whole and in pieces: one outcome, nothing lost.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/transport/connect_proxy.hpp>
#include <superoffice/transport/scripted.hpp>

#include <string>

namespace so = superoffice;

namespace {

constexpr std::string_view question =
    "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n";

struct outcome {
    so::io_state state = so::io_state::would_block;
    so::errc code = so::errc::ok;
    std::int32_t native = 0;
    std::string tunnelled;

    bool operator==(const outcome&) const = default;
};

outcome play(std::string_view reply, const so::script_pacing& manner) {
    const so::script_step steps[] = {so::script::starts("proxy.example", 3128), so::script::expects(question),
                                     so::script::gives(reply), so::script::closes()};
    so::connect_proxy<so::scripted> link{so::http_proxy{"proxy.example", 3128, "u", "p"}, steps, manner};
    outcome made;
    so::io_result r = so::io_result::would_block(so::wait_for::readable);
    for (std::size_t round = 0; r.state == so::io_state::would_block; ++round) {
        MUST(round < 4 * (question.size() + reply.size()) + 16);
        r = link.start({"a.example", 443});
    }
    MUST(r.state != so::io_state::closed);
    made.state = r.state;
    if (r.state == so::io_state::failed) {
        made.code = r.code;
        made.native = r.native;
        MUST(made.code != so::errc::ok && made.code != so::errc::link_failed);
        return made;
    }
    MUST(!link.secure());
    for (;;) {
        char buffer[7];
        const so::io_result got = link.receive(std::as_writable_bytes(std::span<char>(buffer)));
        if (got.state == so::io_state::would_block) continue;
        if (got.state == so::io_state::closed) break;
        MUST(got.state == so::io_state::ready && got.bytes != 0 && got.bytes <= sizeof buffer);
        made.tunnelled.append(buffer, got.bytes);
    }
    MUST(reply.ends_with(made.tunnelled) && made.tunnelled.size() < reply.size());
    return made;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in{data, size};
    so::script_pacing manner;
    manner.at_most = 1 + in.number();
    manner.cut_at = question.size() + in.number();
    manner.blocks_first = in.number() % 2 == 0;
    MUST(play(in.rest(), {}) == play(in.rest(), manner));
    return 0;
}
