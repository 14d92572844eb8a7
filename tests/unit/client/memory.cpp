// Tests of superoffice/client/memory.hpp: the computed memory is enough, and hardly more than needed.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/memory.hpp>

#include <doctest/doctest.h>

#include "support/scripted_call.hpp"

#include <superoffice/transport/scripted_http.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
namespace http_script = superoffice::http_script;

TEST_CASE("memory: memory_bytes is enough for a call, and not much more than it takes") {
    const std::size_t url = support::test_base.size() + std::string_view{"/v1/Agents/Batch/GetBatchTaskInfo"}.size();
    const std::size_t credential = std::string_view{"Authorization: Bearer \r\n"}.size() + support::test_token.size();
    for (const bool chunked : {false, true})
        for (const std::size_t text : {0u, 700u}) {
            CAPTURE(chunked);
            CAPTURE(text);
            const std::string body = R"({"Id":497,"Description":")" + std::string(text, 'd') + "\"}";
            const std::string head =
                chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        : "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
            std::string reply = head;
            for (const char c : body) reply += chunked ? "1\r\n" + std::string{c} + "\r\n" : std::string{c};
            if (chunked) reply += "0\r\n\r\n";
            const std::string request = support::request_text{}.text();
            const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
            const auto arrives_in = [&](std::size_t size) {
                so::scripted link{steps};
                return support::ask_once(link, so::bearer{support::test_token}, {}, {}, size).error == so::error{};
            };
            std::size_t least = 2048;
            while (arrives_in(least - 1)) --least;
            const std::size_t told =
                so::memory_bytes(url, credential, 10, head.size(), body.size(), so::default_reader::slack);
            CHECK(least <= told);
            CHECK(told < least + 64);
        }
}

TEST_CASE("memory: http_memory_bytes is enough for a call, and not much more than it takes") {
    const std::string url = std::string(support::test_base) + "/v1/Agents/Batch/GetBatchTaskInfo";
    const std::string credential = "Authorization: Bearer " + std::string(support::test_token) + "\r\n";
    const std::string type = "content-type: application/json\r\n";
    for (const std::size_t text : {0u, 700u}) {
        const std::string reply = R"({"Id":497,"Description":")" + std::string(text, 'd') + "\"}";
        const so::http_script_step steps[] = {http_script::asks("POST", url, R"({"Id":497})"),
                                              http_script::replies(200, type), http_script::gives(reply),
                                              http_script::ends()};
        const auto arrives_in = [&](std::size_t size) {
            so::scripted_http stack{steps};
            std::vector<std::byte> memory(size);
            so::client api{stack, support::test_base,  so::bearer{support::test_token}, memory,
                           {},    so::compact_reader{}};
            return support::ask(api).error.code == so::errc::ok;
        };
        std::size_t least = 2048;
        while (arrives_in(least - 1)) --least;
        const std::size_t told = so::http_memory_bytes(url.size(), credential.size(), 10, reply.size(), type.size(),
                                                       so::compact_reader::slack);
        CAPTURE(text);
        CHECK(least <= told);
        CHECK(told < least + 64);
    }
}

TEST_CASE("memory: the formulas, by their numbers") {
    constexpr std::size_t own =
        std::string_view{
            "Accept: application/merge-patch+json\r\nAccept-Encoding: identity\r\n"
            "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
            "User-Agent: superoffice-batch/000.000.000\r\n"}
            .size();
    // The request.
    CHECK(so::memory_bytes(100, 20, 3, 0, 0, 0) == 100 + 20 + 3 + own + 54);
    CHECK(so::http_memory_bytes(100, 20, 3, 0, 0, 0) == 100 + 20 + 3 + own + 1);
    // The reply, and at least one byte behind it.
    CHECK(so::memory_bytes(0, 0, 0, 400, 5'000, 0) == 5'401);
    CHECK(so::memory_bytes(0, 0, 0, 400, 5'000, 64) == 5'464);
    CHECK(so::http_memory_bytes(0, 0, 0, 5'000, 70, 0) == 5'071);
    CHECK(so::http_memory_bytes(0, 0, 0, 5'000, 70, 64) == 5'134);
}
